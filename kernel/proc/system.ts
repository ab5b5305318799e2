// The files of /proc about the whole machine: one row each. Slashes in a name make directories.
import { PAGE_SIZE, MARCHID, MIMPID } from '../../vm/index.ts'
import {
  anonymousHugePages,
  commitLimit,
  committedPages,
  HUGE_FRAMES,
  USE_ANON,
  USE_CACHE,
  USE_HUGETLB,
  USE_TABLE,
  countKmem,
  freeFrames,
} from '../mm/index.ts'
import { MACHINE, RELEASE, SYSNAME, VERSION } from '../version.ts'
import type { Kernel } from '../kernel.ts'
import { loadText } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { EPERM, POLLIN, POLLRDNORM } from '../abi/index.ts'
import { mayReadLog, readLog } from '../fs/index.ts'
import { READ_ONLY, seconds, ticks, type SystemFile } from './nodes.ts'
import { inventoryFiles } from './inventory.ts'
import { keyFiles } from './keys.ts'
import { sysctlFiles } from './sysctl.ts'
import { sysvFiles } from './sysvipc.ts'

const KIB = 1024
const NAME_WIDTH = 16
const HUGEPAGES_WIDTH = 19

/** "MemTotal:       24684084 kB". */
const sizeLine = (name: string, pages: number): string =>
  `${`${name}:`.padEnd(NAME_WIDTH)}${String((pages * PAGE_SIZE) / KIB).padStart(8)} kB\n`

/** Frames that belong to file systems in memory, which nothing could give back. */
function shmemPages(k: Kernel): number {
  const { use, flags, total } = k.state.frames
  let pages = 0
  for (let frame = 0; frame < total; frame++) if (use[frame] === USE_CACHE && flags[frame] !== 0) pages++
  return pages
}

function meminfoText(k: Kernel): string {
  const { total, used } = k.state.frames
  countKmem(k)
  const free = freeFrames(k.state.frames)
  const slab = k.state.frames.kmem
  const cached = used[USE_CACHE]
  const shmem = shmemPages(k)
  const anon = used[USE_ANON]
  const rows: [string, number][] = [
    ['MemTotal', total],
    ['MemFree', free],
    ['MemAvailable', free + cached - shmem],
    ['Buffers', 0],
    ['Cached', cached],
    ['SwapCached', 0],
    ['Active', anon],
    ['Inactive', cached],
    ['Active(anon)', anon],
    ['Inactive(anon)', 0],
    ['Active(file)', 0],
    ['Inactive(file)', cached],
    ['Unevictable', 0],
    ['Mlocked', 0],
    ['SwapTotal', 0],
    ['SwapFree', 0],
    ['Dirty', 0],
    ['Writeback', 0],
    ['AnonPages', anon],
    ['Mapped', cached],
    ['Shmem', shmem],
    ['KReclaimable', 0],
    ['Slab', slab],
    ['SReclaimable', 0],
    ['SUnreclaim', slab],
    ['KernelStack', 0],
    ['PageTables', used[USE_TABLE]],
    ['NFS_Unstable', 0],
    ['Bounce', 0],
    ['WritebackTmp', 0],
    ['CommitLimit', commitLimit(k)],
    ['Committed_AS', committedPages(k)],
    ['VmallocTotal', 0],
    ['VmallocUsed', 0],
    ['VmallocChunk', 0],
    ['AnonHugePages', anonymousHugePages(k)],
    ['ShmemHugePages', 0],
    ['ShmemPmdMapped', 0],
  ]
  return rows.map(([name, pages]) => sizeLine(name, pages)).join('') + hugetlbText(used[USE_HUGETLB])
}

/** The pool of MAP_HUGETLB. None is kept in store: each page is a surplus one, taken from free memory and given back to it. */
function hugetlbText(pages: number): string {
  const row = (name: string, count: number): string => `${`${name}:`.padEnd(HUGEPAGES_WIDTH)}${String(count).padStart(5)}\n`
  const huge = pages / HUGE_FRAMES
  return (
    row('HugePages_Total', huge) +
    row('HugePages_Free', 0) +
    row('HugePages_Rsvd', 0) +
    row('HugePages_Surp', huge) +
    sizeLine('Hugepagesize', HUGE_FRAMES) +
    sizeLine('Hugetlb', pages)
  )
}

/** Ticks in programs, in the kernel and idle, as the first columns of a line of `cpu`. */
function hartTicks(time: number, system: number, idle: number): string {
  return `${ticks(Math.max(0, time - system - idle))} 0 ${ticks(system)} ${ticks(idle)} 0 0 0 0 0 0`
}

