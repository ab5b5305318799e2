// SCHED_DEADLINE: the earliest deadline goes first (EDF), and nobody gets more than the runtime it reserved for each period (a constant
// bandwidth server): whoever has used that up is held until the next one. sched(7), and Linux's kernel/sched/deadline.c.
import { EBUSY, EPERM, SCHED_DEADLINE } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { DEADLINE_RANK } from '../ranks.ts'
import type { DeadlineServer, SchedClass, SchedEntity, SchedWanted } from '../types.ts'
import { weightOfNice } from '../weights.ts'

const SCHED_FLAG_RECLAIM = 0x2
const SCHED_FLAG_DL_OVERRUN = 0x4
/** Linux reckons in units of this many nanoseconds: no runtime is shorter. */
const RUNTIME_MIN = 1024
/** kernel.sched_deadline_period_min_us and _max_us, in ns. */
export const PERIOD_MIN = 100_000
export const PERIOD_MAX = 2 ** 22 * 1000
/** Shares of a processor are counted in 2^-20. */
const SHARE_ONE = 2 ** 20
const DEADLINE_PRIORITY = -101

/** `period` 0 is the deadline. */
const periodOf = ({ period, deadline }: Pick<SchedWanted, 'period' | 'deadline'>): number => period || deadline
const shareOf = (runtime: number, period: number): number => Math.floor((runtime * SHARE_ONE) / period)
const serverOf = (s: SchedEntity): DeadlineServer => s.deadline as DeadlineServer

/** What has been promised to living tasks, `except` one. */
function promised(k: Kernel, except: Task | null): number {
  let sum = 0
  for (const task of k.state.tasks.values()) {
    const server = (task.sched.lent ?? task.sched).deadline
    if (server !== null && task !== except && task.state !== 'Z' && task.state !== 'X') sum += shareOf(server.runtime, server.period)
  }
  return sum
}

/** What may be promised on all harts together by kernel.sched_rt_runtime_us and _period_us (-1: anything). */
const promisable = (k: Kernel, runtime: number, period: number): number =>
  runtime < 0 ? Infinity : shareOf(runtime, period) * k.state.harts.length

/** Do promises fit into such limits (us)? */
export const deadlinesFit = (k: Kernel, runtime: number, period: number): boolean => promised(k, null) <= promisable(k, runtime, period)

/** EPERM: it may not run everywhere, or nothing may be promised; EBUSY: too much was. */
function admit(k: Kernel, task: Task, wanted: SchedWanted): void {
  const { rtRuntime, rtPeriod } = k.state.sysctl
  const everywhere = 2 ** k.state.harts.length - 1
  if (rtRuntime === 0 || (rtRuntime > 0 && task.sched.affinity !== everywhere)) throw EPERM
  const share = shareOf(wanted.runtime, periodOf(wanted))
  const old = (task.sched.lent ?? task.sched).deadline
  if (old !== null && share === shareOf(old.runtime, old.period)) return
  if (promised(k, task) + share > promisable(k, rtRuntime, rtPeriod)) throw EBUSY
}

/** EBUSY: what is promised on every hart is kept on every hart. */
export function checkAffinity(k: Kernel, s: SchedEntity, affinity: number): void {
  if ((s.lent ?? s).deadline !== null && k.state.sysctl.rtRuntime >= 0 && affinity !== 2 ** k.state.harts.length - 1) throw EBUSY
}

/** A period begins now. */
function begin(s: SchedEntity, now: number): void {
  const server = serverOf(s)
  server.end = now + server.deadline
  s.stopAt = s.sumExec + server.runtime
}

/** The next period, or as many later as it has overdrawn. */
function replenish(s: SchedEntity, now: number): void {
  const server = serverOf(s)
  const overdrawn = server.yielded ? 0 : s.sumExec - s.stopAt
  const periods = Math.floor(overdrawn / server.runtime) + 1
  server.end += periods * server.period
  s.stopAt = s.sumExec - overdrawn + periods * server.runtime
  server.yielded = false
  if (server.end < now) begin(s, now)
}

