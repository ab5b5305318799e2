// What a task's calls are held to, as plain data. Records of tasks and filters are never changed in place: threads and children share them.
import type { Int64 } from '../abi/int64.ts'
import type { WaitQueue } from '../sched/types.ts'
import type { Task } from '../state.ts'

/** Instructions of classic BPF, as four numbers each: code, jt, jf, k. */
export type BpfProgram = readonly (readonly [code: number, jt: number, jf: number, k: number])[]

export interface Seccomp {
  /** 1: read, write, exit and sigreturn alone; 2: what its filters let through. */
  readonly mode: 1 | 2
  /** The newest, which names those before it. */
  readonly filter: SeccompFilter | null
}

export interface SeccompFilter {
  readonly program: BpfProgram
  readonly log: boolean
  readonly waitKillable: boolean
  readonly prev: SeccompFilter | null
  /** How many there are, this one and those before; and their instructions. */
  readonly count: number
  readonly instructions: number
  readonly listener: SeccompListener | null
}

/** Who answers calls for a filter's tasks through a descriptor. */
export interface SeccompListener {
  kind: 'seccomp'
  /** Calls that wait for an answer, oldest first. */
  waiting: SeccompNotice[]
  nextId: bigint
  /** Who reads, or polls. */
  readers: WaitQueue
  /** Its last descriptor was closed. */
  closed: boolean
  /** No task has the filter any more. */
  orphan: boolean
}

export interface SeccompNotice {
  id: bigint
  task: Task
  /** struct seccomp_data. */
  data: Uint8Array
  state: 'new' | 'sent' | 'replied'
  error: number
  value: Int64
  /** The call is made after all. */
  goesOn: boolean
  /** Where its task sleeps. */
  queue: WaitQueue
}

/** A call that waits for its filter's listener. */
export interface Noticing {
  call: 'notice'
  listener: SeccompListener
  notice: SeccompNotice
  /** Only what kills ends the wait, once it was read. */
  killable: boolean
}