function countStates(k: Kernel): { running: number; blocked: number } {
  let running = 0
  let blocked = 0
  for (const task of k.state.tasks.values()) {
    if (task.state === 'R') running++
    if (task.state === 'D') blocked++
  }
  return { running, blocked }
}

function statText(k: Kernel): string {
  const { harts, counts, bootEpoch, time } = k.state
  const idle = harts.reduce((sum, hart) => sum + hart.idleTime, 0)
  const { running, blocked } = countStates(k)
  const system = harts.reduce((sum, hart) => sum + hart.systemTime, 0)
  const all = hartTicks(time * harts.length, system, idle)
  const each = harts.map(hart => `cpu${hart.id} ${hartTicks(time, hart.systemTime, hart.idleTime)}\n`).join('')
  return (
    `cpu  ${all}\n${each}intr ${counts.timerTicks}\nctxt ${counts.contextSwitches}\nbtime ${bootEpoch.sec}\n` +
    `processes ${counts.forks + 1}\nprocs_running ${running}\nprocs_blocked ${blocked}\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n`
  )
}

function uptimeText(k: Kernel): string {
  return `${seconds(k.state.time)} ${seconds(k.state.harts.reduce((sum, hart) => sum + hart.idleTime, 0))}\n`
}

function loadavgText(k: Kernel): string {
  return `${k.state.load.values.map(loadText).join(' ')} ${countStates(k).running}/${k.state.tasks.size} ${k.state.ns.pid.last}\n`
}

function cpuinfoText(k: Kernel): string {
  return k.state.harts
    .map(
      ({ id }) =>
        `processor\t: ${id}\nhart\t\t: ${id}\nisa\t\t: ${k.machine.isa.text}\nmmu\t\t: sv48\nmvendorid\t: 0x0\nmarchid\t\t: 0x${MARCHID.toString(16)}\nmimpid\t\t: 0x${MIMPID.toString(16)}\nhart isa\t: ${k.machine.isa.text}\n\n`,
    )
    .join('')
}

function vmstatText(k: Kernel): string {
  const { frames, counts } = k.state
  const rows: [string, number][] = [
    ['nr_free_pages', freeFrames(frames)],
    ['nr_anon_pages', frames.used[USE_ANON]],
    ['nr_file_pages', frames.used[USE_CACHE]],
    ['nr_page_table_pages', frames.used[USE_TABLE]],
    ['pgpgin', 0],
    ['pgpgout', 0],
    ['pswpin', 0],
    ['pswpout', 0],
    ['pgfault', counts.minorFaults + counts.majorFaults],
    ['pgmajfault', counts.majorFaults],
    ['oom_kill', counts.oomKills],
  ]
  return rows.map(([name, value]) => `${name} ${value}\n`).join('')
}

const number = (value: number | string): SystemFile => ({ mode: READ_ONLY, text: () => `${value}\n` })
/** Evaluated when read: constants of other folders may not be there yet while this table is made. */
const text = (make: (k: Kernel, reader: Task) => string): SystemFile => ({ mode: READ_ONLY, text: make })

export const systemFiles: Readonly<Record<string, SystemFile>> = {
  cmdline: number('console=ttyS0'),
  cpuinfo: text(cpuinfoText),
  filesystems: number('nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\nnodev\tdevpts\nnodev\toverlay'),
  // The log as one stream of lines: who reads it takes them away from other readers of it.
  kmsg: {
    mode: 0o400,
    text: () => '',
    open(_k, task) {
      if (!mayReadLog(task)) throw EPERM
    },
    stream: (k, file, max) => readLog(k, file, max),
    poll(k, queues) {
      queues?.push(k.state.klog.readers)
      return k.state.klog.readNext < k.state.klog.next ? POLLIN | POLLRDNORM : 0
    },
  },
  loadavg: text(loadavgText),
  meminfo: text(meminfoText),
  stat: text(statText),
  swaps: number('Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority'),
  uptime: text(uptimeText),
  version: number(`${SYSNAME} version ${RELEASE} (hartbeat@${MACHINE}) (TypeScript) ${VERSION}`),
  vmstat: text(vmstatText),
  'tty/drivers': number(
    '/dev/tty             /dev/tty        5       0 system:/dev/tty\n' +
      '/dev/console         /dev/console    5       1 system:console\n' +
      'serial               /dev/ttyS       4      64 serial',
  ),
  ...inventoryFiles,
  ...sysvFiles,
  ...sysctlFiles,
  ...keyFiles,
}

/** /proc/mounts is a link to the reader's own. */
export const systemLinks: Readonly<Record<string, (reader: Task) => string>> = {
  mounts: () => 'self/mounts',
  net: () => 'self/net',
  self: reader => String(reader.group.tgid),
  'thread-self': reader => `${reader.group.tgid}/task/${reader.pid}`,
}
