// Identities. A pid is a name: it is given out again when its bearer is gone. What must not take the next bearer for the former one keys and
// compares by these, which never repeat; only the kernel makes them.

declare const OF: unique symbol

/** Of a thread: KernelState.tasks. */
export type TaskId = number & { readonly [OF]: 'task' }
/** Of a process: KernelState.groups. */
export type GroupId = number & { readonly [OF]: 'group' }

/** Nobody's. */
export const NO_TASK = 0 as TaskId

/** The identity after `last`. */
export const nextTaskId = (last: TaskId): TaskId => (last + 1) as TaskId
/** A process is told by the task that it began with. */
export const groupIdOf = (first: TaskId): GroupId => Number(first) as GroupId
