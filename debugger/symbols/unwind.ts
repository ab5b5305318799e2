// The stack of calls, walked from the innermost frame outwards: by call frame information, else by what the function's own code did
// to the stack. It ends at main or _start, where nobody called, or where memory and registers say no more; and it always ends.
import { REG } from '../../vm/index.ts'
import { descriptionAt, framesOf } from './cfi.ts'
import { frameRowAt, type RegisterRule } from './cfi-rows.ts'
import { compute, type ExpressionContext } from './expression.ts'
import { endsFlow, keeps, readPrologue } from './prologue.ts'
import { DebugInfoError } from '../../kernel/abi/dwarf/index.ts'
import { PF, PT } from '../../kernel/abi/index.ts'
import { attempt } from './sections.ts'
import { describeInSpace, fileAt, lineInSpace, symbolInSpace, type LoadedFile, type SymbolSpace } from './space.ts'
import type { FrameDescription, SourcePlace } from './model.ts'

/** Reads bytes of the stopped program, changing nothing; null where they are not all to be had. */
export type ReadMemory = (address: number, length: number) => Uint8Array | null

/** Registers by DWARF number: x0-x31, then f0-f31. null: what it was is lost. */
export type FrameRegisters = readonly (bigint | null)[]

export interface StackFrame {
  /** 0 is the innermost. */
  level: number
  pc: number
  /** Where to look up names, lines and scopes: of a caller, the call, not what is behind it. */
  lookup: number
  /** The stack pointer before the call: the frame is below. null: not known. */
  cfa: number | null
  function: string | null
  /** `main+12`. */
  place: string | null
  loaded: LoadedFile | null
  line: SourcePlace | null
  registers: FrameRegisters
  /** Made by the kernel for a signal handler: the next frame is what was interrupted. */
  signal: boolean
}

export interface Backtrace {
  frames: StackFrame[]
  /** Why there are no more. */
  ended: string
}

const FLOATS = 32
const FRAME_REGISTERS = 64
const MAX_FRAMES = 10_000
/** Functions that nobody called, as far as a user cares. */
const OUTERMOST: readonly string[] = ['main', '_start']

/** `li a7, 139; ecall`: the code that signal handlers return to, by which every unwinder knows it. */
const SIGRETURN = [0x93, 0x08, 0xb0, 0x08, 0x73, 0x00, 0x00, 0x00]
/** Linux's frame for a handler: mcontext (pc, x1..x31, then f0..f31) begins behind siginfo's 128 bytes and 176 of ucontext. */
const MCONTEXT = 128 + 176
const MCONTEXT_BYTES = 64 * 8

const SAVED_FLOATS: readonly number[] = [8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27].map(n => FLOATS + n)
/** What a caller finds unchanged: s0-s11, fs0-fs11, gp and tp. */
const survives = (n: number): boolean => n === REG.gp || n === REG.tp || (n < FLOATS ? n !== REG.ra && keeps(n) : SAVED_FLOATS.includes(n))

interface Caller {
  /** null: where it was called from is not known, or nowhere. */
  pc: number | null
  cfa: number | null
  registers: (bigint | null)[]
  signal: boolean
}

const u64At = (bytes: Uint8Array, at = 0): bigint => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true)

function readWord(read: ReadMemory, address: number): bigint {
  const bytes = read(address, 8)
  if (bytes === null) throw new DebugInfoError(`memory at 0x${address.toString(16)} cannot be read`)
  return u64At(bytes)
}

const addressFrom = (value: bigint): number => Number(BigInt.asUintN(64, value))

function known(registers: FrameRegisters, number: number): bigint {
  const value = registers[number]
  if (value === null || value === undefined) throw new DebugInfoError(`register ${number} is not known`)
  return value
}

const never = (what: string) => (): never => {
  throw new DebugInfoError(`${what} in call frame information`)
}

function contextOf(loaded: LoadedFile, registers: FrameRegisters, read: ReadMemory): ExpressionContext {
  return {
    section: 'call frame information',
    bias: loaded.bias,
    registers,
    readMemory: read,
    frameBase: never('a frame base'),
    cfa: never('the frame address'),
    indexed: never('an indexed address'),
    called: never('a call'),
    threadBlock: never('a thread block'),
  }
}

