// Resource limits (getrlimit(2)). A record is never changed in place, because a child shares its parent's until one of them sets its own.
import {
  CAP_SYS_RESOURCE,
  EINVAL,
  EPERM,
  PID_MAX,
  RLIM_NLIMITS,
  RLIMIT_CORE,
  RLIMIT_MEMLOCK,
  RLIMIT_MSGQUEUE,
  RLIMIT_NICE,
  RLIMIT_NOFILE,
  RLIMIT_NPROC,
  RLIMIT_RTPRIO,
  RLIMIT_SIGPENDING,
  RLIMIT_STACK,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Credentials, Rlimits } from './types.ts'
import { capable } from './credentials.ts'
import type { ThreadGroup } from '../state.ts'

const MIB = 2 ** 20
/** prctl(PR_SET_TIMERSLACK) of the first process (ns). */
export const TIMER_SLACK = 50_000

/** What the first process starts with, [soft, hard], where it is not unlimited: Linux's INIT_RLIMITS. */
const INITIAL: Readonly<Record<number, readonly [number, number]>> = {
  [RLIMIT_STACK]: [8 * MIB, Infinity],
  [RLIMIT_CORE]: [0, Infinity],
  [RLIMIT_NPROC]: [PID_MAX, PID_MAX],
  [RLIMIT_NOFILE]: [1024, 4096],
  [RLIMIT_MEMLOCK]: [8 * MIB, 8 * MIB],
  [RLIMIT_SIGPENDING]: [PID_MAX, PID_MAX],
  [RLIMIT_MSGQUEUE]: [819200, 819200],
  [RLIMIT_NICE]: [0, 0],
  [RLIMIT_RTPRIO]: [0, 0],
}

/** The limits that the first process has. */
export function newRlimits(): Rlimits {
  const soft = new Float64Array(RLIM_NLIMITS).fill(Infinity)
  const hard = new Float64Array(RLIM_NLIMITS).fill(Infinity)
  for (const [resource, [low, high]] of Object.entries(INITIAL)) {
    soft[Number(resource)] = low
    hard[Number(resource)] = high
  }
  return { soft, hard }
}

/** The soft limit of a process: Infinity when there is none. */
export const rlimit = (group: ThreadGroup, resource: number): number => group.rlimits.soft[resource]

export const RLIM_INFINITY = 2n ** 64n - 1n

/** A limit as the ABI has it: both, soft and hard. */
export function limitPair({ soft, hard, exactSoft, exactHard }: Rlimits, resource: number): { cur: bigint; max: bigint } {
  const value = (rounded: number, exact: bigint | undefined): bigint =>
    rounded === Infinity ? RLIM_INFINITY : exact !== undefined && Number(exact) === rounded ? exact : BigInt(rounded)
  return { cur: value(soft[resource], exactSoft?.[resource]), max: value(hard[resource], exactHard?.[resource]) }
}

/** Replaces one limit. EINVAL: soft above hard; EPERM: raising the hard one without CAP_SYS_RESOURCE, or RLIMIT_NOFILE above nr_open. */
export function setRlimit(
  k: Kernel,
  group: ThreadGroup,
  by: Credentials,
  resource: number,
  { cur, max }: { cur: bigint; max: bigint },
): void {
  if (cur > max) throw EINVAL
  if (resource === RLIMIT_NOFILE && max > k.state.sysctl.nrOpen) throw EPERM
  const old = group.rlimits
  if (max > limitPair(old, resource).max && !capable(by, CAP_SYS_RESOURCE)) throw EPERM
  const rlimits: Rlimits = { ...old, soft: old.soft.slice(), hard: old.hard.slice() }
  const rounded = (value: bigint): number => (value === RLIM_INFINITY ? Infinity : Number(value))
  rlimits.soft[resource] = rounded(cur)
  rlimits.hard[resource] = rounded(max)
  if (cur > Number.MAX_SAFE_INTEGER) rlimits.exactSoft = { ...old.exactSoft, [resource]: cur }
  if (max > Number.MAX_SAFE_INTEGER) rlimits.exactHard = { ...old.exactHard, [resource]: max }
  group.rlimits = rlimits
}
