// Random programs under QEMU's user mode: many in one executable, which loads each one's registers, runs it, and writes out what
// it left. The driver is assembled by the cross gcc; the programs are placed at their own addresses as bytes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from '../spawn.ts'
import { SCRATCH_BYTES, SCRATCH_MIDDLE, SCRATCH_START } from './generate.ts'
import { codeOf, type FinalState, type RandomProgram } from './program.ts'

const GCC = 'riscv64-linux-gnu-gcc'
const QEMU = 'qemu-riscv64-static'

/** The tools that are not installed. */
export const missingQemuTools = (): string[] => [GCC, QEMU].filter(tool => spawnSync(tool, ['--version']).status !== 0)

const DRIVER_BASE = 0x10000
// Before each program: sp gets its value at last, from s0. After it: back to the driver, whose address lui can make; sp is free again.
const PROLOGUE = [0x80040113, 0x00000013] // addi sp, s0, -2048; nop
const EPILOGUE = [0x00010137, 0x00010067] // lui sp, DRIVER_BASE >> 12; jr sp
const PROLOGUE_BYTES = 4 * PROLOGUE.length
const FCSR = 64
const ENTRY = 65
const SCRATCH = 66
const RECORD_WORDS = 67
const RESULT_WORDS = 65

const registers = (from: number, text: (n: number) => string): string =>
  Array.from({ length: 32 - from }, (_, n) => text(n + from)).join('\n')

const driver = (count: number, inputs: string, image: string): string => `
  .globl _start
  .option norelax
finished:                       # at DRIVER_BASE: programs come here
  la sp, result
  ld sp, 0(sp)
  ${registers(1, n => (n === SCRATCH_START ? '' : `sd x${n}, ${8 * n}(sp)`))}
  ${registers(0, n => `fsd f${n}, ${256 + 8 * n}(sp)`)}
  frcsr t0
  sd t0, ${8 * FCSR}(sp)
  la t0, result
  addi sp, sp, ${8 * RESULT_WORDS}
  sd sp, 0(t0)
  la t0, input
  ld t1, 0(t0)
  addi t1, t1, ${8 * RECORD_WORDS}
  sd t1, 0(t0)
_start:
  la t0, input
  ld sp, 0(t0)
  la t1, inputs_end
  beq sp, t1, done
  ld t0, ${8 * FCSR}(sp)
  fscsr t0
  ${registers(0, n => `fld f${n}, ${256 + 8 * n}(sp)`)}
  ${registers(1, n => (n === SCRATCH_START ? '' : `ld x${n}, ${8 * n}(sp)`))}
  ld sp, ${8 * ENTRY}(sp)
  jr sp
done:
  la a1, results
  li a2, ${8 * RESULT_WORDS * count}
  call output
  la s0, inputs
  la s1, inputs_end
1:
  ld a1, ${8 * SCRATCH}(s0)
  li a2, ${SCRATCH_BYTES}
  call output
  addi s0, s0, ${8 * RECORD_WORDS}
  bne s0, s1, 1b
  li a0, 0
  li a7, 93
  ecall
output:                         # all of a2 bytes at a1, however short the writes
  li a0, 1
  li a7, 64
  ecall
  blez a0, 2f
  add a1, a1, a0
  sub a2, a2, a0
  bnez a2, output
  ret
2:
  li a0, 1
  li a7, 93
  ecall
  .data
  .balign 8
result: .dword results
input: .dword inputs
inputs: .incbin "${inputs}"
inputs_end:
  .bss
  .balign 8
results: .skip ${8 * RESULT_WORDS * count}
  .section .image, "awx", @progbits
  .incbin "${image}"
`

const words = (values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer)

/** Everything from the lowest prologue to the end of the last scratch buffer. */
function imageOf(programs: readonly RandomProgram[]): { base: number; bytes: Uint8Array } {
  const code = programs.map(p => [words(PROLOGUE), codeOf(p).slice(0, -4), words(EPILOGUE)])
  const places = programs.flatMap((p, n) => [
    { at: p.codeBase - PROLOGUE_BYTES, bytes: concatenate(code[n]) },
    { at: p.scratchBase, bytes: p.scratch },
  ])
  const base = Math.min(...places.map(p => p.at))
  const bytes = new Uint8Array(Math.max(...places.map(p => p.at + p.bytes.length)) - base)
  for (const place of places) bytes.set(place.bytes, place.at - base)
  return { base, bytes }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(p => [...p]))
}

