// For unit tests of single rooms: a kernel that has done nothing yet and tasks that nobody asked for, made where the real ones are, so that
// they are whole. A test overrides what it is about.
import { emptyKernel, type KernelOptions } from '../boot.ts'
import { NO_HOST_FILES, type Host } from '../host.ts'
import type { Kernel } from '../kernel.ts'
import { newSchedEntity } from '../sched/index.ts'
import { defaultActions } from '../signal/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { newRlimits, rootCredentials } from '../task/index.ts'
import { newTask, takeNumbers } from './newborn.ts'

/** Takes what is written, and has nothing to read. */
export const NO_HOST: Host = { write: () => 0, readInput: () => new Uint8Array(), files: NO_HOST_FILES }

/** 1 MiB of RAM and the reference engine unless the test wants something else. */
export const bareKernel = (options: Partial<KernelOptions> = {}): Kernel =>
  emptyKernel({ host: NO_HOST, ramBytes: 2 ** 20, engine: 'reference', ...options })

/** A task of root's, a process of its own; without registers, memory or files, and in no table (`enrol`) unless the test adds them. */
export function fakeTask(k: Kernel, task: Partial<Task> = {}, group: Partial<ThreadGroup> = {}): Task {
  const made = newTask(k, {
    ...takeNumbers(k, k.state.ns),
    trapFrame: -1,
    mm: null,
    comm: 'test',
    files: null,
    fs: null,
    credentials: rootCredentials(),
    sched: newSchedEntity(1),
    group: { actions: defaultActions(), rlimits: newRlimits() },
  })
  Object.assign(made.group, group)
  return Object.assign(made, task)
}
