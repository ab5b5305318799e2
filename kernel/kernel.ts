// What every kernel function is handed: the machine, the kernel's whole state as plain data, and the doors to the outside.
import type { Machine, Preset } from '../vm/index.ts'
import type { EventStream } from './events.ts'
import type { Host } from './host.ts'
import type { MappedFileOps, Passing } from './mm/types.ts'
import type { Journal } from './journal.ts'
import type { SchedTable } from './sched/types.ts'
import type { SigInfo, SignalEffect } from './signal/types.ts'
import type { KernelState, Task } from './state.ts'
import type { Kinds } from './vfs/types.ts'

/** A machine and the kernel that runs on it, as a plain record; functions take it first. */
export interface Kernel {
  readonly machine: Machine
  /** Plain data: records, arrays, Maps, typed arrays. A copy of it (clone.ts) is a snapshot. Replaced whole on restore. */
  state: KernelState
  /** Who serves which scheduling policy; `KernelState.policy` says which table. */
  readonly classes: SchedTable
  readonly host: Host
  /** What memory asks of the files that it maps. */
  readonly mappedFiles: MappedFileOps
  /** What files, file systems and devices can do, by kind: the rows of the rooms, put together in kinds.ts. */
  readonly kinds: Kinds
  /** For bytes on their way (mm/passing.ts). Not part of the state: between two kernel actions nothing is in them. */
  readonly passing: Passing
  journal: Journal
  readonly events: EventStream
  /** Bytes written to the host's streams so far, for RunOptions.maxOutput. Not part of the state: it says nothing about the guest. */
  outputBytes: number
  /** Of these, how many the host has had already: a past that is run again does not write them twice. */
  shownBytes: number
  /** How much of what the network was told (OutsideState.told) the host has had: a past that is run again does not tell it twice. */
  networkTold: number
  /** Set by a subscriber that wants the run to end: it does, as soon as what the kernel does just now is done. */
  pause: boolean
  /**
   * Asked right before a task takes a signal that has an effect, with the task where the signal found it and the signal still pending.
   * True: the run ends here (paused), as if nobody had asked; the next run asks again. It must change nothing.
   */
  holdSignal: ((task: Task, due: SigInfo, action: SignalEffect) => boolean) | null
  /**
   * Asked now and then while it runs, after whole things that it did: true ends the run (budget). So a face hears whoever waits in time,
   * whatever the instructions are that the guest executes. It changes nothing but where the run is cut.
   */
  enough: (() => boolean) | null
  /** What the loop does just now: for the message of a defect, nothing else. */
  doing: string
  /** When every task sleeps: `virtual` skips to the next timer, `real` answers idle and lets the host wait. */
  readonly clock: 'virtual' | 'real'
  /** The timing model of a timed machine; until it starts the machine is a fast one. */
  readonly preset: Preset | null
  /** Instructions after which it starts by itself: 0 from the first process on, Infinity at a mark of a program's. */
  readonly timingStart: number
  /** Check the invariants after every run (debug builds and tests). */
  readonly debug: boolean
}
