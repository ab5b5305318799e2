// Bench kernels made into programs: for our machine and qemu-system-riscv64 the same bytes, for user-mode QEMU the same object file under a
// main of Linux, for the host its own compiler's.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KERNELS } from './kernels.ts'
import { HOST_CC, installed } from './peers.ts'

const CC = 'riscv64-linux-gnu-gcc'
const CFLAGS =
  '-march=rv64gc -mabi=lp64d -O2 -ffreestanding -fno-pic -no-pie -mcmodel=medany -fno-math-errno -fno-tree-loop-distribute-patterns'.split(
    ' ',
  )
/** Products are added to sums without rounding in between, as gcc does for the guest: on x86 only with FMA. */
const HOST_CFLAGS = ['-O2', '-fno-math-errno', ...(process.arch === 'x64' ? ['-mfma'] : [])]

/** Whether the kernels can be compiled: why not, or null. */
export const noCompiler = (): string | null => (installed(CC) ? null : `${CC} is not installed`)

function tool(command: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (error || status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
}

export interface BuiltKernel {
  name: string
  rounds: number
  /** ELF files for QEMU that run `rounds`, and none (to subtract start-up and preparation). */
  elf: string
  elfNone: string
  /** A file with the guest part as it lies at GUEST_VA. */
  image: string
  /** Programs that take the number of rounds: of riscv64 Linux, and of the host (null: it has none). */
  user: string
  native: string | null
}

/** Compiles a kernel of bench/host/guest (`sources`: that folder) into the folder `out`. */
export function buildKernel(name: string, rounds: number, sources: string, out: string): BuiltKernel {
  const { source = name, flags = [], written } = KERNELS[name]
  const made = (suffix: string): string => join(out, `${name}.${suffix}`)
  const save = (suffix: string, text: string): string => {
    writeFileSync(made(suffix), text)
    return made(suffix)
  }
  const include = ['-I', sources]
  const object = (file: string, suffix: string, more: readonly string[] = []): string => {
    tool(CC, [...CFLAGS, ...include, ...more, '-c', file, '-o', made(suffix)])
    return made(suffix)
  }
  const of = (file: string): string => join(sources, file)
  const kernel = object(written ? save('S', written.guest()) : of(`${source}.c`), 'o', flags)
  const entry = object(of('entry.S'), 'entry.o')
  const link = (n: number): string => {
    const elf = made(`${n}.elf`)
    const objects = [object(of('boot.S'), 'boot.o', [`-DROUNDS=${n}`]), entry, kernel]
    tool('riscv64-linux-gnu-ld', ['--no-warn-rwx-segments', '-T', of('guest.ld'), ...objects, '-o', elf])
    return elf
  }
  const elf = link(rounds)
  tool('riscv64-linux-gnu-objcopy', ['-O', 'binary', '-j', '.guest', elf, made('image')])
  tool(CC, ['-O2', '-static', kernel, of('hosted.c'), '-o', made('user')])
  const native = (): string | null => {
    if (written?.native === null || !installed(HOST_CC)) return null
    const file = written ? save('c', written.native!()) : of(`${source}.c`)
    tool(HOST_CC, [...HOST_CFLAGS, ...include, ...flags, file, of('hosted.c'), '-o', made('native')])
    return made('native')
  }
  return { name, rounds, elf, elfNone: link(0), image: made('image'), user: made('user'), native: native() }
}
