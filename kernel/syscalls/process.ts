// Making, replacing, ending and awaiting processes, and their groups and sessions.
import { REG } from '../../vm/index.ts'
import {
  AT_EMPTY_PATH,
  AT_LOOKUP_FLAGS,
  AT_SYMLINK_NOFOLLOW,
  CAP_CHECKPOINT_RESTORE,
  CAP_SYS_ADMIN,
  CLONE_ARGS,
  CLONE_FILES,
  CLONE_FLAGS,
  CLONE_FS,
  CLONE_INTO_CGROUP,
  CLONE_SIGHAND,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CLONE_VM,
  CSIGNAL,
  E2BIG,
  EAGAIN,
  EFAULT,
  EINVAL,
  EPERM,
  ERESTARTSYS,
  ESRCH,
  NSIG,
  O_NONBLOCK,
  P_ALL,
  P_PGID,
  P_PID,
  P_PIDFD,
  PTRACE_EVENT_VFORK_DONE,
  ROBUST_LIST_HEAD,
  SIGCHLD,
  WAITID_TYPES,
  WAIT_OPTIONS,
  WCONTINUED,
  WEXITED,
  WNOHANG,
  WNOWAIT,
  WUNTRACED,
  __WALL,
  __WCLONE,
  __WNOTHREAD,
  exitedStatus,
  isErrno,
  readStruct,
  NAMESPACE_BITS,
  NAMESPACE_FLAGS,
} from '../abi/index.ts'
import { releaseUndo } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, putU32, putU64, USER_END } from '../mm/index.ts'
import { capable, regX, taskByPid } from '../task/index.ts'
import {
  checkNamespaces,
  cloneEvent,
  cloneTask,
  execve,
  endGroup,
  endTask,
  holdAtEvent,
  pidfdTarget,
  setpgid,
  setsid,
  waitForChild,
  type CloneArgs,
  type WaitAnswer,
  type WaitRequest,
} from '../process/index.ts'
import type { WaitQueue } from '../sched/index.ts'
import { childInfo, encodeSigInfo, SIGINFO_BYTES } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { forkFiles, forkFs, getFile, releaseFiles, releaseFs, type LookupOptions } from '../vfs/index.ts'
import { address, dirfd, flags, int, oneOf, path, pid, size, uint } from './args.ts'
import { blocked, goOnWith, keeping, keptOr, NO_RETURN, progressOf, type SyscallResult } from '../waiting.ts'
import { syscall, type Syscall } from './define.ts'
import { readArguments } from './exec-args.ts'
import { clone3Text, cloneArgs, cloneText } from './clone-text.ts'
import { argv, envp, statusOut } from './process-args.ts'
import { siginfoOut } from './signal-args.ts'
import { rusageBytes, rusageOut } from './system.ts'

const EXIT = 93
const EXIT_GROUP = 94
const ENDING = { call: 'end' } as const
const CLONE_ARGS_SIZE_VER0 = 64
const CLONE_ARGS_SIZE_VER2 = 88
const PAGE = 4096
const PID_BYTES = 4
const INT_MAX = 2 ** 31 - 1
/** MAX_PID_NS_LEVEL. */
const MAX_PID_LEVELS = 32

// exec

function exec(
  k: Kernel,
  task: Task,
  a: { pathname: string; argv: number; envp: number },
  dir?: number,
  options?: LookupOptions,
): SyscallResult {
  const read = readArguments(k, task, a.argv, a.envp)
  if ('kind' in read) return read
  execve(k, task, a.pathname, read.argv, read.envp, dir, options)
  return NO_RETURN
}

// clone

function clone(k: Kernel, task: Task, read: () => CloneArgs): SyscallResult {
  let at = progressOf(task, 'clone')
  if (at === null) {
    const args = read()
    const child = cloneTask(k, task, args)
    if (child.vforkDone === null && task.tracer === null) return child.pid
    at = { call: 'clone', child, vfork: child.vforkDone !== null, next: 'wait' }
    const event = cloneEvent(task, args)
    if (event !== 0 && holdAtEvent(k, task, event, child.pid, regX(k, task, REG.a7))) return goOnWith(at)
  }
  const { child, vfork, next } = at
  const done: WaitQueue | null = child.vforkDone
  if (done !== null) return { ...blocked([done], null), progress: at }
  const tells = vfork && next === 'wait' && task.tracer !== null
  if (!tells || !holdAtEvent(k, task, PTRACE_EVENT_VFORK_DONE, child.pid, regX(k, task, REG.a7))) return child.pid
  return goOnWith({ ...at, next: 'answer' })
}

