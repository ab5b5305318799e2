// The runqueues: who runs on each hart and for how long yet, who waits in which order, and why the next one is next.
import {
  classOf,
  NICE_0_WEIGHT,
  runsBefore,
  SCHED_POLICIES,
  sliceOf,
  type HartState,
  type Kernel,
  type SchedWords,
  type Task,
} from '../../kernel/index.ts'
import { hartsOf } from './ask.ts'
import { view } from './define.ts'
import { fit, instant, left, right, span, table, wrap } from './layout.ts'
import { taskName } from './names.ts'

export interface RunnableData {
  pid: number
  comm: string
  policy: string
  nice: number
  rtPriority: number
  weight: number
  /** Nanoseconds, scaled by weight: with the time it ran since it was last accounted. */
  vruntime: number
  /** How far above the hart's floor, ns. */
  lag: number
  sumExec: number
  /** Of SCHED_DEADLINE: its deadline (absolute), and what is left of its budget; ns. */
  deadline: number | null
  budget: number | null
  /** It runs with what somebody who waits for a lock of its lends; policy, priority and deadline are those. Who, and its own policy. */
  lent: { by: number; policy: string } | null
}

export interface RunqueueData {
  hart: number
  time: number
  minVruntime: number
  queueWeight: number
  switches: number
  idleTime: number
  /** It will pick again before it goes back to a program. */
  resched: boolean
  current: (RunnableData & { state: string; slice: number | null; used: number }) | null
  /** In the order they will run. */
  queue: RunnableData[]
  /** Could run, but their budgets are used up; until when (ns). */
  held: (RunnableData & { until: number })[]
  /** Why whoever is first is first, in a sentence; and why the one that runs may go on. */
  whyNext: string
  whyCurrent: string
}

export interface RunqueuesData {
  harts: RunqueueData[]
}

export const runqueuesView = view<RunqueuesData>({
  name: 'runqueue',
  doc: 'Each hart: who runs, its slice, who waits by vruntime, and why the next one is next.',
  arguments: ['hart'],
  data: (k, args) => ({ harts: hartsOf(k, args).map(hart => runqueueData(k, k.state.harts[hart])) }),

  text({ harts }, width) {
    return harts
      .flatMap(h => [
        `hart ${h.hart}: ${h.switches} switches, idle ${span(h.idleTime)}, floor ${span(h.minVruntime)}${h.resched ? ', picks again' : ''}`,
        ...wrap(h.whyCurrent, width - 2, '  ').map(line => `  ${line}`),
        ...wrap(h.whyNext, width - 2, '  ').map(line => `  ${line}`),
        ...h.held.map(t => `  ${t.pid} ${t.comm} is held until ${instant(t.until)}: its budget is used up`),
        ...[h.current, ...h.queue, ...h.held].flatMap(t => (t?.lent ? [lentText(t, t.lent)] : [])),
        ...(h.current === null && h.queue.length === 0 ? [] : queueTable(h, width)),
      ])
      .map(line => fit(line, width))
  },
})

const lentText = ({ pid, comm }: RunnableData, { by, policy }: { by: number; policy: string }): string =>
  `  ${pid} ${comm} runs with the priority that ${by} lends it, who waits for a lock of its; its own policy is ${policy}`

function queueTable({ current, queue }: RunqueueData, width: number): string[] {
  const row = (place: string, t: RunnableData): (string | number)[] => [
    place,
    t.pid,
    t.comm,
    t.policy,
    t.deadline !== null ? span(t.deadline) : t.rtPriority > 0 ? `rt ${t.rtPriority}` : t.nice,
    t.weight,
    span(t.vruntime),
    span(t.sumExec),
  ]
  return table(
    [left('  '), right('PID'), left('COMMAND'), left('POLICY'), right('NICE'), right('WEIGHT'), right('VRUNTIME'), right('TIME')],
    [...(current === null ? [] : [row('=>', current)]), ...queue.map(t => row('', t))],
    width,
  )
}

/** Time had that is not in vruntime yet counts too: the scheduler accounts it before it compares. */
const vruntimeOf = ({ sched }: Task): number => sched.vruntime + ((sched.sumExec - sched.accounted) * NICE_0_WEIGHT) / sched.weight

