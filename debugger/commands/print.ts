// `print`, `x`, `set` and `info registers`: values in gdb's formats.
import { disassemble } from '../../vm/index.ts'
import { readMemory, readRegister, writeMemory, writeRegister } from '../session/index.ts'
import { DebugInfoError, printExpression } from '../symbols/index.ts'
import { hex } from '../hex.ts'
import { frameOf, inAngles, nameOf, reader, selected, spaceOf, valueOf } from './look.ts'
import { fail, type Command, type Debugger } from './types.ts'

const WORD_BYTES = 8
const SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, g: 8 }
const FORMATS = 'xduotacfsi'

/** `4xw`: how many, how, of what size; what is missing is as before. */
export function readFormat(text: string, before = ''): { count: number; letter: string; size: number } {
  const m = /^(-?\d*)([a-z]*)$/.exec(text) ?? fail(`Undefined output format "${text}".`)
  const letters = [...m[2]]
  const bad = letters.find(l => !FORMATS.includes(l) && SIZES[l] === undefined)
  if (bad !== undefined) fail(`Undefined output format "${bad}".`)
  const previous = before === '' ? { letter: '', size: 0 } : readFormat(before)
  const letter = letters.find(l => FORMATS.includes(l)) ?? previous.letter
  const size = SIZES[letters.find(l => SIZES[l] !== undefined) ?? ''] ?? 0
  return { count: m[1] === '' ? 1 : Number(m[1]), letter, size: size || previous.size }
}

const BITS_PER_BYTE = 8
const FIRST_PRINTABLE = 0x20
const LAST_PRINTABLE = 0x7e

/** A byte as gdb shows a character: `80 'P'`. */
function charText(value: bigint): string {
  const code = Number(BigInt.asUintN(BITS_PER_BYTE, value))
  const shown = code >= FIRST_PRINTABLE && code <= LAST_PRINTABLE ? String.fromCharCode(code) : `\\${code.toString(8).padStart(3, '0')}`
  return `${BigInt.asIntN(BITS_PER_BYTE, value)} '${shown}'`
}

function floatText(value: bigint, bytes: number): string {
  const view = new DataView(new ArrayBuffer(WORD_BYTES))
  view.setBigUint64(0, BigInt.asUintN(64, value), true)
  return String(bytes === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true))
}

type Show = (value: bigint, bytes: number, d: Debugger, padded: boolean) => string
const unsigned = (value: bigint, bytes: number): bigint => BigInt.asUintN(bytes * BITS_PER_BYTE, value)
const pad = (text: string, digits: number, padded: boolean): string => (padded ? text.padStart(digits, '0') : text)

const SHOW: Readonly<Record<string, Show>> = {
  x: (v, bytes, _, padded) => `0x${pad(unsigned(v, bytes).toString(16), bytes * 2, padded)}`,
  d: (v, bytes) => String(BigInt.asIntN(bytes * BITS_PER_BYTE, v)),
  u: (v, bytes) => String(unsigned(v, bytes)),
  o: (v, bytes) => `0${unsigned(v, bytes).toString(8)}`,
  t: (v, bytes, _, padded) => pad(unsigned(v, bytes).toString(2), bytes * BITS_PER_BYTE, padded),
  a: (v, _, d) => `${hex(v)}${inAngles(d, selected(d), Number(BigInt.asUintN(64, v)))}`,
  c: v => charText(v),
  f: (v, bytes) => floatText(v, bytes),
}

/** What `print` answers, and the number of its value in the history. */
export function printLines(d: Debugger, format: string, expression: string): { text: string[]; isMemory: boolean; value: bigint | null } {
  const { letter, size, count } = readFormat(format)
  if (letter === 's' || letter === 'i' || size > 0 || count > 1) {
    return { text: examine(d, Number(valueOf(d, expression)), format).lines, isMemory: true, value: null }
  }
  if (letter === '') {
    const known = debugValue(d, expression)
    if (known !== null) return { text: known.split('\n'), isMemory: false, value: null }
    const address = expression.trim()
    if (/^\$?pc$/.test(address)) {
      const value = valueOf(d, address)
      return { text: [`(void (*)()) ${hex(value)}${inAngles(d, selected(d), Number(value))}`], isMemory: false, value }
    }
    const symbol = symbolText(d, address)
    if (symbol !== null) return symbol
  }
  const value = valueOf(d, expression)
  return { text: [SHOW[letter === '' ? 'd' : letter](value, WORD_BYTES, d, false)], isMemory: false, value }
}

