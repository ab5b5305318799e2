// The constants of the timing model: each one's key, type, bounds and meaning. A preset gives every key a value; `--set key=value`
// overrides one. The rows are the schema that presets are checked against, and what the manual prints.

import { MAX_CACHE_SETS } from '../layout.ts'

export type Replacement = 'lru' | 'plru' | 'random'
export type FramePlacement = 'sequential' | 'random' | 'coloured'

interface NumberField {
  type: 'number'
  unit: string
  min: number
  max: number
  /** Whole numbers only. */
  whole?: boolean
  powerOfTwo?: boolean
  doc: string
}
interface ChoiceField<T extends string> {
  type: 'choice'
  choices: readonly T[]
  doc: string
}
export type Field = NumberField | ChoiceField<string>

const count = (unit: string, min: number, max: number, doc: string): NumberField => ({ type: 'number', unit, min, max, whole: true, doc })
const size = (max: number, doc: string): NumberField => ({ type: 'number', unit: 'bytes', min: 0, max, whole: true, doc })
const amount = (unit: string, max: number, doc: string): NumberField => ({ type: 'number', unit, min: 0, max, doc })
const choice = <T extends string>(choices: readonly T[], doc: string): ChoiceField<T> => ({ type: 'choice', choices, doc })

const MAX_CYCLES = 100_000
const MAX_WAYS = 128
/** A first-level cache is indexed by bits that its way must have; more than this is no first-level cache. */
const MAX_L1 = 256 * 1024
const MAX_CACHE = 64 * 1024 * 1024

export const FIELDS = {
  clock: { type: 'number', unit: 'GHz', min: 0.001, max: 20, doc: 'Cycles in a nanosecond.' } as NumberField,
  line: {
    type: 'number',
    unit: 'bytes',
    min: 16,
    max: 256,
    whole: true,
    powerOfTwo: true,
    doc: 'Line size of every cache.',
  } as NumberField,
  'l1i.size': { ...size(MAX_L1, 'Instruction cache.'), min: 256 },
  'l1i.ways': count('ways', 1, MAX_WAYS, 'Associativity of the instruction cache. A hit costs nothing: fetching is pipelined.'),
  'l1d.size': size(MAX_L1, 'Data cache; 0: none.'),
  'l1d.ways': count('ways', 1, MAX_WAYS, 'Associativity of the data cache.'),
  'l1d.latency': count('cycles', 1, MAX_CYCLES, 'Load-to-use latency of a hit: a load stalls for one cycle less. Stores do not wait.'),
  'l2.size': size(MAX_CACHE, 'Second-level cache; 0: none.'),
  'l2.ways': count('ways', 1, MAX_WAYS, 'Associativity of the second level.'),
  'l2.latency': count('cycles', 0, MAX_CYCLES, 'What an access that hits in the second level waits.'),
  'l2.shared': choice(['no', 'yes'], 'All harts share one second level.'),
  'llc.size': size(MAX_CACHE, 'Last-level cache, shared by all harts; 0: none.'),
  'llc.ways': count('ways', 1, MAX_WAYS, 'Associativity of the last level.'),
  'llc.latency': count('cycles', 0, MAX_CYCLES, 'What an access that hits in the last level waits.'),
  dram: amount('ns', MAX_CYCLES, 'What an access that misses every cache waits; a dirty line that leaves the last cache costs the same.'),
  copyOverlap: count('misses', 1, 64, 'Misses to memory that overlap where the kernel copies or clears a page. Programs wait for each.'),
  'itlb.entries': count('entries', 1, 4096, 'First-level instruction TLB.'),
  'itlb.ways': count('ways', 1, MAX_WAYS, 'Its associativity; as many as entries: fully associative.'),
  'dtlb.entries': count('entries', 1, 4096, 'First-level data TLB.'),
  'dtlb.ways': count('ways', 1, MAX_WAYS, 'Its associativity.'),
  'l2tlb.entries': count('entries', 0, 65536, 'Second-level TLB, of instructions and data; 0: none.'),
  'l2tlb.ways': count('ways', 1, MAX_WAYS, 'Its associativity.'),
  'l2tlb.latency': count('cycles', 0, MAX_CYCLES, 'What a miss of the first level waits for it.'),
  'walkCache.root': count('entries', 0, 1024, 'Walk cache of entries of the root table (512 GiB each); 0: none.'),
  'walkCache.upper': count('entries', 0, 1024, 'Walk cache of entries one level lower (1 GiB each).'),
  'walkCache.lower': count('entries', 0, 1024, 'Walk cache of entries that point to a table of 4 KiB pages (2 MiB each).'),
  'walkCache.shared': choice(['no', 'yes'], 'One walk cache of `walkCache.lower` entries for the three levels.'),
  replacement: choice(['plru', 'random', 'lru'] as const, 'Who leaves a full set of any cache or TLB.'),
  asidBits: count('bits', 0, 16, 'Width of the ASID; 0: every change of address space empties the TLBs.'),
  trapIn: count('cycles', 0, MAX_CYCLES, 'From an instruction to the first one of the trap handler.'),
  trapOut: count('cycles', 0, MAX_CYCLES, 'sret.'),
  satp: count('cycles', 0, MAX_CYCLES, 'Writing satp.'),
  sfence: count('cycles', 0, MAX_CYCLES, 'sfence.vma; what refilling costs comes on top by itself.'),
  ipiSend: amount('ns', 1e6, 'Sending an interrupt to another hart, for each one.'),
  ipiHandle: amount('ns', 1e6, 'From the arrival of an interrupt between harts to its acknowledgement.'),
  kernelWork: amount('times', 1000, 'Instructions of a kernel path, as a multiple of the estimates in kernel/timing/paths.ts.'),
  kpti: choice(['off', 'on'], 'The kernel has a page table of its own: two more satp writes for each trap.'),
  fpu: choice(['lazy', 'eager'], 'Floating-point registers are restored at first use, or at each switch to a task that ever used them.'),
  quantum: amount('ms', 1e6, "Time slice of every task; 0: the scheduler's own."),
  pageSize: choice(['4K', '2M'], '2M: anonymous memory is mapped in 2 MiB pages where it can be.'),
  frames: choice(['sequential', 'random', 'coloured'] as const, 'Which physical frame the next page gets.'),
  time: choice(['cycles', 'instructions'] as const, 'What guest time counts. By instructions a run is the untimed one to the bit.'),
} as const satisfies Record<string, Field>

