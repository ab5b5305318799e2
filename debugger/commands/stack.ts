// Sources, disassembly, and the stack of calls.
import { regPc } from '../../kernel/index.ts'
import { fileAt, symbolInSpace } from '../symbols/index.ts'
import { hex } from '../hex.ts'
import { backtrace, baseName, frameOf, selected, sourceLines, spaceOf, valueOf } from './look.ts'
import { completeSymbol, currentSpot, frameSpot, resolvePlace } from './places.ts'
import { instructions } from './print.ts'
import { frameText, isInsideLine, whereText } from './stops.ts'
import { fail, type Command, type Debugger, type SourceSpot } from './types.ts'

/** Lines that `list` shows. */
const LISTED = 10
const BEFORE = 5
const MOST_INSTRUCTIONS = 2000

function listLines(d: Debugger, { file, line }: SourceSpot, end: number): string[] {
  const lines = sourceLines(d, file) ?? fail(`${file}: No such file or directory.`)
  const first = Math.max(1, line)
  if (first > lines.length) fail(`Line number ${first} out of range; "${baseName(file)}" has ${lines.length} lines.`)
  const last = Math.min(end, lines.length)
  d.listed = { file, line: last + 1 }
  return lines.slice(first - 1, last).map((text, i) => `${first + i}\t${text.trimEnd()}`)
}

function list(d: Debugger, text: string): string[] {
  const range = /^(\d+)\s*,\s*(\d+)$/.exec(text)
  const spot = d.listed ?? currentSpot(d)
  if (spot === null) fail('No symbol table is loaded.  Use the "file" command.')
  if (range !== null) return listLines(d, { ...spot, line: Number(range[1]) }, Number(range[2]))
  if (text === '-') {
    const start = Math.max(1, spot.line - 2 * LISTED)
    return listLines(d, { ...spot, line: start }, start + LISTED - 1)
  }
  if (text === '' && d.listed !== null) return listLines(d, spot, spot.line + LISTED - 1)
  const number = /^(?:(.+):)?(\d+)$/.exec(text)
  const at =
    text === '' ? spot : number !== null && number[1] === undefined ? { ...spot, line: Number(number[2]) } : resolvePlace(d, text).spot
  if (at === null) fail(`Function "${text}" has no source lines.`)
  const start = Math.max(1, at.line - BEFORE)
  return listLines(d, { ...at, line: start }, start + LISTED - 1)
}

/** The function around an address, or a range. */
function disassembly(d: Debugger, text: string): string[] {
  const range = /^(.+?)\s*,\s*(\+?)(.+)$/.exec(text)
  if (range !== null) {
    const start = Number(valueOf(d, range[1]))
    const end = Number(valueOf(d, range[3])) + (range[2] === '+' ? start : 0)
    const { lines } = instructions(d, start, MOST_INSTRUCTIONS, end)
    return [`Dump of assembler code from ${hex(start)} to ${hex(end)}:`, ...lines, 'End of assembler dump.']
  }
  const space = spaceOf(d, selected(d))
  const at = text === '' ? frameOf(d).pc : Number(valueOf(d, text))
  const symbol = symbolInSpace(space, at, true) ?? fail('No function contains program counter for selected frame.')
  const end = symbol.size > 0 ? symbol.address + symbol.size : endOf(d, symbol.address)
  const { lines } = instructions(d, symbol.address, MOST_INSTRUCTIONS, end)
  return [`Dump of assembler code for function ${symbol.name}:`, ...lines, 'End of assembler dump.']
}

/** Of a function that nobody gave a size: the next symbol's start. */
function endOf(d: Debugger, start: number): number {
  const loaded = fileAt(spaceOf(d, selected(d)), start)
  const next = loaded?.file.symbols.addresses.find(address => address + loaded.bias > start)
  return loaded === null || next === undefined ? start + MOST_INSTRUCTIONS : next + loaded.bias
}

function select(d: Debugger, level: number): string[] {
  const { frames } = backtrace(d, selected(d), level + 1)
  d.frame = Math.max(0, Math.min(level, frames.length - 1))
  const [frame, ...rest] = whereText(d, true)
  return [`#${d.frame}  ${frame}`, ...rest]
}

function trace(d: Debugger, text: string): string[] {
  const limit = text === '' ? undefined : Number(valueOf(d, text))
  const { frames } = backtrace(d, selected(d), limit)
  return frames.map((frame, n) => `#${String(n).padEnd(2)} ${frameText(frame, n > 0 || isInsideLine(frame))}`)
}

export const STACK: readonly Command[] = [
  {
    name: 'list',
    short: ['l'],
    group: 'stack',
    usage: '[LINE | FIRST,LAST | LOCATION | -]',
    doc: 'Show source lines: around where the program stands, and on from there.',
    repeats: 'bare',
    complete: (d, _, last) => completeSymbol(d, last),
    run: (d, { text }) => list(d, text),
  },
  {
    name: 'disassemble',
    short: ['disas'],
    group: 'stack',
    usage: '[ADDRESS | START,END | START,+BYTES]',
    doc: 'Show the instructions of a function or a range.',
    complete: (d, _, last) => completeSymbol(d, last),
    run: (d, { text }) => disassembly(d, text),
  },
  {
    name: 'backtrace',
    short: ['bt', 'where'],
    group: 'stack',
    usage: '[N]',
    doc: 'Show the frames of the calls that led here.',
    run: (d, { text }) => trace(d, text),
  },
  {
    name: 'frame',
    short: ['f'],
    group: 'stack',
    usage: '[N]',
    doc: 'Select a frame, or show the selected one.',
    run: (d, { text }) => select(d, text === '' ? d.frame : Number(valueOf(d, text))),
  },
  {
    name: 'up',
    group: 'stack',
    usage: '[N]',
    doc: 'Select the frame of the caller.',
    repeats: 'same',
    run(d, call) {
      const before = d.frame
      const lines = select(d, d.frame + call.count())
      return d.frame === before ? fail("Initial frame selected; you can't go up.") : lines
    },
  },
  {
    name: 'down',
    short: ['do', 'dow'],
    group: 'stack',
    usage: '[N]',
    doc: 'Select the frame that was called.',
    repeats: 'same',
    run(d, call) {
      if (d.frame === 0) fail("Bottom (innermost) frame selected; you can't go down.")
      return select(d, d.frame - call.count())
    },
  },
]

/** Where the selected task stands, for panes: pc and its source place. */
export function standsAt(d: Debugger): { pc: number; spot: SourceSpot | null } {
  const task = selected(d)
  return { pc: d.frame === 0 ? regPc(d.session.k, task) : frameOf(d).pc, spot: frameSpot(d) }
}
