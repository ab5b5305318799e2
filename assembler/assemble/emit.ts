// Puts one instruction into the section: compressed where that is allowed, with what its address needs.
import { compress, encode, expand, extensionsWith, isWord, rowNamed, type FieldName, type Row, type Suffixes } from '../../vm/isa/index.ts'
import { R_RISCV } from '../../kernel/abi/index.ts'
import { hasExtension, mayUse } from './arch.ts'
import { SourceError } from './cursor.ts'
import { addFixup, addSlack, emitGap, emitInteger, mapAs } from './sections.ts'
import type { Matched } from './operands.ts'
import type { Assembly, Expr } from './state.ts'

/** Relocations after which the linker may shorten what stands there, when .option relax is on. */
const RELAXABLE: ReadonlySet<number> = new Set([
  R_RISCV.HI20,
  R_RISCV.LO12_I,
  R_RISCV.LO12_S,
  R_RISCV.PCREL_HI20,
  R_RISCV.PCREL_LO12_I,
  R_RISCV.PCREL_LO12_S,
  R_RISCV.TPREL_HI20,
  R_RISCV.TPREL_LO12_I,
  R_RISCV.TPREL_LO12_S,
  R_RISCV.TPREL_ADD,
  R_RISCV.CALL_PLT,
])

/** The extension that the row needs and the flags lack, or null. A compressed one needs that of what it stands for, too. */
export function missingExtension(asm: Assembly, row: Row): string | null {
  const long = row.expansion === null ? row : rowNamed(row.expansion.name)
  const needed = [row, long].find(r => r !== undefined && !extensionsWith(r).some(e => mayUse(asm.flags.arch, e)))
  if (needed !== undefined) return needed.extension.toLowerCase()
  const { also } = row
  return also !== null && !hasExtension(asm.flags.arch, also.toLowerCase()) ? also.toLowerCase() : null
}

/** Notes in the line table that an instruction starts here. */
export function markLine(asm: Assembly): void {
  const { section, loc, statement, debug } = asm
  const here = { fixed: section.fixed, gaps: section.gaps.length, slack: section.slack }
  if (loc) {
    const file = asm.lineFiles.get(loc.file) ?? ''
    section.lines.push({ ...here, file, line: loc.line, column: loc.column, isStatement: loc.isStatement })
    asm.loc = null
  } else if (debug && statement && asm.lineFiles.size === 0) {
    // Code from a macro belongs to the line that called it.
    let origin = statement
    while (origin.via) origin = origin.via
    const last = section.lines.at(-1)
    if (last?.line !== origin.line || last.file !== origin.file) {
      section.lines.push({ ...here, file: origin.file, line: origin.line, column: 0, isStatement: true })
    }
  }
}

/** The bytes of a fixup's place are emitted right after it. */
export function fixup(asm: Assembly, type: number, value: Expr): boolean {
  const relax = asm.flags.relax && RELAXABLE.has(type)
  addFixup(asm, type, 4, value, relax)
  return relax
}

/** An instruction word. */
export function emitWord(asm: Assembly, word: number, length: 2 | 4): void {
  markLine(asm)
  mapAs(asm, 'code')
  emitInteger(asm, BigInt(word), length)
  if (length === 2) asm.usedRvc = true
}

function wordOf(row: Row, values: readonly number[], suffixes: Suffixes): number {
  const word = encode(row, values, suffixes)
  if (!isWord(word)) throw new SourceError(word.message)
  return word
}

/** Operands with which GNU as leaves an instruction long although a short one would do. */
const LEFT_LONG: Readonly<Record<string, (values: readonly number[]) => boolean>> = {
  add: values => values[2] === 0,
  beq: values => values[0] === 0,
  bne: values => values[0] === 0,
}
const shortened = (asm: Assembly, row: Row, values: readonly number[]): ReturnType<typeof compress> =>
  LEFT_LONG[row.name]?.(values) ? null : compress(row, values, short => missingExtension(asm, short) === null && isNamed(asm, short))
/** Shorter forms come with the extension of their rows alone, not with another that has them too. */
const isNamed = ({ flags }: Assembly, { extension }: Row): boolean => extension === 'C' || hasExtension(flags.arch, extension.toLowerCase())

/** An instruction whose operands are all numbers; `compressible` false keeps it as it was written. */
export function emitPlain(asm: Assembly, row: Row, values: readonly number[], suffixes: Suffixes = {}, compressible = true): void {
  const short = compressible && asm.flags.rvc && row.length === 4 ? shortened(asm, row, values) : null
  if (short) emitWord(asm, wordOf(short.row, short.values, {}), 2)
  else emitWord(asm, wordOf(row, values, suffixes), row.length)
}

