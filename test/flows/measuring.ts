// The labs that measure: what each prints, and what more rounds, pages or bytes must add to the exact counts of the machine. What the
// clock says is not fixed here: in fast mode it is instructions, in timed mode the model's business.

/** What is counted over all harts. `instructions`, `loads` and `stores` are those of programs, and the printing of numbers adds a few. */
export interface Counts {
  contextSwitches: number
  cowCopies: number
  forks: number
  minorFaults: number
  syscalls: number
  instructions: number
  loads: number
  stores: number
  /** TLB flushes on the first hart, and on the others together. */
  flushesHere: number
  flushesElsewhere: number
}

export interface MeasuringLab {
  name: string
  args?: readonly string[]
  harts?: number
  /** The whole of what it prints. */
  stdout: RegExp
  /** With these arguments instead, so much more is counted than with `args`. */
  more?: { args: readonly string[]; counts: Partial<Counts> }
}

/** A whole output: NS stands for a time, X for a ratio, COUNT for a number that the kernel is free to choose. */
const whole = (text: string): RegExp =>
  new RegExp(
    `^${text.replaceAll('+', '\\+').replaceAll('NS', '\\d+\\.\\d ns').replaceAll('COUNT', '\\d+').replaceAll(/\bX\b/g, '\\d+\\.\\d')}\n$`,
  )

/** Hand-overs of a ring of two: each is a switch, a write and a read. */
const handOvers = (count: number): Partial<Counts> => ({ contextSwitches: count, syscalls: 2 * count })

