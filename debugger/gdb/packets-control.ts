// Packets that run the machine, take hold of processes and let them go.
import { findGroup, killInfo, SIGNALS, sendToGroup } from '../../kernel/index.ts'
import { changed, tasksOf } from '../session/index.ts'
import { hexNumber } from './framing.ts'
import { dropPoints } from './points.ts'
import { continueBack, stepBack, vCont } from './resume.ts'
import { GDB_SIGNAL, linuxSignal } from './signals.ts'
import { stopped } from './stops.ts'
import { ANY, currentThread, isAlive, MACHINE_PID, parseThread, threads, threadOfTask } from './threads.ts'
import type { GdbServer, PacketRow } from './types.ts'
import { vFile } from './files.ts'
import { leaveSignal } from './leave.ts'

const NO_PROCESS = 'E03'
const BAD = 'E16'

function choose(g: GdbServer, rest: string): string {
  const thread = parseThread(g, rest.slice(1))
  if (thread === null || (rest[0] !== 'g' && rest[0] !== 'c')) return BAD
  const role = rest[0] === 'g' ? 'general' : 'control'
  if (thread.tid > ANY && !isAlive(g, thread)) return NO_PROCESS
  const any = threads(g).find(t => thread.pid <= 0 || t.pid === thread.pid)
  if (thread.tid > ANY) g[role] = thread
  else if (thread.pid > 0) {
    if (any === undefined) return NO_PROCESS
    if (g[role]?.pid !== thread.pid) g[role] = any
  } else if (role === 'control') g.control = null
  return 'OK'
}

function lastStop(g: GdbServer): string {
  if (threads(g).length === 0) return 'W00'
  return g.lastStop || stopped(g, currentThread(g), GDB_SIGNAL.trap)
}

/** Lets a process go, or all. */
function detach(g: GdbServer, rest: string): string {
  const pid = rest === '' ? null : hexNumber(rest.slice(1))
  if (rest !== '' && (pid === null || rest[0] !== ';')) return BAD
  for (const one of pid === null ? [...g.attached] : [pid]) {
    if (!g.attached.delete(one)) return NO_PROCESS
    dropPoints(g, one)
    leaveSignal(g, one)
  }
  g.general = g.control = null
  g.lastStop = ''
  if (g.attached.size === 0 && !g.extended) g.gone = true
  return 'OK'
}

function attach(g: GdbServer, rest: string): string {
  const pid = hexNumber(rest)
  if (pid === null) return BAD
  if (g.view === 'machine') return pid === MACHINE_PID ? stopped(g, currentThread(g), GDB_SIGNAL.trap) : NO_PROCESS
  const [task] = tasksOf(g.session, pid)
  if (task === undefined) return NO_PROCESS
  g.attached.add(pid)
  g.lastStop = stopped(g, threadOfTask(g, task), GDB_SIGNAL.none)
  return g.lastStop
}

function killProcess(g: GdbServer, pid: number): boolean {
  const group = findGroup(g.session.k.state.ns, pid)
  // The kernel's own init has nothing that could be killed.
  if (group === null || tasksOf(g.session, pid).length === 0) return false
  sendToGroup(g.session.k, null, group, killInfo(SIGNALS.SIGKILL, group.leader))
  changed(g.session)
  g.attached.delete(pid)
  dropPoints(g, pid)
  return true
}

function vKill(g: GdbServer, rest: string): string {
  const pid = hexNumber(rest)
  const target = g.view === 'machine' ? (g.session.k.state.main?.pid ?? 0) : pid
  if (pid === null || target === null || !killProcess(g, target)) return NO_PROCESS
  if (g.attached.size === 0 && !g.extended) g.gone = true
  return 'OK'
}

/** `c`, `s` and those with a signal, for debuggers without vCont: about the thread of Hc. */
const run =
  (letter: 'c' | 's' | 'C' | 'S') =>
  (g: GdbServer, rest: string): string | null => {
    const signal = letter === 'C' || letter === 'S' ? rest.split(';')[0] : ''
    if (signal !== '' && linuxSignal(hexNumber(signal) ?? 0) === null && hexNumber(signal) !== 0) return BAD
    return vCont(g, letter + signal)
  }

export const CONTROL_PACKETS: readonly PacketRow[] = [
  {
    prefix: '!',
    doc: 'stay when the last process is gone',
    handle(g) {
      g.extended = true
      return 'OK'
    },
  },
  { prefix: '?', doc: 'why it stands still', handle: lastStop },
  { prefix: 'H', doc: 'the thread of packets that name none: Hg looks, Hc runs', handle: choose },
  {
    prefix: 'T',
    doc: 'is a thread alive?',
    handle(g, rest) {
      const thread = parseThread(g, rest)
      return thread !== null && isAlive(g, thread) ? 'OK' : NO_PROCESS
    },
  },
  { prefix: 'c', doc: 'go on', alone: true, handle: run('c') },
  { prefix: 's', doc: 'one instruction', alone: true, handle: run('s') },
  { prefix: 'C', doc: 'go on with a signal', alone: true, handle: run('C') },
  { prefix: 'S', doc: 'one instruction, with a signal', alone: true, handle: run('S') },
  { prefix: 'vCont?', doc: 'what vCont knows', handle: () => 'vCont;c;C;s;S;t;r' },
  { prefix: 'vCont;', doc: 'go on, step, stay in a range', alone: true, handle: vCont },
  { prefix: 'bs', doc: 'back by one instruction', alone: true, handle: stepBack },
  { prefix: 'bc', doc: 'back to the last stop', alone: true, handle: continueBack },
  { prefix: 'D', doc: 'let a process go', handle: detach },
  { prefix: 'vAttach;', doc: 'take hold of a process', alone: true, handle: attach },
  { prefix: 'vKill;', doc: 'kill a process', handle: vKill },
  {
    prefix: 'k',
    doc: 'kill everything',
    handle(g) {
      const { main } = g.session.k.state
      if (main !== null) killProcess(g, main.pid)
      g.gone = true
      return null
    },
  },
  { prefix: 'vRun;', doc: 'refused', handle: () => 'E.the machine runs the program that it was started with' },
  { prefix: 'R', doc: 'refused', handle: () => 'E.the machine is not started anew: go back in time instead' },
  { prefix: 'vFile:', doc: 'files of the guest', handle: vFile },
]