/** Would what is left of the budget, used up to the deadline, be more than its share? */
const overflows = (s: SchedEntity, { runtime, deadline, end }: DeadlineServer, now: number): boolean =>
  deadline * (s.stopAt - s.sumExec) > (end - now) * runtime

function wakes(s: SchedEntity, now: number): number {
  const server = serverOf(s)
  const { runtime, deadline, period, end } = server
  const nextPeriod = end - deadline + period
  if (s.stopAt <= s.sumExec) {
    // Whoever holds a lock of a deadline task goes on: the deadline moves instead.
    if (nextPeriod > now && s.lent === null) return nextPeriod
    replenish(s, now)
    return 0
  }
  if (end >= now && !overflows(s, server, now)) return 0
  if (deadline === period || s.lent !== null) begin(s, now)
  // Less than its period is its deadline: what is left of that is all it may have, and after it nothing before the next period.
  else if (end >= now) s.stopAt = s.sumExec + Math.floor(((end - now) * runtime) / deadline)
  else if (nextPeriod > now) {
    s.stopAt = s.sumExec
    return nextPeriod
  } else begin(s, now)
  return 0
}

export const deadline: SchedClass = {
  name: 'deadline',
  doc: 'the earliest deadline goes first, and nobody gets more than its runtime in a period',
  policies: [SCHED_DEADLINE],
  rank: DEADLINE_RANK,
  roams: true,
  params: {
    kind: 'deadline',
    urgent: true,
    priorities: [0, 0],
    valid({ runtime, deadline: span, period: given, flags }) {
      const period = periodOf({ period: given, deadline: span })
      if (flags & SCHED_FLAG_RECLAIM) return false
      return runtime >= RUNTIME_MIN && runtime <= span && span <= period && period >= PERIOD_MIN && period <= PERIOD_MAX
    },
    needsRight: () => true,
    leavingNeedsRight: () => false,
    admit,
    take(s, wanted, now) {
      const { runtime, deadline: span, flags } = wanted
      const given = { runtime, deadline: span, period: periodOf(wanted), flags: flags & SCHED_FLAG_DL_OVERRUN }
      s.rtPriority = 0
      // One that has parameters already gets the new ones with its next period.
      if (s.deadline !== null) Object.assign(s.deadline, given)
      else {
        s.deadline = { ...given, end: 0, yielded: false }
        begin(s, now)
      }
    },
    leave(s) {
      s.deadline = null
      s.stopAt = Infinity
    },
    answer: s => {
      const { runtime, deadline: span, period, flags } = serverOf(s)
      return { runtime, deadline: span, period, flags }
    },
    interval: () => 0,
    // Its budget is its own: a child would have as much again.
    mayFork: s => s.resetOnFork,
    priority: () => DEADLINE_PRIORITY,
    ioClass: () => 'RT',
  },
  weight: s => weightOfNice(s.nice),
  orders: (_hart, s) => serverOf(s).end,
  preempts: (_hart, current, s) => serverOf(s).end < serverOf(current).end,
  slice: () => Infinity,
  wakes: (_hart, s, now) => wakes(s, now),
  lends(s, by, now) {
    const { runtime, deadline: span, period } = serverOf(by)
    s.policy = SCHED_DEADLINE
    s.rtPriority = 0
    s.deadline = { runtime, deadline: span, period, flags: 0, end: 0, yielded: false }
    begin(s, now)
  },
  tells: s => !serverOf(s).yielded && (serverOf(s).flags & SCHED_FLAG_DL_OVERRUN) !== 0,
  yields(_hart, s) {
    serverOf(s).yielded = true
    s.stopAt = Math.min(s.stopAt, s.sumExec)
    return true
  },
  says: (s, { span }) => `deadline at ${span(serverOf(s).end)}`,
  whyNext: (s, other, words) => {
    const [end, later] = [serverOf(s).end, serverOf(other).end]
    return end === later
      ? `same deadline as ${words.other} (${words.span(end)}), and it came first`
      : `earliest deadline (${words.span(end)}), ${words.span(later - end)} before that of ${words.other}`
  },
  whySlice: () => 'SCHED_DEADLINE has a budget',
}