/** A symbol without a type: its contents are not known. */
function symbolText(d: Debugger, name: string): { text: string[]; isMemory: boolean; value: bigint } | null {
  const task = selected(d)
  if (!/^[A-Za-z_.]/.test(name) || readRegister(d.session, task, name) !== null) return null
  const { files } = spaceOf(d, task)
  const loaded = files.find(f => f.file.symbols.byName.has(name))
  const symbol = loaded?.file.symbols.byName.get(name)?.[0]
  if (loaded === undefined || symbol === undefined) return null
  const address = symbol.address + loaded.bias
  const kind = symbol.kind === 'object' ? 'data' : 'text'
  return { text: [`{<${kind} variable, no debug info>} ${hex(address)} <${name}>`], isMemory: false, value: BigInt(address) }
}

/** A variable of C, where debug information knows it. */
function debugValue(d: Debugger, expression: string): string | null {
  const task = selected(d)
  const space = spaceOf(d, task)
  if (expression.includes('$') || !/^[A-Za-z_*&(]/.test(expression)) return null
  try {
    return printExpression({ space, frame: frameOf(d), read: reader(d, task) }, expression)
  } catch (error) {
    if (error instanceof DebugInfoError) return null
    throw error
  }
}

const INSTRUCTION_BYTES = 4

/** Memory from an address on, as `x/FMT` shows it. */
function examine(d: Debugger, start: number, format: string, before = ''): { lines: string[]; next: number } {
  const { count, letter, size } = readFormat(format, before)
  const how = letter === '' ? 'x' : letter
  if (how === 's') return strings(d, start, count)
  if (how === 'i') return instructions(d, start, count)
  const bytes = size || (how === 'a' ? WORD_BYTES : how === 'c' ? 1 : how === 'f' ? WORD_BYTES : 4)
  const perLine = how === 't' ? Math.max(1, 4 / bytes) : how === 'a' ? 2 : Math.min(8, 16 / bytes)
  const task = selected(d)
  const lines: string[] = []
  for (let n = 0; n < count; n += perLine) {
    const at = start + n * bytes
    const values: string[] = []
    for (let i = 0; i < perLine && n + i < count; i++) {
      const address = at + i * bytes
      const read = reader(d, task)(address, bytes)
      if (read === null) {
        if (lines.length === 0 && values.length === 0) fail(`Cannot access memory at address ${hex(address)}`)
        return {
          lines: [
            ...lines,
            `${hex(at)}${inAngles(d, task, at)}:\t${[...values, `Cannot access memory at address ${hex(address)}`].join('\t')}`,
          ],
          next: address,
        }
      }
      const value = read.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
      values.push(SHOW[how](value, bytes, d, true))
    }
    lines.push(`${hex(at)}${inAngles(d, task, at)}:\t${values.join('\t')}`)
  }
  return { lines, next: start + count * bytes }
}

const LONGEST_STRING = 200
function strings(d: Debugger, start: number, count: number): { lines: string[]; next: number } {
  const task = selected(d)
  const lines: string[] = []
  let at = start
  for (let n = 0; n < count; n++) {
    const bytes = readMemory(d.session, task, at, LONGEST_STRING)
    if (bytes.length === 0) fail(`Cannot access memory at address ${hex(at)}`)
    const end = bytes.indexOf(0)
    const text = [...(end < 0 ? bytes : bytes.subarray(0, end))].map(quoted).join('')
    lines.push(`${hex(at)}${inAngles(d, task, at)}:\t"${text}"${end < 0 ? '...' : ''}`)
    at += (end < 0 ? bytes.length : end) + (end < 0 ? 0 : 1)
  }
  return { lines, next: at }
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\', '\x1b': '\\033' }
function quoted(byte: number): string {
  const char = String.fromCharCode(byte)
  return ESCAPES[char] ?? (byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE ? char : `\\${byte.toString(8).padStart(3, '0')}`)
}

/** `=> 0x10120 <main>:\taddi sp,sp,-48`. */
export function instructions(d: Debugger, start: number, count: number, end = Infinity): { lines: string[]; next: number } {
  const task = selected(d)
  const { pc } = frameOf(d)
  const lines: string[] = []
  let at = start
  for (let n = 0; n < count && at < end; n++) {
    const bytes = readMemory(d.session, task, at, INSTRUCTION_BYTES)
    if (bytes.length < 2) {
      if (n === 0) fail(`Cannot access memory at address ${hex(at)}`)
      lines.push(`   ${hex(at)}:\tCannot access memory at address ${hex(at)}`)
      break
    }
    const short = (bytes[0] & 3) !== 3
    const word = short ? bytes[0] | (bytes[1] << 8) : (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0
    const { text, target } = disassemble(word, at)
    const name = target === null ? null : nameOf(d, task, target)
    lines.push(`${at === pc ? '=>' : '  '} ${hex(at)}${inAngles(d, task, at)}:\t${text}${name === null ? '' : ` <${name}>`}`)
    at += short ? 2 : INSTRUCTION_BYTES
  }
  return { lines, next: at }
}

const ASSIGN = /^(?:var(?:iable)?\s+)?(.+?)\s*(?<![=!<>])=(?!=)\s*(.+)$/
const TARGET = /^\*\s*(?:\(\s*(u8|s8|char|u16|s16|short|u32|s32|int|u64|s64|long)\s*\*\s*\)\s*)?(.+)$/
const WIDTHS: Readonly<Record<string, number>> = { u8: 1, s8: 1, char: 1, u16: 2, s16: 2, short: 2, u32: 4, s32: 4, int: 4 }

/** `$a0 = 3`, `*(u8 *)sp = 1`, `$mine = 5`. Changing the machine forgets the recorded future. */
export function assign(d: Debugger, text: string): void {
  const m = ASSIGN.exec(text) ?? fail(`A syntax error in expression, near \`${text}'.`)
  const value = valueOf(d, m[2])
  const task = selected(d)
  const memory = TARGET.exec(m[1])
  if (memory !== null) {
    const address = Number(valueOf(d, memory[2]))
    const bytes = WIDTHS[memory[1] ?? ''] ?? WORD_BYTES
    const data = Uint8Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(BITS_PER_BYTE * i)) & 0xffn))
    if (!writeMemory(d.session, task, address, data)) fail(`Cannot access memory at address ${hex(address)}`)
    return
  }
  const name = m[1].replace(/^\$/, '')
  if (!/^[A-Za-z_]\w*$/.test(name)) fail('Left operand of assignment is not an lvalue.')
  if (readRegister(d.session, task, name) !== null) {
    if (d.frame !== 0) fail('Registers of outer frames cannot be set.')
    if (!writeRegister(d.session, task, name, value)) fail(`${name} is set by the machine alone.`)
  } else if (m[1].startsWith('$')) d.variables.set(name, value)
  else fail(`No symbol "${name}" in current context.`)
}

