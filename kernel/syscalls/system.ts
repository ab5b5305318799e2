// The system as a whole: its name, its limits, what it uses, chance, shutdown, and what riscv64 adds.
import {
  CAP_SYS_ADMIN,
  CAP_SYS_BOOT,
  CAP_SYS_RESOURCE,
  EFAULT,
  EINVAL,
  EPERM,
  GRND,
  GRND_INSECURE,
  GRND_RANDOM,
  HOST_NAME_MAX,
  LINUX_REBOOT_CMD_CAD_OFF,
  LINUX_REBOOT_CMD_CAD_ON,
  LINUX_REBOOT_CMD_HALT,
  LINUX_REBOOT_CMD_POWER_OFF,
  LINUX_REBOOT_CMD_RESTART,
  LINUX_REBOOT_MAGIC1,
  LINUX_REBOOT_MAGIC2,
  NANOSECONDS,
  RLIMIT,
  RLIMITS,
  RLIM_NLIMITS,
  RUSAGE,
  RUSAGE_CHILDREN,
  RUSAGE_SELF,
  RUSAGE_THREAD,
  RUSAGE_WHO,
  SYSINFO,
  UTSNAME,
  UTSNAME_LENGTH,
  exitedStatus,
  fixedString,
  writeStruct,
  isErrno,
  type Int64,
} from '../abi/index.ts'
import { CACHE_BLOCK, HWPROBE_BASE_BEHAVIOR, HWPROBE_IMA_EXT_0, hwprobeBits, MARCHID, MIMPID, PAGE_SIZE } from '../../vm/index.ts'
import { toTimeval } from '../time/index.ts'
import type { Kernel } from '../kernel.ts'
import { checkUser, copyIn, copyOut, copyOutSome, freeFrames, getU64, peekUser, putBig, putU64, USER_END } from '../mm/index.ts'
import {
  addUsage,
  capable,
  groupUsage,
  newUsage,
  noteRss,
  limitPair,
  RLIM_INFINITY,
  setRlimit,
  taskByPid,
  type Usage,
} from '../task/index.ts'
import { randomBytes } from '../random.ts'
import { loadAverages } from '../sched/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { MACHINE, RELEASE, SYSNAME, VERSION } from '../version.ts'
import { address, flags, int, oneOf, pid, pointer, SHOWN_BYTES, size, structIn, structOut, uint } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { quote } from './text.ts'

// Names

const text = (bytes: Uint8Array): string => quote(String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0))), UTSNAME_LENGTH)

function setName(k: Kernel, task: Task, at: number, length: number, field: 'hostname' | 'domainname'): number {
  if (!capable(task.credentials, CAP_SYS_ADMIN)) throw EPERM
  if (length < 0 || length > HOST_NAME_MAX) throw EINVAL
  task.ns.uts[field] = String.fromCharCode(...copyIn(k, task, at, length))
  return 0
}

// Limits

const limitText = (value: bigint): string => {
  if (value === RLIM_INFINITY) return 'RLIM64_INFINITY'
  return value > 0n && value % 1024n === 0n ? `${value / 1024n}*1024` : String(value)
}
const rlimitText = ({ cur, max }: { cur: bigint; max: bigint }): string => `{rlim_cur=${limitText(cur)}, rlim_max=${limitText(max)}}`
const resource = oneOf(RLIMITS)
const rlimitIn = structIn(RLIMIT, rlimitText, 'const struct rlimit64 *')
const rlimitOut = structOut(RLIMIT, rlimitText, 'struct rlimit64 *')

function putRlimit(k: Kernel, task: Task, group: ThreadGroup, which: number, at: number): void {
  copyOut(k, task, at, writeStruct(RLIMIT, limitPair(group.rlimits, which)))
}

function checkResource(which: number): void {
  if (!(which >= 0 && which < RLIM_NLIMITS)) throw EINVAL
}

/** Another process's limits: same ids, or CAP_SYS_RESOURCE. */
function limitsOf(task: Task, who: number): ThreadGroup {
  const other = taskByPid(task, who)
  const { credentials: mine } = task
  const { credentials: theirs } = other
  const same =
    [theirs.uid, theirs.euid, theirs.suid].every(uid => uid === mine.uid) &&
    [theirs.gid, theirs.egid, theirs.sgid].every(gid => gid === mine.gid)
  if (other.group !== task.group && !same && !capable(mine, CAP_SYS_RESOURCE)) throw EPERM
  return other.group
}

// Usage

export function rusageBytes(usage: Usage): Uint8Array {
  return writeStruct(RUSAGE, {
    utime: toTimeval(usage.userTime),
    stime: toTimeval(usage.systemTime),
    maxrss: Math.floor(usage.maxRss / 1024),
    minflt: usage.minorFaults,
    majflt: usage.majorFaults,
    nvcsw: usage.voluntarySwitches,
    nivcsw: usage.involuntarySwitches,
  })
}

