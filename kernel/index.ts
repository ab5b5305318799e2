// The door of the kernel: make one, start a process, run it, look into it.
export type { Kernel } from './kernel.ts'
export type { KernelState, Task, ThreadGroup, TaskState, SystemCounts, SyscallInProgress } from './state.ts'
export {
  NO_HOST_FILES,
  type Host,
  type HostFileKind,
  type HostFiles,
  type HostNode,
  type HostSpace,
  type HostStat,
  type NetworkCommand,
  type NetworkEvent,
} from './host.ts'
export { NETWORK_WINDOW } from './host.ts'
export { createKernel, restore, snapshot, type KernelOptions, type Snapshot } from './boot.ts'
export { spawnInit, type InitOptions, type Stdio } from './first.ts'
export { piecesIn, runKernel, workOf, type RunOptions, type RunResult } from './loop.ts'
export {
  advanceClock,
  cutNetwork,
  followClock,
  hostContinue,
  hostHangUp,
  hostInput,
  hostNetwork,
  hostResize,
  inputWaiting,
  isMainStopped,
} from './input.ts'
export {
  entriesOf,
  forgetUpcoming,
  isReplaying,
  JournalProblem,
  newJournal,
  replayOf,
  rewindJournal,
  type Journal,
  type JournalEntry,
} from './journal.ts'
export type { Spill } from './journal-lots.ts'
export { emit, newEventStream, subscribe, type EventKind, type EventOf, type KernelEvent, type Listener } from './events.ts'
export { groupIdOf, NO_TASK, type GroupId, type TaskId } from './ids.ts'
export { causeText, crashText, explainSignal, type Cause } from './explain.ts'
export { cloneCounted, clonePlain } from './clone.ts'
export { checkInvariants, zombies } from './invariants.ts'
export { resultText, traceSyscalls, type TraceOptions } from './syscalls/trace.ts'
export { traceFilter, type CallStatus, type FilterError, type TraceFilter } from './syscalls/trace-filter.ts'
export { falls, newCompatLog, type CallUse, type CompatLog } from './syscalls/compat.ts'
export { syscallDocs, unimplementedCalls } from './syscalls/docs.ts'
export { SYSCALLS } from './syscalls/table.ts'
export { callText } from './syscalls/call-text.ts'
export { callName, flagsText, nameOf } from './syscalls/text.ts'
export { openFlagsText } from './syscalls/open-flags.ts'
export { includeFiles } from './includes.ts'
export { attachesOf, ownedFutex, type Pipe, type SemaphoreSet } from './ipc/index.ts'
export { capturePackets, sendRest, socketOps, type Socket } from './net/index.ts'
export { readyCount, ringOp, type RingData, type RingRequest } from './ring/index.ts'
export { buildImage, ImageError, readCpio, readTar, writeCpio, writeTar, type ImageFile } from './fs/index.ts'
export { fileText } from './proc/index.ts'
export { intervals, ledgerRows, startTiming, timedCounters, type Interval, type LedgerRow } from './timing/index.ts'
export * from './abi/index.ts'
export * from './mm/index.ts'
export * from './process/index.ts'
export * from './task/index.ts'
export * from './sched/index.ts'
export * from './time/index.ts'
export * from './signal/index.ts'
export * from './vfs/index.ts'
export * from './tty/index.ts'