/** A register of the caller by its rule. */
function recover(rule: RegisterRule, number: number, frame: FrameRegisters, cfa: number, context: ExpressionContext): bigint | null {
  switch (rule.kind) {
    case 'undefined':
      return null
    case 'same':
      return frame[number] ?? null
    case 'offset':
      return readWord(context.readMemory, cfa + rule.offset)
    case 'valueOffset':
      return BigInt(cfa + rule.offset)
    case 'register':
      return frame[rule.register] ?? null
    case 'expression':
      return readWord(context.readMemory, addressFrom(compute(rule.bytes, context, [BigInt(cfa)])))
    case 'valueExpression':
      return compute(rule.bytes, context, [BigInt(cfa)])
  }
}

function byDescription(frame: StackFrame, loaded: LoadedFile, description: FrameDescription, read: ReadMemory): Caller {
  const row = frameRowAt(description, frame.lookup - loaded.bias)
  if (row === null) throw new DebugInfoError('no row of call frame information')
  const context = contextOf(loaded, frame.registers, read)
  const { cfa: rule } = row
  const cfa = addressFrom(
    rule.kind === 'register' ? known(frame.registers, rule.register) + BigInt(rule.offset) : compute(rule.bytes, context),
  )
  const registers = frame.registers.map((value, n) => {
    const saved = row.registers.get(n)
    if (saved) return recover(saved, n, frame.registers, cfa, context)
    return description.common.signal || survives(n) ? value : null
  })
  // sp is the frame address unless a rule says otherwise; ra, where nobody saved it, is still in its register.
  if (!row.registers.has(REG.sp)) registers[REG.sp] = BigInt(cfa)
  const column = description.common.returnColumn
  const back = row.registers.has(column) ? registers[column] : frame.registers[column]
  if (back === null || back === undefined) return { pc: null, cfa, registers, signal: false }
  return { pc: addressFrom(back), cfa, registers, signal: description.common.signal }
}

/** Labels of assembly without types may be inside of a function: its start is where control cannot run in from above. */
const MAX_LABELS = 64
function functionStart(space: SymbolSpace, address: number, read: ReadMemory): number | null {
  let symbol = symbolInSpace(space, address, true)
  for (let n = 0; symbol !== null && n < MAX_LABELS; n++) {
    if (symbol.kind === 'function' || symbol.binding !== 'local' || endsFlow(symbol.address, read)) return symbol.address
    symbol = symbolInSpace(space, symbol.address - 1, true) ?? symbol
  }
  return symbol?.address ?? null
}

function byCode(space: SymbolSpace, frame: StackFrame, read: ReadMemory): Caller {
  const start = functionStart(space, frame.lookup, read)
  const code = start === null ? null : readPrologue(start, frame.pc, read)
  if (code === null) throw new DebugInfoError('no call frame information, and the code does not tell')
  const cfa = addressFrom(known(frame.registers, code.base)) + code.offset
  const registers = frame.registers.map((value, n) => {
    const at = code.saved.get(n)
    if (at !== undefined) return readWord(read, cfa + at)
    return survives(n) ? value : null
  })
  registers[REG.sp] = BigInt(cfa)
  // Of a function that was interrupted, ra may still be in its register; once it called, it is not.
  const back = code.saved.has(REG.ra) ? registers[REG.ra] : frame.level === 0 || frame.lookup === frame.pc ? frame.registers[REG.ra] : null
  return { pc: back === null || back === undefined ? null : addressFrom(back), cfa, registers, signal: false }
}

function isSignalReturn(frame: StackFrame, read: ReadMemory): boolean {
  const code = read(frame.pc, SIGRETURN.length)
  return code !== null && SIGRETURN.every((byte, i) => code[i] === byte)
}

function bySignalFrame(frame: StackFrame, read: ReadMemory): Caller {
  const sp = addressFrom(known(frame.registers, REG.sp))
  const saved = read(sp + MCONTEXT, MCONTEXT_BYTES)
  if (saved === null) throw new DebugInfoError('the signal frame cannot be read')
  const registers = frame.registers.map((_, n) => (n === 0 ? 0n : u64At(saved, n * 8)))
  return { pc: addressFrom(u64At(saved)), cfa: addressFrom(registers[REG.sp]), registers, signal: true }
}

