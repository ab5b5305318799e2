// Random user-level programs for differential tests: the same program on two engines, or on ours and on QEMU, must leave the same
// registers and memory. A program always ends: jumps go forward only. It touches nothing but its scratch buffer: two registers
// hold addresses in it and are never written.
//
// A program is a list of groups (an instruction, or a few that belong together); jumps name groups, not addresses, so that
// any groups can be left out and the rest still is a program: that is how a divergence is shrunk.
import {
  defaultIsa,
  disassemble,
  encode,
  instructionLength,
  isWord,
  randomNumbers,
  rowNamed,
  type Isa,
  type Row,
  type Suffixes,
} from '../../vm/isa/index.ts'
import { generators, initialValues, SCRATCH_BYTES, SCRATCH_MIDDLE, SCRATCH_START, type Group, type Piece } from './generate.ts'

export interface ProgramOptions {
  /** About how many instructions. */
  length: number
  /** By default all that bring instructions to machines as they are made by default. */
  extensions?: readonly string[]
  /** Instructions to leave out. */
  without?: readonly string[]
  /** Rounding modes that instructions (and frm) may name; all by default. */
  roundingModes?: readonly number[]
  /** Where the code and the 4096 bytes of scratch are. */
  codeBase: number
  scratchBase: number
}

export interface RandomProgram {
  seed: number
  groups: readonly Group[]
  codeBase: number
  scratchBase: number
  /** Initial registers, as unsigned 64-bit numbers. */
  x: bigint[]
  f: bigint[]
  fcsr: number
  scratch: Uint8Array
}

/** The extensions of an instruction set that bring programs instructions of their own. */
export const extensionsIn = (isa: Isa): string[] =>
  isa.extensions.filter(e => !e.mode && e.rows().some(r => r.extension === e.name)).map(e => e.name)
const ALL_EXTENSIONS: readonly string[] = extensionsIn(defaultIsa)
const ALL_MODES: readonly number[] = [0, 1, 2, 3, 4, 7]
const DYNAMIC = 7
const FRM_SHIFT = 5

/** The same program for the same seed and options. */
export function randomProgram(seed: number, options: ProgramOptions): RandomProgram {
  const random = randomNumbers(seed)
  const modes = options.roundingModes ?? ALL_MODES
  const choices = generators(options.extensions ?? ALL_EXTENSIONS, modes, options.without)
  const groups: Group[] = []
  for (let length = 0; length < options.length; length += groups[groups.length - 1].length) groups.push(choices(random))
  const { x, f, scratch } = initialValues(random, options.extensions?.includes('Zfhmin'))
  x[SCRATCH_START] = BigInt(options.scratchBase)
  x[SCRATCH_MIDDLE] = BigInt(options.scratchBase + SCRATCH_BYTES / 2)
  const frms = modes.filter(m => m !== DYNAMIC)
  const fcsr = (frms[random(frms.length)] << FRM_SHIFT) | random(1 << FRM_SHIFT)
  return { seed, groups, codeBase: options.codeBase, scratchBase: options.scratchBase, x, f, fcsr, scratch }
}

/** What a program leaves behind. */
export interface FinalState {
  x: bigint[]
  f: bigint[]
  fcsr: number
  scratch: Uint8Array
}

/** The first differences of two final states, for messages; empty when they agree. */
export function stateDifferences(a: FinalState, b: FinalState): string[] {
  const hex = (v: bigint): string => BigInt.asUintN(64, v).toString(16)
  const registers = (kind: 'x' | 'f'): string[] =>
    a[kind].flatMap((v, n) =>
      BigInt.asUintN(64, v) === BigInt.asUintN(64, b[kind][n]) ? [] : [`${kind}${n}: ${hex(v)} / ${hex(b[kind][n])}`],
    )
  const at = a.scratch.findIndex((byte, n) => byte !== b.scratch[n])
  const memory = at < 0 ? [] : [`scratch+${at}: ${a.scratch[at].toString(16)} / ${b.scratch[at].toString(16)}`]
  return [
    ...registers('x'),
    ...registers('f'),
    ...(a.fcsr === b.fcsr ? [] : [`fcsr: ${a.fcsr.toString(16)} / ${b.fcsr.toString(16)}`]),
    ...memory,
  ]
}

/** The program's text, for messages. */
export function listing(program: RandomProgram): string {
  const code = codeOf(program)
  const view = new DataView(code.buffer)
  const lines: string[] = []
  for (let at = 0; at < code.length;) {
    const length = instructionLength(view.getUint16(at, true))
    const word = length === 2 ? view.getUint16(at, true) : view.getUint32(at, true)
    const pc = program.codeBase + at
    lines.push(`${pc.toString(16)}: ${word.toString(16).padStart(2 * length, '0')}\t${disassemble(word, pc, { aliases: false }).text}`)
    at += length
  }
  return lines.join('\n')
}

/** Addresses of the groups relative to the code's start, and of the end. */
function offsetsOf(groups: readonly Group[]): number[] {
  const offsets = [0]
  for (const group of groups) offsets.push(offsets[offsets.length - 1] + lengthOf(group))
  return offsets
}
const lengthOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, p) => sum + p.row.length, 0)

/** The machine code: the groups, and `ecall` at the end. */
export function codeOf(program: RandomProgram): Uint8Array {
  const { groups } = program
  const offsets = offsetsOf(groups)
  const bytes: number[] = []
  for (const [n, group] of groups.entries()) {
    for (const { row, values, suffixes, jump } of group) {
      const operands = [...values]
      if (jump) {
        const target = offsets[Math.min(n + 1 + jump.skip, groups.length)]
        operands[jump.operand] += target - (jump.from === 'here' ? bytes.length : offsets[n])
      }
      push(bytes, row, wordOf(row, operands, suffixes))
    }
  }
  const ecall = rowNamed('ecall')
  if (ecall) push(bytes, ecall, ecall.match)
  return Uint8Array.from(bytes)
}

function wordOf(row: Row, values: number[], suffixes: Suffixes): number {
  const word = encode(row, values, suffixes)
  if (!isWord(word)) throw new Error(`${row.name} ${values.join(',')}: ${word.message}`)
  return word
}

function push(bytes: number[], row: Row, word: number): void {
  for (let n = 0; n < row.length; n++) bytes.push((word >>> (8 * n)) & 255)
}

/**
 * The smallest program found by leaving out groups that still `fails`: halves first, then single groups, until none can go.
 */
export function shrink(program: RandomProgram, fails: (candidate: RandomProgram) => boolean): RandomProgram {
  let best = program
  for (let size = Math.ceil(best.groups.length / 2); size >= 1;) {
    let removed = false
    for (let at = 0; at < best.groups.length;) {
      const candidate = { ...best, groups: [...best.groups.slice(0, at), ...best.groups.slice(at + size)] }
      if (candidate.groups.length > 0 && fails(candidate)) {
        best = candidate
        removed = true
      } else at += size
    }
    if (size === 1 && !removed) break
    size = size === 1 ? 1 : Math.floor(size / 2)
  }
  return best
}
