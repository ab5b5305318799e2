// DWARF expressions: a small stack machine that says where a variable is, or what it was (DWARF 5, section 2.5). Values are 64 bits.
import { unsignedOf } from '../little-endian.ts'
import {
  address,
  block,
  cursorOn,
  DebugInfoError,
  fail,
  i16,
  i32,
  i64,
  i8,
  sleb,
  slebBig,
  u16,
  u32,
  u64,
  u8,
  uleb,
  ulebBig,
  type Cursor,
} from '../../kernel/abi/dwarf/index.ts'

/** What an expression may ask of the place it is evaluated for. Addresses are those of the running program. */
export interface ExpressionContext {
  section: string
  /** Added to addresses that the file has. */
  bias: number
  /** By DWARF number: x0-x31, then f0-f31. null: lost, as calls may change it. */
  registers: readonly (bigint | null)[]
  readMemory(address: number, length: number): Uint8Array | null
  /** The value of DW_AT_frame_base, and the canonical frame address; they throw where there is none. */
  frameBase(): bigint
  cfa(): bigint
  /** Address by index into .debug_addr, as the file has it. */
  indexed(index: number): number
  /** The function being called by an entry: DW_OP_call*. Its expression. */
  called(offset: number): Uint8Array
  /** Where the thread's block of this file is. */
  threadBlock(): bigint
}

export type Location =
  | { kind: 'memory'; address: number }
  | { kind: 'register'; register: number }
  /** The value itself: the variable is nowhere. */
  | { kind: 'value'; value: bigint }
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'pieces'; pieces: { size: number; location: Location }[] }
  | { kind: 'lost'; reason: string }

interface Run {
  c: Cursor
  context: ExpressionContext
  stack: bigint[]
  /** What the next piece, or the end, finds in place of an address. */
  result: Location | null
  pieces: { size: number; location: Location }[]
  steps: number
  depth: number
}

/** An expression may loop. */
const MAX_STEPS = 10_000
const MAX_STACK = 256
const MAX_CALLS = 8
export const OPTIMIZED_OUT = '<optimized out>'

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value)
const signed = (value: bigint): bigint => BigInt.asIntN(64, value)

function push(run: Run, value: bigint): void {
  if (run.stack.length >= MAX_STACK) fail(run.c, 'an expression whose stack overflows')
  run.stack.push(unsigned(value))
}
function pop(run: Run): bigint {
  return run.stack.pop() ?? fail(run.c, 'an expression whose stack is empty')
}
function pick(run: Run, depth: number): void {
  push(run, run.stack[run.stack.length - 1 - depth] ?? fail(run.c, 'an expression whose stack is too small'))
}

function registerValue(run: Run, number: number): bigint {
  const value = run.context.registers[number]
  if (value === undefined) throw new DebugInfoError(`register ${number} is not known`)
  if (value === null) throw new DebugInfoError(OPTIMIZED_OUT)
  return value
}

/** An address as a number; what is no address of ours reads as none. */
export const toAddress = (value: bigint): number => Number(unsigned(value))

const binary =
  (compute: (left: bigint, right: bigint, run: Run) => bigint) =>
  (run: Run): void => {
    const right = pop(run)
    push(run, compute(pop(run), right, run))
  }
const unary =
  (compute: (value: bigint) => bigint) =>
  (run: Run): void =>
    push(run, compute(pop(run)))
const compared = (holds: (left: bigint, right: bigint) => boolean): ((run: Run) => void) =>
  binary((a, b) => (holds(signed(a), signed(b)) ? 1n : 0n))
const shift = (compute: (value: bigint, by: bigint) => bigint, beyond: (value: bigint) => bigint): ((run: Run) => void) =>
  binary((a, b) => (b >= 64n ? beyond(a) : compute(a, b)))
const divided = (compute: (left: bigint, right: bigint) => bigint): ((run: Run) => void) =>
  binary((a, b, run) => (b === 0n ? fail(run.c, 'a division by zero') : compute(a, b)))

