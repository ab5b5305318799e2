// The end of a zombie: its numbers are free again and nothing of it is left but the sums in its parent.
import type { Kernel } from '../kernel.ts'
import type { ThreadGroup } from '../state.ts'
import { leaveGroup, leaveSession, addUsage, groupUsage } from '../task/index.ts'
import { strikeOff } from './newborn.ts'

/** Removes a dead process. `counted`: its parent waited for it, so what it used goes to the parent's children's usage. */
export function reapGroup(k: Kernel, group: ThreadGroup, counted: boolean): void {
  const { parent, leader } = group
  leader.state = 'X'
  k.state.groups.delete(group.id)
  leaveGroup(group)
  leaveSession(group)
  strikeOff(k, leader)
  if (parent === null) return
  parent.children.delete(group)
  parent.deadChildren--
  if (!counted) return
  addUsage(parent.childrenUsage, groupUsage(group))
  addUsage(parent.childrenUsage, group.childrenUsage)
}
