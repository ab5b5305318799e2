// A bench kernel on our machine: in user mode on Sv48 page tables of 4 KiB pages, as guest/boot.S makes them for QEMU.
import { readFileSync } from 'node:fs'
import {
  COUNTERS,
  createMachine,
  getXBig,
  PAGE_SIZE,
  PTE_A,
  PTE_D,
  PTE_R,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  RAM_PPN,
  REG,
  run,
  setPc,
  setSatp,
  setTiming,
  setX,
  type EngineName,
  type Machine,
  type TimingConfig,
} from '../../vm/index.ts'

const GUEST_VA = 0x40_0000
const GUEST_FRAME = 512
/** As in guest/boot.S. */
const GUEST_TABLES = 36
const TABLE_ENTRIES = 512
const RAM_BYTES = GUEST_FRAME * PAGE_SIZE + GUEST_TABLES * TABLE_ENTRIES * PAGE_SIZE

/** Our machine, ready to run a kernel in user mode. */
function loadKernel(image: Uint8Array, rounds: number, engine?: EngineName): Machine {
  const machine = createMachine({ ramBytes: RAM_BYTES, engine })
  const hart = machine.harts[0]
  const pte = (frame: number, flags: number): number => ((frame + RAM_PPN) << 10) | flags
  const [root, level2, level1, level0] = [0, 1, 2, 3]
  const put = (table: number, index: number, value: number): void => void (machine.ram32[table * (PAGE_SIZE / 4) + index * 2] = value)
  put(root, 0, pte(level2, PTE_V))
  put(level2, 0, pte(level1, PTE_V))
  for (let n = 0; n < GUEST_TABLES; n++) put(level1, 2 + n, pte(level0 + n, PTE_V))
  for (let n = 0; n < GUEST_TABLES * TABLE_ENTRIES; n++)
    put(level0, n, pte(GUEST_FRAME + n, PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D))
  machine.ram.set(image, GUEST_FRAME * PAGE_SIZE)
  setSatp(machine, hart, root, 1)
  setPc(hart, GUEST_VA)
  setX(hart, REG.a0, rounds)
  return machine
}

/** A moment of a run: instructions, wall seconds and processor seconds (of all threads) so far. */
export type Moment = readonly [instructions: number, seconds: number, cpu: number]

export interface Ran {
  checksum: string
  instructions: number
  /** Of the timed machine; 0 on the other. */
  cycles: number
  /** Instructions that left the fast code, by kind. */
  aside: [kind: string, count: number][]
  /** From the first instruction to the last, one each FUEL instructions. */
  moments: Moment[]
}

/** A thousandth of a second of instructions: what runs in one go. */
const FUEL = 2_000_000

export interface GuestOptions {
  engine?: EngineName
  /** On the timed machine. */
  timing?: TimingConfig
}

/** Newer than the Node whose types we have: processor time of this thread. */
interface ThreadClock {
  threadCpuUsage?(): NodeJS.CpuUsage
}

/** Seconds of this thread, by its processor time where Node knows it, else by the wall. */
function threadSeconds(): number {
  const usage = (process as ThreadClock).threadCpuUsage?.()
  return usage === undefined ? Number(process.hrtime.bigint()) / 1e9 : (usage.user + usage.system) / 1e6
}

/** Runs to the kernel's system call, `fuel` instructions at a time; `each` is told how long each of these took. */
export function runKernel(
  name: string,
  image: string,
  rounds: number,
  { engine, timing }: GuestOptions,
  fuel = FUEL,
  each: ((seconds: number) => void) | null = null,
): Ran {
  const machine = loadKernel(readFileSync(image), rounds, engine)
  if (timing !== undefined) setTiming(machine, timing)
  const hart = machine.harts[0]
  const start = process.hrtime.bigint()
  const cpuStart = process.cpuUsage()
  const moments: Moment[] = [[0, 0, 0]]
  let instructions = 0
  for (;;) {
    const before = each === null ? 0 : threadSeconds()
    const stop = run(machine, hart, fuel)
    instructions += stop.retired
    each?.(threadSeconds() - before)
    const { user, system } = process.cpuUsage(cpuStart)
    moments.push([instructions, Number(process.hrtime.bigint() - start) / 1e9, (user + system) / 1e6])
    if (stop.kind === 'syscall') break
    if (stop.kind !== 'fuel') throw new Error(`${name} stopped with ${stop.kind} at ${stop.tval.toString(16)}`)
  }
  const checksum = BigInt.asUintN(64, getXBig(hart, REG.a0)).toString(16).padStart(16, '0')
  return { checksum, instructions, cycles: hart.counters[COUNTERS.cycles], aside: [...machine.engine.aside], moments }
}
