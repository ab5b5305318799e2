// What tasks have done, as counters ask for it; following tasks through fork, exec and exit.
import { PERF_BITS, PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_SW, PERF_TYPES } from '../abi/index.ts'
import type { Task } from '../state.ts'
import type { PerfEvent } from './types.ts'

type Count = (task: Task) => number
const cpuTime: Count = ({ usage }) => usage.userTime + usage.systemTime
const none: Count = () => 0

const SOFTWARE: Readonly<Record<number, Count>> = {
  [PERF_COUNT_SW.CPU_CLOCK]: cpuTime,
  [PERF_COUNT_SW.TASK_CLOCK]: cpuTime,
  [PERF_COUNT_SW.PAGE_FAULTS]: ({ usage }) => usage.minorFaults + usage.majorFaults,
  [PERF_COUNT_SW.CONTEXT_SWITCHES]: ({ usage }) => usage.voluntarySwitches + usage.involuntarySwitches,
  [PERF_COUNT_SW.CPU_MIGRATIONS]: ({ sched }) => sched.migrations,
  [PERF_COUNT_SW.PAGE_FAULTS_MIN]: ({ usage }) => usage.minorFaults,
  [PERF_COUNT_SW.PAGE_FAULTS_MAJ]: ({ usage }) => usage.majorFaults,
  // Nothing is done for a program that the hardware could not.
  [PERF_COUNT_SW.ALIGNMENT_FAULTS]: none,
  [PERF_COUNT_SW.EMULATION_FAULTS]: none,
  [PERF_COUNT_SW.DUMMY]: none,
}

/** How it is counted; undefined: it is not. Instructions are the program's own: the kernel has none. */
export function counterOf(type: number, config: number): Count | undefined {
  if (type === PERF_TYPES.PERF_TYPE_SOFTWARE) return SOFTWARE[config]
  return type === PERF_TYPES.PERF_TYPE_HARDWARE && config === PERF_COUNT_HW_INSTRUCTIONS ? ({ sched }) => sched.instructions : undefined
}

function countOf(event: PerfEvent, task: Task): number {
  const isInstructions = event.type === PERF_TYPES.PERF_TYPE_HARDWARE
  if (isInstructions && event.bits & PERF_BITS.EXCLUDE_USER) return 0
  return counterOf(event.type, event.config)?.(task) ?? 0
}

const now = (event: PerfEvent, task: Task) => ({ count: countOf(event, task), time: cpuTime(task) })

/** What it has counted up to now. */
export function total(event: PerfEvent): { count: number; time: number } {
  let { count, time } = event
  if (event.enabled)
    for (const [task, began] of event.tasks) {
      const at = now(event, task)
      count += at.count - began.count
      time += at.time - began.time
    }
  return { count, time }
}

/** Starts it, or stops it. */
export function enable(event: PerfEvent, on: boolean): void {
  if (event.enabled === on) return
  if (on) for (const task of event.tasks.keys()) event.tasks.set(task, now(event, task))
  else Object.assign(event, total(event))
  event.enabled = on
}

/** Counts from 0 on; the times stay. */
export function reset(event: PerfEvent): void {
  event.count = 0
  for (const [task, began] of event.tasks) began.count = countOf(event, task)
}

/** It follows a task from now on. */
export function follow(event: PerfEvent, task: Task): void {
  event.tasks.set(task, now(event, task))
  ;(task.perf ??= new Set()).add(event)
}

/** Inherited counters follow what a task makes. */
export function followChild(task: Task, child: Task): void {
  for (const event of task.perf ?? []) if (event.bits & PERF_BITS.INHERIT) follow(event, child)
}

/** A task ends: what it did stays counted. */
export function leaveCounters(task: Task): void {
  for (const event of task.perf ?? []) {
    const began = event.tasks.get(task)
    if (event.enabled && began !== undefined) {
      const at = now(event, task)
      event.count += at.count - began.count
      event.time += at.time - began.time
    }
    event.tasks.delete(task)
  }
  delete task.perf
}

/** Those that wait for it begin with the program that a task executes. */
export function countFromExec(task: Task): void {
  for (const event of task.perf ?? []) {
    if (!(event.bits & PERF_BITS.ENABLE_ON_EXEC)) continue
    event.bits &= ~PERF_BITS.ENABLE_ON_EXEC
    enable(event, true)
  }
}

/** Its descriptor is closed: nobody reads it any more. */
export function forgetCounter(event: PerfEvent): void {
  event.closed = true
  for (const task of event.tasks.keys()) task.perf?.delete(event)
  event.tasks.clear()
  const { leader } = event
  if (leader !== null) leader.members.splice(leader.members.indexOf(event), 1)
  for (const member of event.members) member.leader = null
}
