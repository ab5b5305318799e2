// Events of the kernel as plain data that outlives them: what a recorder keeps, the timeline shows and a catchpoint tells. The words are
// made at once, while the task and its registers are as they were.
import {
  callText,
  callName,
  resultText,
  SYSCALLS,
  showSigInfo,
  signalName,
  type EventKind,
  type EventOf,
  type Kernel,
  type KernelEvent,
  type Task,
} from '../../kernel/index.ts'
import { hex } from '../hex.ts'

export interface TimelineEvent {
  kind: EventKind
  /** Guest ns, of the hart where it happened, and the instructions that all harts had executed. */
  time: number
  executed: number
  /** Where it happened: -1 where on no hart. */
  hart: number
  /** Whom it is about, 0: nobody. */
  pid: number
  comm: string
  /** In words, without the task. */
  words: string
}

const KIB = 1024

interface Told {
  hart: number
  task: Task | null
  words: string
}

/** What a kind of event says. Where it happened: on its task's hart or, for what is done to a task that does not run, nowhere. */
const TELL: { [K in EventKind]: (event: EventOf<K>, k: Kernel) => Told } = {
  syscallEnter: ({ task, nr }, k) => about(task, callText(k, task, nr)),
  syscallBlocked: ({ task, nr }) => about(task, `sleeps in ${callName(nr)}`),
  syscallExit: ({ task, nr, result }) => about(task, `${callName(nr)} = ${resultText(SYSCALLS[nr], result)}`),
  fault: ({ task, va, access, how }) => about(task, `${access} fault at ${hex(va)}: ${FAULT_WORDS[how]}`),
  cowCopy: ({ task, va, from, to, pages }) =>
    about(task, `copy-on-write at ${hex(va)}: frame ${from} copied to ${to}${pages > 1 ? `, ${pages} pages` : ''}`),
  switch: ({ hart, from, to }) => ({ hart, task: to, words: `switch from ${nameOf(from)} to ${nameOf(to)}` }),
  wake: ({ task }) => about(task, 'wakes up'),
  signalSent: ({ from, task, signal }) => about(task, `${signalName(signal)} sent by ${from === null ? 'the kernel' : nameOf(from)}`),
  signalDelivered: ({ task, action, info }) => about(task, `${showSigInfo(info)} delivered: ${action}`),
  fork: ({ task, child }) => about(task, `forks ${nameOf(child)}`),
  exec: ({ task, path }) => about(task, `execs ${path}`),
  exit: ({ task, status }) => about(task, `exits with wait status ${hex(status)}`),
  oomKill: ({ task, bytes }) => about(task, `is killed: out of memory, it has ${bytes / KIB} KiB`),
  schedule: ({ hart, from, next, waiting }) => ({
    hart,
    task: next,
    words: `the scheduler chooses ${nameOf(next)} after ${nameOf(from)}, ${waiting} more waiting`,
  }),
  timer: ({ hart, what }, k) => ({
    hart,
    task: k.state.harts[hart]?.current ?? null,
    words: what === 'slice' ? 'the time slice ends' : `a timer expires (${what})`,
  }),
  packet: ({ packet: { protocol, from, to, bytes } }) => ({
    hart: -1,
    task: null,
    words: `a packet of protocol ${protocol} from ${from.address} ${from.port} to ${to.address} ${to.port}, ${bytes.length} bytes`,
  }),
  tlbFlush: ({ hart, va, asid }, k) => ({
    hart,
    task: k.state.harts[hart].current,
    words: `TLB flush of ${va === null ? 'everything' : hex(va)}${asid === null ? '' : ` of ASID ${asid}`}`,
  }),
}

const about = (task: Task, words: string): Told => ({ hart: task.onHart, task, words })
const nameOf = (task: Task | null): string => (task === null ? 'idle' : `${task.pid} ${task.comm}`)

const FAULT_WORDS: Readonly<Record<EventOf<'fault'>['how'], string>> = {
  zero: 'anonymous memory, first touch',
  cow: 'copied',
  reuse: 'the only holder, made writable',
  file: 'page of a file',
  stack: 'the stack grows',
  spurious: 'already there',
  signal: 'a mistake, ends in a signal',
}

export const EVENT_KINDS = Object.keys(TELL) as EventKind[]

/** The record of an event, to be made when it happens. */
export function recordEvent(k: Kernel, event: KernelEvent): TimelineEvent {
  const tell = TELL[event.kind] as (event: KernelEvent, k: Kernel) => Told
  const { hart, task, words } = tell(event, k)
  const alone = k.state.harts.length === 1
  const time = alone || hart < 0 ? k.state.time : k.state.harts[hart].time
  return { kind: event.kind, time, executed: k.state.executed, hart, pid: task?.pid ?? 0, comm: task?.comm ?? '', words }
}

/** One line, with whom it is about where the words do not say it. */
export const eventText = ({ pid, comm, kind, words }: TimelineEvent): string =>
  pid === 0 || kind === 'switch' || kind === 'schedule' ? words : `${pid} ${comm}: ${words}`
