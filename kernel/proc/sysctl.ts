// The files below /proc/sys: a row gives bounds and where the setting is kept. Texts and refusals are those of Linux's kernel/sysctl.c.
import { CAP_SYS_ADMIN, CAP_SYS_PTRACE, EBUSY, EINVAL, EPERM, HOST_NAME_MAX, NGROUPS_MAX, PID_MAX } from '../abi/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { aioCount, MMAP_MIN } from '../mm/index.ts'
import { YAMA } from '../process/index.ts'
import { deadlinesFit, PERIOD_MAX, PERIOD_MIN } from '../sched/index.ts'
import { capable } from '../task/index.ts'
import { randomBytes } from '../random.ts'
import { RELEASE, SYSNAME, VERSION } from '../version.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { Sysctls } from '../sysctl.ts'
import { READ_ONLY, WRITABLE, type SystemFile } from './nodes.ts'
import { readNumbers } from './numbers.ts'
import { sysvSettings } from './sysvipc.ts'

const INT_MAX = 2 ** 31 - 1
const INT_MIN = -(2 ** 31)
const UINT_MAX = 2 ** 32 - 1
/** Of unsigned longs: what a double still holds exactly. Beyond is refused, where Linux would take it. */
const LONG_MAX = Number.MAX_SAFE_INTEGER

type NumberKey = { [K in keyof Sysctls]: Sysctls[K] extends number ? K : never }[keyof Sysctls]

const fixed = (value: number | string): SystemFile => ({ mode: READ_ONLY, text: () => `${value}\n` })
/** Evaluated when read: constants of other folders may not be there yet while this table is made. */
const shown = (make: (k: Kernel, reader: Task) => string | number): SystemFile => ({
  mode: READ_ONLY,
  text: (k, reader) => `${make(k, reader)}\n`,
})

interface Place {
  get(k: Kernel): number
  set(k: Kernel, value: number): void
}

const number = ({ get, set }: Place, min = INT_MIN, max = INT_MAX): SystemFile => ({
  mode: WRITABLE,
  text: k => `${get(k)}\n`,
  write: (k, text) => set(k, readNumbers(text, 1, min, max)[0]),
})

const setting = (key: NumberKey, min = INT_MIN, max = INT_MAX): SystemFile =>
  number({ get: k => k.state.sysctl[key], set: (k, value) => (k.state.sysctl[key] = value) }, min, max)

/** proc_dostring: up to the end of the line, and no longer than its place. */
const line = (text: string, length: number): string => text.split(/[\n\0]/)[0].slice(0, length)

const name = (key: 'hostname' | 'domainname'): SystemFile => ({
  mode: WRITABLE,
  text: k => `${k.state.ns.uts[key]}\n`,
  write: (_k, text, { ns }) => (ns.uts[key] = line(text, HOST_NAME_MAX)),
})

/** Needs a capability besides the file's permissions. */
const guarded = (capability: number, row: SystemFile): SystemFile => ({
  ...row,
  write(k, text, writer) {
    if (!capable(writer.credentials, capability)) throw EPERM
    row.write?.(k, text, writer)
  },
})

/** Once nobody may attach, that stays so (yama_dointvec_minmax). */
const ptraceScope: SystemFile = guarded(CAP_SYS_PTRACE, {
  mode: WRITABLE,
  text: k => `${k.state.sysctl.ptraceScope}\n`,
  write(k, text) {
    const { sysctl } = k.state
    sysctl.ptraceScope = readNumbers(text, 1, sysctl.ptraceScope === YAMA.NO_ATTACH ? YAMA.NO_ATTACH : 0, YAMA.NO_ATTACH)[0]
  },
})

/** Quotas of keys (keyrings(7)). */
const keySetting = (key: 'maxKeys' | 'maxBytes' | 'rootMaxKeys' | 'rootMaxBytes'): SystemFile =>
  number({ get: k => k.state.keys[key], set: (k, value) => (k.state.keys[key] = value) }, 0)

/** A pipe's size is a power of two of pages, up to 2 GiB (fs/pipe.c round_pipe_size). */
function setPipeMaxSize(k: Kernel, bytes: number): void {
  if (bytes > 2 ** 31) throw EINVAL
  let size = PAGE_SIZE
  while (size < bytes) size *= 2
  k.state.sysctl.pipeMaxSize = size
}

