// Signals and interval timers as programs ask for them. What the calls change is in signal/.
import { REG } from '../../vm/index.ts'
import {
  EAGAIN,
  EINTR,
  EINVAL,
  EPERM,
  ERESTARTNOHAND,
  ESRCH,
  ITIMERS,
  ITIMERVAL,
  O_CLOEXEC,
  O_NONBLOCK,
  SA_FLAGS,
  SIGACTION,
  SIGPROCMASK_HOW,
  SIG_BLOCK,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SI_TKILL,
  STACK,
  readStruct,
  signalName,
  writeStruct,
} from '../abi/index.ts'
import type { Int64, StructValues } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getBig, putBig } from '../mm/index.ts'
import { findTask, groupMembers, regX } from '../task/index.ts'
import { newQueue } from '../sched/index.ts'
import { alarmAt, later, toTimeval } from '../time/index.ts'
import {
  FRAME_SIGMASK,
  KERNEL_ONLY,
  SIGSET_FULL,
  actionOf,
  altStackFlags,
  checkMaySignal,
  encodeSigInfo,
  getItimer,
  hasSignal,
  killInfo,
  maySignal,
  rtSigreturn,
  sendSignal,
  setAction,
  setAltStack,
  setBlocked,
  setItimer,
  setTemporaryMask,
  takeSignal,
} from '../signal/index.ts'
import type { SigInfo, Sigset } from '../signal/index.ts'
import { makeSignalFd, setSignalFile } from '../ipc/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { getIoFile, installFd, releaseFile } from '../vfs/index.ts'
import { fd, flags, oneOf, pid, signal, size, structIn, structOut } from './args.ts'
import { blocked, goesOn, keptOr, NO_RETURN, progressOf } from '../waiting.ts'
import { syscall } from './define.ts'
import type { SyscallResult } from '../waiting.ts'
import type { Syscall } from './define.ts'
import {
  checkSignal,
  checkSigsetSize,
  readSigInfo,
  sigaction,
  sigactionOut,
  siginfo,
  siginfoOut,
  sigset,
  sigsetOut,
  stackText,
} from './signal-args.ts'
import { ktimeOf, timeIn, timespec, timevalIn, timevalText, type Timespec } from './times.ts'

/** signalfd4's flags are those of open. */
const SFD = { SFD_CLOEXEC: O_CLOEXEC, SFD_NONBLOCK: O_NONBLOCK } as const
/** All flags sigaction(2) knows; others are dropped, so that programs can find out. */
const KNOWN_SA_FLAGS = Object.values(SA_FLAGS).reduce((all, flag) => (all | flag) >>> 0, 0)

const itimervalText = (values: StructValues<(typeof ITIMERVAL)['members']>): string =>
  `{it_interval=${timevalText(values.interval)}, it_value=${timevalText(values.value)}}`

const itimerval = structIn(ITIMERVAL, itimervalText, 'const struct itimerval *')
const itimervalOut = structOut(ITIMERVAL, itimervalText, 'struct itimerval *')
const stack = structIn(STACK, ({ sp, flags, size }) => stackText(sp, flags, size), 'const stack_t *')
const stackOut = structOut(STACK, ({ sp, flags, size }) => stackText(sp, flags, size), 'stack_t *')

// Sending

/** EAGAIN when no more real-time signals can wait for the receiver. */
function send(k: Kernel, task: Task, to: Task | ThreadGroup, info: SigInfo): void {
  if (!sendSignal(k, task, to, info)) throw EAGAIN
}

/** kill(2) to a set of processes: fine when one of them could be signalled. */
function killAll(k: Kernel, task: Task, targets: readonly ThreadGroup[], info: SigInfo): number {
  if (targets.length === 0) throw ESRCH
  // Linux looks at the signal when it has somebody to send it to.
  checkSignal(info.signal, true)
  const allowed = targets.filter(group => maySignal(task, group, info.signal))
  if (allowed.length === 0) throw EPERM
  if (info.signal !== 0) for (const group of allowed) send(k, task, group, info)
  return 0
}

const membersOf = ({ ns }: Task, pgid: number): ThreadGroup[] => [...groupMembers(ns, pgid)]

/** kill(2) to one process. */
function killProcess(k: Kernel, task: Task, to: number, info: SigInfo): number {
  const found = findTask(task.ns, to)
  if (found === null) throw ESRCH
  checkSignal(info.signal, true)
  checkMaySignal(task, found.group, info.signal)
  if (info.signal !== 0) send(k, task, found.group, info)
  return 0
}

/** Whom kill's pid argument means where it is no process's: 0 the caller's group, -1 everyone but init and the caller, < -1 that group. */
function killTargets(k: Kernel, task: Task, to: number): ThreadGroup[] {
  if (to === 0) return membersOf(task, task.group.pgid)
  if (to < -1) return membersOf(task, -to)
  return [...k.state.groups.values()].filter(group => group !== task.group && group !== k.state.init?.group)
}