function dereference(run: Run, size: number): void {
  const at = toAddress(pop(run))
  const bytes = size > 8 || size === 0 ? fail(run.c, `${size} bytes dereferenced`) : run.context.readMemory(at, size)
  if (bytes === null) throw new DebugInfoError(`Cannot access memory at address 0x${at.toString(16)}`)
  push(run, unsignedOf(bytes))
}

function jump(run: Run, distance: number): void {
  const to = run.c.at + distance
  if (to < 0 || to > run.c.end) fail(run.c, 'an expression that jumps out of itself')
  run.c.at = to
}

function currentLocation(run: Run): Location {
  if (run.result) return run.result
  const top = run.stack.at(-1)
  return top === undefined ? { kind: 'lost', reason: OPTIMIZED_OUT } : { kind: 'memory', address: toAddress(top) }
}

function piece(run: Run, size: number): void {
  run.pieces.push({ size, location: currentLocation(run) })
  run.result = null
  run.stack.length = 0
}

function call(run: Run, offset: number): void {
  if (run.depth >= MAX_CALLS) fail(run.c, 'expressions that call one another without end')
  const outer = run.c
  run.c = cursorOn(run.context.section, run.context.called(offset))
  run.depth++
  execute(run)
  run.depth--
  run.c = outer
}

const OPS: Record<number, (run: Run) => void> = {
  0x03: run => push(run, BigInt(address(run.c, 8) + run.context.bias)),
  0x06: run => dereference(run, 8),
  0x08: run => push(run, BigInt(u8(run.c))),
  0x09: run => push(run, BigInt(i8(run.c))),
  0x0a: run => push(run, BigInt(u16(run.c))),
  0x0b: run => push(run, BigInt(i16(run.c))),
  0x0c: run => push(run, BigInt(u32(run.c))),
  0x0d: run => push(run, BigInt(i32(run.c))),
  0x0e: run => push(run, u64(run.c)),
  0x0f: run => push(run, i64(run.c)),
  0x10: run => push(run, ulebBig(run.c)),
  0x11: run => push(run, slebBig(run.c)),
  0x12: run => pick(run, 0),
  0x13: run => void pop(run),
  0x14: run => pick(run, 1),
  0x15: run => pick(run, u8(run.c)),
  0x16: run => {
    const [second, first] = [pop(run), pop(run)]
    push(run, second)
    push(run, first)
  },
  0x17: run => {
    const [third, second, first] = [pop(run), pop(run), pop(run)]
    for (const value of [third, first, second]) push(run, value)
  },
  0x19: unary(a => (signed(a) < 0n ? -signed(a) : a)),
  0x1a: binary((a, b) => a & b),
  0x1b: divided((a, b) => signed(a) / signed(b)),
  0x1c: binary((a, b) => a - b),
  0x1d: divided((a, b) => a % b),
  0x1e: binary((a, b) => a * b),
  0x1f: unary(a => -a),
  0x20: unary(a => ~a),
  0x21: binary((a, b) => a | b),
  0x22: binary((a, b) => a + b),
  0x23: run => push(run, pop(run) + ulebBig(run.c)),
  0x24: shift(
    (a, b) => a << b,
    () => 0n,
  ),
  0x25: shift(
    (a, b) => a >> b,
    () => 0n,
  ),
  0x26: shift(
    (a, b) => signed(a) >> b,
    a => (signed(a) < 0n ? -1n : 0n),
  ),
  0x27: binary((a, b) => a ^ b),
  0x28: run => {
    const distance = i16(run.c)
    if (pop(run) !== 0n) jump(run, distance)
  },
  0x29: compared((a, b) => a === b),
  0x2a: compared((a, b) => a >= b),
  0x2b: compared((a, b) => a > b),
  0x2c: compared((a, b) => a <= b),
  0x2d: compared((a, b) => a < b),
  0x2e: compared((a, b) => a !== b),
  0x2f: run => jump(run, i16(run.c)),
  0x90: run => void (run.result = { kind: 'register', register: uleb(run.c) }),
  0x91: run => push(run, run.context.frameBase() + slebBig(run.c)),
  0x92: run => push(run, registerValue(run, uleb(run.c)) + slebBig(run.c)),
  0x93: run => piece(run, uleb(run.c)),
  0x94: run => dereference(run, u8(run.c)),
  0x96: () => {},
  0x98: run => call(run, u16(run.c)),
  0x99: run => call(run, u32(run.c)),
  0x9b: run => push(run, pop(run) + run.context.threadBlock()),
  0x9c: run => push(run, run.context.cfa()),
  0x9e: run => void (run.result = { kind: 'bytes', bytes: block(run.c, uleb(run.c)) }),
  0x9f: run => void (run.result = { kind: 'value', value: pop(run) }),
  0xa1: run => push(run, BigInt(run.context.indexed(uleb(run.c)) + run.context.bias)),
  0xa2: run => push(run, BigInt(run.context.indexed(uleb(run.c)))),
  0xe0: run => push(run, pop(run) + run.context.threadBlock()),
}
const [LIT0, REG0, BREG0, FAMILY] = [0x30, 0x50, 0x70, 32]
for (let n = 0; n < FAMILY; n++) {
  OPS[LIT0 + n] = run => push(run, BigInt(n))
  OPS[REG0 + n] = run => void (run.result = { kind: 'register', register: n })
  OPS[BREG0 + n] = run => push(run, registerValue(run, n) + BigInt(sleb(run.c)))
}