const SECCOMP_ACTIONS = 'kill_process kill_thread trap errno user_notif trace log allow'
const DEFAULT_RR_MS = 100
const NS_PER_MS = 1e6
const NS_PER_US = 1e3
const CORE_PATTERN_MAX = 127
const MIN_NR_OPEN = 64
const MAX_NR_OPEN = 2147483584
/** Below this the reserved low numbers would not fit (kernel/pid.c, pid_max_min). */
const PID_MAX_MIN = 301
const KIB_PER_PAGE = PAGE_SIZE / 1024

/** EINVAL: more than there is; EBUSY: more than that is promised already. */
function setDeadlineLimit(k: Kernel, rtRuntime: number, rtPeriod: number): void {
  if (rtRuntime > rtPeriod) throw EINVAL
  if (!deadlinesFit(k, rtRuntime, rtPeriod)) throw EBUSY
  Object.assign(k.state.sysctl, { rtRuntime, rtPeriod })
}

function uuidText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte, i) =>
    (i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte).toString(16).padStart(2, '0'),
  ).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
const UUID_BYTES = 16
/** Every boot of this machine is the same boot. */
const BOOT_ID = '0b30557a-9fc4-490e-b358-7da2c7ec1136'

/** Open file descriptions, each once. */
function openFiles(k: Kernel): number {
  const found = new Set<object>()
  for (const task of k.state.tasks.values()) for (const file of task.files?.files ?? []) if (file) found.add(file)
  return found.size
}

/** SOCK_MIN_RCVBUF, SOCK_MIN_SNDBUF. */
const LEAST_RECEIVE_BUFFER = 2304
const LEAST_SEND_BUFFER = 4608

/** Three sizes of buffers: what is not given stays. */
const triple = (key: 'tcpRmem' | 'tcpWmem'): SystemFile => ({
  mode: WRITABLE,
  text: k => `${k.state.sysctl[key].join('\t')}\n`,
  write: (k, text) => readNumbers(text, 3, 1, INT_MAX).forEach((value, i) => (k.state.sysctl[key][i] = value)),
})

