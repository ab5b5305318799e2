// What each call may make the kernel keep, and how it is refused when there is no room: a row for each call that makes something.
import {
  EAGAIN,
  ENFILE,
  ENOLCK,
  ENOMEM,
  ENOSPC,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_NOTIFY,
  F_OFD_SETLK,
  F_OFD_SETLKW,
  F_SETLEASE,
  F_SETLK,
  F_SETLKW,
  O_CREAT,
  O_TMPFILE,
  RLIMIT_NOFILE,
  SCM_MAX_FD,
  type Errno,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, checkKmem, KMEM } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { opsOf } from '../vfs/index.ts'
import { SYSCALLS } from './table.ts'

type Values = Readonly<Record<string, unknown>>
interface Row {
  calls: readonly string[]
  errno: Errno | ((values: Values) => Errno)
  /** The most that it leaves behind, in bytes. */
  bytes: number | ((task: Task, values: Values, k: Kernel) => number)
  /** Only while it sleeps: what that takes is added then. */
  passing?: true
}

const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
const NAME = KMEM.dentry + 255
const SOCKET = KMEM.inode + KMEM.socket
const slots = (task: Task): number => task.files?.files.length ?? 0
/** The table up to a descriptor. */
const slotsTo = (task: Task, fd: unknown): number => {
  const missing = numberOf(fd) + 1 - slots(task)
  return missing > 0 && numberOf(fd) < task.group.rlimits.soft[RLIMIT_NOFILE] ? missing * KMEM.slot : 0
}

/** A directory's names are taken down when it is read from its start. */
function namesBelow(task: Task, fd: unknown): number {
  const file = task.files?.files[numberOf(fd)]
  if (file?.pos !== 0 || !file.path) return 0
  const { children, listed } = file.path.dentry
  return ((children?.size ?? 0) + (listed?.size ?? 0)) * KMEM.element
}

/** A descriptor that poll or select waits for: as it was asked for, its queues, the file. */
const WAITED_FOR = 2 * KMEM.queue + KMEM.held
/** Descriptors that can be asked for: those that there are. */
const selected = (task: Task, count: unknown): number => Math.min(numberOf(count), slots(task))

function itemsOf(k: Kernel, task: Task, fd: unknown): number {
  const file = task.files?.files[numberOf(fd)]
  return (file && opsOf(k, file).holds?.(file).epollItem) ?? 0
}

/** Of fcntl: a lock may cut another in two. */
const OF_COMMAND: Readonly<Record<number, number>> = {
  [F_SETLK]: 2 * KMEM.lock,
  [F_SETLKW]: 2 * KMEM.lock,
  [F_OFD_SETLK]: 2 * KMEM.lock,
  [F_OFD_SETLKW]: 2 * KMEM.lock,
  [F_SETLEASE]: KMEM.lock,
  [F_NOTIFY]: KMEM.watch,
}

/** openat2 says only in memory whether it makes a file. */
const makes = ({ flags }: Values): boolean => flags === undefined || (numberOf(flags) & (O_CREAT | O_TMPFILE)) !== 0
/** What lies beyond a process's limit is refused by the call itself. */
const MAX_FDS = 2 ** 20

