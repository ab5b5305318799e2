// What shall happen at which instant: sleeps with a deadline, interval timers, POSIX timers, timerfds. Soonest first.
import { CLOCKS, ITIMERS, nameOf, signalName, type Kernel, type Timer, type TimerSpec } from '../../kernel/index.ts'
import { view } from './define.ts'
import { fit, instant, left, right, span, table } from './layout.ts'
import { openFiles, taskName } from './names.ts'

export interface TimerData {
  id: number
  /** Guest time in ns, and from now on. */
  at: number
  in: number
  kind: TimerSpec['kind']
  /** Whom it is for: a task or process. */
  pid: number
  text: string
}

export interface CpuTimerData {
  tgid: number
  which: string
  /** Processor time of the process still to pass, as set; ns. */
  expires: number
  interval: number
}

export interface TimersData {
  time: number
  timers: TimerData[]
  /** setitimer's VIRTUAL and PROF: they run with the process's time, not the clock. */
  cpuTimers: CpuTimerData[]
}

export const timersView = view<TimersData>({
  name: 'timers',
  doc: 'Timers by the instant they expire, and what then happens.',
  arguments: [],

  data(k) {
    const timers = [...k.state.timers.heap].sort((a, b) => a.at - b.at || a.id - b.id)
    return { time: k.state.time, timers: timers.map(timer => timerData(k, timer)), cpuTimers: cpuTimers(k) }
  },

  text({ time, timers, cpuTimers }, width) {
    const rows = timers.map(t => [t.id, instant(t.at), span(t.in), t.kind, t.text])
    return [
      `now ${instant(time)}`,
      ...table([right('ID'), right('AT'), right('IN'), left('KIND'), left('WHAT')], rows, width),
      ...cpuTimers.map(t => `process ${t.tgid}: ${t.which} at ${span(t.expires)}, every ${span(t.interval)}`),
    ].map(line => fit(line, width))
  },
})

const DESCRIBE: { [K in TimerSpec['kind']]: (k: Kernel, spec: Extract<TimerSpec, { kind: K }>) => { pid: number; text: string } } = {
  wake: (_k, { task }) => ({ pid: task.pid, text: `wakes ${taskName(task)}` }),
  replenish: (_k, { task }) => ({ pid: task.pid, text: `gives ${taskName(task)} its budget again` }),
  itimer: (_k, { group, which }) => ({ pid: group.tgid, text: `${nameOf(ITIMERS, which)} of process ${group.tgid}` }),
  posixTimer: (_k, { group, id }) => {
    const timer = group.posixTimers?.get(id)
    const clock = timer === undefined ? '' : ` of ${nameOf(CLOCKS, timer.clock)}`
    const signal = timer === undefined || timer.signal === 0 ? '' : `: ${signalName(timer.signal)}`
    return { pid: group.tgid, text: `timer ${id}${clock} of process ${group.tgid}${signal}` }
  },
  ring: (_k, { request }) => ({ pid: request.task.pid, text: `ends a request of an io_uring of ${taskName(request.task)}` }),
  network: (_k, { of }) => ({
    pid: 0,
    text: of.kind === 'timeWait' ? `forgets ${of.local.address}:${of.local.port}` : `connection of socket ${of.ino}`,
  }),
  timerfd: (k, { data }) => {
    const holder = [...openFiles(k)].find(([file]) => file.data === data)?.[1][0]
    return { pid: holder?.pid ?? 0, text: holder === undefined ? 'a timerfd' : `timerfd ${holder.fd} of pid ${holder.pid}` }
  },
}

function timerData(k: Kernel, { id, at, spec }: Timer): TimerData {
  const describe = DESCRIBE[spec.kind] as (k: Kernel, spec: TimerSpec) => { pid: number; text: string }
  return { id, at, in: at - k.state.time, kind: spec.kind, ...describe(k, spec) }
}

function cpuTimers(k: Kernel): CpuTimerData[] {
  return [...k.state.groups.values()].flatMap(group =>
    group.itimers.flatMap((timer, which) =>
      which === ITIMERS.ITIMER_REAL || timer.expires === 0
        ? []
        : [{ tgid: group.tgid, which: nameOf(ITIMERS, which), expires: Number(timer.expires), interval: Number(timer.interval) }],
    ),
  )
}