/** QEMU's options for a machine: as it is by default, or with extensions. Since QEMU 8 there is a CPU that has everything. */
const QEMU_DEFAULT: readonly string[] = []
export const qemuWith = (extensions: readonly string[]): readonly string[] => [
  '-cpu',
  isOldQemu() ? ['rv64', ...extensions.map(name => `${name.toLowerCase()}=true`)].join(',') : 'max',
]
const isOldQemu = (): boolean => !/\bmax\b/.test(spawnSync(QEMU, ['-cpu', 'help'], { encoding: 'utf8' }).stdout)
/**
 * What the installed QEMU does wrong: version 7 counts ctzw past 32 where it has seen in the code that the low word is zero; later ones
 * raise no flags by these two where their result is not used.
 */
export const qemuDefects = (): readonly string[] => (isOldQemu() ? ['ctzw'] : ['fround.h', 'froundnx.h'])

/** Runs every program, in order, in one process. Eight bytes before each program must be free. Throws when QEMU does not get through. */
export function runOnQemu(programs: readonly RandomProgram[], cpu = QEMU_DEFAULT): FinalState[] {
  const directory = mkdtempSync(join(tmpdir(), 'fuzz-qemu-'))
  try {
    return runIn(directory, programs, cpu)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function runIn(directory: string, programs: readonly RandomProgram[], cpu: readonly string[]): FinalState[] {
  const [source, inputs, image, elf] = ['driver.s', 'inputs.bin', 'image.bin', 'programs'].map(name => join(directory, name))
  const { base, bytes } = imageOf(programs)
  const records = programs.flatMap(p => [...p.x, ...p.f, BigInt(p.fcsr), BigInt(p.codeBase - PROLOGUE_BYTES), BigInt(p.scratchBase)])
  writeFileSync(inputs, new Uint8Array(BigUint64Array.from(records).buffer))
  writeFileSync(image, bytes)
  writeFileSync(source, driver(programs.length, inputs, image))
  const placed = [
    `-Wl,-Ttext=0x${DRIVER_BASE.toString(16)}`,
    `-Wl,--section-start=.image=0x${base.toString(16)}`,
    '-Wl,--no-warn-rwx-segments',
    '-Wl,--build-id=none',
  ]
  const build = spawnSync(GCC, ['-nostdlib', '-static', '-march=rv64gc', ...placed, '-o', elf, source], { encoding: 'utf8' })
  if (build.status !== 0) throw new Error(`building the driver: ${build.stderr}`)
  const { status, signal, stdout, stderr } = spawnSync(QEMU, [...cpu, elf], { maxBuffer: 2 ** 30, timeout: 120_000 })
  if (status !== 0) throw new Error(`QEMU ended with ${status ?? signal}: ${stderr.toString()}`)
  return programs.map((p, n) => finalState(p, n, programs.length, new Uint8Array(stdout)))
}

function finalState(program: RandomProgram, n: number, count: number, output: Uint8Array): FinalState {
  const resultBytes = 8 * RESULT_WORDS
  const result = [...new BigUint64Array(output.slice(n * resultBytes, (n + 1) * resultBytes).buffer)]
  const x = result.slice(0, 32)
  // sp carried the address of this very record; the program cannot have changed it.
  x[SCRATCH_START] = program.x[SCRATCH_START]
  if (x[SCRATCH_MIDDLE] !== program.x[SCRATCH_MIDDLE]) throw new Error('a program changed s0')
  const scratchAt = count * resultBytes + n * SCRATCH_BYTES
  return { x, f: result.slice(32, 64), fcsr: Number(result[FCSR]), scratch: output.slice(scratchAt, scratchAt + SCRATCH_BYTES) }
}
