// Whether a process that a signal ends leaves a core dump (core(5)). The wait status says so only when there really is one.
import { RLIMIT_CORE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { rlimit } from './limits.ts'

/** Linux writes none below a page (min_coredump). */
const LEAST_BYTES = 4096

/** The rules that hold before a file is looked for: the limit, and a program that nobody else may look into (PR_SET_DUMPABLE). */
export const mayDumpCore = ({ group, mm }: Task): boolean => rlimit(group, RLIMIT_CORE) >= LEAST_BYTES && mm?.dumpable === 1

/** None is ever written yet: as on a Linux whose core_pattern is empty, where no file can be opened. */
const writeCore = (_k: Kernel, _task: Task, _signal: number): boolean => false

/** Leaves the core dump of a process that `signal`, whose default action dumps core, is about to end; answers whether there is one. */
export const dumpCore = (k: Kernel, task: Task, signal: number): boolean => mayDumpCore(task) && writeCore(k, task, signal)
