// What a task has used: time, faults, switches, bytes (getrusage(2)).
import type { Task, ThreadGroup } from '../state.ts'
import type { Usage } from './types.ts'

const PAGE_SIZE = 4096

export const newUsage = (): Usage => ({
  userTime: 0,
  systemTime: 0,
  minorFaults: 0,
  majorFaults: 0,
  voluntarySwitches: 0,
  involuntarySwitches: 0,
  maxRss: 0,
  readBytes: 0,
  writtenBytes: 0,
  readCalls: 0,
  writeCalls: 0,
})

/** `into` += `from`; of the largest resident sizes the larger one stays. */
export function addUsage(into: Usage, from: Usage): void {
  into.userTime += from.userTime
  into.systemTime += from.systemTime
  into.minorFaults += from.minorFaults
  into.majorFaults += from.majorFaults
  into.voluntarySwitches += from.voluntarySwitches
  into.involuntarySwitches += from.involuntarySwitches
  into.maxRss = Math.max(into.maxRss, from.maxRss)
  into.readBytes += from.readBytes
  into.writtenBytes += from.writtenBytes
  into.readCalls += from.readCalls
  into.writeCalls += from.writeCalls
}

/** The largest resident size so far, in bytes: of what it had before and of the address space it has. */
const maxRssOf = ({ usage, mm }: Task): number => Math.max(usage.maxRss, (mm?.peakPages ?? 0) * PAGE_SIZE)

/** The largest resident size so far goes into the record before the address space is given up. */
export function noteRss(task: Task): void {
  task.usage.maxRss = maxRssOf(task)
}

/** All threads of a process, those that exited included. Asking changes nothing: a debugger asks too. */
export function groupUsage(group: ThreadGroup): Usage {
  const sum = newUsage()
  addUsage(sum, group.exitedUsage)
  for (const task of group.threads) {
    addUsage(sum, task.usage)
    sum.maxRss = Math.max(sum.maxRss, maxRssOf(task))
  }
  return sum
}