/** An instruction whose field is filled in by a relocation; it keeps its full length. */
export function emitRelocated(asm: Assembly, row: Row, values: readonly number[], type: number, value: Expr): void {
  markLine(asm)
  mapAs(asm, 'code')
  const relax = fixup(asm, type, value)
  emitInteger(asm, BigInt(wordOf(row, values, {})), row.length)
  if (relax) addSlack(asm)
}

/** A branch or jump to a label: its size is settled when all labels are known. */
function emitBranch(asm: Assembly, row: Row, values: readonly number[], target: Expr): void {
  const { section, statement, flags } = asm
  if (!statement) return
  const full = expand(row, values)
  const short = flags.rvc ? shortened(asm, full.row, full.values) : null
  const word = wordOf(full.row, full.values, {})
  const jump = full.row.name === 'jal'
  markLine(asm)
  mapAs(asm, 'code')
  if (jump && !short) {
    addFixup(asm, R_RISCV.JAL, 4, target)
    emitInteger(asm, BigInt(word), 4)
    return
  }
  if (short) asm.usedRvc = true
  emitGap(asm, {
    kind: 'branch',
    at: section.fixed,
    size: short ? 2 : 4,
    word,
    short: short && wordOf(short.row, short.values, {}),
    jump,
    target,
    statement,
  })
}

/** The instruction with its operands as matched, whatever they are. */
export function emitMatched(
  asm: Assembly,
  row: Row,
  values: ReadonlyMap<FieldName, Matched>,
  suffixes: Suffixes,
  compressible: boolean,
): void {
  const numbers = row.operands.map(field => {
    const v = values.get(field)
    return v && 'number' in v ? v.number : 0
  })
  for (const v of values.values()) {
    if ('target' in v) {
      emitBranch(asm, row, numbers, v.target)
      return
    }
    if ('relocation' in v) {
      emitRelocated(asm, row, numbers, v.relocation, v.value)
      return
    }
  }
  emitPlain(asm, row, numbers, suffixes, compressible)
}

/** Branches and jumps that `.insn` names by their fields: what their long forms are made from. */
export interface RawBranch {
  target: Expr
  kind: 'b' | 'j' | 'cb' | 'cj'
}
const RAW_RELOCATIONS = { b: R_RISCV.BRANCH, j: R_RISCV.JAL, cb: R_RISCV.RVC_BRANCH, cj: R_RISCV.RVC_JUMP } as const
const C_J = 5
/** beq and bne with x0, by the function bits of c.beqz and c.bnez. */
const LONG_BRANCHES: Readonly<Record<number, number>> = { 6: 0x63, 7: 0x1063 }
const JAL_X0 = 0x6f

/** The 32-bit form of a short branch or jump, null when it is none that has one. */
function longForm(word: number, kind: 'cb' | 'cj'): number | null {
  const funct = (word >>> 13) & 7
  if ((word & 3) !== 1) return null
  if (kind === 'cj') return funct === C_J ? JAL_X0 : null
  const opcode = LONG_BRANCHES[funct]
  return opcode === undefined ? null : opcode | ((8 + ((word >>> 7) & 7)) << 15)
}

/** An instruction of any length as `.insn` gives it; it is never compressed. */
export function emitRaw(
  asm: Assembly,
  word: number | bigint,
  length: number,
  relocation: { type: number; value: Expr } | null,
  branch: RawBranch | null,
): void {
  markLine(asm)
  mapAs(asm, 'code')
  if (length === 2) asm.usedRvc = true
  const { section, statement } = asm
  if (branch && branch.kind !== 'j' && statement) {
    const low = Number(word)
    const long = branch.kind === 'b' ? low : longForm(low, branch.kind)
    if (long !== null) {
      const jump = branch.kind === 'cj'
      const isShort = branch.kind !== 'b'
      emitGap(asm, {
        kind: 'branch',
        at: section.fixed,
        size: length,
        word: long,
        short: isShort ? low : null,
        jump,
        target: branch.target,
        statement,
      })
      return
    }
  }
  if (branch) addFixup(asm, RAW_RELOCATIONS[branch.kind], length, branch.target)
  const relax = relocation !== null && fixup(asm, relocation.type, relocation.value)
  emitInteger(asm, BigInt(word), length)
  if (relax) addSlack(asm)
}