type TimevalValues = { sec: Int64; usec: Int64 }
const rusageText = ({ utime, stime }: { utime: TimevalValues; stime: TimevalValues }): string =>
  `{ru_utime={tv_sec=${utime.sec}, tv_usec=${utime.usec}}, ru_stime={tv_sec=${stime.sec}, tv_usec=${stime.usec}}, ...}`
export const rusageOut = structOut(RUSAGE, rusageText, 'struct rusage *')

const USAGE_OF: Readonly<Record<number, (task: Task) => Usage>> = {
  [RUSAGE_SELF]: task => groupUsage(task.group),
  [RUSAGE_CHILDREN]: task => task.group.childrenUsage,
  [RUSAGE_THREAD]: task => {
    const own = newUsage()
    noteRss(task)
    addUsage(own, task.usage)
    return own
  },
}

/** SI_LOAD_SHIFT. */
const LOAD_SHIFT = 16

function sysinfo(k: Kernel): Uint8Array {
  const { frames } = k.state
  const [load1, load5, load15] = loadAverages(k, LOAD_SHIFT)
  return writeStruct(SYSINFO, {
    uptime: Math.ceil(k.state.time / NANOSECONDS),
    load1,
    load5,
    load15,
    totalram: frames.total * PAGE_SIZE,
    freeram: freeFrames(frames) * PAGE_SIZE,
    procs: Math.min(k.state.tasks.size, 0xffff),
    memUnit: 1,
  })
}

// Shutdown

const SHUTDOWN = new Set<number>([LINUX_REBOOT_CMD_RESTART, LINUX_REBOOT_CMD_HALT, LINUX_REBOOT_CMD_POWER_OFF])
const REBOOT_MAGIC2 = new Set<number>([LINUX_REBOOT_MAGIC2, 85072278, 369367448, 537993216])

function reboot(k: Kernel, task: Task, magic1: number, magic2: number, command: number): number {
  if (!capable(task.credentials, CAP_SYS_BOOT)) throw EPERM
  if (magic1 !== LINUX_REBOOT_MAGIC1 || !REBOOT_MAGIC2.has(magic2)) throw EINVAL
  if (command === LINUX_REBOOT_CMD_CAD_ON || command === LINUX_REBOOT_CMD_CAD_OFF) return 0
  if (!SHUTDOWN.has(command)) throw EINVAL
  k.state.halted ??= { status: exitedStatus(0) }
  return 0
}

// What riscv64 adds

/** By key of riscv_hwprobe (Documentation/arch/riscv/hwprobe.rst): what this machine answers. */
function hwprobeValues({ machine: { isa } }: Kernel): Readonly<Record<number, bigint>> {
  const block = (extension: string): bigint => BigInt(isa.names.has(extension) ? CACHE_BLOCK : 0)
  return {
    0: 0n, // vendor: none; architecture and implementation
    1: BigInt(MARCHID),
    2: BigInt(MIMPID),
    [HWPROBE_BASE_BEHAVIOR]: hwprobeBits(isa, HWPROBE_BASE_BEHAVIOR),
    [HWPROBE_IMA_EXT_0]: hwprobeBits(isa, HWPROBE_IMA_EXT_0),
    5: 3n, // misaligned accesses: fast
    6: block('Zicboz'),
    7: BigInt(USER_END - 1), // highest address of programs
    8: BigInt(NANOSECONDS), // ticks a second of the time CSR
    9: 3n, // misaligned accesses, once more
    12: block('Zicbom'),
    15: block('Zicbop'),
  }
}
const HWPROBE_PAIR = 16
/** More pairs than there will ever be keys: a program that asks for so many is confused, and Linux would be busy for long. */
const HWPROBE_MAX = 2 ** 16

function hwprobe(k: Kernel, task: Task, pairs: number, count: number, flags: number): number {
  if (flags !== 0 || count > HWPROBE_MAX) throw EINVAL
  const values = hwprobeValues(k)
  for (let i = 0; i < count; i++) {
    const at = pairs + i * HWPROBE_PAIR
    const key = getU64(k, task, at)
    const value = values[key]
    if (value === undefined) putU64(k, task, at, -1)
    putBig(k, task, at + 8, value ?? 0n)
  }
  return 0
}

/** As much as one call gives (Linux cuts at INT_MAX >> 6 too). */
/** Random bytes up to a fault: answers how many. Throws where none could be written and none were before. */
function putRandom(k: Kernel, task: Task, at: number, length: number, before: boolean): number {
  try {
    return copyOutSome(k, task, at, randomBytes(k, length))
  } catch (error) {
    if (!before || !isErrno(error)) throw error
    return 0
  }
}

const MAX_RANDOM = 2 ** 25 - 1

/** Random bytes are shown in hexadecimal. */
const randomOut: Arg<number> = {
  type: 'void *',
  after: true,
  read: raw => raw,
  show(raw, k, task, _all, result) {
    const bytes = result !== undefined && result >= 0 ? peekUser(k, task, raw, Math.min(result, SHOWN_BYTES)) : null
    if (bytes === null || result === undefined) return pointer(raw)
    const digits = Array.from(bytes, byte => `\\x${byte.toString(16).padStart(2, '0')}`)
    return `"${digits.join('')}"${result > SHOWN_BYTES ? '...' : ''}`
  },
}

