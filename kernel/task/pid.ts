// Process numbers: who has which, and which is next. A number stays taken as long as it names a task, a process group or a session,
// so that a new process can never be mistaken for an old group's leader.
import { EAGAIN, EEXIST, EINVAL, PID_MAX } from '../abi/index.ts'
import type { ThreadGroup } from '../state.ts'
import type { PidNamespace } from './types.ts'

/** After the first wrap, numbers below are left to what started at boot (Linux RESERVED_PIDS). */
const RESERVED = 300
const WORD_BITS = 32

export const newPidNamespace = (max = PID_MAX): PidNamespace => ({
  tasks: new Map(),
  bitmap: new Uint32Array(Math.ceil(max / WORD_BITS)),
  uses: new Uint32Array(max),
  last: 0,
  max,
  processGroups: new Map(),
  sessions: new Map(),
})

export const isPidFree = (pids: PidNamespace, pid: number): boolean => (pids.bitmap[pid >>> 5] & (1 << (pid & 31))) === 0

/** The next free number after the last one given out, or `wanted` (EEXIST when taken, EINVAL out of range). EAGAIN: none is free. */
export function allocPid(pids: PidNamespace, wanted = 0): number {
  if (wanted !== 0) {
    if (!(wanted > 0 && wanted < pids.max)) throw EINVAL
    if (!isPidFree(pids, wanted)) throw EEXIST
    return take(pids, wanted)
  }
  let pid = firstFree(pids, pids.last + 1, pids.max)
  if (pid < 0) pid = firstFree(pids, pids.last >= RESERVED ? RESERVED : 1, pids.last + 1)
  if (pid < 0) throw EAGAIN
  pids.last = pid
  return take(pids, pid)
}

/** First free number in [from, to), a word of the bitmap at a time; -1 when there is none. */
function firstFree(pids: PidNamespace, from: number, to: number): number {
  for (let pid = from; pid < to;) {
    const free = ~pids.bitmap[pid >>> 5] & (-1 << (pid & 31))
    if (free !== 0) {
      const found = (pid & -WORD_BITS) + 31 - Math.clz32(free & -free)
      return found < to ? found : -1
    }
    pid = (pid & -WORD_BITS) + WORD_BITS
  }
  return -1
}

function take(pids: PidNamespace, pid: number): number {
  if (pids.uses[pid]++ === 0) pids.bitmap[pid >>> 5] |= 1 << (pid & 31)
  return pid
}

/** One use less: of a task's number, or of a group's or session's by a member that left. */
export function releasePid(pids: PidNamespace, pid: number): void {
  if (pids.uses[pid] === 0) throw new Error(`releasing pid ${pid}, which is free`)
  if (--pids.uses[pid] === 0) pids.bitmap[pid >>> 5] &= ~(1 << (pid & 31))
}

function join(pids: PidNamespace, sets: Map<number, Set<ThreadGroup>>, id: number, group: ThreadGroup): void {
  const members = sets.get(id)
  if (members) members.add(group)
  else sets.set(id, new Set([group]))
  take(pids, id)
}

function leave(pids: PidNamespace, sets: Map<number, Set<ThreadGroup>>, id: number, group: ThreadGroup): void {
  const members = sets.get(id)
  if (!members?.delete(group)) throw new Error(`process ${group.tgid} leaving group or session ${id}: not a member`)
  if (members.size === 0) sets.delete(id)
  releasePid(pids, id)
}

const tableOf = (group: ThreadGroup): PidNamespace => group.leader.ns.pid

/** Makes a process a member of a process group (it must have left its old one). */
export function joinGroup(group: ThreadGroup, pgid: number): void {
  const pids = tableOf(group)
  group.pgid = pgid
  join(pids, pids.processGroups, pgid, group)
}

export const leaveGroup = (group: ThreadGroup): void => leave(tableOf(group), tableOf(group).processGroups, group.pgid, group)

/** Puts the process into a session. */
export function joinSession(group: ThreadGroup, sid: number): void {
  const pids = tableOf(group)
  group.sid = sid
  join(pids, pids.sessions, sid, group)
}

export const leaveSession = (group: ThreadGroup): void => leave(tableOf(group), tableOf(group).sessions, group.sid, group)
