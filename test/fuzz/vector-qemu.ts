// Random vector programs under QEMU's user mode: many in one executable, each with the state to begin with, whose driver writes out what
// it left.
import { spawnSync } from '../spawn.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { disassemble, RAM_BASE, randomNumbers, VTYPE_VILL } from '../../vm/index.ts'
import { beginning, VECTOR_SCRATCH, vectorDifferences, vectorProgram, type VectorProgram, type VectorState } from './vector-program.ts'

const GCC = 'riscv64-linux-gnu-gcc'
const QEMU = 'qemu-riscv64-static'
export const missingVectorTools = (): string[] => [GCC, QEMU].filter(tool => spawnSync(tool, ['--version']).status !== 0)

const DRIVER_BASE = 0x10000
/** Back to the driver. */
const EPILOGUE = [0x00010137, 0x00010067] // lui sp, DRIVER_BASE >> 12; jr sp
/** Where the scratch of all programs is, as in `vectorProgram`. */
const SCRATCH_AT = RAM_BASE + 16384

// A record: x, f, fcsr, vl, vtype, vcsr, entry, then the vector registers and the scratch.
const FCSR = 64
const VL = 65
const VTYPE = 66
const VCSR = 67
const ENTRY = 68
const HEAD = 8 * 69 + 8

const every = (from: number, text: (n: number) => string): string => Array.from({ length: 32 - from }, (_, n) => text(n + from)).join('\n')
const move = (what: string, vlenb: number): string =>
  [0, 8, 16, 24].map(n => `${what} v${n}, (t0)\n${n < 24 ? `addi t0, t0, ${8 * vlenb}` : ''}`).join('\n')

const driver = (vlenb: number, inputs: string, code: string): string => `
  .globl _start
  .option norelax
finished:
  la sp, current
  ld sp, 0(sp)
  ${every(1, n => (n === 2 ? '' : `sd x${n}, ${8 * n}(sp)`))}
  ${every(0, n => `fsd f${n}, ${256 + 8 * n}(sp)`)}
  frcsr t0
  sd t0, ${8 * FCSR}(sp)
  csrr t0, vl
  sd t0, ${8 * VL}(sp)
  csrr t0, vtype
  sd t0, ${8 * VTYPE}(sp)
  csrr t0, vcsr
  sd t0, ${8 * VCSR}(sp)
  addi t0, sp, ${HEAD}
  ${move('vs8r.v', vlenb)}
  call scratch
1:
  ld t3, 0(t1)
  sd t3, 0(t0)
  addi t0, t0, 8
  addi t1, t1, 8
  bne t1, t2, 1b
  la t1, current
  sd t0, 0(t1)
_start:
  la t0, current
  ld sp, 0(t0)
  la t1, inputs_end
  beq sp, t1, done
  call scratch
1:
  ld t3, 0(t0)
  sd t3, 0(t1)
  addi t0, t0, 8
  addi t1, t1, 8
  bne t1, t2, 1b
  ld t0, ${8 * FCSR}(sp)
  fscsr t0
  addi t0, sp, ${HEAD}
  ${move('vl8re8.v', vlenb)}
  ld t0, ${8 * VL}(sp)
  ld t1, ${8 * VTYPE}(sp)
  vsetvl x0, t0, t1
  ld t0, ${8 * VCSR}(sp)
  csrw vcsr, t0
  ${every(0, n => `fld f${n}, ${256 + 8 * n}(sp)`)}
  ${every(1, n => (n === 2 ? '' : `ld x${n}, ${8 * n}(sp)`))}
  ld sp, ${8 * ENTRY}(sp)
  jr sp
scratch:                        # t0: in the record, t1: in place, t2: its end there
  li t1, ${HEAD + 32 * vlenb}
  add t0, sp, t1
  li t1, ${SCRATCH_AT}
  li t2, ${SCRATCH_AT + VECTOR_SCRATCH}
  ret
done:
  la a1, inputs
  la a3, inputs_end
1:
  li a0, 1
  sub a2, a3, a1
  li a7, 64
  ecall
  blez a0, 2f
  add a1, a1, a0
  bne a1, a3, 1b
  li a0, 0
2:
  li a7, 93
  ecall
  .data
  .balign 8
current: .dword inputs
inputs: .incbin "${inputs}"
inputs_end:
  .section .code, "awx", @progbits
  .incbin "${code}"
  .section .scratch, "aw", @nobits
  .skip ${VECTOR_SCRATCH}
`

const CODE_AT = RAM_BASE + (1 << 20)
const wide = (vtype: number): bigint => BigInt(vtype & 0xff) | (vtype & VTYPE_VILL ? 1n << 63n : 0n)