/** tkill and tgkill: `tgid` 0 for any process. */
function killThread(k: Kernel, task: Task, tgid: number, tid: number, info: SigInfo): number {
  const target = findTask(task.ns, tid)
  if (!target || target.state === 'X' || (tgid !== 0 && target.group.tgid !== tgid)) throw ESRCH
  checkSignal(info.signal, true)
  checkMaySignal(task, target.group, info.signal)
  if (info.signal !== 0) send(k, task, target, info)
  return 0
}

/** A program may not pretend to be the kernel or kill(2), except to the thread that calls. */
function checkForged(task: Task, to: number, info: SigInfo): void {
  if ((info.code >= 0 || info.code === SI_TKILL) && to !== task.pid) throw EPERM
}

// Masks and dispositions

function sigprocmask(k: Kernel, task: Task, how: number, at: number, old: number): number {
  const before = task.blocked
  if (at !== 0) {
    const set = getBig(k, task, at)
    const apply = MASK_CHANGES[how]
    if (!apply) throw EINVAL
    setBlocked(task, apply(before, set))
  }
  if (old !== 0) putBig(k, task, old, before)
  return 0
}

const MASK_CHANGES: Readonly<Record<number, (before: Sigset, set: Sigset) => Sigset>> = {
  [SIG_BLOCK]: (before, set) => before | set,
  [SIG_UNBLOCK]: (before, set) => before & ~set & SIGSET_FULL,
  [SIG_SETMASK]: (_before, set) => set,
}

function changeAction(k: Kernel, task: Task, signal: number, at: number, old: number): number {
  const wanted = at === 0 ? null : readStruct(SIGACTION, copyIn(k, task, at, SIGACTION.size))
  checkSignal(signal, false)
  if (wanted && hasSignal(KERNEL_ONLY, signal)) throw EINVAL
  const before = actionOf(task.group, signal)
  if (wanted) {
    setAction(task.group, signal, {
      handler: wanted.handler,
      flags: (wanted.flags & KNOWN_SA_FLAGS) >>> 0,
      mask: wanted.mask & ~KERNEL_ONLY,
    })
  }
  if (old !== 0) copyOut(k, task, old, writeStruct(SIGACTION, { ...before, flagsHigh: 0 }))
  return 0
}

// Waiting

/** Absolute deadline of a relative timeout; `kept` is the one from before the call slept. EINVAL for a timespec that is none. */
function deadlineOf(k: Kernel, timeout: Timespec | null, kept: Int64 | undefined): number {
  if (kept !== undefined) return Number(kept)
  if (timeout === null) return Infinity
  return alarmAt(later(k.state.time, ktimeOf(timeIn(timeout))))
}

function sigtimedwait(k: Kernel, task: Task, at: number, info: number, timeout: Timespec | null): SyscallResult {
  const wanted = keptOr(task, () => getBig(k, task, at) & ~KERNEL_ONLY)
  const deadline = deadlineOf(k, timeout, progressOf(task, 'wait')?.deadline)
  const taken = takeSignal(k, task, wanted)
  if (taken) {
    if (info !== 0) copyOut(k, task, info, encodeSigInfo(taken))
    return taken.signal
  }
  if (k.state.time >= deadline) throw EAGAIN
  task.group.signalWait ??= newQueue()
  return { ...blocked([task.group.signalWait], EINTR, deadline), progress: { call: 'wait', deadline }, kept: wanted }
}

// Interval timers

function itimerBytes(k: Kernel, task: Task, which: number): Uint8Array {
  const { value, interval } = getItimer(k, task.group, which)
  return writeStruct(ITIMERVAL, { interval: toTimeval(interval), value: toTimeval(value) })
}

function checkWhich(which: number): void {
  if (!Object.values<number>(ITIMERS).includes(which)) throw EINVAL
}

const sigsetsize = size