const has = (set: number, flag: number): boolean => Math.floor(set / flag) % 2 === 1

/** clone3's structure. EINVAL for sizes, stacks and signals that make no sense; E2BIG for one that says more than is known. */
function readCloneArgs(k: Kernel, task: Task, at: number, length: number): CloneArgs {
  if (length > PAGE) throw E2BIG
  if (length < CLONE_ARGS_SIZE_VER0) throw EINVAL
  const bytes = copyIn(k, task, at, length)
  if (bytes.subarray(CLONE_ARGS_SIZE_VER2).some(byte => byte !== 0)) throw E2BIG
  const whole = new Uint8Array(CLONE_ARGS_SIZE_VER2)
  whole.set(bytes.subarray(0, CLONE_ARGS_SIZE_VER2))
  const a = readStruct(CLONE_ARGS, whole)
  if (a.setTidSize > MAX_PID_LEVELS || (a.setTid === 0) !== (a.setTidSize === 0)) throw EINVAL
  if (a.exitSignal > NSIG) throw EINVAL
  if (has(a.flags, CLONE_INTO_CGROUP) && (a.cgroup > INT_MAX || length < CLONE_ARGS_SIZE_VER2)) throw EINVAL
  if (a.setTid !== 0) copyIn(k, task, a.setTid, a.setTidSize * PID_BYTES)
  const { CLONE_DETACHED, CLONE_PARENT, CLONE_CLEAR_SIGHAND, CLONE_NEWTIME } = CLONE_FLAGS
  if (a.flags >= 2 * CLONE_INTO_CGROUP || has(a.flags, CLONE_DETACHED) || a.flags % CLONE_NEWTIME !== 0) throw EINVAL
  if (has(a.flags, CLONE_SIGHAND) && has(a.flags, CLONE_CLEAR_SIGHAND)) throw EINVAL
  if ((has(a.flags, CLONE_THREAD) || has(a.flags, CLONE_PARENT)) && a.exitSignal !== 0) throw EINVAL
  if ((a.stack === 0) !== (a.stackSize === 0) || a.stack + a.stackSize > USER_END) throw EINVAL
  // There is one level of process numbers.
  if (a.setTidSize > 1) throw EINVAL
  const setTid = a.setTidSize === 1 ? new DataView(copyIn(k, task, a.setTid, 4).slice().buffer).getInt32(0, true) : 0
  if (a.setTidSize === 1) checkWantedPid(task, setTid)
  return {
    flags: a.flags,
    exitSignal: a.exitSignal,
    stack: a.stack + a.stackSize,
    parentTid: a.parentTid,
    childTid: a.childTid,
    tls: a.tls,
    pidfd: a.pidfd,
    setTid,
  }
}

/** A process may be given a number by those who restore one from a checkpoint. */
function checkWantedPid({ credentials }: Task, pid: number): void {
  if (pid < 1) throw EINVAL
  if (!capable(credentials, CAP_CHECKPOINT_RESTORE) && !capable(credentials, CAP_SYS_ADMIN)) throw EPERM
}

/** What calls answer where a namespace is to be made. */
const NO_NAMESPACES = Object.fromEntries(Object.keys(NAMESPACE_FLAGS).map(name => [name, 'EPERM without CAP_SYS_ADMIN, EINVAL with it']))

/** unshare(2): what a single thread may stop sharing. Namespaces are not there. */
function unshare(k: Kernel, task: Task, what: number): number {
  const alone = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD
  if (what & ~(alone | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | NAMESPACE_BITS)) throw EINVAL
  if (what & alone && (task.group.threads.length > 1 || (task.mm?.users ?? 1) > 1)) throw EINVAL
  checkNamespaces(task.credentials, what >>> 0)
  if (what & CLONE_FS && task.fs && task.fs.refs > 1) {
    const shared = task.fs
    task.fs = forkFs(shared)
    releaseFs(k, shared)
  }
  if (what & CLONE_FILES && task.files && task.files.refs > 1) {
    const shared = task.files
    task.files = forkFiles(k, shared)
    releaseFiles(k, shared)
  }
  if (what & CLONE_SYSVSEM && task.semUndo !== null) releaseUndo(k, task, task.semUndo)
  return 0
}

// wait