export const MEASURING: readonly MeasuringLab[] = [
  {
    name: 'ctx-ring',
    stdout: whole('2 processes, 0 KiB each: NS a hand-over'),
  },
  {
    name: 'ctx-ring',
    args: ['3', '4', '10'],
    stdout: whole('3 processes, 4 KiB each: NS a hand-over'),
    more: { args: ['3', '4', '20'], counts: { ...handOvers(30), cowCopies: 0, minorFaults: 0, loads: (30 * 4096) / 32 } },
  },
  {
    name: 'ctx-ring',
    args: ['3', '4', '10', '64'],
    stdout: whole('3 processes, 4 KiB each: NS a hand-over'),
    // In the two rounds before those that are measured too.
    more: { args: ['3', '8', '10', '64'], counts: { ...handOvers(0), minorFaults: 3, loads: (36 * 4096) / 64 } },
  },
  {
    name: 'ctx-ring',
    args: ['-o', '3', '4', '10'],
    stdout: whole('3 processes, 4 KiB each: NS a hand-over to itself'),
    more: { args: ['-o', '3', '4', '20'], counts: { contextSwitches: 0, syscalls: 60, forks: 0, minorFaults: 0, loads: (30 * 4096) / 32 } },
  },
  {
    name: 'ctx-ws',
    args: ['two', '8', '64', 'read', '10'],
    stdout: whole('8 KiB read every 64 bytes: NS a hand-over'),
    more: { args: ['two', '8', '64', 'read', '20'], counts: { ...handOvers(20), minorFaults: 0, loads: (20 * 8192) / 64 } },
  },
  {
    name: 'ctx-ws',
    args: ['two', '8', '64', 'read', '10'],
    stdout: whole('8 KiB read every 64 bytes: NS a hand-over'),
    more: { args: ['two', '8', '64', 'write', '10'], counts: { ...handOvers(0), loads: 0, stores: (24 * 8192) / 64 } },
  },
  {
    name: 'ctx-ws',
    args: ['one', '8', '64', 'write', '10'],
    stdout: whole('8 KiB written every 64 bytes: NS a hand-over to itself'),
    more: {
      args: ['one', '8', '64', 'write', '20'],
      counts: { contextSwitches: 0, syscalls: 40, loads: (20 * 8192) / 64, stores: (20 * 8192) / 64 },
    },
  },
  {
    name: 'asid-pages',
    args: ['20', '10'],
    stdout: whole('20 pages each: NS a hand-over'),
    more: { args: ['20', '20'], counts: { ...handOvers(20), minorFaults: 0, loads: 20 * 20 } },
  },
  {
    name: 'tlb-stride',
    args: ['32', '10'],
    stdout: whole('32 pages of 4 KiB: NS a read'),
    more: { args: ['32', '30'], counts: { minorFaults: 0, syscalls: 0, loads: 20 * 32 } },
  },
  {
    name: 'walk-depth',
    args: ['32', 'cold', 'small', '10'],
    stdout: whole('32 pages of 4 KiB, 2080 KiB apart: NS a read'),
    more: { args: ['32', 'cold', 'small', '30'], counts: { minorFaults: 0, syscalls: 0, loads: 20 * 32 } },
  },
  {
    name: 'walk-depth',
    args: ['32', 'warm'],
    stdout: whole('32 pages of 4 KiB, 4 KiB apart: NS a read'),
    more: { args: ['64', 'warm'], counts: { minorFaults: 32, loads: 11 * 32 } },
  },
  {
    name: 'null-call',
    args: ['1000'],
    stdout: whole('1000 calls, 0 instructions of work between two: NS a call'),
    // Six instructions each, of which ecall does not retire.
    more: { args: ['2000'], counts: { syscalls: 1000, instructions: 5 * 1000, loads: 0, stores: 0 } },
  },
  {
    name: 'null-call',
    args: ['1000', '100'],
    stdout: whole('1000 calls, 100 instructions of work between two: NS a call'),
    // 100 calls before those that are measured.
    more: { args: ['1000', '300'], counts: { syscalls: 0, instructions: 200 * 1100 } },
  },
  {
    name: 'fork-size',
    args: ['1'],
    stdout: whole('fork of a process with 1 MiB in small pages: NS a call'),
    more: { args: ['2'], counts: { minorFaults: 256, cowCopies: 0, forks: 0, syscalls: 0 } },
  },
  {
    name: 'fork-size',
    args: ['0', 'fork', 'small', '2'],
    stdout: whole('fork of a process with 0 MiB in small pages: NS a call'),
    // fork, its child's exit, wait, the clock and a mark twice.
    more: { args: ['0', 'fork', 'small', '5'], counts: { forks: 3, syscalls: 3 * 7, cowCopies: 3 } },
  },
  {
    name: 'fork-size',
    args: ['1', 'vfork', 'small', '2'],
    stdout: whole('vfork of a process with 1 MiB in small pages: NS a call'),
    more: { args: ['1', 'vfork', 'small', '5'], counts: { forks: 3, syscalls: 3 * 7, cowCopies: 0, minorFaults: 0 } },
  },
  {
    name: 'fork-size',
    args: ['1', 'spawn'],
    stdout: whole('spawn of a process with 1 MiB in small pages: NS a call'),
    more: { args: ['1', 'spawn', 'small', '4'], counts: { forks: 3, cowCopies: 0 } },
  },
  {
    name: 'cow-fault',
    args: ['10'],
    stdout: whole('child, which copies, 10 pages, 10 faults: NS a page\nparent, the last owner, 10 pages, 10 faults: NS a page'),
    // Each page is touched first, copied, and given back.
    more: { args: ['74'], counts: { cowCopies: 64, minorFaults: 3 * 64, syscalls: 0 } },
  },
  {
    name: 'page-fault',
    args: ['16'],
    stdout: whole(
      'zero, 16 pages, 16 faults: NS a page\nzero-read, 16 pages, 16 faults: NS a page\nfile, 16 pages, COUNT faults: NS a page',
    ),
    more: { args: ['48'], counts: { cowCopies: 0, syscalls: 0 } },
  },
  {
    name: 'shootdown',
    args: ['3', '10'],
    harts: 4,
    stdout: whole('1 + 3 threads: NS a round of two calls'),
    more: { args: ['3', '20'], counts: { syscalls: 20, minorFaults: 0, contextSwitches: 0, flushesHere: 20, flushesElsewhere: 3 * 20 } },
  },
  {
    name: 'shootdown',
    args: ['3', '10', 'processes'],
    harts: 4,
    stdout: whole('1 + 3 processes: NS a round of two calls'),
    more: { args: ['3', '20', 'processes'], counts: { syscalls: 20, cowCopies: 0, flushesHere: 20, flushesElsewhere: 0 } },
  },
  {
    name: 'shootdown',
    args: ['0'],
    stdout: whole('1 + 0 threads: NS a round of two calls'),
  },
  {
    name: 'fpu-switch',
    stdout: whole('floating-point registers never used: NS a hand-over'),
    more: { args: ['none', '200'], counts: handOvers(200) },
  },
  {
    name: 'fpu-switch',
    args: ['clean'],
    stdout: whole('floating-point registers read: NS a hand-over'),
    more: { args: ['clean', '200'], counts: { ...handOvers(200), stores: 400 } },
  },
  {
    name: 'fpu-switch',
    args: ['dirty'],
    stdout: whole('floating-point registers written: NS a hand-over'),
    more: { args: ['dirty', '200'], counts: handOvers(200) },
  },
  {
    name: 'quantum',
    args: ['3', '1000', '1'],
    stdout: whole('3 tasks of 1000 steps in 1 KiB, 0 involuntary switches: NS in all'),
    more: { args: ['3', '2000', '1'], counts: { loads: 3 * 1000, syscalls: 0, minorFaults: 0 } },
  },
  {
    name: 'signal-cost',
    args: ['100'],
    stdout: whole('100 calls of getppid: NS each\n100 signals handled: NS each\na signal takes as long as X calls'),
    // A call that does nothing; kill and the return from the handler.
    more: { args: ['200'], counts: { syscalls: 300 } },
  },
  {
    name: 'green-threads',
    args: ['100'],
    stdout: whole(
      '200 green switches: NS each\n200 process switches: NS each\n200 process switches by a pipe: NS each\n' +
        'a process switch takes as long as X green ones',
    ),
    // A switch by sched_yield is one call.
    more: { args: ['200'], counts: { contextSwitches: 2 * 200, syscalls: 200 + 2 * 200 } },
  },
]
