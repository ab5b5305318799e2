// Threads as gdb names them, and what lies behind each: a task of an attached process, or a hart.
import { unsignedOf } from '../little-endian.ts'
import type { Task } from '../../kernel/index.ts'
import { fByName, getFBig, getPcBig, getXBig, readCsr, vByName, WORD_PRIVILEGE, xByName, type Hart } from '../../vm/index.ts'
import { PROTOCOL, type Mover } from '../motion/index.ts'
import { NOBODY, readRegister, refTo, taskById, taskByPid, tasksOf, writeRegister, type TaskRef } from '../session/index.ts'
import type { GdbRegister } from './registers.ts'
import type { GdbServer, ThreadId } from './types.ts'

/** The one inferior of the machine view. */
export const MACHINE_PID = 1
const ALL = -1
export const ANY = 0

const hartOf = (g: GdbServer, thread: ThreadId): Hart | null => g.session.k.machine.harts[thread.tid - 1] ?? null

/** The task whose registers and memory a thread stands for; null: an idle hart, or a thread that is gone. */
export function taskOf(g: GdbServer, thread: ThreadId | null): Task | null {
  if (thread === null) return null
  if (g.view === 'machine') return g.session.k.state.harts[thread.tid - 1]?.current ?? null
  const task = taskByPid(g.session, thread.tid)
  return task !== null && task.mm !== null ? task : null
}

/** Who a thread is now, for a motion. */
export const refOf = (g: GdbServer, thread: ThreadId): TaskRef => refTo(taskOf(g, thread) ?? { ...NOBODY, pid: thread.tid })

export const threadOfTask = (g: GdbServer, task: Task): ThreadId =>
  g.view === 'process'
    ? { pid: task.group.tgid, tid: task.pid }
    : { pid: MACHINE_PID, tid: (task.onHart >= 0 ? task.onHart : Math.max(g.session.k.machine.lastHart, 0)) + 1 }

/** Who moves: gdb knows lines itself. */
export const moverOf = (g: GdbServer): Mover => ({ s: g.session, files: new Map(), rules: PROTOCOL })

/** All threads that gdb may know of now. */
export function threads(g: GdbServer): ThreadId[] {
  if (g.view === 'machine') return g.session.k.machine.harts.map(hart => ({ pid: MACHINE_PID, tid: hart.id + 1 }))
  return [...g.attached].flatMap(pid => tasksOf(g.session, pid)).map(task => threadOfTask(g, task))
}

export const isAlive = (g: GdbServer, thread: ThreadId): boolean => threads(g).some(t => t.tid === thread.tid && t.pid === thread.pid)

/** The thread that packets are about which name none; null: there is none left. */
export function currentThread(g: GdbServer): ThreadId | null {
  if (g.general !== null && isAlive(g, g.general)) return g.general
  const focus = taskById(g.session, g.session.focus)
  const thread = focus === null ? null : threadOfTask(g, focus)
  if (thread !== null && isAlive(g, thread)) return thread
  return threads(g)[0] ?? null
}

const hex = (n: number): string => (n < 0 ? '-1' : n.toString(16))

export const threadName = (g: GdbServer, { pid, tid }: ThreadId): string =>
  g.features.has('multiprocess') ? `p${hex(pid)}.${hex(tid)}` : hex(tid)

const number = (text: string): number | null => (text === '-1' ? ALL : /^[0-9a-fA-F]{1,8}$/.test(text) ? parseInt(text, 16) : null)

/** `p1.2`, `p1`, `2`, with -1 for all and 0 for any; null: it is none of these. */
export function parseThread(g: GdbServer, text: string): ThreadId | null {
  const m = /^p(-?[0-9a-fA-F]+)(?:\.(-?[0-9a-fA-F]+))?$/.exec(text)
  if (m !== null) {
    const pid = number(m[1])
    const tid = m[2] === undefined ? ALL : number(m[2])
    return pid === null || tid === null ? null : { pid, tid }
  }
  const tid = number(text)
  if (tid === null) return null
  if (tid <= 0) return { pid: tid, tid }
  if (g.view === 'machine') return { pid: MACHINE_PID, tid }
  const task = taskByPid(g.session, tid)
  return { pid: task?.group.tgid ?? tid, tid }
}

/** A thread that is meant by one that may say all or any; null: none is there. */
export function concrete(g: GdbServer, { pid, tid }: ThreadId): ThreadId | null {
  const all = threads(g).filter(t => pid <= 0 || t.pid === pid)
  if (tid > 0) return all.find(t => t.tid === tid) ?? null
  const current = currentThread(g)
  return all.find(t => t.tid === current?.tid && t.pid === current.pid) ?? all[0] ?? null
}

/** Register of a hart that runs nobody. */
function hartRegister(g: GdbServer, hart: Hart, name: string): bigint {
  const x = xByName.get(name)
  if (x !== undefined) return getXBig(hart, x)
  const f = fByName.get(name)
  if (f !== undefined) return getFBig(hart, f)
  return name === 'pc' ? getPcBig(hart) : readCsr(g.session.k.machine, hart, name)
}

/** Value of a register of a thread; null: it cannot be told. */
export function registerOf(g: GdbServer, thread: ThreadId, register: GdbRegister): bigint | null {
  const hart = g.view === 'machine' ? hartOf(g, thread) : null
  if (register.feature === 'virtual') return hart === null ? null : BigInt(hart.words[WORD_PRIVILEGE])
  if (hart !== null && register.feature === 'vector') return vectorRegister(hart, register)
  if (hart !== null && register.feature === 'csr') return readCsr(g.session.k.machine, hart, register.session)
  const task = taskOf(g, thread)
  if (task === null) return hart === null ? null : hartRegister(g, hart, register.session)
  if (register.bits === 32) return fpControl(g, task, register.session)
  return readRegister(g.session, task, register.session)
}

/** As the hart has it, whosever it is. */
function vectorRegister(hart: Hart, { session, bits }: GdbRegister): bigint {
  const length = bits / 8
  const at = (vByName.get(session) ?? 0) * length
  return unsignedOf(hart.v.bytes.subarray(at, at + length))
}

const FFLAGS = 0x1fn
const FRM_SHIFT = 5n
const FRM = 7n

/** Fields of fcsr, wherever the task's value is now. */
function fpControl(g: GdbServer, task: Task, name: string): bigint | null {
  const fcsr = readRegister(g.session, task, 'fcsr')
  if (fcsr === null) return null
  return name === 'fflags' ? fcsr & FFLAGS : name === 'frm' ? (fcsr >> FRM_SHIFT) & FRM : fcsr
}

/** False: it cannot be set. */
export function setRegister(g: GdbServer, thread: ThreadId, register: GdbRegister, value: bigint): boolean {
  const task = taskOf(g, thread)
  if (task === null) return false
  if (register.session === 'zero') return true
  if (register.bits === 32 && register.session !== 'fcsr') {
    const fcsr = readRegister(g.session, task, 'fcsr') ?? 0n
    const merged = register.session === 'fflags' ? (fcsr & ~FFLAGS) | (value & FFLAGS) : (fcsr & FFLAGS) | ((value & FRM) << FRM_SHIFT)
    return writeRegister(g.session, task, 'fcsr', merged)
  }
  return writeRegister(g.session, task, register.session, value)
}