/** A new descriptor (`fd` -1), or another mask for one that is there. */
function signalfd(k: Kernel, task: Task, fd: number, mask: Sigset, how: number): number {
  if (how & ~(SFD.SFD_CLOEXEC | SFD.SFD_NONBLOCK)) throw EINVAL
  if (fd !== -1) {
    setSignalFile(getIoFile(task, fd), mask)
    return fd
  }
  const file = makeSignalFd(k, mask, (how & SFD.SFD_NONBLOCK) !== 0)
  try {
    return installFd(k, task, file, (how & SFD.SFD_CLOEXEC) !== 0)
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

export const signalCalls: Syscall[] = [
  syscall(
    74,
    'signalfd4',
    { ufd: fd, user_mask: sigset, sizemask: size, flags: flags(SFD) },
    (k, task, { ufd, user_mask, sizemask, flags }) => {
      checkSigsetSize(sizemask)
      return signalfd(k, task, ufd, getBig(k, task, user_mask), flags)
    },
  ),
  syscall(102, 'getitimer', { which: oneOf(ITIMERS), curr_value: itimervalOut }, (k, task, { which, curr_value }) => {
    checkWhich(which)
    copyOut(k, task, curr_value, itimerBytes(k, task, which))
    return 0
  }),
  syscall(
    103,
    'setitimer',
    { which: oneOf(ITIMERS), new_value: itimerval, old_value: itimervalOut },
    (k, task, { which, new_value, old_value }) => {
      const value = new_value ? ktimeOf(timevalIn(new_value.value)) : 0
      const interval = new_value ? ktimeOf(timevalIn(new_value.interval)) : 0
      checkWhich(which)
      const before = old_value === 0 ? null : itimerBytes(k, task, which)
      setItimer(k, task.group, which, value, interval)
      if (before) copyOut(k, task, old_value, before)
      return 0
    },
  ),
  syscall(128, 'restart_syscall', {}, () => {
    // Interrupted calls keep their progress and are run again by the kernel itself, so nothing ever waits for this one.
    throw EINTR
  }),
  syscall(
    129,
    'kill',
    { pid, sig: signal },
    (k, task, { pid, sig }) =>
      pid > 0 ? killProcess(k, task, pid, killInfo(sig, task)) : killAll(k, task, killTargets(k, task, pid), killInfo(sig, task)),
    { record: (pid, sig) => ({ pid, sig }) },
  ),
  syscall(130, 'tkill', { tid: pid, sig: signal }, (k, task, { tid, sig }) => {
    if (tid <= 0) throw EINVAL
    return killThread(k, task, 0, tid, killInfo(sig, task, SI_TKILL))
  }),
  syscall(131, 'tgkill', { tgid: pid, tid: pid, sig: signal }, (k, task, { tgid, tid, sig }) => {
    if (tgid <= 0 || tid <= 0) throw EINVAL
    return killThread(k, task, tgid, tid, killInfo(sig, task, SI_TKILL))
  }),
  syscall(132, 'sigaltstack', { ss: stack, old_ss: stackOut }, (k, task, { ss, old_ss }) => {
    const sp = regX(k, task, REG.sp)
    const before = { ...task.altStack, flags: altStackFlags(task, sp) }
    if (ss) setAltStack(task, ss, sp)
    if (old_ss !== 0) copyOut(k, task, old_ss, writeStruct(STACK, before))
    return 0
  }),
  syscall(133, 'rt_sigsuspend', { unewset: sigset, sigsetsize }, (k, task, { unewset, sigsetsize }) => {
    checkSigsetSize(sigsetsize)
    if (!goesOn(task)) setTemporaryMask(task, getBig(k, task, unewset))
    return blocked([], ERESTARTNOHAND)
  }),
  syscall(
    134,
    'rt_sigaction',
    { signum: signal, act: sigaction, oldact: sigactionOut, sigsetsize },
    (k, task, { signum, act, oldact, sigsetsize }) => {
      checkSigsetSize(sigsetsize)
      return changeAction(k, task, signum, act, oldact)
    },
  ),
  syscall(
    135,
    'rt_sigprocmask',
    { how: oneOf(SIGPROCMASK_HOW), set: sigset, oldset: sigsetOut, sigsetsize },
    (k, task, { how, set, oldset, sigsetsize }) => {
      checkSigsetSize(sigsetsize)
      return sigprocmask(k, task, how, set, oldset)
    },
  ),
  syscall(136, 'rt_sigpending', { set: sigsetOut, sigsetsize }, (k, task, { set, sigsetsize }) => {
    if (sigsetsize > 8) throw EINVAL
    putBig(k, task, set, (task.pending.set | task.group.pending.set) & task.blocked)
    return 0
  }),
  syscall(
    137,
    'rt_sigtimedwait',
    { uthese: sigset, uinfo: siginfoOut, uts: timespec, sigsetsize },
    (k, task, { uthese, uinfo, uts, sigsetsize }) => {
      checkSigsetSize(sigsetsize)
      return sigtimedwait(k, task, uthese, uinfo, uts)
    },
    { answer: (_k, _task, _raw, result) => `${result} (${signalName(result)})` },
  ),
  syscall(138, 'rt_sigqueueinfo', { tgid: pid, sig: signal, uinfo: siginfo }, (k, task, { tgid, sig, uinfo }) => {
    const info = readSigInfo(k, task, uinfo, sig)
    checkForged(task, tgid, info)
    // Any thread's number stands for its process.
    const target = tgid > 0 ? findTask(task.ns, tgid) : null
    if (!target) throw ESRCH
    return killAll(k, task, [target.group], info)
  }),
  syscall(
    139,
    'rt_sigreturn',
    {},
    (k, task) => {
      rtSigreturn(k, task)
      return NO_RETURN
    },
    {
      text: (k, task, raw, result) =>
        result === undefined ? `{mask=${sigset.show(regX(k, task, REG.sp) + FRAME_SIGMASK, k, task, raw)}}` : '',
    },
  ),
  syscall(240, 'rt_tgsigqueueinfo', { tgid: pid, tid: pid, sig: signal, uinfo: siginfo }, (k, task, { tgid, tid, sig, uinfo }) => {
    const info = readSigInfo(k, task, uinfo, sig)
    if (tgid <= 0 || tid <= 0) throw EINVAL
    checkForged(task, tid, info)
    return killThread(k, task, tgid, tid, info)
  }),
]
