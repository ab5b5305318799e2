// Process numbers: who has which, and which is next. A number stays taken as long as it names a task, a process group or a session,
// so that a new process can never be mistaken for an old group's leader.
import { EAGAIN, EEXIST, EINVAL, PID_MAX } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { ThreadGroup } from '../state.ts'
import type { PidTable } from './types.ts'

/** After the first wrap, numbers below are left to what started at boot (Linux RESERVED_PIDS). */
const RESERVED = 300
const WORD_BITS = 32

export const newPidTable = (max = PID_MAX): PidTable => ({
  bitmap: new Uint32Array(Math.ceil(max / WORD_BITS)),
  uses: new Uint32Array(max),
  last: 0,
  max,
  processGroups: new Map(),
  sessions: new Map(),
})

export const isPidFree = (pids: PidTable, pid: number): boolean => (pids.bitmap[pid >>> 5] & (1 << (pid & 31))) === 0

/** The next free number after the last one given out, or `wanted` (EEXIST when taken, EINVAL out of range). EAGAIN: none is free. */
export function allocPid(k: Kernel, wanted = 0): number {
  const { pids } = k.state
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
function firstFree(pids: PidTable, from: number, to: number): number {
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

function take(pids: PidTable, pid: number): number {
  if (pids.uses[pid]++ === 0) pids.bitmap[pid >>> 5] |= 1 << (pid & 31)
  return pid
}

/** One use less: of a task's number, or of a group's or session's by a member that left. */
export function releasePid(k: Kernel, pid: number): void {
  const { pids } = k.state
  if (pids.uses[pid] === 0) throw new Error(`releasing pid ${pid}, which is free`)
  if (--pids.uses[pid] === 0) pids.bitmap[pid >>> 5] &= ~(1 << (pid & 31))
}

function join(pids: PidTable, sets: Map<number, Set<ThreadGroup>>, id: number, group: ThreadGroup): void {
  const members = sets.get(id)
  if (members) members.add(group)
  else sets.set(id, new Set([group]))
  take(pids, id)
}

function leave(k: Kernel, sets: Map<number, Set<ThreadGroup>>, id: number, group: ThreadGroup): void {
  const members = sets.get(id)
  if (!members?.delete(group)) throw new Error(`process ${group.tgid} leaving group or session ${id}: not a member`)
  if (members.size === 0) sets.delete(id)
  releasePid(k, id)
}

/** Makes a process a member of a process group (it must have left its old one). */
export function joinGroup(k: Kernel, group: ThreadGroup, pgid: number): void {
  group.pgid = pgid
  join(k.state.pids, k.state.pids.processGroups, pgid, group)
}

export const leaveGroup = (k: Kernel, group: ThreadGroup): void => leave(k, k.state.pids.processGroups, group.pgid, group)

/** Puts the process into a session. */
export function joinSession(k: Kernel, group: ThreadGroup, sid: number): void {
  group.sid = sid
  join(k.state.pids, k.state.pids.sessions, sid, group)
}

export const leaveSession = (k: Kernel, group: ThreadGroup): void => leave(k, k.state.pids.sessions, group.sid, group)
