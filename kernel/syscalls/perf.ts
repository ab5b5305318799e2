// perf_event_open(2): counters of what tasks do, in Linux's order of checks.
import {
  CAP_PERFMON,
  CAP_SYS_ADMIN,
  E2BIG,
  EACCES,
  EINVAL,
  ENOENT,
  EOPNOTSUPP,
  ESRCH,
  PERF_ATTR,
  PERF_ATTR_SIZE,
  PERF_ATTR_SIZE_VER0,
  PERF_BITS,
  PERF_FLAGS,
  readStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, getU32, putU32 } from '../mm/index.ts'
import { counterOf, enable, follow, openCounter, perfEventOf, type PerfEvent } from '../perf/index.ts'
import type { Task } from '../state.ts'
import { capable, mayAttach, taskByPid } from '../task/index.ts'
import { getFile } from '../vfs/index.ts'
import { address, fd, flags, int, pid } from './args.ts'
import { syscall, type Syscall } from './define.ts'

const PAGE = 4096
const SIZE_AT = 4
const ALL_FLAGS = Object.values(PERF_FLAGS).reduce<number>((all, bit) => all | bit, 0)
/** kernel.perf_event_paranoid. */
const PARANOID = 2
const SAMPLE_TYPES = 1n << 25n
const FORMATS = 32n
const MAX_RATE = 100_000n

type Attributes = ReturnType<typeof readAttributes>

/** EFAULT, EINVAL; E2BIG, and then the size that is known is told: it says more than that, or is too short. */
function readAttributes(k: Kernel, task: Task, at: number) {
  const size = getU32(k, task, at + SIZE_AT) || PERF_ATTR_SIZE_VER0
  const refuse = (): never => {
    putU32(k, task, at + SIZE_AT, PERF_ATTR_SIZE)
    throw E2BIG
  }
  if (size < PERF_ATTR_SIZE_VER0 || size > PAGE) return refuse()
  const bytes = copyIn(k, task, at, size)
  if (bytes.subarray(PERF_ATTR_SIZE).some(byte => byte !== 0)) return refuse()
  const attributes = readStruct(PERF_ATTR, bytes.subarray(0, PERF_ATTR.size))
  if (attributes.sampleType >= SAMPLE_TYPES || attributes.readFormat >= FORMATS) throw EINVAL
  return { ...attributes, bits: Number(attributes.bits & 0xffff_ffffn), config: Number(attributes.config) }
}

const isAdmin = ({ credentials }: Task): boolean => capable(credentials, CAP_PERFMON) || capable(credentials, CAP_SYS_ADMIN)

function checkAttributes(task: Task, { bits, sample }: Attributes): void {
  if (!(bits & PERF_BITS.EXCLUDE_KERNEL) && PARANOID > 1 && !isAdmin(task)) throw EACCES
  if (bits & PERF_BITS.FREQ ? sample > MAX_RATE : sample >= 1n << 63n) throw EINVAL
}

function open(k: Kernel, task: Task, at: number, who: number, cpu: number, group: number, how: number): number {
  if (how & ~ALL_FLAGS) throw EINVAL
  const attributes = readAttributes(k, task, at)
  checkAttributes(task, attributes)
  if (how & PERF_FLAGS.PERF_FLAG_PID_CGROUP) throw EINVAL
  const leader = group === -1 ? null : perfEventOf(getFile(task, group))
  const target = who === -1 ? null : taskByPid(task, who)
  if (target !== null && target.state === 'Z') throw ESRCH
  if (leader !== null && (leader.leader !== null || (leader.bits ^ attributes.bits) & PERF_BITS.INHERIT)) throw EINVAL
  if (cpu < -1 || cpu >= k.state.harts.length || (cpu === -1 && target === null)) throw EINVAL
  const { type, config, bits } = attributes
  if (counterOf(type, config) === undefined) throw ENOENT
  // Whole harts are not counted, nor one task on one hart alone, and nothing is sampled.
  if (target === null && !isAdmin(task)) throw EACCES
  if (target === null || (cpu !== -1 && k.state.harts.length > 1)) throw EOPNOTSUPP
  if (target.group !== task.group && !mayAttach(task, target)) throw EACCES
  const event: PerfEvent = {
    kind: 'perf',
    type,
    config,
    bits,
    format: Number(attributes.readFormat),
    id: ++k.state.perfEvents,
    enabled: false,
    count: 0,
    time: 0,
    tasks: new Map(),
    leader: how & PERF_FLAGS.PERF_FLAG_FD_NO_GROUP ? null : leader,
    members: [],
    closed: false,
  }
  const number = openCounter(k, task, event, (how & PERF_FLAGS.PERF_FLAG_FD_CLOEXEC) !== 0)
  event.leader?.members.push(event)
  follow(event, target)
  if (!(bits & PERF_BITS.DISABLED)) enable(event, true)
  return number
}

export const perfCalls: Syscall[] = [
  syscall(
    241,
    'perf_event_open',
    { attr_uptr: address, pid, cpu: int, group_fd: fd, flags: flags(PERF_FLAGS) },
    (k, task, a) => open(k, task, a.attr_uptr, a.pid, a.cpu, a.group_fd, a.flags),
    {
      note:
        'Counters of tasks, with groups and inheritance: all software ones and retired instructions; other hardware events are ENOENT. No counters of ' +
        'whole harts (EOPNOTSUPP), no samples: mmap is ENODEV.',
    },
  ),
]