/** Names of operations that compilers write and this machine does not do. */
const UNSUPPORTED: Readonly<Record<number, string>> = {
  0x18: 'DW_OP_xderef',
  0x97: 'DW_OP_push_object_address',
  0x9a: 'DW_OP_call_ref',
  0x9d: 'DW_OP_bit_piece',
  0xa0: 'DW_OP_implicit_pointer',
  0xa3: 'DW_OP_entry_value',
  0xa4: 'DW_OP_const_type',
  0xa5: 'DW_OP_regval_type',
  0xa6: 'DW_OP_deref_type',
  0xa8: 'DW_OP_convert',
  0xa9: 'DW_OP_reinterpret',
  0xf2: 'DW_OP_GNU_implicit_pointer',
  0xf3: 'DW_OP_GNU_entry_value',
  0xf4: 'DW_OP_GNU_const_type',
  0xf5: 'DW_OP_GNU_regval_type',
  0xf6: 'DW_OP_GNU_deref_type',
  0xf7: 'DW_OP_GNU_convert',
  0xfa: 'DW_OP_GNU_parameter_ref',
  0xfd: 'DW_OP_GNU_variable_value',
}

function execute(run: Run): void {
  const { c } = run
  while (c.at < c.end) {
    const opcode = u8(c)
    const op = OPS[opcode]
    if (op === undefined) throw new DebugInfoError(`<unsupported: ${UNSUPPORTED[opcode] ?? `DW_OP 0x${opcode.toString(16)}`}>`)
    if (++run.steps > MAX_STEPS) fail(c, 'an expression that does not end')
    op(run)
  }
}

function newRun(bytes: Uint8Array, context: ExpressionContext, stack: bigint[]): Run {
  return { c: cursorOn(context.section, bytes), context, stack, result: null, pieces: [], steps: 0, depth: 0 }
}

/** Where an expression says that something is. What it cannot say is `lost`, with the reason as a value's text shows it. */
export function locate(bytes: Uint8Array, context: ExpressionContext): Location {
  const run = newRun(bytes, context, [])
  try {
    execute(run)
  } catch (error) {
    if (!(error instanceof DebugInfoError)) throw error
    return { kind: 'lost', reason: error.message }
  }
  return run.pieces.length > 0 ? { kind: 'pieces', pieces: run.pieces } : currentLocation(run)
}

/** The value that an expression leaves, begun with `initial` on its stack. @throws DebugInfoError */
export function compute(bytes: Uint8Array, context: ExpressionContext, initial: readonly bigint[] = []): bigint {
  const run = newRun(bytes, context, [...initial])
  execute(run)
  if (run.result?.kind === 'register') return registerValue(run, run.result.register)
  if (run.result?.kind === 'value') return run.result.value
  return pop(run)
}
