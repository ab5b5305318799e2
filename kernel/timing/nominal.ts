// What the kernel's work takes where nothing measures it: on a fast machine a call or a fault lasts as long as its path has instructions
// (paths.ts), each a nanosecond as a program's are. So whoever does nothing but call sees time pass, and system time is what it did.
import type { Kernel } from '../kernel.ts'
import type { HartState } from '../sched/types.ts'
import type { Task } from '../state.ts'
import { SYSCALL_LIMIT } from '../abi/index.ts'
import { callPath, PATH, pathWork } from './paths.ts'

/** In and out of the kernel. */
const TRAP = pathWork[PATH.entry] + pathWork[PATH.exit]
/** Nanoseconds by system call; the last one is for numbers that are none. */
const CALLS = Float64Array.from({ length: SYSCALL_LIMIT + 1 }, (_, nr) => TRAP + pathWork[callPath(nr)])
/** A page brought, whatever that took. */
export const NOMINAL_FAULT = TRAP + pathWork[PATH.fault] + pathWork[PATH.clear]
/** A piece of a long call (waiting.ts): a mebibyte is copied at some 10 GB/s. */
export const NOMINAL_PIECE = 100_000

export const nominalCall = (nr: number): number => CALLS[nr] ?? CALLS[SYSCALL_LIMIT]

/** Nanoseconds of kernel work for the task on a hart. Nothing where time is cycles: there the work itself is charged. */
export function passNominal(k: Kernel, hart: HartState, task: Task, ns: number): void {
  if (k.preset !== null && k.preset.config.time === 'cycles') return
  hart.time += ns
  hart.systemTime += ns
  if (hart.time > k.state.time) k.state.time = hart.time
  task.usage.systemTime += ns
  task.sched.sumExec += ns
}
