// What a signal that ends a program is about, in words: what the program did, at which address, and why that was not possible. Asked
// while the task stands before the signal, so that its memory and registers are what they were. Asking changes nothing.
import { disassemble, extensionOf, lackedExtension, PAGE_SIZE, REG, type Disassembled } from '../vm/index.ts'
import { BUS_ADRERR, BUS_CODES, PROT_EXEC, PROT_READ, PROT_WRITE, RLIMIT_STACK, SI_CODES, signalName, SIGNALS } from './abi/index.ts'
import type { Kernel } from './kernel.ts'
import { findRegion, peekMm, permissionText, regionName, USER_END, type Mm, type Region } from './mm/index.ts'
import { findTask, regBig, regPc } from './task/index.ts'
import type { SigInfo, Task } from './state.ts'

const hex = (value: number): string => `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`

/** `read of 0x0`, and `no region there`; '' when the first says it all. */
export interface Cause {
  what: string
  why: string
}

const LONG = 4
const SHORT = 2

type Access = 'read' | 'write' | 'fetch'
const NEEDS: Readonly<Record<Access, number>> = { read: PROT_READ, write: PROT_WRITE, fetch: PROT_EXEC }
const CANNOT: Readonly<Record<Access, string>> = { read: 'not readable', write: 'not writable', fetch: 'not executable' }
const DOES: Readonly<Record<Access, string>> = { read: 'read of', write: 'write to', fetch: 'jump to' }

/** The instruction that a task stands before, with its bytes; null: they cannot be read. */
function instructionAt(k: Kernel, task: Task): { word: number; length: number; text: Disassembled } | null {
  const pc = regPc(k, task)
  const bytes = task.mm === null ? new Uint8Array(0) : peekMm(k, task.mm, pc, LONG)
  if (bytes.length < SHORT) return null
  const half = bytes[0] | (bytes[1] << 8)
  const length = (half & 3) === 3 ? LONG : SHORT
  if (bytes.length < length) return null
  const word = length === SHORT ? half : half | (bytes[2] << 16) | (bytes[3] << 24)
  return { word, length, text: disassemble(word, pc) }
}

/** What a task was doing to an address: its instruction says so, when the address is not the instruction's own. */
function accessTo(k: Kernel, task: Task, address: number): Access {
  const pc = regPc(k, task)
  const found = instructionAt(k, task)
  if (found === null || (address >= pc && address < pc + found.length && !fetchable(task, pc))) return 'fetch'
  const name = found.text.decoded?.row.name ?? ''
  if (/^(f?s[bhwdq]|sc\.|amo)/.test(name)) return 'write'
  return /^(f?l[bhwdq]|lr\.)/.test(name) ? 'read' : 'fetch'
}

const fetchable = ({ mm }: Task, pc: number): boolean => {
  const region = mm && findRegion(mm, pc)
  return region !== null && (region.prot & PROT_EXEC) !== 0
}

/** Bytes around the stack pointer within which a fault is the stack's. */
const NEAR_STACK = 2 ** 20

/** The region above an address, if that address is where a stack would have grown to: far from nothing else. */
function overflow(k: Kernel, task: Task, mm: Mm, address: number, region: Region | null): string | null {
  const sp = Number(regBig(k, task, REG.sp))
  if (Math.abs(sp - address) > NEAR_STACK) return null
  const above = mm.regions.find(r => r.start > address)
  if (region === null && above?.growsDown) {
    const limit = task.group.rlimits.soft[RLIMIT_STACK]
    const size = above.end - above.start
    return above.end - address > limit
      ? `stack overflow: the stack is at its limit of ${limit} bytes (RLIMIT_STACK)`
      : `stack overflow: the stack of ${size} bytes cannot grow, something else is mapped below it`
  }
  const isGuard = region !== null && (region.prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) === 0
  if (!isGuard || above === undefined || above.start !== region.end || sp >= above.end) return null
  return `stack overflow: it is in the guard below a stack of ${above.end - above.start} bytes`
}

/** `r-xp of /bin/cat`. */
function regionText(k: Kernel, mm: Mm, region: Region): string {
  const name = regionName(k, mm, region)
  return `${permissionText(region)}${name === '' ? '' : ` of ${name}`}`
}

function whyNot(k: Kernel, task: Task, address: number, access: Access): string {
  const { mm } = task
  if (mm === null) return ''
  if (address < 0 || address >= USER_END) return 'no address of a program'
  const region = findRegion(mm, address)
  const stack = access === 'fetch' ? null : overflow(k, task, mm, address, region)
  if (stack !== null) return stack
  if (region === null) return 'no region there'
  if ((region.prot & NEEDS[access]) === 0) return `${CANNOT[access]}: ${regionText(k, mm, region)}`
  return `in ${regionText(k, mm, region)}`
}

function segmentation(k: Kernel, task: Task, info: SigInfo): Cause | null {
  if (info.fields.kind !== 'fault') return null
  const { address } = info.fields
  const access = accessTo(k, task, address)
  return { what: `${DOES[access]} ${hex(address)}`, why: whyNot(k, task, address, access) }
}

