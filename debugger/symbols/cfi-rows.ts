// The programs of call frame information, run: each instruction changes the rules by which the caller's registers are found, from some
// address on (DWARF 5, section 6.4.2).
import { REG } from '../../vm/index.ts'
import { block, cursorOn, fail, sleb, u16, u32, u8, uleb, word, type Cursor } from '../../kernel/abi/dwarf/index.ts'
import type { FrameDescription } from './model.ts'

/** Where a register of the caller is. */
export type RegisterRule =
  | { kind: 'undefined' }
  | { kind: 'same' }
  /** At CFA + offset, or that sum itself. */
  | { kind: 'offset' | 'valueOffset'; offset: number }
  | { kind: 'register'; register: number }
  /** At the address that an expression gives, or that value itself. */
  | { kind: 'expression' | 'valueExpression'; bytes: Uint8Array }

/** The canonical frame address: a register and an offset, or an expression. */
export type CfaRule = { kind: 'register'; register: number; offset: number } | { kind: 'expression'; bytes: Uint8Array }

export interface FrameRow {
  /** From here on, until the next row. */
  address: number
  cfa: CfaRule
  registers: ReadonlyMap<number, RegisterRule>
}

interface Run {
  c: Cursor
  description: FrameDescription
  address: number
  cfa: CfaRule
  registers: Map<number, RegisterRule>
  /** What the common entry left, for DW_CFA_restore. */
  initial: ReadonlyMap<number, RegisterRule>
  stack: { cfa: CfaRule; registers: Map<number, RegisterRule> }[]
  rows: FrameRow[]
}

/** x0-x31, f0-f31, the alternate columns, v0-v31: the psABI's DWARF register numbers below the CSRs. */
const MAX_REGISTER = 128
const MAX_REMEMBERED = 64
/** Rows of one function: no honest one has more. */
const MAX_ROWS = 20_000

function register(c: Cursor): number {
  const number = uleb(c)
  if (number >= MAX_REGISTER) fail(c, `register ${number} in a frame`)
  return number
}

const set = (run: Run, number: number, rule: RegisterRule): void => void run.registers.set(number, rule)
const factored = (run: Run, n: number): number => n * run.description.common.dataAlign
const expressionOf = (run: Run): Uint8Array => block(run.c, uleb(run.c))

function advanceTo(run: Run, to: number): void {
  if (!Number.isSafeInteger(to) || to < run.address) fail(run.c, 'rows that go backwards')
  if (to === run.address) return
  if (run.rows.length >= MAX_ROWS) fail(run.c, 'rows without end')
  run.rows.push({ address: run.address, cfa: run.cfa, registers: new Map(run.registers) })
  run.address = to
}
const advance = (run: Run, delta: number): void => advanceTo(run, run.address + delta * run.description.common.codeAlign)

function restore(run: Run, number: number): void {
  const rule = run.initial.get(number)
  if (rule) run.registers.set(number, rule)
  else run.registers.delete(number)
}

function cfaRegister(run: Run, number: number): void {
  if (run.cfa.kind !== 'register') fail(run.c, 'a register for a CFA that is an expression')
  run.cfa = { ...run.cfa, register: number }
}
function cfaOffset(run: Run, offset: number): void {
  if (run.cfa.kind !== 'register') fail(run.c, 'an offset for a CFA that is an expression')
  run.cfa = { ...run.cfa, offset }
}

function remember(run: Run): void {
  if (run.stack.length >= MAX_REMEMBERED) fail(run.c, 'states remembered without end')
  run.stack.push({ cfa: run.cfa, registers: new Map(run.registers) })
}
function recall(run: Run): void {
  const state = run.stack.pop()
  if (state === undefined) fail(run.c, 'no state is remembered')
  run.cfa = state.cfa
  run.registers = state.registers
}

