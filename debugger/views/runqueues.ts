// The runqueues: who runs on each hart and for how long yet, who waits in which order, and why the next one is next.
import {
  isRealTime,
  LATENCY,
  NICE_0_WEIGHT,
  runsBefore,
  SCHED_POLICIES,
  sliceOf,
  type HartState,
  type Kernel,
  type Task,
} from '../../kernel/index.ts'
import { hartsOf } from './ask.ts'
import { view } from './define.ts'
import { fit, left, right, span, table, wrap } from './layout.ts'
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
        ...(h.current === null && h.queue.length === 0 ? [] : queueTable(h, width)),
      ])
      .map(line => fit(line, width))
  },
})

function queueTable({ current, queue }: RunqueueData, width: number): string[] {
  const row = (place: string, t: RunnableData): (string | number)[] => [
    place,
    t.pid,
    t.comm,
    t.policy,
    t.rtPriority > 0 ? `rt ${t.rtPriority}` : t.nice,
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

function runnableData(hart: HartState, task: Task): RunnableData {
  const { policy, nice, rtPriority, weight, sumExec } = task.sched
  const vruntime = vruntimeOf(task)
  return {
    pid: task.pid,
    comm: task.comm,
    policy: POLICY_NAMES.get(policy) ?? String(policy),
    nice,
    rtPriority,
    weight,
    vruntime,
    lag: vruntime - hart.minVruntime,
    sumExec,
  }
}

/** Queued tasks in the order the heap would give them out. */
export const queueOrder = (hart: HartState): Task[] => [...hart.queue].sort((a, b) => (runsBefore(a.sched, b.sched) ? -1 : 1))

function runqueueData(k: Kernel, hart: HartState): RunqueueData {
  const { current } = hart
  const queue = queueOrder(hart)
  const slice = current === null ? Infinity : sliceOf(hart, current.sched, k.state.sysctl.rrSlice)
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
    whyNext: whyNext(queue),
    whyCurrent: whyCurrent(hart, queue, slice),
  }
}

/** Why the first of a queue is the first. */
export function whyNext(queue: readonly Task[]): string {
  const [first, second] = queue
  if (first === undefined) return 'nobody waits'
  const name = `${taskName(first)} is next`
  if (second === undefined) return `${name}: nobody else waits`
  const a = first.sched
  const b = second.sched
  if (isRealTime(a)) {
    if (a.rtPriority === b.rtPriority) return `${name}: real-time priority ${a.rtPriority} like ${taskName(second)}, and it came first`
    return `${name}: real-time priority ${a.rtPriority} goes before ${isRealTime(b) ? `priority ${b.rtPriority}` : 'every fair task'}`
  }
  if (a.vruntime === b.vruntime) return `${name}: same vruntime as ${taskName(second)} (${span(a.vruntime)}), and it came first`
  return `${name}: least vruntime (${span(a.vruntime)}), ${span(b.vruntime - a.vruntime)} less than ${taskName(second)}`
}

function whyCurrent(hart: HartState, queue: readonly Task[], slice: number): string {
  const { current } = hart
  if (current === null) return queue.length === 0 ? 'idle: nobody can run' : 'nobody runs yet'
  const name = taskName(current)
  if (current.state !== 'R') return `${name} is no longer runnable (${current.state}): the hart picks again`
  if (hart.resched) return `${name} ran: the hart was told to pick again`
  if (slice === Infinity) return queue.length === 0 ? `${name} runs: nobody else can` : `${name} runs: SCHED_FIFO has no slice`
  const left = slice - (current.sched.sumExec - current.sched.sliceStart)
  const why =
    hart.quantum > 0
      ? 'the fixed quantum'
      : isRealTime(current.sched)
        ? "SCHED_RR's slice"
        : `its weight's share of ${span(LATENCY)}, or the least slice`
  return `${name} runs for ${span(Math.max(0, left))} yet of a slice of ${span(slice)} (${why})`
}
