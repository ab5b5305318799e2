// /sys/devices/system/cpu and node: harts, and of a timed machine the caches that its model has. A fast machine has none to show.
import type { TimingConfig } from '../../vm/index.ts'
import { EBUSY, EINVAL } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { freeFrames } from '../mm/index.ts'
import { directory, link, maskText, rangesText, shown, value, type SysDirectory, type SysNode } from './nodes.ts'

/** A hart is a bit of an affinity mask of 32. */
const KERNEL_MAX = 31

const harts = (k: Kernel): number[] => k.state.harts.map(hart => hart.id)
const list = (numbers: (k: Kernel) => readonly number[]): SysNode => shown(k => rangesText(numbers(k)))
const mask = (numbers: (k: Kernel) => readonly number[]): SysNode => shown(k => maskText(numbers(k), k.state.harts.length))

interface Cache {
  level: number
  type: 'Data' | 'Instruction' | 'Unified'
  size: number
  ways: number
  line: number
  /** By all harts. */
  shared: boolean
}

function cachesOf(config: TimingConfig): Cache[] {
  const { line } = config
  const all: Cache[] = [
    { level: 1, type: 'Data', size: config['l1d.size'], ways: config['l1d.ways'], line, shared: false },
    { level: 1, type: 'Instruction', size: config['l1i.size'], ways: config['l1i.ways'], line, shared: false },
    { level: 2, type: 'Unified', size: config['l2.size'], ways: config['l2.ways'], line, shared: config['l2.shared'] === 'yes' },
    { level: 3, type: 'Unified', size: config['llc.size'], ways: config['llc.ways'], line, shared: true },
  ]
  return all.filter(cache => cache.size > 0)
}

const KIB = 1024

function cacheEntries(cache: Cache, hart: number): Record<string, SysNode> {
  const users = cache.shared ? harts : (): number[] => [hart]
  return {
    coherency_line_size: value(cache.line),
    id: value(cache.shared ? 0 : hart),
    level: value(cache.level),
    number_of_sets: value(Math.max(1, Math.floor(cache.size / cache.line / cache.ways))),
    physical_line_partition: value(1),
    shared_cpu_list: list(users),
    shared_cpu_map: mask(users),
    size: value(`${Math.floor(cache.size / KIB)}K`),
    type: value(cache.type),
    ways_of_associativity: value(cache.ways),
    write_policy: value('WriteBack'),
  }
}

function topology(hart: number): SysDirectory {
  const own = (): number[] => [hart]
  return directory({
    core_cpus: mask(own),
    core_cpus_list: list(own),
    core_id: value(hart),
    core_siblings: mask(harts),
    core_siblings_list: list(harts),
    package_cpus: mask(harts),
    package_cpus_list: list(harts),
    physical_package_id: value(0),
    thread_siblings: mask(own),
    thread_siblings_list: list(own),
  })
}

/** One may be told to be what it is. */
function checkOnline(text: string): void {
  const word = text.trim()
  if (word === '0') throw EBUSY
  if (word !== '1') throw EINVAL
}

function hartDirectory(k: Kernel, hart: number): SysDirectory {
  const caches = k.preset === null ? [] : cachesOf(k.preset.config)
  const indexes = Object.fromEntries(caches.map((cache, i) => [`index${i}`, directory(cacheEntries(cache, hart))]))
  return directory({
    ...(caches.length > 0 ? { cache: directory(indexes) } : {}),
    node0: link('../../node/node0'),
    // Harts are neither taken away nor brought.
    online: { text: () => '1\n', write: (_k, text) => checkOnline(text) },
    subsystem: link('../../../../bus/cpu'),
    topology: topology(hart),
    uevent: value('DRIVER=cpu'),
  })
}

/** Nothing is done here before it is known to be needed. */
const VULNERABILITIES = [
  ...['gather_data_sampling', 'itlb_multihit', 'l1tf', 'mds', 'meltdown', 'mmio_stale_data', 'reg_file_data_sampling', 'retbleed'],
  ...['spec_rstack_overflow', 'spec_store_bypass', 'spectre_v1', 'spectre_v2', 'srbds', 'tsx_async_abort'],
]

export const cpuDirectory = directory(k => ({
  ...Object.fromEntries(harts(k).map(hart => [`cpu${hart}`, hartDirectory(k, hart)])),
  isolated: value(''),
  kernel_max: value(KERNEL_MAX),
  offline: value(''),
  online: list(harts),
  possible: list(harts),
  present: list(harts),
  smt: directory({ active: value(0), control: value('notsupported') }),
  vulnerabilities: directory(Object.fromEntries(VULNERABILITIES.map(name => [name, value('Not affected')]))),
}))

const PAGE_KIB = 4

/** All memory is one node. */
export const nodeDirectory = directory({
  has_cpu: value(0),
  has_memory: value(0),
  has_normal_memory: value(0),
  node0: directory(k => ({
    ...Object.fromEntries(harts(k).map(hart => [`cpu${hart}`, link(`../../cpu/cpu${hart}`)])),
    cpulist: list(harts),
    cpumap: mask(harts),
    distance: value(10),
    meminfo: shown(({ state: { frames } }) => {
      const rows = { MemTotal: frames.total, MemFree: freeFrames(frames), MemUsed: frames.total - freeFrames(frames) }
      return Object.entries(rows)
        .map(([name, pages]) => `Node 0 ${`${name}:`.padEnd(15)} ${String(pages * PAGE_KIB).padStart(8)} kB`)
        .join('\n')
    }),
  })),
  online: value(0),
  possible: value(0),
})