/** Instructions by opcode (section 7.24). */
const OPS: Readonly<Record<number, (run: Run) => void>> = {
  0x00: () => {},
  0x01: run => advanceTo(run, word(run.c)),
  0x02: run => advance(run, u8(run.c)),
  0x03: run => advance(run, u16(run.c)),
  0x04: run => advance(run, u32(run.c)),
  0x05: run => set(run, register(run.c), { kind: 'offset', offset: factored(run, uleb(run.c)) }),
  0x06: run => restore(run, register(run.c)),
  0x07: run => set(run, register(run.c), { kind: 'undefined' }),
  0x08: run => set(run, register(run.c), { kind: 'same' }),
  0x09: run => set(run, register(run.c), { kind: 'register', register: register(run.c) }),
  0x0a: remember,
  0x0b: recall,
  0x0c: run => void (run.cfa = { kind: 'register', register: register(run.c), offset: uleb(run.c) }),
  0x0d: run => cfaRegister(run, register(run.c)),
  0x0e: run => cfaOffset(run, uleb(run.c)),
  0x0f: run => void (run.cfa = { kind: 'expression', bytes: expressionOf(run) }),
  0x10: run => set(run, register(run.c), { kind: 'expression', bytes: expressionOf(run) }),
  0x11: run => set(run, register(run.c), { kind: 'offset', offset: factored(run, sleb(run.c)) }),
  0x12: run => void (run.cfa = { kind: 'register', register: register(run.c), offset: factored(run, sleb(run.c)) }),
  0x13: run => cfaOffset(run, factored(run, sleb(run.c))),
  0x14: run => set(run, register(run.c), { kind: 'valueOffset', offset: factored(run, uleb(run.c)) }),
  0x15: run => set(run, register(run.c), { kind: 'valueOffset', offset: factored(run, sleb(run.c)) }),
  0x16: run => set(run, register(run.c), { kind: 'valueExpression', bytes: expressionOf(run) }),
  // GNU: bytes of arguments on the stack, of no use here.
  0x2e: run => void uleb(run.c),
  // GNU: an offset that is negated.
  0x2f: run => set(run, register(run.c), { kind: 'offset', offset: -factored(run, uleb(run.c)) }),
}
/** Three instructions keep an operand in their low six bits. */
const PACKED_MASK = 0x3f
const PACKED: Readonly<Record<number, (run: Run, operand: number) => void>> = {
  1: advance,
  2: (run, number) => set(run, number, { kind: 'offset', offset: factored(run, uleb(run.c)) }),
  3: restore,
}

function execute(run: Run, section: string, bytes: Uint8Array): void {
  const c = cursorOn(section, bytes)
  run.c = c
  while (c.at < c.end) {
    const opcode = u8(c)
    const packed = PACKED[opcode >> 6]
    const plain = OPS[opcode]
    if (packed) packed(run, opcode & PACKED_MASK)
    else if (plain) plain(run)
    else fail(c, `frame instruction 0x${opcode.toString(16)}`)
  }
}

/** All rows of a function, in order of address. DebugInfoError when its program is damaged. */
export function frameRows(description: FrameDescription): FrameRow[] {
  const { common, section, start, end } = description
  const run: Run = {
    c: cursorOn(section, common.instructions),
    description,
    address: start,
    cfa: { kind: 'register', register: REG.sp, offset: 0 },
    registers: new Map(),
    initial: new Map(),
    stack: [],
    rows: [],
  }
  execute(run, `${section} (common entry)`, common.instructions)
  run.initial = new Map(run.registers)
  execute(run, `${section} (entry 0x${description.offset.toString(16)})`, description.instructions)
  // The last row holds to the function's end, even where damage put it beyond.
  advanceTo(run, Math.max(end, run.address + 1))
  return run.rows
}

/** The row that holds at an address of the function. */
export function frameRowAt(description: FrameDescription, address: number): FrameRow | null {
  return frameRows(description).findLast(row => row.address <= address) ?? null
}
