// What must hold whenever no kernel code runs. Each check recounts something from its source and compares; a broken one is a defect
// of the kernel's, never of a program's.
import type { Kernel } from './kernel.ts'
import { auditIpc } from './ipc/index.ts'
import { auditMemory, liveKmem } from './mm/index.ts'
import { auditSockets } from './net/index.ts'
import { findTask, isDead } from './task/index.ts'
import { auditLending, type WaitQueue } from './sched/index.ts'
import type { Task, ThreadGroup } from './state.ts'
import { auditFiles } from './vfs/index.ts'

const describe = (task: Task): string => `task ${task.pid} (${task.comm}, ${task.state})`

/** What is wrong, one sentence each; empty when nothing is. */
export function checkInvariants(k: Kernel): string[] {
  return [...auditMemory(k), ...auditFiles(k), ...CHECKS.flatMap(check => [...check(k)])]
}

const CHECKS: readonly ((k: Kernel) => Iterable<string>)[] = [
  checkTasks,
  checkFamilies,
  checkPids,
  checkHarts,
  checkWaiting,
  checkTimers,
  checkSharing,
  checkTrapFrames,
  checkKmem,
  auditLending,
  auditIpc,
  auditSockets,
]

/** Whatever is made was charged; what the host does may come on top. */
const KMEM_SLACK = 65536

function* checkKmem(k: Kernel): Iterable<string> {
  const { live, since } = k.state.kmem
  const bytes = liveKmem(k)
  if (k.state.init !== null && bytes > live + since + KMEM_SLACK) yield `kernel objects take ${bytes} bytes, charged are ${live + since}`
}

/** The kernel's own init, which is nothing but a place in the tables. */
const isKernels = ({ state }: Kernel, task: Task): boolean => task === state.init && task !== state.main

function* checkTasks(k: Kernel): Iterable<string> {
  for (const [id, task] of k.state.tasks) {
    if (task.id !== id || id > k.state.lastTaskId) yield `${describe(task)} is ${task.id}, and in the table as ${id}`
    if (findTask(task.ns, task.pid) !== task) yield `${describe(task)} is not found by its number`
    if (task.state === 'X') yield `${describe(task)} is still in the table`
    if (!task.group.threads.includes(task)) yield `${describe(task)} is no thread of its process ${task.group.tgid}`
    if ((task.state === 'Z' || isKernels(k, task)) !== (task.mm === null))
      yield `${describe(task)} ${task.mm === null ? 'lacks' : 'keeps'} its address space`
    if ((task.state === 'Z') !== (task.files === null)) yield `${describe(task)} ${task.files === null ? 'lacks' : 'keeps'} its descriptors`
    if ((task.state === 'S' || task.state === 'D') !== (task.waiting !== null))
      yield `${describe(task)} ${task.waiting ? 'waits' : 'does not wait'}`
    const stop = task.tracer?.stop ?? null
    if (task.state === 't' && stop === null) yield `${describe(task)} stands still for no tracer`
    if (stop !== null && (task.state === 'Z' || ((stop.at === 'entry' || stop.interrupted !== null) && task.call === null)))
      yield `${describe(task)} cannot go on from the ${stop.at} that its tracer stopped it at`
    const by = task.tracer?.by ?? null
    if (by !== null && (!by.tracees?.has(task) || k.state.tasks.get(by.id) !== by))
      yield `${describe(task)} is traced by ${describe(by)}, which does not`
    for (const tracee of task.tracees ?? [])
      if (tracee.tracer?.by !== task) yield `${describe(task)} traces ${describe(tracee)}, which is not traced by it`
    if (task.state === 'Z' && task !== task.group.leader && task.tracer === null)
      yield `${describe(task)} is a zombie but not the leader of its process`
  }
}

function* checkFamilies(k: Kernel): Iterable<string> {
  for (const [id, group] of k.state.groups) {
    const { tgid } = group
    if (group.id !== id) yield `process ${tgid} is ${group.id}, and in the table as ${id}`
    if (group.leader.pid !== tgid) yield `process ${tgid} is led by ${describe(group.leader)}`
    for (const thread of group.threads)
      if (thread.group !== group) yield `${describe(thread)} is listed in process ${tgid}, belongs to ${thread.group.tgid}`
    for (const thread of group.threads)
      if (k.state.tasks.get(thread.id) !== thread) yield `${describe(thread)} of process ${tgid} is not in the table`
    if (group.parent !== null && !group.parent.children.has(group))
      yield `process ${tgid} is missing among the children of ${group.parent.tgid}`
    if (group.parent !== null && isDead(group.parent)) yield `process ${tgid} has a dead parent, ${group.parent.tgid}`
    const dead = [...group.children].filter(isDead).length
    if (dead !== group.deadChildren) yield `process ${tgid} has ${dead} dead children, counted are ${group.deadChildren}`
    for (const child of group.children) if (child.parent !== group) yield `process ${child.tgid} is listed as a child of ${tgid}`
    if (group.parent === null && group !== k.state.init?.group && k.state.halted === null) yield `process ${tgid} has no parent`
  }
}