/** Names as below /proc/sys. */
const rows: Readonly<Record<string, SystemFile>> = {
  'fs/aio-max-nr': setting('aioMaxNr', 0, LONG_MAX),
  'fs/aio-nr': shown(k => aioCount(k)),
  'fs/epoll/max_user_watches': setting('epollUserWatches', 0, LONG_MAX),
  'fs/file-max': setting('fileMax', 0, LONG_MAX),
  'fs/file-nr': shown(k => `${openFiles(k)}\t0\t${k.state.sysctl.fileMax}`),
  'fs/inotify/max_queued_events': setting('inotifyQueuedEvents', 0),
  'fs/inotify/max_user_instances': setting('inotifyUserInstances', 0),
  'fs/inotify/max_user_watches': setting('inotifyUserWatches', 0),
  'fs/lease-break-time': setting('leaseBreakTime'),
  'fs/nr_open': setting('nrOpen', MIN_NR_OPEN, MAX_NR_OPEN),
  'fs/pipe-max-size': number({ get: k => k.state.sysctl.pipeMaxSize, set: setPipeMaxSize }, 0, UINT_MAX),
  'fs/pipe-user-pages-hard': setting('pipeUserPagesHard', 0, LONG_MAX),
  'fs/pipe-user-pages-soft': setting('pipeUserPagesSoft', 0, LONG_MAX),
  // Another value would be a promise that is not kept: no program that gained rights is dumped.
  'fs/suid_dumpable': number({ get: () => 0, set: () => {} }, 0, 0),
  'net/core/optmem_max': setting('optmemMax', 0),
  'net/core/rmem_default': setting('rmemDefault', LEAST_RECEIVE_BUFFER),
  'net/core/rmem_max': setting('rmemMax', LEAST_RECEIVE_BUFFER),
  'net/core/somaxconn': setting('somaxconn', 0),
  'net/core/wmem_default': setting('wmemDefault', LEAST_SEND_BUFFER),
  'net/core/wmem_max': setting('wmemMax', LEAST_SEND_BUFFER),
  'net/ipv4/ip_default_ttl': setting('defaultTtl', 1, 255),
  // There is one device, and nothing to forward to.
  'net/ipv4/ip_forward': number({ get: () => 0, set: () => {} }, 0, 0),
  'net/ipv4/ip_local_port_range': {
    mode: WRITABLE,
    text: k => `${k.state.sysctl.localPorts.join('\t')}\n`,
    write(k, text) {
      const [low, high] = readNumbers(text, 2, 1, 65535)
      if (high === undefined || high < low) throw EINVAL
      k.state.sysctl.localPorts = [low, high]
    },
  },
  'net/ipv4/ip_unprivileged_port_start': setting('unprivilegedPorts', 0, 65535),
  'net/ipv4/ping_group_range': {
    mode: WRITABLE,
    text: k => `${k.state.sysctl.pingGroups.join('\t')}\n`,
    write(k, text) {
      const [low, high] = readNumbers(text, 2, 0, INT_MAX)
      // A range that ends before it begins is none.
      k.state.sysctl.pingGroups = high === undefined || high < low ? [1, 0] : [low, high]
    },
  },
  'net/ipv4/tcp_available_congestion_control': fixed('reno cubic'),
  'net/ipv4/tcp_congestion_control': fixed('cubic'),
  // Fast open is off, and stays so.
  'net/ipv4/tcp_fastopen': number({ get: () => 0, set: () => {} }, 0, 0),
  'net/ipv4/tcp_fin_timeout': setting('tcpFinTimeout', 0),
  'net/ipv4/tcp_keepalive_intvl': setting('tcpKeepaliveInterval', 1, 32767),
  'net/ipv4/tcp_keepalive_probes': setting('tcpKeepaliveProbes', 1, 127),
  'net/ipv4/tcp_keepalive_time': setting('tcpKeepaliveTime', 1, 32767),
  'net/ipv4/tcp_max_tw_buckets': setting('tcpTimeWaits', 0),
  'net/ipv4/tcp_rmem': triple('tcpRmem'),
  'net/ipv4/tcp_syn_retries': setting('tcpSynRetries', 1, 127),
  'net/ipv4/tcp_wmem': triple('tcpWmem'),
  'net/ipv6/bindv6only': setting('bindV6only', 0, 1),
  'net/unix/max_dgram_qlen': setting('unixDatagrams'),
  'kernel/cap_last_cap': fixed(40),
  'kernel/core_pattern': {
    mode: WRITABLE,
    text: k => `${k.state.sysctl.corePattern}\n`,
    write: (k, text) => (k.state.sysctl.corePattern = line(text, CORE_PATTERN_MAX)),
  },
  'kernel/core_uses_pid': setting('coreUsesPid'),
  'kernel/dmesg_restrict': guarded(CAP_SYS_ADMIN, setting('dmesgRestrict', 0, 1)),
  'kernel/domainname': name('domainname'),
  'kernel/hostname': name('hostname'),
  'kernel/keys/gc_delay': fixed(300),
  'kernel/keys/maxbytes': keySetting('maxBytes'),
  'kernel/keys/maxkeys': keySetting('maxKeys'),
  'kernel/keys/root_maxbytes': keySetting('rootMaxBytes'),
  'kernel/keys/root_maxkeys': keySetting('rootMaxKeys'),
  'kernel/max_lock_depth': setting('maxLockDepth'),
  'kernel/ngroups_max': fixed(NGROUPS_MAX),
  'kernel/ns_last_pid': {
    ...guarded(CAP_SYS_ADMIN, number({ get: k => k.state.ns.pid.last, set: (k, pid) => (k.state.ns.pid.last = pid) }, 0, PID_MAX - 1)),
    mode: 0o666,
  },
  'kernel/osrelease': fixed(RELEASE),
  'kernel/ostype': fixed(SYSNAME),
  'kernel/pid_max': number({ get: k => k.state.ns.pid.max, set: (k, max) => (k.state.ns.pid.max = max) }, PID_MAX_MIN, PID_MAX),
  'kernel/perf_event_max_sample_rate': fixed(100_000),
  'kernel/perf_event_paranoid': fixed(2),
  'kernel/printk': {
    mode: WRITABLE,
    text: k => `${k.state.sysctl.printk.join('\t')}\n`,
    write: (k, text) => readNumbers(text, 4, INT_MIN, INT_MAX).forEach((value, i) => (k.state.sysctl.printk[i] = value)),
  },
  'kernel/random/boot_id': fixed(BOOT_ID),
  'kernel/random/entropy_avail': fixed(256),
  'kernel/random/poolsize': fixed(256),
  'kernel/random/uuid': shown(k => uuidText(randomBytes(k, UUID_BYTES))),
  // Addresses are not randomised: another value would be a promise that is not kept.
  'kernel/randomize_va_space': number({ get: () => 0, set: () => {} }, 0, 0),
  'kernel/sched_deadline_period_max_us': fixed(PERIOD_MAX / NS_PER_US),
  'kernel/sched_deadline_period_min_us': fixed(PERIOD_MIN / NS_PER_US),
  'kernel/sched_rr_timeslice_ms': number({
    get: k => k.state.sysctl.rrSlice / NS_PER_MS,
    set: (k, ms) => (k.state.sysctl.rrSlice = (ms > 0 ? ms : DEFAULT_RR_MS) * NS_PER_MS),
  }),
  'kernel/sched_rt_period_us': number(
    { get: k => k.state.sysctl.rtPeriod, set: (k, period) => setDeadlineLimit(k, k.state.sysctl.rtRuntime, period) },
    1,
  ),
  'kernel/sched_rt_runtime_us': number(
    { get: k => k.state.sysctl.rtRuntime, set: (k, runtime) => setDeadlineLimit(k, runtime, k.state.sysctl.rtPeriod) },
    -1,
  ),
  'kernel/seccomp/actions_avail': fixed(SECCOMP_ACTIONS),
  'kernel/seccomp/actions_logged': fixed(SECCOMP_ACTIONS.replace(' allow', '')),
  'kernel/tainted': {
    mode: WRITABLE,
    text: k => `${k.state.sysctl.tainted}\n`,
    // What is tainted stays so: a write adds bits.
    write(k, text, writer) {
      if (!capable(writer.credentials, CAP_SYS_ADMIN)) throw EPERM
      k.state.sysctl.tainted |= BigInt(readNumbers(text, 1, 0, LONG_MAX)[0])
    },
  },
  'kernel/threads-max': setting('threadsMax', 1, 0x3fff_ffff),
  'kernel/version': fixed(VERSION),
  'kernel/yama/ptrace_scope': ptraceScope,
  'vm/max_map_count': setting('maxMapCount', 0),
  'vm/min_free_kbytes': number(
    {
      get: k => k.state.frames.fileReserve * KIB_PER_PAGE,
      set: (k, kib) => (k.state.frames.fileReserve = Math.min(Math.ceil(kib / KIB_PER_PAGE), k.state.frames.total)),
    },
    0,
  ),
  'vm/mmap_min_addr': shown(() => MMAP_MIN),
  'vm/oom_dump_tasks': setting('oomDumpTasks'),
  'vm/oom_kill_allocating_task': setting('oomKillAllocatingTask'),
  'vm/overcommit_kbytes': number(
    {
      get: k => k.state.sysctl.overcommitKbytes,
      // The ratio and the size are two ways to say the limit: who sets one clears the other.
      set: (k, kib) => Object.assign(k.state.sysctl, { overcommitKbytes: kib, overcommitRatio: 0 }),
    },
    0,
    LONG_MAX,
  ),
  'vm/overcommit_memory': setting('overcommitMemory', 0, 2),
  'vm/overcommit_ratio': number({
    get: k => k.state.sysctl.overcommitRatio,
    set: (k, percent) => Object.assign(k.state.sysctl, { overcommitRatio: percent, overcommitKbytes: 0 }),
  }),
  'vm/panic_on_oom': setting('panicOnOom', 0, 2),
  'vm/swappiness': setting('swappiness', 0, 200),
}

export const sysctlFiles: Readonly<Record<string, SystemFile>> = Object.fromEntries(
  Object.entries({ ...rows, ...sysvSettings })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, row]) => [`sys/${path}`, row]),
)