const WAIT4_OPTIONS = WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL
const WAITID_OPTIONS = WAIT4_OPTIONS | WEXITED | WNOWAIT
const LOWEST_PID = -(2 ** 31)

/** pid as wait4 means it: > 0 that child, 0 the caller's group, -1 any, < -1 that group. */
function waitTarget(task: Task, who: number): Pick<WaitRequest, 'type' | 'id'> {
  if (who === -1) return { type: P_ALL, id: 0 }
  if (who > 0) return { type: P_PID, id: who }
  return { type: P_PGID, id: who === 0 ? task.group.pgid : -who }
}

function wait4(k: Kernel, task: Task, who: number, status: number, options: number, usage: number): SyscallResult {
  if (options & ~WAIT4_OPTIONS) throw EINVAL
  if (who === LOWEST_PID) throw ESRCH
  const target = keptOr(task, () => waitTarget(task, who))
  const { type, id } = target
  const found = waitForChild(k, task, { type, id, options: options | WEXITED })
  if (found === null) return options & WNOHANG ? 0 : keeping(blocked([task.group.childExit], ERESTARTSYS), target)
  if (status !== 0) putU32(k, task, status, found.status)
  if (usage !== 0) copyOut(k, task, usage, rusageBytes(found.usage))
  return found.pid
}

const NOBODY = new Uint8Array(SIGINFO_BYTES)

/** Whom waitid's pair means, and whether the descriptor is one that does not wait. EINVAL, EBADF. */
function waitidTarget(task: Task, type: number, who: number): Pick<WaitRequest, 'type' | 'id'> & { nonblocking: boolean } {
  if (type === P_PIDFD) {
    if (who < 0) throw EINVAL
    const { group, thread } = pidfdTarget(task, who)
    return { type: P_PID, id: thread?.pid ?? group.tgid, nonblocking: (getFile(task, who).flags & O_NONBLOCK) !== 0 }
  }
  if (type !== P_ALL && type !== P_PID && type !== P_PGID) throw EINVAL
  if ((type === P_PID && who <= 0) || (type === P_PGID && who < 0)) throw EINVAL
  return { type, id: type === P_PGID && who === 0 ? task.group.pgid : who, nonblocking: false }
}

/** What waitid fills of its siginfo_t: six numbers, zero where there is nothing to tell. The rest of the 128 bytes is left alone. */
const WAITID_INFO: readonly (readonly [offset: number, length: number])[] = [
  [0, 12],
  [16, 12],
]

function putWaitidInfo(k: Kernel, task: Task, at: number, found: WaitAnswer | null): void {
  if (at === 0) return
  const bytes = found === null ? NOBODY : encodeSigInfo(childInfo(found.code, found.pid, found.uid, found.value, 0, 0, SIGCHLD))
  for (const [offset, length] of WAITID_INFO) copyOut(k, task, at + offset, bytes.subarray(offset, offset + length))
}

function waitid(k: Kernel, task: Task, type: number, who: number, info: number, options: number, usage: number): SyscallResult {
  try {
    if (options & ~WAITID_OPTIONS || (options & (WEXITED | WUNTRACED | WCONTINUED)) === 0) throw EINVAL
    const asked = keptOr(task, () => waitidTarget(task, type, who))
    const { nonblocking, ...target } = asked
    const found = waitForChild(k, task, { ...target, options })
    if (found === null && (options & WNOHANG) === 0) {
      if (nonblocking) throw EAGAIN
      return keeping(blocked([task.group.childExit], ERESTARTSYS), asked)
    }
    if (found !== null && usage !== 0) copyOut(k, task, usage, rusageBytes(found.usage))
    putWaitidInfo(k, task, info, found)
    return 0
  } catch (error) {
    // A failure clears the record too (kernel/exit.c).
    if (isErrno(error) && error !== EFAULT) putWaitidInfo(k, task, info, null)
    throw error
  }
}

// Groups

/** A group or session by the pid of a member. */
const memberOf = (task: Task, who: number): Task['group'] => {
  if (who < 0) throw ESRCH
  return taskByPid(task, who).group
}

const waitOptions = flags(WAIT_OPTIONS, '0', 'int', 'W')

