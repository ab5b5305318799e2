// Bench kernels as bare programs: compiled once with the cross compiler, run on our machine and under QEMU from the same bytes,
// both in user mode on Sv48 page tables of 4 KiB pages (guest/boot.S builds QEMU's, `loadKernel` ours).
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  COUNTERS,
  createMachine,
  getXBig,
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
import { installed, secondsSince } from './peers.ts'

/** Rounds of each kernel that take a few tenths of a second under QEMU, seconds on our machine; a bench may divide them. */
export const KERNELS: Readonly<Record<string, number>> = {
  sieve: 150,
  matmul: 300,
  quicksort: 80,
  sha256: 150_000,
  crc32: 300,
  fib: 800,
  bytecode: 4_000,
  memcpy: 8_000,
}

const CC = 'riscv64-linux-gnu-gcc'
const CFLAGS = '-march=rv64gc -mabi=lp64d -O2 -ffreestanding -fno-pic -no-pie -mcmodel=medany -fno-tree-loop-distribute-patterns'.split(' ')
const QEMU = 'qemu-system-riscv64'
const QEMU_FLAGS = '-machine virt -bios none -display none -serial stdio -monitor none -kernel'.split(' ')
const GUEST_VA = 0x40_0000
const GUEST_FRAME = 512
const GUEST_PAGES = 1024

/** Whether the kernels can be compiled, and whether QEMU is there to run them too: why not, or null. */
export const noCompiler = (): string | null => (installed(CC) ? null : `${CC} is not installed`)
export const noQemu = (): string | null => (installed(QEMU) ? null : `${QEMU} is not installed`)

function tool(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (error || status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
  return stdout
}

export interface BuiltKernel {
  name: string
  rounds: number
  /** ELF for QEMU that runs `rounds`, and one that runs a single round (to subtract start-up). */
  elf: string
  elfOnce: string
  /** The guest part as it lies at GUEST_VA. */
  image: Uint8Array
}

/** Compiles a kernel of bench/host/guest (`sources`: that folder) into the folder `out`. */
export function buildKernel(name: string, rounds: number, sources: string, out: string): BuiltKernel {
  const object = (source: string, flags: string[] = []): string => {
    const path = join(out, `${source}.${flags.join('')}.o`)
    tool(CC, [...CFLAGS, ...flags, '-c', join(sources, source), '-o', path])
    return path
  }
  const link = (n: number): string => {
    const elf = join(out, `${name}-${n}.elf`)
    const objects = [object('boot.S', [`-DROUNDS=${n}`]), object('entry.S'), object(`${name}.c`)]
    tool('riscv64-linux-gnu-ld', ['--no-warn-rwx-segments', '-T', join(sources, 'guest.ld'), ...objects, '-o', elf])
    return elf
  }
  const elf = link(rounds)
  const image = join(out, 'image')
  tool('riscv64-linux-gnu-objcopy', ['-O', 'binary', '-j', '.guest', elf, image])
  return { name, rounds, elf, elfOnce: link(1), image: readFileSync(image) }
}

/** Our machine, ready to run a kernel in user mode. */
function loadKernel(image: Uint8Array, rounds: number, engine?: EngineName): Machine {
  const machine = createMachine({ ramBytes: 16 << 20, engine })
  const hart = machine.harts[0]
  const pte = (frame: number, flags: number): number => ((frame + RAM_PPN) << 10) | flags
  const [root, level2, level1, level0] = [0, 1, 2, 3]
  const put = (table: number, index: number, value: number): void => void (machine.ram32[table * 1024 + index * 2] = value)
  put(root, 0, pte(level2, PTE_V))
  put(level2, 0, pte(level1, PTE_V))
  put(level1, 2, pte(level0, PTE_V))
  put(level1, 3, pte(level0 + 1, PTE_V))
  for (let n = 0; n < GUEST_PAGES; n++) put(level0, n, pte(GUEST_FRAME + n, PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D))
  machine.ram.set(image, GUEST_FRAME * 4096)
  setSatp(machine, hart, root, 1)
  setPc(hart, GUEST_VA)
  setX(hart, REG.a0, rounds)
  return machine
}

export interface Timed {
  seconds: number
  checksum: string
  instructions: number
  /** Of the timed machine; 0 on the other. */
  cycles: number
}

/** A hundredth of a second of instructions: what runs in one go. */
const FUEL = 2_000_000

/** Runs to the kernel's system call; with `timing`, on the timed machine. */
export function timeOurs(kernel: BuiltKernel, rounds: number, timing: TimingConfig | null = null, engine?: EngineName): Timed {
  const machine = loadKernel(kernel.image, rounds, engine)
  if (timing !== null) setTiming(machine, timing)
  const hart = machine.harts[0]
  const start = process.hrtime.bigint()
  let instructions = 0
  for (;;) {
    const stop = run(machine, hart, FUEL)
    instructions += stop.retired
    if (stop.kind === 'syscall') break
    if (stop.kind !== 'fuel') throw new Error(`${kernel.name} stopped with ${stop.kind} at ${stop.tval.toString(16)}`)
  }
  const seconds = secondsSince(start)
  const checksum = BigInt.asUintN(64, getXBig(hart, REG.a0)).toString(16).padStart(16, '0')
  return { seconds, checksum, instructions, cycles: hart.counters[COUNTERS.cycles] }
}

/** QEMU's time for the rounds, start-up subtracted. */
export function timeQemu(kernel: BuiltKernel): { seconds: number; checksum: string } {
  const timed = (elf: string): { seconds: number; out: string } => {
    const start = process.hrtime.bigint()
    const out = tool(QEMU, [...QEMU_FLAGS, elf]).trim()
    return { seconds: secondsSince(start), out }
  }
  const once = timed(kernel.elfOnce)
  const all = timed(kernel.elf)
  return { seconds: all.seconds - once.seconds, checksum: all.out }
}
