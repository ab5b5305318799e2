// Who does something just now: where the kernel works for a task without being told which.
import type { KernelState, Task } from './state.ts'

export const currentTask = ({ harts, round }: KernelState): Task | null => harts[harts.length === 1 ? 0 : round.hart]?.current ?? null
