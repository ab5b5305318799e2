// What is debugged: a machine and, if an operating system runs on it that we can look into, a view of that: tasks, spaces, files. Whoever needs
// one says so and gets an error that can be shown where there is none.
import type { Kernel } from '../../kernel/index.ts'
import type { Machine } from '../../vm/index.ts'

/** Ours is the only operating system yet that can be looked into. */
export type OperatingSystemView = Kernel

export interface Target {
  readonly machine: Machine
  readonly os: OperatingSystemView | null
}

/** Something was asked for that a machine alone cannot answer: the message is for whoever asked. */
export class NoSystem extends Error {
  override readonly name = 'NoSystem'
}

export const bareTarget = (machine: Machine): Target => ({ machine, os: null })
export const systemTarget = (os: OperatingSystemView): Target => ({ machine: os.machine, os })

/** The operating system of a target. NoSystem: there is none, and `what` needs one. */
export function systemOf({ os }: Target, what: string): OperatingSystemView {
  if (os === null) throw new NoSystem(`${what} needs an operating system to look into, and this machine has none`)
  return os
}