function bus(k: Kernel, task: Task, info: SigInfo): Cause | null {
  if (info.fields.kind !== 'fault') return null
  const { address } = info.fields
  const access = accessTo(k, task, address)
  if (access === 'fetch' && info.code === BUS_CODES.BUS_ADRALN) {
    return { what: 'jump to an address that is no multiple of 4', why: 'this machine lacks the C extension' }
  }
  const what = `${DOES[access]} ${hex(address)}`
  if (info.code !== BUS_ADRERR) {
    return { what, why: info.code === BUS_CODES.BUS_ADRALN ? 'misaligned for an atomic access' : 'the host cannot read the file' }
  }
  const region = task.mm && findRegion(task.mm, address)
  const file = region?.inode
  if (!task.mm || !region || !file) return { what, why: 'nothing is behind the address' }
  const beyond = address - (address % PAGE_SIZE) - region.start + region.offset >= file.size
  const name = regionName(k, task.mm, region)
  return { what, why: beyond ? `beyond the end of ${name} (${file.size} bytes)` : `${name} cannot be read there` }
}

function illegal(k: Kernel, task: Task, info: SigInfo): Cause | null {
  if (info.fields.kind !== 'fault') return null
  const found = instructionAt(k, task)
  if (found === null) return { what: 'illegal instruction', why: '' }
  const { word, length, text } = found
  const bits = length === SHORT ? word : word >>> 0
  const what = `illegal instruction 0x${bits.toString(16).padStart(length * 2, '0')}`
  if (text.mnemonic === 'unimp') return { what, why: 'unimp: no code is meant to come here' }
  const { decoded } = text
  const named = decoded === null ? what : `${what} (${text.text.replace('\t', ' ')})`
  const lacked = decoded === null ? extensionOf(word) : lackedExtension(k.machine.isa, decoded)
  if (lacked !== null) return { what: named, why: `it needs the ${lacked} extension, which this machine lacks` }
  return { what: named, why: decoded === null ? 'no instruction of this machine' : 'not allowed in a program' }
}

const breakpoint = (_k: Kernel, _task: Task, { fields }: SigInfo): Cause | null =>
  fields.kind === 'fault' ? { what: 'breakpoint instruction', why: 'no debugger waits for it' } : null

/** A sentence about each signal that a trap raises. null: it was sent, as any other. */
const CAUSES: Readonly<Record<number, (k: Kernel, task: Task, info: SigInfo) => Cause | null>> = {
  [SIGNALS.SIGSEGV]: segmentation,
  [SIGNALS.SIGBUS]: bus,
  [SIGNALS.SIGILL]: illegal,
  [SIGNALS.SIGTRAP]: breakpoint,
}

/** Of signals that the kernel sends by itself. */
const BY_KERNEL: Readonly<Record<number, string>> = {
  [SIGNALS.SIGSEGV]: 'no room on the stack for the frame of a signal handler',
  [SIGNALS.SIGXCPU]: 'its limit of processor time is reached (RLIMIT_CPU)',
  [SIGNALS.SIGXFSZ]: 'its limit of file size is reached (RLIMIT_FSIZE)',
  [SIGNALS.SIGQUIT]: 'typed on its terminal',
  [SIGNALS.SIGINT]: 'typed on its terminal',
  [SIGNALS.SIGPIPE]: 'it wrote where nobody reads any more',
}

function sent(task: Task, { signal, code, fields }: SigInfo): Cause {
  if (code === SI_CODES.SI_KERNEL) return { what: BY_KERNEL[signal] ?? 'from the kernel', why: '' }
  if (fields.kind !== 'kill' && fields.kind !== 'queue') return { what: 'sent', why: '' }
  if (fields.pid === task.group.tgid) return { what: signal === SIGNALS.SIGABRT ? 'abort' : 'sent by itself', why: '' }
  const from = findTask(task.ns, fields.pid)
  return { what: `sent by ${fields.pid}${from === null ? '' : ` (${from.comm})`}`, why: '' }
}

/** Why a task that stands before a signal gets it. */
export const explainSignal = (k: Kernel, task: Task, info: SigInfo): Cause => CAUSES[info.signal]?.(k, task, info) ?? sent(task, info)

/** `read of 0x0: no region there`. */
export const causeText = ({ what, why }: Cause): string => (why === '' ? what : `${what}: ${why}`)

/** `read of 0x0 at pc 0x10124, main: no region there`; `place` is what stands behind pc. */
export function faultText(k: Kernel, task: Task, info: SigInfo, place: string): string {
  const { what, why } = explainSignal(k, task, info)
  return `${what} at pc ${hex(regPc(k, task))}${place}${why === '' ? '' : `: ${why}`}`
}

/** `SIGSEGV: read of 0x0 at pc 0x10124, main (null.s:3): no region there`. */
export const crashText = (k: Kernel, task: Task, info: SigInfo, place: string): string =>
  `${signalName(info.signal)}: ${faultText(k, task, info, place)}`