export const processCalls: Syscall[] = [
  syscall(EXIT, 'exit', { status: int }, (k, task, { status }) => {
    return endTask(k, task, exitedStatus(status), EXIT) ? NO_RETURN : goOnWith(ENDING)
  }),
  syscall(
    EXIT_GROUP,
    'exit_group',
    { status: int },
    (k, task, { status }) => (endGroup(k, task, exitedStatus(status), EXIT_GROUP) ? NO_RETURN : goOnWith(ENDING)),
    { record: status => ({ status }) },
  ),
  syscall(
    95,
    'waitid',
    { which: oneOf(WAITID_TYPES), pid, infop: siginfoOut, options: waitOptions, rusage: rusageOut },
    (k, task, { which, pid: who, infop, options, rusage }) => waitid(k, task, which, who, infop, options, rusage),
  ),
  syscall(96, 'set_tid_address', { tidptr: address }, (_k, task, { tidptr }) => {
    task.clearChildTid = tidptr
    return task.pid
  }),
  syscall(97, 'unshare', { flags: flags(CLONE_FLAGS) }, (k, task, { flags: what }) => unshare(k, task, what), {
    note: 'CLONE_FS, CLONE_FILES and what a single thread does not share anyway.',
    refused: NO_NAMESPACES,
  }),
  syscall(99, 'set_robust_list', { head: address, len: size }, (_k, task, { head, len }) => {
    if (len !== ROBUST_LIST_HEAD.size) throw EINVAL
    task.robustList = head
    return 0
  }),
  syscall(100, 'get_robust_list', { pid, head_ptr: address, len_ptr: address }, (k, task, { pid: who, head_ptr, len_ptr }) => {
    const other = taskByPid(task, who)
    if (other.credentials.uid !== task.credentials.euid && task.credentials.euid !== 0) throw EPERM
    putU64(k, task, len_ptr, ROBUST_LIST_HEAD.size)
    putU64(k, task, head_ptr, other.robustList)
    return 0
  }),
  syscall(154, 'setpgid', { pid, pgid: pid }, (_k, task, { pid: who, pgid }) => {
    setpgid(task, who, pgid)
    return 0
  }),
  syscall(155, 'getpgid', { pid }, (_k, task, { pid: who }) => memberOf(task, who).pgid),
  syscall(156, 'getsid', { pid }, (_k, task, { pid: who }) => memberOf(task, who).sid),
  syscall(157, 'setsid', {}, (_k, task) => setsid(task)),
  syscall(172, 'getpid', {}, (_k, task) => task.group.tgid),
  syscall(173, 'getppid', {}, (_k, task) => task.group.parent?.tgid ?? 0),
  syscall(178, 'gettid', {}, (_k, task) => task.pid),
  syscall(
    220,
    'clone',
    { flags: uint, stack: address, parent_tid: address, tls: address, child_tid: address },
    (k, task, a) =>
      clone(k, task, () => ({
        flags: a.flags - (a.flags & CSIGNAL),
        exitSignal: a.flags & CSIGNAL,
        stack: a.stack,
        parentTid: a.parent_tid,
        childTid: a.child_tid,
        tls: a.tls,
        // The old call has one place for both, so CLONE_PARENT_SETTID may not be asked for too.
        pidfd: a.parent_tid,
        setTid: 0,
      })),
    {
      refused: NO_NAMESPACES,
      text: cloneText,
      record: (flags, stack, parent_tid, tls, child_tid) => ({ flags, stack, parent_tid, tls, child_tid }),
    },
  ),
  syscall(221, 'execve', { pathname: path, argv, envp }, (k, task, a) => exec(k, task, a)),
  syscall(
    260,
    'wait4',
    { pid, wstatus: statusOut, options: waitOptions, rusage: rusageOut },
    (k, task, { pid: who, wstatus, options, rusage }) => wait4(k, task, who, wstatus, options, rusage),
    { record: (pid, wstatus, options, rusage) => ({ pid, wstatus, options, rusage }) },
  ),
  syscall(281, 'execveat', { dirfd, pathname: path, argv, envp, flags: flags(AT_LOOKUP_FLAGS) }, (k, task, a) => {
    if (a.flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) throw EINVAL
    const options = { empty: (a.flags & AT_EMPTY_PATH) !== 0, follow: (a.flags & AT_SYMLINK_NOFOLLOW) === 0 }
    return exec(k, task, a, a.dirfd, options)
  }),
  syscall(435, 'clone3', { cl_args: cloneArgs, size }, (k, task, a) => clone(k, task, () => readCloneArgs(k, task, a.cl_args, a.size)), {
    text: clone3Text,
    note: 'set_tid has one level.',
    refused: { ...NO_NAMESPACES, CLONE_INTO_CGROUP: 'EBADF' },
  }),
]
