// What a task leaves behind when it takes another program or ends: a row for each thing it holds, in the order in which they go.
import { futexExit, orphanSegments, releaseUndo } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { releaseMm, useMm, type Mm } from '../mm/index.ts'
import { leaveRings } from '../ring/index.ts'
import { dequeue, stopWaiting, wakeAll } from '../sched/index.ts'
import { countFromExec, leaveCounters } from '../perf/index.ts'
import { leaveFilters } from '../seccomp/index.ts'
import { actionsForExec, deletePosixTimers } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { noteRss } from '../task/index.ts'
import { closeOnExec, endCall, forkFiles, releaseFiles, releaseFs } from '../vfs/index.ts'

export interface Leaver {
  readonly name: string
  /** The task, alone in its process by now, goes on in the address space `next`. Nothing here can fail. */
  readonly exec?: (k: Kernel, task: Task, next: Mm) => void
  /** The task ends, wherever it was: running, asleep or stopped. */
  readonly exit?: (k: Kernel, task: Task) => void
}

/** Gives up the address space; a parent that waits in vfork goes on. */
function dropMm(k: Kernel, task: Task): void {
  const { mm, vforkDone } = task
  task.mm = null
  if (mm !== null) releaseMm(k, mm)
  task.vforkDone = null
  if (vforkDone !== null) wakeAll(k, vforkDone)
}

export const LEAVERS: readonly Leaver[] = [
  { name: 'its place to run', exit: dequeue },
  { name: 'sleep', exit: stopWaiting },
  { name: 'the call in progress', exit: endCall },
  {
    name: 'a stop for its tracer',
    exit(_k, { tracer }) {
      if (tracer !== null) Object.assign(tracer, { stop: null, stopPending: false, trap: false, notify: false, listening: false })
    },
  },
  // While the memory that they are in is there.
  { name: 'robust futexes', exec: futexExit, exit: (k, task) => void (task.mm !== null && futexExit(k, task)) },
  {
    name: 'requests of rings',
    exec: (k, task) => void (k.state.rings.size > 0 && leaveRings(k, task)),
    exit: (k, task) => void (k.state.rings.size > 0 && leaveRings(k, task)),
  },
  { name: 'accounts of memory', exec: (_k, task) => noteRss(task), exit: (_k, task) => noteRss(task) },
  { name: 'counters', exec: (_k, task) => countFromExec(task), exit: (_k, task) => leaveCounters(task) },
  { name: 'call filters', exit: (k, task) => void (task.seccomp !== null && leaveFilters(k, task)) },
  {
    name: 'the address space',
    exec(k, task, next) {
      dropMm(k, task)
      task.mm = next
      if (task.onHart >= 0) useMm(k, task.onHart, next)
    },
    exit: dropMm,
  },
  {
    name: 'semaphores and shared memory',
    exit(k, task) {
      if (task.semUndo !== null) releaseUndo(k, task, task.semUndo)
      if (task.ns.ipc.shm.objects.size > 0) orphanSegments(k, task.ns.ipc, task.id)
    },
  },
  {
    name: 'descriptors',
    exec(k, task) {
      const { files } = task
      if (files !== null && files.refs > 1) {
        task.files = forkFiles(k, files)
        releaseFiles(k, files)
      }
      closeOnExec(k, task)
    },
    exit(k, task) {
      if (task.files !== null) releaseFiles(k, task.files)
      task.files = null
    },
  },
  {
    name: 'root and working directory',
    exit(k, task) {
      if (task.fs !== null) releaseFs(k, task.fs)
      task.fs = null
    },
  },
  { name: 'signal handlers', exec: (_k, { group }) => void (group.actions = actionsForExec(group.actions)) },
  { name: 'timers', exec: (k, { group }) => deletePosixTimers(k, group) },
  { name: 'restartable sequences', exec: (_k, task) => void (task.rseq = null) },
  {
    name: 'keyrings of the thread and the process',
    exec: (_k, task) => void (task.keyrings &&= { ...task.keyrings, thread: null, process: null }),
    exit: (_k, task) => void delete task.keyrings,
  },
  { name: 'the alternate stack', exec: (_k, task) => void (task.altStack = { sp: 0, size: 0, flags: 0 }) },
]
