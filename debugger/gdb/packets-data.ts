// Packets about registers, memory and points.
import { peekRam, pokeRam } from './physical.ts'
import { readMemory, vectorBits, writeMemory } from '../session/index.ts'
import { bytesOf, fromHex, hexNumber, latin1, toHex } from './framing.ts'
import { place, take } from './points.ts'
import { IN_G, registersFor, type GdbRegister } from './registers.ts'
import { currentThread, registerOf, setRegister, taskOf } from './threads.ts'
import type { GdbServer, PacketRow, ThreadId } from './types.ts'
import { csrExists } from '../../vm/index.ts'

const BAD = 'E16'
const NO_THREAD = 'E03'
const FAULT = 'E0e'
const MOST_MEMORY = 0x10000

export const registersHere = (g: GdbServer): GdbRegister[] => registersFor(g.view, csrExists, vectorBits(g.session))

/** Little-endian digits; `x` where it cannot be told. */
function valueHex(value: bigint | null, bits: number): string {
  if (value === null) return 'x'.repeat(bits / 4)
  const digits = BigInt.asUintN(bits, value)
    .toString(16)
    .padStart(bits / 4, '0')
  return (digits.match(/../g) ?? []).reverse().join('')
}

function hexValue(digits: string): bigint | null {
  if (digits.length === 0 || digits.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(digits)) return null
  return BigInt('0x' + (digits.match(/../g) ?? []).reverse().join(''))
}

function readAll(g: GdbServer): string {
  const thread = currentThread(g)
  if (thread === null) return NO_THREAD
  return registersHere(g)
    .slice(0, IN_G)
    .map(r => valueHex(registerOf(g, thread, r), r.bits))
    .join('')
}

function writeAll(g: GdbServer, digits: string): string {
  const thread = currentThread(g)
  if (thread === null) return NO_THREAD
  let at = 0
  for (const register of registersHere(g).slice(0, IN_G)) {
    const value = hexValue(digits.slice(at, at + register.bits / 4))
    if (at >= digits.length) break
    if (value === null) return BAD
    if (!setRegister(g, thread, register, value)) return FAULT
    at += register.bits / 4
  }
  return 'OK'
}

function oneRegister(g: GdbServer, digits: string): { thread: ThreadId; register: GdbRegister } | string {
  const thread = currentThread(g)
  if (thread === null) return NO_THREAD
  const number = hexNumber(digits)
  const register = registersHere(g).find(r => r.number === number)
  return register === undefined ? BAD : { thread, register }
}

function readOne(g: GdbServer, rest: string): string {
  const found = oneRegister(g, rest.split(';')[0])
  return typeof found === 'string' ? found : valueHex(registerOf(g, found.thread, found.register), found.register.bits)
}

function writeOne(g: GdbServer, rest: string): string {
  const m = /^([0-9a-fA-F]+)=([0-9a-fA-F]+)/.exec(rest)
  const value = m === null ? null : hexValue(m[2])
  if (m === null || value === null) return BAD
  const found = oneRegister(g, m[1])
  if (typeof found === 'string') return found
  return setRegister(g, found.thread, found.register, value) ? 'OK' : FAULT
}

function span(text: string): { address: number; length: number } | null {
  const [address, length, ...more] = text.split(',')
  const [a, n] = [hexNumber(address), hexNumber(length)]
  return a === null || n === null || more.length > 0 ? null : { address: a, length: n }
}

/** Bytes of memory, fewer where they end; null: there is nobody whose memory it could be. */
function memoryAt(g: GdbServer, address: number, length: number): Uint8Array | null {
  const bytes = Math.min(length, MOST_MEMORY)
  if (g.physical) return peekRam(g.session.k, address, bytes)
  const task = taskOf(g, currentThread(g))
  return task === null ? null : readMemory(g.session, task, address, bytes)
}

function read(g: GdbServer, rest: string, answer: (bytes: Uint8Array) => string): string {
  const asked = span(rest)
  if (asked === null) return BAD
  const bytes = memoryAt(g, asked.address, asked.length)
  if (bytes === null) return NO_THREAD
  return bytes.length === 0 && asked.length > 0 ? FAULT : answer(bytes)
}

function write(g: GdbServer, rest: string, bytesIn: (data: string) => Uint8Array | null): string {
  const colon = rest.indexOf(':')
  const asked = colon < 0 ? null : span(rest.slice(0, colon))
  const bytes = bytesIn(rest.slice(colon + 1))
  if (asked === null || bytes === null || bytes.length !== asked.length) return BAD
  if (bytes.length === 0) return 'OK'
  if (g.physical) {
    const refused = pokeRam(g.session, asked.address, bytes)
    return refused === null ? 'OK' : `E.${refused}`
  }
  const task = taskOf(g, currentThread(g))
  if (task === null) return NO_THREAD
  return writeMemory(g.session, task, asked.address, bytes) ? 'OK' : FAULT
}

export const DATA_PACKETS: readonly PacketRow[] = [
  { prefix: 'g', doc: 'the general and floating-point registers', handle: g => readAll(g) },
  { prefix: 'G', doc: 'set them', alone: true, handle: writeAll },
  { prefix: 'p', doc: 'one register', handle: readOne },
  { prefix: 'P', doc: 'set one register', alone: true, handle: writeOne },
  { prefix: 'm', doc: 'memory, as hexadecimal digits', handle: (g, rest) => read(g, rest, toHex) },
  { prefix: 'x', doc: 'memory, as bytes after a b', handle: (g, rest) => read(g, rest, bytes => 'b' + latin1(bytes)) },
  { prefix: 'M', doc: 'write memory given as hexadecimal digits', alone: true, handle: (g, rest) => write(g, rest, fromHex) },
  { prefix: 'X', doc: 'write memory given as bytes', alone: true, handle: (g, rest) => write(g, rest, bytesOf) },
  { prefix: 'Z', doc: 'place a breakpoint or watchpoint', alone: true, handle: place },
  { prefix: 'z', doc: 'take it away', alone: true, handle: take },
]