const ROWS: readonly Row[] = [
  {
    // Files of /proc have an inode for each open.
    calls: ['openat', 'openat2'],
    errno: values => (makes(values) ? ENOSPC : ENFILE),
    bytes: (_task, values) => KMEM.description + KMEM.inode + 2 * KMEM.slot + (makes(values) ? NAME : 0),
  },
  { calls: ['mkdirat'], errno: ENOSPC, bytes: KMEM.inode + NAME + KMEM.directory },
  { calls: ['mknodat', 'linkat', 'renameat2'], errno: ENOSPC, bytes: KMEM.inode + NAME + KMEM.pipe },
  { calls: ['symlinkat'], errno: ENOSPC, bytes: KMEM.inode + NAME + 4096 },
  {
    calls: ['setxattr', 'lsetxattr', 'fsetxattr'],
    errno: ENOSPC,
    bytes: (_task, { size }) => KMEM.dentry + Math.min(numberOf(size), 65536),
  },
  { calls: ['mq_open'], errno: ENOSPC, bytes: KMEM.description + KMEM.inode + 2 * KMEM.slot + NAME },
  { calls: ['pipe2'], errno: ENFILE, bytes: KMEM.inode + KMEM.pipe + 2 * KMEM.description + 4 * KMEM.slot },
  {
    calls: ['eventfd2', 'epoll_create1', 'timerfd_create', 'signalfd4', 'memfd_create', 'pidfd_open', 'inotify_init1'],
    errno: ENFILE,
    bytes: KMEM.inode + KMEM.timer + KMEM.description + 2 * KMEM.slot,
  },
  {
    calls: ['socket', 'accept', 'accept4'],
    errno: ENFILE,
    bytes: SOCKET + KMEM.description + 2 * KMEM.slot,
  },
  {
    calls: ['io_uring_setup'],
    errno: ENFILE,
    bytes: (_task, { entries }) =>
      KMEM.inode + KMEM.description + 2 * KMEM.slot + (2 + Math.ceil(Math.min(numberOf(entries), 32768) / 40)) * KMEM.page,
  },
  { calls: ['socketpair'], errno: ENFILE, bytes: 2 * (SOCKET + KMEM.description + 2 * KMEM.slot) },
  // A path's inode; the other end of a connection.
  { calls: ['bind', 'connect'], errno: ENOMEM, bytes: SOCKET + NAME + KMEM.message },
  // Descriptors of files that come along.
  { calls: ['recvmsg', 'recvmmsg'], errno: ENOMEM, bytes: task => slotsTo(task, slots(task) + SCM_MAX_FD), passing: true },
  { calls: ['dup', 'dup3'], errno: ENOMEM, bytes: (task, { newfd }) => 2 * KMEM.slot + slotsTo(task, newfd) },
  {
    calls: ['fcntl'],
    errno: ENOLCK,
    bytes: (task, { cmd, arg }) => (cmd === F_DUPFD || cmd === F_DUPFD_CLOEXEC ? slotsTo(task, arg) : (OF_COMMAND[cmd as number] ?? 0)),
  },
  { calls: ['flock'], errno: ENOLCK, bytes: KMEM.lock },
  { calls: ['epoll_ctl'], errno: ENOMEM, bytes: KMEM.epollItem },
  { calls: ['ppoll'], errno: ENOMEM, bytes: (_task, { nfds }) => Math.min(numberOf(nfds), MAX_FDS) * WAITED_FOR, passing: true },
  { calls: ['pselect6'], errno: ENOMEM, bytes: (task, { nfds }) => selected(task, nfds) * WAITED_FOR, passing: true },
  {
    calls: ['epoll_pwait', 'epoll_pwait2'],
    errno: ENOMEM,
    bytes: (task, { epfd }, k) => itemsOf(k, task, epfd) * 2 * KMEM.queue,
    passing: true,
  },
  { calls: ['getdents64'], errno: ENOMEM, bytes: (task, { fd }) => namesBelow(task, fd) },
  { calls: ['timer_create'], errno: EAGAIN, bytes: KMEM.timer + KMEM.signal },
  { calls: ['kill', 'tkill', 'tgkill', 'rt_sigqueueinfo', 'rt_tgsigqueueinfo', 'pidfd_send_signal'], errno: EAGAIN, bytes: KMEM.signal },
  { calls: ['perf_event_open'], errno: ENOMEM, bytes: KMEM.description + 2 * KMEM.inode + 2 * KMEM.slot },
  { calls: ['ptrace'], errno: ENOMEM, bytes: KMEM.tracer + KMEM.signal },
  {
    calls: ['clone', 'clone3'],
    errno: ENOMEM,
    bytes: task =>
      KMEM.task +
      KMEM.tracer +
      KMEM.process +
      KMEM.space +
      KMEM.table +
      KMEM.inode +
      KMEM.description +
      (task.mm?.regions.length ?? 0) * KMEM.region +
      slots(task) * KMEM.slot,
  },
  { calls: ['unshare', 'close_range'], errno: ENOMEM, bytes: task => KMEM.table + slots(task) * KMEM.slot },
  { calls: ['execve', 'execveat'], errno: ENOMEM, bytes: KMEM.space + 16 * KMEM.region },
  { calls: ['setgroups'], errno: ENOMEM, bytes: (_task, { size }) => KMEM.credentials + Math.min(numberOf(size), 65536) * KMEM.slot },
  {
    // Not brk: it answers no errno, and sees to its region itself.
    calls: ['mmap', 'munmap', 'mprotect', 'mremap', 'madvise', 'mlock', 'mlock2', 'munlock', 'shmat', 'shmdt'],
    errno: ENOMEM,
    bytes: 3 * KMEM.region,
  },
]

const BY_NUMBER: (Row | undefined)[] = []
for (const row of ROWS)
  for (const name of row.calls) {
    const call = SYSCALLS.find(c => c?.name === name)
    if (!call) throw new Error(`charging '${name}': there is no such call`)
    BY_NUMBER[call.nr] = row
  }

/** Before a call begins: what it may make is charged, or it is refused. */
export function chargeCall(k: Kernel, task: Task, nr: number, values: Values): void {
  const row = BY_NUMBER[nr]
  if (row === undefined) return
  const bytes = typeof row.bytes === 'number' ? row.bytes : row.bytes(task, values, k)
  if (bytes > 0) (row.passing ? checkKmem : chargeKmem)(k, bytes, typeof row.errno === 'function' ? row.errno(values) : row.errno)
}