export const PRINT: readonly Command[] = [
  {
    name: 'print',
    short: ['p', 'inspect'],
    group: 'data',
    usage: '[/FMT] [EXPRESSION]',
    doc: 'Show a value: of registers, symbols, memory (*(u32 *)sp), variables of C; x d u o t a c f after a slash.',
    run(d, { text, format }) {
      if (ASSIGN.test(text)) {
        assign(d, text)
        return this.run(d, { text: text.slice(0, text.search(/\s*(?<![=!<>])=(?!=)/)), format, count: () => 1 })
      }
      const expression = text === '' ? '$' : text
      const { text: lines, value } = printLines(d, format, expression)
      d.values.push(value ?? 0n)
      return [`$${d.values.length} = ${lines[0]}`, ...lines.slice(1)]
    },
  },
  {
    name: 'x',
    group: 'data',
    usage: '[/NFU] [ADDRESS]',
    doc: 'Show memory: N units, as x d u o t a c f s i, of b h w g bytes. Without an address it goes on.',
    repeats: 'bare',
    run(d, { text, format }) {
      const start = text === '' ? d.examined.address : Number(valueOf(d, text))
      const before = d.examined.format
      const { lines, next } = examine(d, start, format, before)
      const { letter, size } = readFormat(format, before)
      const sizeLetter = Object.entries(SIZES).find(([, bytes]) => bytes === size)?.[0] ?? ''
      d.examined = { address: next, format: `${letter}${sizeLetter}` }
      return lines
    },
  },
]