function record(p: VectorProgram, entry: number): Uint8Array {
  const { before } = p
  const bytes = new Uint8Array(HEAD + before.v.length + VECTOR_SCRATCH)
  const head = [...before.x, ...before.f, ...[before.fcsr, before.vl].map(BigInt), wide(before.vtype), BigInt(before.vcsr), BigInt(entry)]
  bytes.set(new Uint8Array(BigUint64Array.from(head).buffer))
  bytes.set(before.v, HEAD)
  bytes.set(before.scratch, HEAD + before.v.length)
  return bytes
}

function stateIn(bytes: Uint8Array, vlenb: number): VectorState {
  const words = [...new BigUint64Array(bytes.slice(0, HEAD).buffer)]
  return {
    x: words.slice(0, 32),
    f: words.slice(32, 64),
    fcsr: Number(words[FCSR]),
    vl: Number(words[VL]),
    vtype: words[VTYPE] >> 63n ? VTYPE_VILL : Number(words[VTYPE]),
    vcsr: Number(words[VCSR]),
    v: bytes.slice(HEAD, HEAD + 32 * vlenb),
    scratch: bytes.slice(HEAD + 32 * vlenb),
  }
}

/** Runs programs of one vector length, in order, in one process: what each leaves. Throws when QEMU does not get through. */
function runVectorsOnQemu(programs: readonly VectorProgram[]): VectorState[] {
  const directory = mkdtempSync(join(tmpdir(), 'fuzz-vector-'))
  try {
    return runIn(directory, programs)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function runIn(directory: string, programs: readonly VectorProgram[]): VectorState[] {
  const [{ vlen }] = programs
  const vlenb = vlen / 8
  const [source, inputs, code, elf] = ['driver.s', 'inputs.bin', 'code.bin', 'programs'].map(name => join(directory, name))
  const words: number[] = []
  const records = programs.map(p => {
    const entry = CODE_AT + 4 * words.length
    words.push(...p.words, ...EPILOGUE)
    return record(p, entry)
  })
  writeFileSync(inputs, Buffer.concat(records))
  writeFileSync(code, new Uint8Array(Uint32Array.from(words).buffer))
  writeFileSync(source, driver(vlenb, inputs, code))
  const sections = { '-Ttext': DRIVER_BASE, '--section-start=.code': CODE_AT, '--section-start=.scratch': SCRATCH_AT }
  const placed = Object.entries(sections).map(([name, at]) => `-Wl,${name}=0x${at.toString(16)}`)
  const flags = ['-nostdlib', '-static', '-march=rv64gcv', '-Wl,--no-warn-rwx-segments', '-Wl,--build-id=none', ...placed]
  const build = spawnSync(GCC, [...flags, '-o', elf, source], { encoding: 'utf8' })
  if (build.status !== 0) throw new Error(`building the driver: ${build.stderr}`)
  const cpu = ['-cpu', `rv64,v=true,vext_spec=v1.0,vlen=${vlen}`]
  const { status, signal, stdout, stderr } = spawnSync(QEMU, [...cpu, elf], { maxBuffer: 2 ** 30, timeout: 600_000 })
  if (status !== 0) throw new Error(`QEMU ended with ${status ?? signal}: ${stderr.toString()}`)
  const size = records[0].length
  return programs.map((_, n) => stateIn(new Uint8Array(stdout.subarray(n * size, (n + 1) * size)), vlenb))
}

/** The shortest beginning of a program that differs. */
function explain(p: VectorProgram): string {
  const all = p.words.map((_, n) => beginning(p, n + 1))
  const differences = runVectorsOnQemu(all).map((theirs, n) => vectorDifferences(all[n].after, theirs, p.vlen))
  const at = differences.findIndex(d => d.length > 0)
  const lines = p.words.slice(Math.max(0, at - 7), at + 1).map(w => disassemble(w, 0, { aliases: false }).text)
  return `seed ${p.seed}, vlen ${p.vlen}, ours / QEMU:\n${(differences[at] ?? []).join('\n')}\n${lines.join('\n')}`
}

/** Programs of so many instructions at one vector length, from a seed on: what is wrong with the first that QEMU ends otherwise, or null. */
export function vectorsAgainstQemu(vlen: number, firstSeed: number, count: number, length: number): string | null {
  const programs = Array.from({ length: count }, (_, n) => vectorProgram(firstSeed + n, vlen, length, randomNumbers(firstSeed + n)))
  const theirs = runVectorsOnQemu(programs)
  const wrong = programs.find((p, n) => vectorDifferences(p.after, theirs[n], vlen).length > 0)
  return wrong === undefined ? null : explain(wrong)
}
