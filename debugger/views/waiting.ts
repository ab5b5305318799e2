// What a task waits for, in words: every wait queue of the kernel belongs to something, and that something has a name.
import {
  callText,
  fileText,
  lockOwner,
  ownedFutex,
  signalName,
  socketOps,
  type FileDescription,
  type Kernel,
  type Task,
  type WaitQueue,
} from '../../kernel/index.ts'
import { span } from './layout.ts'
import { openFiles, taskName } from './names.ts'

export interface WaitData {
  /** In words, for every state: why it does not run, or where it does. */
  words: string
  /** What it sleeps on; empty for a sleep that only time or a signal ends. */
  queues: string[]
  /** When it wakes by itself, ns; null: never. */
  deadline: number | null
  interruptible: boolean
  /** The system call it is in, as strace shows it; null: none. */
  call: string | null
}

/** Everything a task can sleep on, by its queue. Made once for several questions. */
export function queueNames(k: Kernel): Map<WaitQueue, string> {
  const names = new Map<WaitQueue, string>()
  for (const file of openFiles(k).keys()) nameFile(k, file, names)
  for (const group of k.state.groups.values()) {
    names.set(group.childExit, 'a change of state of a child')
    if (group.signalWait) names.set(group.signalWait, `a signal for process ${group.tgid}`)
    if (group.exitWait) names.set(group.exitWait, `the end of process ${group.tgid}`)
  }
  for (const task of k.state.tasks.values()) {
    if (task.vforkDone) names.set(task.vforkDone, `exec or exit of the vfork child ${taskName(task)}`)
  }
  for (const [key, queue] of k.state.futexes) {
    const owned = ownedFutex(key)
    const owner = lockOwner(queue)
    const from = owner === null ? '' : ` from ${taskName(owner)}`
    names.set(queue, owned === null ? `a wake of futex ${futexText(k, key)}` : `ownership of futex ${futexText(k, owned)}${from}`)
  }
  nameCalls(k, names)
  for (const tty of k.state.ttys) {
    const name = tty.kind === 'pty' ? `/dev/pts/${tty.minor}` : '/dev/console'
    names.set(tty.readers, `input on ${name}`)
    names.set(tty.writers, `room for output on ${name}`)
    if (tty.master) {
      names.set(tty.master.readers, `output of the terminal ${name}`)
      names.set(tty.master.writers, `room for input of the terminal ${name}`)
    }
  }
  return names
}

/** System V and POSIX calls that sleep have queues of their own. */
function nameCalls(k: Kernel, names: Map<WaitQueue, string>): void {
  const { sem, msg } = k.state.ns.ipc
  for (const set of sem.objects.values()) {
    const lists = [set, ...set.lists.values()].flatMap(({ changers, zeroes }) => [...changers, ...zeroes])
    for (const { queue, operations, blocking } of lists) {
      const { num, op } = operations[blocking]
      names.set(queue, `semaphore ${num} of set ${set.id} to be ${op === 0 ? '0' : `at least ${-op}`}`)
    }
  }
  for (const queue of msg.objects.values()) {
    names.set(queue.senders, `room in message queue ${queue.id}`)
    for (const receiver of queue.receivers) names.set(receiver.queue, `a message in queue ${queue.id}`)
  }
  for (const file of openFiles(k).keys()) {
    const { mqueue } = file.inode
    if (mqueue === null) continue
    const name = fileText(k, file)
    names.set(mqueue.changed, `a change of ${name}`)
    for (const { queue } of mqueue.receivers) names.set(queue, `a message in ${name}`)
    for (const { queue } of mqueue.senders) names.set(queue, `room in ${name}`)
  }
}

const pairs = (readable: WaitQueue, writable: WaitQueue, name: string): [WaitQueue, string][] => [
  [readable, `data in ${name}`],
  [writable, `room in ${name}`],
]

function nameFile(k: Kernel, file: FileDescription, names: Map<WaitQueue, string>): void {
  const name = fileText(k, file)
  const { inode, data } = file
  if (inode.pipe) for (const [queue, text] of pairs(inode.pipe.readable, inode.pipe.writable, name)) names.set(queue, text)
  if (inode.locks) names.set(inode.locks.queue, `a lock on ${name}`)
  if (data?.kind === 'socket') {
    names.set(data.readable, `${data.state === 'listening' ? 'a connection' : 'data'} at ${name}`)
    names.set(data.writable, `room to send at ${name}`)
    for (const [queue, text] of socketOps(data).queues?.(data) ?? []) names.set(queue, `${text} of ${name}`)
  } else if (data !== null && 'queue' in data) names.set(data.queue, `${k.kinds.files[file.kind].waitsFor ?? 'a change of'} ${name}`)
}

/** The key is `root@address` of a private futex (`+`: of one that might be shared), `dev:ino:offset` of a shared one. */
function futexText(k: Kernel, key: string): string {
  const [root, address] = key.split('@')
  if (address === undefined) return `at offset ${key.split(':')[2]} of a shared file`
  const holder = [...k.state.tasks.values()].find(t => t.mm?.root === Number(root))
  return `at 0x${Number.parseInt(address).toString(16)}${holder ? ` of process ${holder.group.tgid}` : ''}`
}

/** What a task waits for. `names` from queueNames. */
export function waitOf(k: Kernel, task: Task, names: ReadonlyMap<WaitQueue, string> = queueNames(k)): WaitData {
  const { waiting } = task
  const queues = (waiting?.queues ?? []).map(queue => names.get(queue) ?? 'something unnamed')
  const deadline = waiting === null || waiting.deadline === Infinity ? null : waiting.deadline
  const call = task.call === null || task.state === 'Z' ? null : callText(k, task, task.call.nr)
  return { words: WORDS[task.state](k, task, queues, deadline), queues, deadline, interruptible: waiting?.interruptible ?? false, call }
}

type Words = (k: Kernel, task: Task, queues: readonly string[], deadline: number | null) => string

function sleeping(k: Kernel, task: Task, queues: readonly string[], deadline: number | null): string {
  const what = [...new Set(queues)].join(' or ')
  const until = deadline === null ? '' : ` for ${span(Math.max(0, deadline - k.state.time))} yet`
  if (task.group.coreDump) return 'waits until the core dump of its process is written'
  if (what === '') return deadline === null ? 'waits for a signal' : `sleeps${until}`
  return `waits for ${what}${until}${task.state === 'D' ? ', whatever signal comes' : ''}`
}

function runnable(k: Kernel, task: Task): string {
  if (task.onHart >= 0) return `runs on hart ${task.onHart}`
  const ahead = k.state.harts[task.sched.hart].queue.length
  return task.sched.heapIndex === 0
    ? `next in the queue of hart ${task.sched.hart}`
    : `one of ${ahead} in the queue of hart ${task.sched.hart}`
}

const TRACED = {
  entry: 'the entry of a call',
  exit: 'the exit of a call',
  delivery: 'a signal',
  event: 'an event',
  trap: 'a stop',
} as const

const WORDS: Record<Task['state'], Words> = {
  R: runnable,
  S: sleeping,
  D: sleeping,
  T: (_k, task) => `stopped by ${task.group.stopSignal > 0 ? signalName(task.group.stopSignal) : 'a signal'}`,
  t: (_k, { tracer }) =>
    `stopped for its tracer${tracer?.by ? ` ${taskName(tracer.by)}` : ''}${tracer?.stop ? `, at ${TRACED[tracer.stop.at]}` : ''}`,
  Z: (_k, task) => `dead: until ${task.group.parent ? `its parent ${taskName(task.group.parent.leader)}` : 'somebody'} waits for it`,
  X: () => 'dead and gone',
}