export type FieldName = keyof typeof FIELDS
type ValueOf<F> = F extends ChoiceField<infer T> ? T : number
/** A value for every constant. */
export type TimingConfig = { [K in FieldName]: ValueOf<(typeof FIELDS)[K]> }

export const fieldNames = Object.keys(FIELDS) as FieldName[]

/** What is wrong with a value, in words; null: nothing. */
export function fieldProblem(name: FieldName, value: unknown): string | null {
  const field: Field = FIELDS[name]
  if (field.type === 'choice')
    return typeof value === 'string' && field.choices.includes(value) ? null : `it is one of ${field.choices.join(', ')}`
  if (typeof value !== 'number' || !Number.isFinite(value)) return `it is a number of ${field.unit}`
  if (value < field.min || value > field.max) return `it lies between ${field.min} and ${field.max} ${field.unit}`
  if (field.whole && !Number.isInteger(value)) return `it is a whole number of ${field.unit}`
  if (field.powerOfTwo && value !== 0 && !Number.isInteger(Math.log2(value))) return 'it is a power of two'
  return null
}

/** A cache or TLB and what it must be made of. */
const GEOMETRIES = [
  { name: 'l1i', whole: 'l1i.size', ways: 'l1i.ways', lines: true },
  { name: 'l1d', whole: 'l1d.size', ways: 'l1d.ways', lines: true },
  { name: 'l2', whole: 'l2.size', ways: 'l2.ways', lines: true },
  { name: 'llc', whole: 'llc.size', ways: 'llc.ways', lines: true },
  { name: 'itlb', whole: 'itlb.entries', ways: 'itlb.ways', lines: false },
  { name: 'dtlb', whole: 'dtlb.entries', ways: 'dtlb.ways', lines: false },
  { name: 'l2tlb', whole: 'l2tlb.entries', ways: 'l2tlb.ways', lines: false },
] as const

/** What does not fit together in a whole configuration. */
export function geometryProblem(config: TimingConfig): string | null {
  for (const { name, whole, ways, lines } of GEOMETRIES) {
    const entries = lines ? config[whole] / config.line : config[whole]
    if (entries === 0) continue
    const sets = entries / config[ways]
    if (!Number.isInteger(sets) || !Number.isInteger(Math.log2(sets)))
      return `${name}: ${entries} ${lines ? 'lines' : 'entries'} in ${config[ways]} ways do not make a power of two of sets`
    // The interpreter finds the set of a line by low bits of its own address, which are the physical ones up to 64 KiB.
    if (name === 'l1d' && (sets * config.line > 65536 || sets > MAX_CACHE_SETS))
      return `${name}: a way has at most ${MAX_CACHE_SETS} lines and 64 KiB`
  }
  return null
}
