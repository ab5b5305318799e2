// Before a call of a task that is held to some: is it made, skipped, answered by somebody else, or the task's end (__secure_computing)?
import {
  AUDIT_ARCH_RISCV64,
  ENOSYS,
  ERESTARTSYS,
  killedStatus,
  PTRACE_EVENT_SECCOMP,
  PTRACE_O_SUSPEND_SECCOMP,
  SECCOMP_RET,
  SIGKILL,
  SIGSYS,
  SIG_DFL,
  SYS_SECCOMP,
  SYSCALL_NAMES,
  type Errno,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { LOG_NOTICE, log, mayLog } from '../klog.ts'
import { sleepOn } from '../sched/index.ts'
import { actionOf, fatalPending, forceSignal, killPending } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { regPc } from '../task/index.ts'
import { pathOf } from '../vfs/index.ts'
import { newCall, progressOf } from '../waiting.ts'
import { ask, callData, forget, notice, type Seccomp, type SeccompNotice, type Verdict } from '../seccomp/index.ts'
import { endTask } from './exit.ts'
import { holdAtEvent } from './tracing.ts'

/** The call is made; the task stands still, sleeps or is dead; an errno that a signal makes of it; or what it answers (null: a0 stays). */
export type Decision = 'made' | 'held' | Errno | { answer: bigint | null }

const ECALL_BYTES = 4
const MAX_ERRNO = 4095
/** All that mode 1 lets through: read, write, exit, rt_sigreturn. */
const STRICT: readonly number[] = ['read', 'write', 'exit', 'rt_sigreturn'].map(name =>
  Number(Object.keys(SYSCALL_NAMES).find(nr => SYSCALL_NAMES[Number(nr)] === name)),
)

const hex = (n: number): string => `0x${n.toString(16)}`

/** As the audit has it where nobody reads that (seccomp_log). */
function tell(k: Kernel, task: Task, nr: number, signal: number, action: number): void {
  if (!mayLog(k)) return
  const { credentials: c, comm, pid, mm } = task
  const { time } = k.state
  const stamp = `${Math.floor(time / 1e9)}.${String(Math.floor(time / 1e6) % 1000).padStart(3, '0')}:${k.state.klog.next}`
  const exe = mm?.exePath ? pathOf(k, mm.exePath) : ''
  log(
    k,
    LOG_NOTICE,
    `audit: type=1326 audit(${stamp}): auid=4294967295 uid=${c.uid} gid=${c.gid} ses=4294967295 pid=${pid} comm="${comm}" exe="${exe}" ` +
      `sig=${signal} arch=${AUDIT_ARCH_RISCV64.toString(16)} syscall=${nr} compat=0 ip=${hex(regPc(k, task) + ECALL_BYTES)} code=${hex(action)}`,
  )
}

function signalOf(k: Kernel, task: Task, nr: number, data: number): Parameters<typeof forceSignal>[2] {
  const fields = { kind: 'sys', address: regPc(k, task) + ECALL_BYTES, syscall: nr, arch: AUDIT_ARCH_RISCV64 } as const
  return { signal: SIGSYS, errno: data, code: SYS_SECCOMP, fields }
}

/** If it stands still for its tracer first, it comes back to this. */
const end = (k: Kernel, task: Task, signal: number, nr: number): 'held' => {
  task.call ??= newCall(nr, k.state.time)
  endTask(k, task, killedStatus(signal, false), nr)
  return 'held'
}

/** A thread among others ends alone; the last one, or all of them, by SIGSYS, which nothing keeps from it and no tracer sees. */
function kill(k: Kernel, task: Task, nr: number, { action, data }: Verdict): Decision {
  tell(k, task, nr, SIGSYS, action)
  const { group } = task
  const alive = group.threads.filter(({ state }) => state !== 'Z').length
  if (action === SECCOMP_RET.KILL_THREAD && alive > 1) return end(k, task, SIGSYS, nr)
  group.actions[SIGSYS] = { ...actionOf(group, SIGSYS), handler: SIG_DFL }
  forceSignal(k, task, { ...signalOf(k, task, nr, data), unseen: true })
  return { answer: null }
}

/** Waits until the listener has answered. Its record says so when the call comes back. */
function waitForAnswer(k: Kernel, task: Task, nr: number, made: SeccompNotice, killable: boolean): Decision {
  task.call ??= newCall(nr, k.state.time)
  if (fatalPending(k, task) || (task.signalPending && !killable)) return ERESTARTSYS
  sleepOn(k, task, [made.queue], Infinity, !killable)
  return 'held'
}

function askListener(k: Kernel, task: Task, nr: number, { by }: Verdict, data: Uint8Array): Decision {
  if (!by?.listener || by.listener.closed) return { answer: -BigInt(ENOSYS.code) }
  const { listener } = by
  const made = notice(k, task, listener, data)
  task.call ??= newCall(nr, k.state.time)
  task.call.progress = { call: 'notice', listener, notice: made, killable: by.waitKillable }
  return goOnWaiting(k, task, nr)
}

/** A call that waits for an answer looks again. */
function goOnWaiting(k: Kernel, task: Task, nr: number): Decision {
  const at = progressOf(task, 'notice')
  if (at === null) throw new Error(`task ${task.pid} waits for no answer`)
  const { notice: made, listener, killable } = at
  let decision: Decision
  if (made.state === 'replied') {
    decision = made.goesOn ? 'made' : { answer: made.error === 0 ? BigInt(made.value) : BigInt(made.error) }
    task.call = null
  } else decision = waitForAnswer(k, task, nr, made, killable && made.state === 'sent')
  if (decision === 'held') return decision
  forget(listener, made)
  if (task.call !== null) task.call.progress = null
  return decision
}

type Act = (k: Kernel, task: Task, nr: number, verdict: Verdict, data: Uint8Array, again: boolean) => Decision

/** By SECCOMP_RET_*. What is none of these kills, as an unknown one does. */
const ACTIONS: Readonly<Record<number, Act>> = {
  [SECCOMP_RET.ERRNO]: (_k, _task, _nr, { data }) => ({ answer: -BigInt(Math.min(data, MAX_ERRNO)) }),
  [SECCOMP_RET.TRAP](k, task, nr, { data }) {
    forceSignal(k, task, signalOf(k, task, nr, data))
    return { answer: null }
  },
  [SECCOMP_RET.USER_NOTIF]: askListener,
  [SECCOMP_RET.TRACE](k, task, nr, { data }, _call, again) {
    // Its tracer has seen it.
    if (again) return 'made'
    if (!holdAtEvent(k, task, PTRACE_EVENT_SECCOMP, data, nr)) return { answer: -BigInt(ENOSYS.code) }
    task.call ??= newCall(nr, k.state.time)
    return 'held'
  },
  [SECCOMP_RET.LOG](k, task, nr, { action }) {
    tell(k, task, nr, 0, action)
    return 'made'
  },
  [SECCOMP_RET.ALLOW]: () => 'made',
}

/** `again`: its tracer has let it go on from the event of a filter, perhaps with another call. */
export function decide(k: Kernel, task: Task, { mode, filter }: Seccomp, nr: number, again: boolean): Decision {
  if ((task.tracer?.options ?? 0) & PTRACE_O_SUSPEND_SECCOMP) return 'made'
  if (progressOf(task, 'notice') !== null) return goOnWaiting(k, task, nr)
  if (mode === 1) {
    if (STRICT.includes(nr)) return 'made'
    tell(k, task, nr, SIGKILL, SECCOMP_RET.KILL_THREAD)
    return end(k, task, SIGKILL, nr)
  }
  if (again && (killPending(task) || nr < 0)) return { answer: task.tracer?.answer ?? -BigInt(ENOSYS.code) }
  const data = callData(k, task, nr)
  const verdict = ask(filter, data)
  const decision = (ACTIONS[verdict.action] ?? kill)(k, task, nr, verdict, data, again)
  if (verdict.by?.log && typeof decision === 'object' && verdict.action in ACTIONS) tell(k, task, nr, 0, verdict.action)
  return decision
}