const POLICY_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(SCHED_POLICIES).map(([name, number]) => [number, name.replace('SCHED_', '')]),
)

const policyName = (policy: number): string => POLICY_NAMES.get(policy) ?? String(policy)

function runnableData(hart: HartState, task: Task): RunnableData {
  const { policy, nice, rtPriority, weight, sumExec, deadline, stopAt, lent } = task.sched
  const vruntime = vruntimeOf(task)
  return {
    pid: task.pid,
    comm: task.comm,
    policy: policyName(policy),
    nice,
    rtPriority,
    weight,
    vruntime,
    lag: vruntime - hart.minVruntime,
    sumExec,
    deadline: deadline?.end ?? null,
    budget: stopAt === Infinity ? null : stopAt - sumExec,
    lent: lent && { by: lent.by.pid, policy: policyName(lent.policy) },
  }
}

/** Queued tasks in the order the heap would give them out. */
export const queueOrder = (hart: HartState): Task[] => [...hart.queue].sort((a, b) => (runsBefore(a.sched, b.sched) ? -1 : 1))

function heldOf(k: Kernel, hart: HartState): { task: Task; until: number }[] {
  return [...k.state.tasks.values()].flatMap(task =>
    task.sched.held !== null && task.sched.hart === hart.id ? [{ task, until: task.sched.held.until }] : [],
  )
}

function runqueueData(k: Kernel, hart: HartState): RunqueueData {
  const { current } = hart
  const queue = queueOrder(hart)
  const slice = current === null ? Infinity : sliceOf(k, hart, current.sched)
  return {
    hart: hart.id,
    time: k.state.harts.length === 1 ? k.state.time : hart.time,
    minVruntime: hart.minVruntime,
    queueWeight: hart.queueWeight,
    switches: hart.switches,
    idleTime: hart.idleTime,
    resched: hart.resched,
    current:
      current === null
        ? null
        : {
            ...runnableData(hart, current),
            state: current.state,
            slice: slice === Infinity ? null : slice,
            used: current.sched.sumExec - current.sched.sliceStart,
          },
    queue: queue.map(task => runnableData(hart, task)),
    held: heldOf(k, hart).map(({ task, until }) => ({ ...runnableData(hart, task), until })),
    whyNext: whyNext(k, queue),
    whyCurrent: whyCurrent(k, hart, queue, slice),
  }
}

/** Why the first of a queue is the first. */
export function whyNext(k: Kernel, queue: readonly Task[]): string {
  const [first, second] = queue
  if (first === undefined) return 'nobody waits'
  const name = `${taskName(first)} is next`
  if (second === undefined) return `${name}: nobody else waits`
  const words: SchedWords = { span, other: taskName(second) }
  const [row, other] = [classOf(k, first.sched), classOf(k, second.sched)]
  if (row.rank === other.rank) return `${name}: ${row.whyNext(first.sched, second.sched, words)}`
  return `${name}: ${row.says(first.sched, words)} goes before every ${other.params.kind} task`
}

function whyCurrent(k: Kernel, hart: HartState, queue: readonly Task[], slice: number): string {
  const { current } = hart
  if (current === null) return queue.length === 0 ? 'idle: nobody can run' : 'nobody runs yet'
  const name = taskName(current)
  const { sched } = current
  const row = classOf(k, sched)
  if (current.state !== 'R') return `${name} is no longer runnable (${current.state}): the hart picks again`
  if (hart.resched) return `${name} ran: the hart was told to pick again`
  if (sched.stopAt < Infinity) return `${name} runs for ${span(Math.max(0, sched.stopAt - sched.sumExec))} yet, then its budget is used up`
  if (slice === Infinity) return queue.length === 0 ? `${name} runs: nobody else can` : `${name} runs: ${row.whySlice({ span, other: '' })}`
  const left = slice - (sched.sumExec - sched.sliceStart)
  const why = hart.quantum > 0 ? 'the fixed quantum' : row.whySlice({ span, other: '' })
  return `${name} runs for ${span(Math.max(0, left))} yet of a slice of ${span(slice)} (${why})`
}
