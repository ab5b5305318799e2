// Instructions of a task's memory, around pc or from an address: the form one writes beside the one that is really there.
import { disassemble, getPc } from '../../vm/index.ts'
import { peekMm, regPc } from '../../kernel/index.ts'
import { readHart } from '../target/index.ts'
import { bareHart, countOf, mmOf, taskOf, userAddress } from './ask.ts'
import { view } from './define.ts'
import { hex } from '../hex.ts'
import { fit } from './layout.ts'
import type { ViewArguments } from './types.ts'

export interface InstructionData {
  address: number
  /** Bytes of it: 2 or 4. */
  length: number
  /** The word in hex, as objdump prints it. */
  word: string
  /** With pseudo-instructions, `li a0,5`; and the instruction that is encoded, where that differs, `c.li a0,5`. */
  text: string
  real: string | null
  /** The name of its address, `main+0x10`, and its source line. */
  symbol: string | null
  line: string | null
  /** Where a branch or jump goes. */
  target: number | null
  targetSymbol: string | null
  isPc: boolean
}

export interface DisassemblyData {
  /** 0: of a hart. */
  pid: number
  pc: number | null
  instructions: InstructionData[]
  /** Where it ended before the count was full: no memory to be had there. */
  endedAt: number | null
}

const DEFAULT_COUNT = 16
const MOST = 65536
/** Instructions shown before pc, as far as they can be told. */
const BEFORE = 5
const LONG = 4
const SHORT = 2
const COMPRESSED_MASK = 3

export const disassemblyView = view<DisassemblyData>({
  name: 'disassemble',
  doc: 'Instructions around pc, or from an address on, with what pseudo-instructions stand for.',
  arguments: ['pid', 'address', 'count', 'symbol', 'line'],

  data(k, args) {
    const task = taskOf(k, args)
    const mm = mmOf(task)
    return disassemblyData(task.pid, regPc(k, task), (address, length) => peekMm(k, mm, address, length), args)
  },

  bare(machine, args) {
    const hart = bareHart(machine, args)
    return disassemblyData(0, getPc(hart), (address, length) => readHart(machine, hart, address, length), args)
  },

  text({ instructions, endedAt }, width) {
    const lines: string[] = []
    let function_ = ''
    let source = ''
    for (const i of instructions) {
      const name = i.symbol?.replace(/\+.*$/, '') ?? ''
      if (name !== function_ && name !== '') lines.push(`${name}:`)
      if (i.line !== null && i.line !== source) lines.push(`${i.line}`)
      function_ = name
      source = i.line ?? ''
      const target = i.targetSymbol === null ? '' : ` <${i.targetSymbol}>`
      const text = `${i.isPc ? '=>' : '  '} ${hex(i.address).padEnd(12)} ${i.word.padEnd(8)}  ${(i.text + target).padEnd(28)}`
      lines.push(i.real === null ? text : `${text} # ${i.real}`)
    }
    if (endedAt !== null) lines.push(`   ${hex(endedAt)} cannot be read`)
    return lines.map(line => fit(line, width))
  },
})

/** What is in memory at an address, without touching anything: shorter where nothing is. */
type Peek = (address: number, length: number) => Uint8Array

function disassemblyData(pid: number, pc: number, peek: Peek, args: ViewArguments): DisassemblyData {
  const count = countOf(args.count, DEFAULT_COUNT, MOST)
  const start = args.address === undefined ? startBefore(peek, pc, Math.min(BEFORE, count - 1)) : userAddress(args.address)
  const instructions: InstructionData[] = []
  let address = start
  for (; instructions.length < count; address += instructions[instructions.length - 1].length) {
    const fetched = fetch(peek, address)
    if (fetched === null) break
    instructions.push(decodeAt(address, fetched, pc, args))
  }
  return { pid, pc, instructions, endedAt: instructions.length < count ? address : null }
}

interface Fetched {
  word: number
  length: number
}

/** The instruction's bytes, without touching the page; null where there are none to be had. */
function fetch(peek: Peek, address: number): Fetched | null {
  const bytes = peek(address, LONG)
  if (bytes.length < SHORT) return null
  const low = bytes[0] | (bytes[1] << 8)
  if ((low & COMPRESSED_MASK) !== COMPRESSED_MASK) return { word: low, length: SHORT }
  if (bytes.length < LONG) return null
  return { word: (low | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0, length: LONG }
}

const spaced = (text: string): string => text.replace('\t', ' ')

function decodeAt(address: number, { word, length }: Fetched, pc: number, args: ViewArguments): InstructionData {
  const shown = disassemble(word, address)
  const real = spaced(disassemble(word, address, { aliases: false }).text)
  const text = spaced(shown.text)
  return {
    address,
    length,
    word: word.toString(16).padStart(2 * length, '0'),
    text,
    real: real === text ? null : real,
    symbol: args.symbol?.(address) ?? null,
    line: args.line?.(address) ?? null,
    target: shown.target,
    targetSymbol: shown.target === null ? null : (args.symbol?.(shown.target) ?? null),
    isPc: address === pc,
  }
}

/**
 * Where to begin so that so many instructions come before pc. Going backwards a stream of 2 and 4 byte instructions can be cut in
 * several ways: the longest stretch that decodes without an illegal one and arrives at pc is taken.
 */
function startBefore(peek: Peek, pc: number, count: number): number {
  for (let back = LONG * count; back > 0; back -= SHORT) {
    let address = pc - back
    let seen = 0
    for (; address < pc; seen++) {
      const fetched = address < 0 ? null : fetch(peek, address)
      if (fetched === null || disassemble(fetched.word, address).decoded === null) break
      address += fetched.length
    }
    if (address === pc && seen <= count) return pc - back
  }
  return pc
}
