// The scheduling classes, and the table of them that a kernel is handed. A policy of the lab takes the fair class's place: to add one,
// add its file and its name here.
import type { SchedClass, SchedTable } from '../types.ts'
import { deadline } from './deadline.ts'
import { fair } from './fair.ts'
import { fifo } from './fifo.ts'
import { mlfq } from './lab/mlfq.ts'
import { roundRobin } from './lab/round-robin.ts'
import { stride } from './lab/stride.ts'
import { rr } from './rr.ts'

/** Before those that share the processor. */
const URGENT: readonly SchedClass[] = [deadline, fifo, rr]

/** Who serves SCHED_OTHER, SCHED_BATCH and SCHED_IDLE: one of these, the first when nobody says which. */
export const SHARING: readonly SchedClass[] = [fair, roundRobin, stride, mlfq]

/** Throws an Error that names those there are. */
export function schedTable(name: string = fair.name): SchedTable {
  const chosen = SHARING.find(row => row.name === name)
  if (chosen === undefined) throw new Error(`there is no policy '${name}': it is ${SHARING.map(row => row.name).join(', ')}`)
  const table: (SchedClass | undefined)[] = []
  for (const row of [...URGENT, chosen]) for (const policy of row.policies) table[policy] = row
  return table
}