export const systemCalls: Syscall[] = [
  syscall(
    142,
    'reboot',
    { magic1: uint, magic2: uint, op: uint, arg: address },
    (k, task, { magic1, magic2, op }) => reboot(k, task, magic1, magic2, op),
    {
      note: 'Restart, halt and power-off all halt the machine with status 0.',
    },
  ),
  syscall(
    160,
    'uname',
    {
      buf: structOut(
        UTSNAME,
        u =>
          `{sysname=${text(u.sysname)}, nodename=${text(u.nodename)}, release=${text(u.release)}, version=${text(u.version)}, machine=${text(u.machine)}, domainname=${text(u.domainname)}}`,
        'struct utsname *',
      ),
    },
    (k, task, { buf }) => {
      const field = (value: string): Uint8Array => fixedString(value, UTSNAME_LENGTH)
      const { hostname, domainname } = task.ns.uts
      copyOut(
        k,
        task,
        buf,
        writeStruct(UTSNAME, {
          sysname: field(SYSNAME),
          nodename: field(hostname),
          release: field(RELEASE),
          version: field(VERSION),
          machine: field(MACHINE),
          domainname: field(domainname),
        }),
      )
      return 0
    },
  ),
  syscall(161, 'sethostname', { name: address, len: int }, (k, task, { name, len }) => setName(k, task, name, len, 'hostname')),
  syscall(162, 'setdomainname', { name: address, len: int }, (k, task, { name, len }) => setName(k, task, name, len, 'domainname')),
  syscall(163, 'getrlimit', { resource, rlim: rlimitOut }, (k, task, { resource: which, rlim }) => {
    checkResource(which)
    putRlimit(k, task, task.group, which, rlim)
    return 0
  }),
  syscall(164, 'setrlimit', { resource, rlim: rlimitIn }, (k, task, { resource: which, rlim }) => {
    if (rlim === null) throw EFAULT
    checkResource(which)
    setRlimit(k, task.group, task.credentials, which, rlim)
    return 0
  }),
  syscall(165, 'getrusage', { who: oneOf(RUSAGE_WHO), usage: rusageOut }, (k, task, { who, usage }) => {
    const of = USAGE_OF[who]
    if (of === undefined) throw EINVAL
    copyOut(k, task, usage, rusageBytes(of(task)))
    return 0
  }),
  syscall(
    179,
    'sysinfo',
    {
      info: structOut(
        SYSINFO,
        s =>
          `{uptime=${s.uptime}, loads=[${s.load1}, ${s.load5}, ${s.load15}], totalram=${s.totalram}, freeram=${s.freeram}, sharedram=${s.sharedram}, bufferram=${s.bufferram}, totalswap=${s.totalswap}, freeswap=${s.freeswap}, procs=${s.procs}, totalhigh=${s.totalhigh}, freehigh=${s.freehigh}, mem_unit=${s.memUnit}}`,
        'struct sysinfo *',
      ),
    },
    (k, task, { info }) => {
      copyOut(k, task, info, sysinfo(k))
      return 0
    },
  ),
  syscall(
    258,
    'riscv_hwprobe',
    { pairs: address, pair_count: size, cpusetsize: size, cpus: address, flags: uint },
    (k, task, { pairs, pair_count, flags: how }) => hwprobe(k, task, pairs, pair_count, how),
    { note: 'All harts are alike: the processor set is not looked at.', refused: { RISCV_HWPROBE_WHICH_CPUS: 'EINVAL' } },
  ),
  // Stores are seen by later fetches here without being asked.
  syscall(259, 'riscv_flush_icache', { start: address, end: address, flags: uint }, () => 0),
  syscall(
    261,
    'prlimit64',
    { pid, resource, new_limit: rlimitIn, old_limit: rlimitOut },
    (k, task, { pid: who, resource: which, new_limit, old_limit }) => {
      checkResource(which)
      const group = limitsOf(task, who)
      const old = writeStruct(RLIMIT, limitPair(group.rlimits, which))
      if (new_limit !== null) setRlimit(k, group, task.credentials, which, new_limit)
      if (old_limit !== 0) copyOut(k, task, old_limit, old)
      return 0
    },
  ),
  syscall(
    278,
    'getrandom',
    { buf: randomOut, buflen: size, flags: flags(GRND) },
    (k, task, { buf, buflen, flags: how }) => {
      if (how & ~(GRND.GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) || (how & GRND_RANDOM && how & GRND_INSECURE)) throw EINVAL
      const length = Math.min(buflen, MAX_RANDOM)
      checkUser(buf, 0)
      let done = 0
      while (done < length) {
        const part = Math.min(PAGE_SIZE - (done % PAGE_SIZE), length - done)
        const moved = putRandom(k, task, buf + done, part, done > 0)
        done += moved
        if (moved < part) break
      }
      return done
    },
    { note: 'From a seeded generator: equal seeds give equal bytes. Not for cryptography.' },
  ),
]
