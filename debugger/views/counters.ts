// Everything that the machine and the kernel count, system-wide and by hart.
import { COUNTERS } from '../../vm/index.ts'
import { timedCounters, type Kernel } from '../../kernel/index.ts'
import { hartsOf } from './ask.ts'
import { view } from './define.ts'
import { fit, instant, left, right, table } from './layout.ts'

export interface CountersData {
  time: number
  executed: number
  counts: Record<string, number>
  harts: { hart: number; counts: Record<string, number> }[]
}

type CounterName = keyof typeof COUNTERS
/** Those of a hart that count something; the others are clocks. */
const HART_COUNTERS: readonly CounterName[] = [
  'instret',
  'loads',
  'stores',
  'readMisses',
  'writeMisses',
  'fetchMisses',
  'evictions',
  'flushAll',
  'flushAsid',
  'flushPage',
  'flushPageAsid',
  'cycles',
]

export const countersView = view<CountersData>({
  name: 'counters',
  doc: 'Counts of the machine and the kernel: instructions, misses, flushes, faults, switches.',
  arguments: ['hart'],

  data(k, args) {
    return {
      time: k.state.time,
      executed: k.state.executed,
      counts: systemCounts(k),
      harts: hartsOf(k, args).map(hart => ({
        hart,
        counts: {
          ...Object.fromEntries(HART_COUNTERS.map(name => [name, k.machine.harts[hart].counters[COUNTERS[name]]])),
          switches: k.state.harts[hart].switches,
          idleTime: k.state.harts[hart].idleTime,
        },
      })),
    }
  },

  text({ time, executed, counts, harts }, width) {
    const names = Object.keys(harts[0].counts)
    return [
      `at ${instant(time)} s, ${executed} instructions`,
      ...table([left('SYSTEM'), right('COUNT')], Object.entries(counts), width),
      ...table(
        [left('HART'), ...harts.map(h => right(String(h.hart)))],
        names.map(name => [name, ...harts.map(h => h.counts[name])]),
        width,
      ),
    ].map(line => fit(line, width))
  },
})

/** The kernel's own counts and, on a timed machine, what the model counts. */
function systemCounts(k: Kernel): Record<string, number> {
  const model = k.machine.timing === null ? {} : timedCounters(k)
  return { ...k.state.counts, ...model }
}