/** Numbers are in use exactly by tasks, members of groups and members of sessions. */
function* checkPids(k: Kernel): Iterable<string> {
  const pids = k.state.ns.pid
  const uses = new Uint32Array(pids.max)
  for (const [pid, task] of pids.tasks) {
    uses[pid]++
    if (k.state.tasks.get(task.id) !== task) yield `${describe(task)} has number ${pid} and is not in the table`
  }
  for (const group of k.state.groups.values()) {
    uses[group.pgid]++
    uses[group.sid]++
    if (!pids.processGroups.get(group.pgid)?.has(group)) yield `process ${group.tgid} is missing in process group ${group.pgid}`
    if (!pids.sessions.get(group.sid)?.has(group)) yield `process ${group.tgid} is missing in session ${group.sid}`
  }
  for (let pid = 0; pid < pids.max; pid++) {
    const taken = (pids.bitmap[pid >>> 5] & (1 << (pid & 31))) !== 0
    if (uses[pid] !== pids.uses[pid]) yield `pid ${pid} has ${uses[pid]} uses, counted are ${pids.uses[pid]}`
    if (taken !== uses[pid] > 0) yield `pid ${pid} is marked ${taken ? 'taken' : 'free'} and has ${uses[pid]} uses`
  }
}

/** A task that can run is in one queue or on one hart, in heap order; no other task is. */
function* checkHarts(k: Kernel): Iterable<string> {
  const places = new Map<Task, number>()
  for (const hart of k.state.harts) {
    const { current, queue } = hart
    if (current !== null && current.state !== 'X' && current.state !== 'Z') {
      if (current.onHart !== hart.id) yield `${describe(current)} is current on hart ${hart.id} and says ${current.onHart}`
      if (current.state === 'R') places.set(current, (places.get(current) ?? 0) + 1)
    }
    let weight = 0
    for (const [i, task] of queue.entries()) {
      weight += task.sched.weight
      places.set(task, (places.get(task) ?? 0) + 1)
      if (task.sched.heapIndex !== i || task.sched.hart !== hart.id) yield `${describe(task)} is misplaced in the queue of hart ${hart.id}`
      if (task.state !== 'R') yield `${describe(task)} is queued on hart ${hart.id}`
      if (task.onHart >= 0) yield `${describe(task)} is queued on hart ${hart.id} and on hart ${task.onHart}`
    }
    if (weight !== hart.queueWeight) yield `hart ${hart.id}: queued weights are ${weight}, counted are ${hart.queueWeight}`
  }
  for (const task of k.state.tasks.values()) {
    const count = places.get(task) ?? 0
    if (count !== (task.state === 'R' && task.sched.held === null ? 1 : 0)) yield `${describe(task)} is in ${count} places to run`
  }
}

/** Queues hold their sleepers and nobody else. */
function* checkWaiting(k: Kernel): Iterable<string> {
  const queues = new Set<WaitQueue>()
  for (const task of k.state.tasks.values()) {
    for (const queue of task.waiting?.queues ?? []) {
      queues.add(queue)
      if (!queue.waiters.includes(task)) yield `${describe(task)} waits on a queue that does not know it`
    }
    if (task.waiting !== null && task.waiting.deadline !== Infinity && !k.state.timers.byId.has(task.waiting.timer)) {
      yield `${describe(task)} has a deadline and no timer`
    }
  }
  for (const group of k.state.groups.values()) queues.add(group.childExit)
  for (const queue of k.state.futexes.values()) queues.add(queue)
  for (const queue of queues) {
    for (const task of queue.waiters) if (!task.waiting?.queues.includes(queue)) yield `${describe(task)} is on a queue it does not wait on`
  }
}

function* checkTimers(k: Kernel): Iterable<string> {
  const { heap, byId } = k.state.timers
  if (heap.length !== byId.size) yield `${heap.length} timers are in the heap, ${byId.size} in the table`
  for (const [i, timer] of heap.entries()) {
    if (timer.index !== i || byId.get(timer.id) !== timer) yield `timer ${timer.id} is misplaced`
    const parent = heap[(i - 1) >> 1]
    if (i > 0 && parent.at > timer.at) yield `timer ${timer.id} is before its parent in the heap`
  }
}

function count<T>(items: Iterable<T | null>): Map<T, number> {
  const counts = new Map<T, number>()
  for (const item of items) if (item !== null) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

/** Address spaces, descriptor tables, directories and open files have as many holders as they count. */
function* checkSharing(k: Kernel): Iterable<string> {
  const tasks = [...k.state.tasks.values()]
  for (const [mm, holders] of count(tasks.map(task => task.mm))) {
    if (mm.users !== holders) yield `the address space of root ${mm.root} counts ${mm.users} users and has ${holders}`
  }
  const tables = count(tasks.map(task => task.files))
  for (const [table, holders] of tables)
    if (table.refs !== holders) yield `a descriptor table counts ${table.refs} tasks and has ${holders}`
  for (const [fs, holders] of count(tasks.map(task => task.fs)))
    if (fs.refs !== holders) yield `a directory context counts ${fs.refs} tasks and has ${holders}`
  const held = tasks.flatMap(task => task.call?.files.map(({ file }) => file) ?? [])
  for (const [file, holders] of count([...[...tables.keys()].flatMap(table => table.files), ...held, ...k.kinds.underway(k)])) {
    if (file.refs !== holders) yield `an open file of kind ${file.kind} counts ${file.refs} descriptors and has ${holders}`
  }
}

function* checkTrapFrames(k: Kernel): Iterable<string> {
  const seen = new Set<number>()
  for (const task of k.state.tasks.values()) {
    if (task.state === 'Z') continue
    if (seen.has(task.trapFrame)) yield `${describe(task)} shares its trap frame at RAM offset ${task.trapFrame}`
    seen.add(task.trapFrame)
  }
  let taken = 0
  for (const slots of k.state.trapFrames.taken.values()) for (let bits = slots; bits !== 0; bits &= bits - 1) taken++
  if (taken !== seen.size) yield `${taken} trap frames are taken, ${seen.size} tasks have one`
}

/** All processes whose parents have not waited for them, for --check's "no zombie is left". */
export const zombies = (k: Kernel): ThreadGroup[] => [...k.state.groups.values()].filter(isDead)