/** Is it code of a file that is loaded? */
const isCode = (loaded: LoadedFile | null, address: number): boolean =>
  loaded !== null &&
  loaded.file.elf.segments.some(({ type, flags, vaddr, memorySize }) => {
    const at = address - loaded.bias - vaddr
    return type === PT.LOAD && (flags & PF.X) !== 0 && at >= 0 && at < memorySize
  })

/** A jump to where no code is: who made it had nothing done by there yet, and if it was a call, ra still says where from. */
function byJump(space: SymbolSpace, frame: StackFrame): Caller | null {
  const [back, sp] = [frame.registers[REG.ra], frame.registers[REG.sp]]
  const isJump = frame.lookup === frame.pc && !isCode(frame.loaded, frame.pc)
  if (!isJump || back === null || sp === null) return null
  const pc = addressFrom(back)
  return isCode(fileAt(space, pc), pc) ? { pc, cfa: addressFrom(sp), registers: [...frame.registers], signal: false } : null
}

function callerOf(space: SymbolSpace, frame: StackFrame, read: ReadMemory): Caller {
  if (isSignalReturn(frame, read)) return bySignalFrame(frame, read)
  const jump = byJump(space, frame)
  if (jump !== null) return jump
  const { loaded } = frame
  const description = loaded && descriptionAt(framesOf(loaded.file), frame.lookup - loaded.bias)
  if (!loaded || !description) return byCode(space, frame, read)
  // Damaged information is as good as none.
  const found = attempt(loaded.file, () => frameRowAt(description, frame.lookup - loaded.bias))
  return found === null ? byCode(space, frame, read) : byDescription(frame, loaded, description, read)
}

function newFrame(space: SymbolSpace, level: number, pc: number, registers: FrameRegisters, exact: boolean): StackFrame {
  const lookup = exact ? pc : pc - 1
  return {
    level,
    pc,
    lookup,
    cfa: null,
    function: symbolInSpace(space, lookup, true)?.name ?? null,
    place: describeInSpace(space, pc),
    loaded: fileAt(space, lookup),
    line: lineInSpace(space, lookup),
    registers,
    signal: false,
  }
}

/**
 * The frames of a stopped task, innermost first. Reading changes nothing.
 * @param registers of the task: pc, and x0-x31 (f0-f31 may follow; what is missing is not known)
 * @param limit frames at most
 */
export function unwind(
  space: SymbolSpace,
  registers: { pc: number; values: FrameRegisters },
  read: ReadMemory,
  limit: number = MAX_FRAMES,
): Backtrace {
  const first = Array.from({ length: FRAME_REGISTERS }, (_, n) => registers.values[n] ?? null)
  const frames = [newFrame(space, 0, registers.pc, first, true)]
  for (;;) {
    const frame = frames[frames.length - 1]
    frame.signal = isSignalReturn(frame, read)
    const outermost = frame.function !== null && OUTERMOST.includes(frame.function) ? `${frame.function} is the outermost` : null
    let caller: Caller
    try {
      caller = callerOf(space, frame, read)
    } catch (error) {
      if (!(error instanceof DebugInfoError)) throw error
      return { frames, ended: outermost ?? error.message }
    }
    frame.cfa = caller.cfa
    if (outermost !== null) return { frames, ended: outermost }
    if (caller.pc === null) return { frames, ended: 'where it returns to is not saved' }
    if (caller.pc === 0) return { frames, ended: 'nobody called it' }
    if (frames.length >= limit) return { frames, ended: `${limit} frames are enough` }
    if (fileAt(space, caller.pc) === null && read(caller.pc, 2) === null)
      return { frames, ended: `the caller at 0x${caller.pc.toString(16)} is not in memory` }
    const below = frame.registers[REG.sp]
    const above = caller.registers[REG.sp]
    const grows = below === null || (above !== null && (above > below || (above === below && frame.lookup === frame.pc)))
    if (!caller.signal && !grows) return { frames, ended: 'the frame below is not below: is the stack damaged?' }
    frames.push(newFrame(space, frame.level + 1, caller.pc, caller.registers, caller.signal))
  }
}
