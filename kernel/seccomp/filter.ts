// A task's filters: adding one, giving them to the other threads, and what they answer for a call (kernel/seccomp.c).
import {
  AUDIT_ARCH_RISCV64,
  CAP_SYS_ADMIN,
  EACCES,
  EBUSY,
  EINVAL,
  ENOMEM,
  ESRCH,
  INSNS_PER_FILTER,
  MAX_INSNS_PER_PATH,
  SECCOMP_DATA_BYTES,
  SECCOMP_RET,
  SECCOMP_RET_DATA,
} from '../abi/index.ts'
import { REG } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { capable, regBig, regPcBig } from '../task/index.ts'
import { runFilter, translatedLength } from './bpf.ts'
import type { BpfProgram, Seccomp, SeccompFilter, SeccompListener } from './types.ts'

/** EACCES: only who forswore new privileges, or could have them anyway, may hold the programs that it executes to filters. */
export function mayFilter({ credentials }: Task): void {
  if (!credentials.noNewPrivileges && !capable(credentials, CAP_SYS_ADMIN)) throw EACCES
}

/** Of a task that is in another mode already. EINVAL. */
export function checkMode(task: Task, mode: Seccomp['mode']): void {
  if (task.seccomp !== null && task.seccomp.mode !== mode) throw EINVAL
}

/** Filters from the newest on. */
export function* chain(filter: SeccompFilter | null): Generator<SeccompFilter> {
  for (let at = filter; at !== null; at = at.prev) yield at
}

const isAncestor = (filter: SeccompFilter | null, of: SeccompFilter | null): boolean => filter === null || [...chain(of)].includes(filter)

/** The first thread whose filters are not the caller's, or some of them (it would lose its own); null: there is none. */
const cannotFollow = (task: Task): Task | null =>
  task.group.threads.find(
    thread =>
      thread !== task &&
      thread.state !== 'Z' &&
      thread.seccomp !== null &&
      (thread.seccomp.mode === 1 || !isAncestor(thread.seccomp.filter, task.seccomp?.filter ?? null)),
  ) ?? null

/** How a filter is added. */
export interface Adding {
  log: boolean
  waitKillable: boolean
  listener: SeccompListener | null
  /** To all threads; where one cannot follow the call answers its number, or ESRCH. */
  sync: 'no' | 'number' | 'esrch'
}

/** Adds a filter on top. Answers 0, or the number of the thread that cannot follow. EINVAL, EBUSY, ENOMEM, ESRCH. */
export function addFilter(task: Task, program: BpfProgram, { log, waitKillable, listener, sync }: Adding): number {
  checkMode(task, 2)
  const prev = task.seccomp?.filter ?? null
  if (listener !== null && [...chain(prev)].some(filter => filter.listener !== null)) throw EBUSY
  const instructions = translatedLength(program) + (prev === null ? 0 : prev.instructions + INSNS_PER_FILTER)
  if (instructions > MAX_INSNS_PER_PATH) throw ENOMEM
  const other = sync === 'no' ? null : cannotFollow(task)
  if (other !== null) {
    if (sync === 'esrch') throw ESRCH
    return other.pid
  }
  const filter = { program, log, waitKillable, prev, count: (prev?.count ?? 0) + 1, instructions, listener }
  task.seccomp = { mode: 2, filter }
  if (sync !== 'no') for (const thread of task.group.threads) if (thread !== task && thread.state !== 'Z') follow(task, thread)
  return 0
}

function follow({ credentials, seccomp }: Task, thread: Task): void {
  thread.seccomp = seccomp
  if (credentials.noNewPrivileges && !thread.credentials.noNewPrivileges)
    thread.credentials = { ...thread.credentials, noNewPrivileges: true }
}

const WORD_BYTES = 8
const ARGUMENTS = 6
const ECALL_BYTES = 4n
const OFFSETS = { nr: 0, arch: 4, ip: 8, args: 16 } as const

/** struct seccomp_data of the call that a task is about to make. */
export function callData(k: Kernel, task: Task, nr: number): Uint8Array {
  const bytes = new Uint8Array(SECCOMP_DATA_BYTES)
  const view = new DataView(bytes.buffer)
  view.setInt32(OFFSETS.nr, nr, true)
  view.setUint32(OFFSETS.arch, AUDIT_ARCH_RISCV64, true)
  view.setBigInt64(OFFSETS.ip, regPcBig(k, task) + ECALL_BYTES, true)
  for (let i = 0; i < ARGUMENTS; i++) view.setBigInt64(OFFSETS.args + i * WORD_BYTES, regBig(k, task, REG.a0 + i), true)
  return bytes
}

export interface Verdict {
  /** SECCOMP_RET_* without its data. */
  action: number
  data: number
  /** Whose answer it is; null: nobody objected. */
  by: SeccompFilter | null
}

/** All of them are asked; the strictest answer counts, of equal ones the newest filter's. */
export function ask(filter: SeccompFilter | null, data: Uint8Array): Verdict {
  const words = new Uint32Array(data.buffer, data.byteOffset, SECCOMP_DATA_BYTES / 4)
  let verdict: Verdict = { action: SECCOMP_RET.ALLOW, data: 0, by: null }
  for (const by of chain(filter)) {
    const answer = runFilter(by.program, words)
    const action = (answer & ~SECCOMP_RET_DATA) >>> 0
    if ((action | 0) < (verdict.action | 0)) verdict = { action, data: answer & SECCOMP_RET_DATA, by }
  }
  return verdict
}
