// For tests of the hardware: a machine with a few pages mapped, a program given as text, and registers read back.
import { parseInstruction, parseIsa, PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, REG } from './isa/index.ts'
import { PAGE_SIZE, PRIVILEGE_U, RAM_PPN, WORD_PRIVILEGE } from './layout.ts'
import { setSatp } from './csr.ts'
import { createMachine, run } from './machine.ts'
import { getX, setPc, setX } from './registers.ts'
import type { EngineName, Hart, Machine, Platform, Stop } from './state.ts'
import { refreshTlbKey } from './tlb.ts'

export const RWXU = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D
export const CODE = 0x1_0000
export const DATA = 0x2_0000
/** Frames: 0 root, 1.. tables as they are needed, 64 the code, 80 the data. */
const CODE_FRAME = 64
const DATA_FRAME = 80
export const ENGINES: readonly EngineName[] = ['compiler', 'interpreter', 'reference']

/** So often is a place run before it is compiled. */
const HOT_AFTER = 1

export interface Bench {
  machine: Machine
  hart: Hart
  /** Maps one leaf at a level (0: 4 KiB): the page of `va` to `frame`. */
  map(va: number, frame: number, flags?: number, level?: number): void
  /** RAM offset of the PTE that maps a page. */
  pteOf(va: number): number
  run(fuel?: number): Stop
  x(n: number): number
  data32(index: number): number
}

/** Words of an assembly text, one instruction a line (or `;`); targets are absolute addresses from CODE. */
export function words(text: string, at = CODE): number[] {
  const out: number[] = []
  for (const line of text
    .split(/[;\n]/)
    .map(l => l.trim())
    .filter(Boolean)) {
    const encoded = parseInstruction(line, at + out.length * 4)
    if (typeof encoded === 'string') throw new Error(`${line}: ${encoded}`)
    out.push(...encoded)
  }
  return out
}

interface BenchOptions {
  engine?: EngineName
  harts?: number
  privilege?: number
  isa?: string
  platform?: Platform
  tailCalls?: boolean
}

/** A machine in user mode under Sv48 with ASID 1, code at CODE (2 pages) and zeroed data at DATA (4 pages); a0 = DATA. */
export function bench(text: string, options: BenchOptions = {}): Bench {
  const { engine, harts, platform, tailCalls } = options
  const isa = options.isa === undefined ? undefined : parseIsa(options.isa)
  if (typeof isa === 'string') throw new Error(isa)
  const machine = createMachine({ ramBytes: 4 << 20, engine, harts, isa, platform, tailCalls, hotAfter: HOT_AFTER })
  const [hart] = machine.harts
  let nextTable = 1
  const pteIndex = (va: number, level: number): number => {
    let table = 0
    for (let l = 3; l > level; l--) {
      const at = table * 1024 + (Math.floor(va / 2 ** (12 + 9 * l)) % 512) * 2
      if (machine.ram32[at] === 0) machine.ram32[at] = ((nextTable++ + RAM_PPN) << 10) | PTE_V
      table = (machine.ram32[at] >>> 10) - RAM_PPN
    }
    return table * 1024 + (Math.floor(va / 2 ** (12 + 9 * level)) % 512) * 2
  }
  const b: Bench = {
    machine,
    hart,
    map(va, frame, flags = RWXU, level = 0) {
      machine.ram32[pteIndex(va, level)] = ((frame + RAM_PPN) << 10) | flags
    },
    pteOf: va => pteIndex(va, 0) * 4,
    run: (fuel = 10_000) => run(machine, hart, fuel),
    x: n => getX(hart, n),
    data32: index => machine.ram32[(DATA_FRAME * PAGE_SIZE) / 4 + index],
  }
  for (let n = 0; n < 2; n++) b.map(CODE + n * PAGE_SIZE, CODE_FRAME + n)
  for (let n = 0; n < 4; n++) b.map(DATA + n * PAGE_SIZE, DATA_FRAME + n)
  machine.ram32.set(words(text), (CODE_FRAME * PAGE_SIZE) / 4)
  hart.words[WORD_PRIVILEGE] = options.privilege ?? PRIVILEGE_U
  setSatp(machine, hart, 0, 1)
  refreshTlbKey(machine, hart)
  setPc(hart, CODE)
  setX(hart, REG.a0, DATA)
  return b
}

export const FRAMES = { code: CODE_FRAME, data: DATA_FRAME } as const
