// The kernel's work on a timed machine. The kernel is TypeScript, so its instructions and the memory that they would touch are charged
// where it does the work: a path's code, and data at guest-physical addresses. Registers and page tables are where they really are in
// RAM; what has no bytes there (tasks, runqueues, open files) has a place above RAM. On a machine that is not timed nothing happens.
import { TWO_32 } from '../abi/index.ts'
import {
  C_INSTRUCTIONS,
  C_IPI,
  C_TRAP,
  kernelAsid,
  PAGE_SIZE,
  RAM_BASE,
  rowOf,
  settle,
  stall,
  timeAccess,
  timeKernelBlock,
  timeKernelData,
  timeKernelFetch,
  timeKernelTable,
  type Core,
  type Timing,
} from '../../vm/index.ts'
import { NO_TASK } from '../ids.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { passOther } from './clock.ts'
import { causeOf, PATH, pathBytes, pathCode, pathWork, type PathName } from './paths.ts'
import type { CostState } from './types.ts'

// Where the kernel's own things are, physically: above any RAM.
const KERNEL_TEXT = 0x2_0000_0000
const TASKS = 0x2_1000_0000
const SPACES = 0x2_1c00_0000
const FRAME_COUNTS = 0x2_2000_0000
const RUNQUEUES = 0x2_2400_0000
const BUFFERS = 0x2_2500_0000

const TASK_BYTES = 2048
/** In a task: what scheduling looks at, what system calls look at, and the callee-saved registers of a task that does not run. */
const SCHED_BYTES = 128
const CORE_AT = 256
const CORE_BYTES = 128
const FRAME_AT = 1024
const FRAME_BYTES = 112
const SPACE_BYTES = 256
const RUNQUEUE_BYTES = 1024
const COUNT_BYTES = 4
/** pc and 31 registers; 32 floating-point ones with fcsr. */
const REGISTER_BYTES = 256
const FP_BYTES = 264
const WORD = 8

/** Whose work the kernel does. */
const current = (k: Kernel): Task | null => k.state.harts[k.state.costs?.hart ?? 0].current
const coreOf = (k: Kernel, t: Timing): Core => t.cores[k.state.costs?.hart ?? 0]
/** Where its records lie: whoever has a number again finds those of the former one's there. */
const taskAt = (task: Task): number => TASKS + task.pid * TASK_BYTES

function nameTask({ names }: CostState, { id, pid, comm }: Task): void {
  if (names.get(id)?.comm !== comm) names.set(id, { pid, comm })
}

/** Whose row gets what is charged from here on. Answers whose it was. */
function blame(k: Kernel, t: Timing, core: Core, task: Task | null, path: number): Float64Array {
  const { row } = core
  core.row = rowOf(t.ledger, causeOf(task?.id ?? NO_TASK, path))
  if (task !== null && k.state.costs !== null) nameTask(k.state.costs, task)
  return row
}

/** The instructions of a path, `times` over, and its code. */
function work(t: Timing, core: Core, path: number, times = 1): void {
  const scale = t.config.kernelWork
  stall(core, C_INSTRUCTIONS, Math.round(pathWork[path] * scale * times))
  const bytes = Math.round(pathBytes[path] * scale)
  if (bytes > 0) timeKernelFetch(t, core, KERNEL_TEXT + Math.round(pathCode[path] * scale), bytes)
}

/** A path begins; `leave` gives the row back. null: not timed. */
export function enter(k: Kernel, path: number, task: Task | null): Float64Array | null {
  const t = k.machine.timing
  if (t === null) return null
  const core = coreOf(k, t)
  const row = blame(k, t, core, task, path)
  work(t, core, path)
  return row
}

export function leave(k: Kernel, row: Float64Array | null): void {
  const t = k.machine.timing
  // A mark within a call may have started the timed model, or ended it.
  if (t !== null && row !== null) coreOf(k, t).row = row
}

/** A path that only runs its code. */
export function charge(k: Kernel, path: PathName, task: Task | null): void {
  if (k.machine.timing !== null) leave(k, enter(k, PATH[path], task))
}

// ---- traps

/** A program on the hart gave way to the kernel: its registers go to its trap frame. Nothing when the kernel is there already. */
export function enterKernel(k: Kernel, hart: number, task: Task, path: 'entry' | 'timer'): void {
  const t = k.machine.timing
  const state = k.state.costs
  if (t === null || state === null || state.inKernel[hart]) return
  state.hart = hart
  state.inKernel[hart] = true
  const core = t.cores[hart]
  blame(k, t, core, task, PATH.entry)
  // The trapping instruction, for an ecall, is counted as the program's.
  stall(core, C_TRAP, t.config.trapIn)
  if (t.config.kpti === 'on') timeKernelTable(t, core)
  work(t, core, PATH.entry)
  timeKernelData(t, core, RAM_BASE + task.trapFrame, REGISTER_BYTES, true)
  if (path === 'timer') charge(k, 'timer', task)
}

/** Back to the program, whose registers come from its trap frame; and to whom user cycles belong. */
export function leaveKernel(k: Kernel, hart: number, task: Task): void {
  const t = k.machine.timing
  const state = k.state.costs
  if (t === null || state === null) return
  const core = t.cores[hart]
  state.hart = hart
  if (state.inKernel[hart]) {
    state.inKernel[hart] = false
    blame(k, t, core, task, PATH.exit)
    work(t, core, PATH.exit)
    timeKernelData(t, core, RAM_BASE + task.trapFrame, REGISTER_BYTES, false)
    if (t.config.kpti === 'on') timeKernelTable(t, core)
    stall(core, C_TRAP, t.config.trapOut)
    settle(core, k.machine.harts[hart].counters)
  }
  blame(k, t, core, task, PATH.user)
}

/** The ecall that a program stopped at is an instruction of the program's. */
export function chargeEcall(k: Kernel, hart: number): void {
  const t = k.machine.timing
  if (t !== null) stall(t.cores[hart], C_INSTRUCTIONS, 1)
}

/** A system call begins, or goes on after a wait, where a native kernel is in the middle of it: its code, and what every call looks at of its task. */
export function enterCall(k: Kernel, path: number, task: Task, again: boolean): Float64Array | null {
  const t = k.machine.timing
  if (t === null) return null
  const core = coreOf(k, t)
  const row = blame(k, t, core, task, path)
  work(t, core, again ? PATH.resume : path)
  timeKernelData(t, core, taskAt(task) + CORE_AT, CORE_BYTES, false)
  return row
}

// ---- memory

/** A fault was looked into: the regions of the address space, and the entry that was written at last (index in ram32, -1: none). */
export function chargeFault(k: Kernel, root: number, entry: number): void {
  const t = k.machine.timing
  if (t === null) return
  const core = coreOf(k, t)
  timeKernelData(t, core, SPACES + root * SPACE_BYTES, SPACE_BYTES, false)
  if (entry >= 0) timeKernelData(t, core, RAM_BASE + entry * 4, WORD, true)
}

/** A frame is cleared, or copied from another one. */
export function chargeClear(k: Kernel, frame: number, bytes = PAGE_SIZE): void {
  const t = k.machine.timing
  if (t === null) return
  const core = coreOf(k, t)
  const row = enter(k, PATH.clear, current(k))
  const pages = bytes / PAGE_SIZE
  if (pages > 1) stall(core, C_INSTRUCTIONS, Math.round(pathWork[PATH.clear] * (pages - 1)))
  timeKernelBlock(t, core, RAM_BASE + frame * PAGE_SIZE, bytes, true)
  leave(k, row)
}
export function chargeCopy(k: Kernel, from: number, to: number, bytes = PAGE_SIZE): void {
  const t = k.machine.timing
  if (t === null) return
  const core = coreOf(k, t)
  const row = enter(k, PATH.copy, current(k))
  const pages = bytes / PAGE_SIZE
  if (pages > 1) stall(core, C_INSTRUCTIONS, Math.round(pathWork[PATH.copy] * (pages - 1)))
  timeKernelBlock(t, core, RAM_BASE + from * PAGE_SIZE, bytes, false)
  timeKernelBlock(t, core, RAM_BASE + to * PAGE_SIZE, bytes, true)
  leave(k, row)
}

/** An entry of a page table is copied by fork: read at one place (and written, when it loses W), written at the other; its frame counted. */
export function chargeForkEntry(k: Kernel, from: number, to: number, frame: number, lostWrite: boolean): void {
  const t = k.machine.timing
  if (t === null) return
  const core = coreOf(k, t)
  stall(core, C_INSTRUCTIONS, Math.round(pathWork[PATH.forkEntry] * t.config.kernelWork))
  timeKernelData(t, core, RAM_BASE + from * 4, WORD, lostWrite)
  timeKernelData(t, core, RAM_BASE + to * 4, WORD, true)
  timeKernelData(t, core, FRAME_COUNTS + frame * COUNT_BYTES, COUNT_BYTES, true)
}

/** An entry is emptied and its frame counted down. */
export function chargeUnmapEntry(k: Kernel, at: number, frame: number): void {
  const t = k.machine.timing
  if (t === null) return
  const core = coreOf(k, t)
  stall(core, C_INSTRUCTIONS, Math.round(pathWork[PATH.unmapEntry] * t.config.kernelWork))
  timeKernelData(t, core, RAM_BASE + at * 4, WORD, true)
  timeKernelData(t, core, FRAME_COUNTS + frame * COUNT_BYTES, COUNT_BYTES, true)
}

/** Bytes of one page go between a program at `va`, which is at RAM offset `at`, and the kernel. */
export function chargeUserCopy(k: Kernel, task: Task, va: number, at: number, bytes: number, write: boolean): void {
  const t = k.machine.timing
  if (t === null || bytes === 0) return
  const core = coreOf(k, t)
  const row = enter(k, PATH.usercopy, task)
  stall(core, C_INSTRUCTIONS, Math.ceil(bytes / WORD))
  timeAccess(k.machine, t, core, va | 0, Math.floor(va / TWO_32), RAM_BASE + at, bytes, write, kernelAsid(t, core))
  timeKernelData(t, core, BUFFERS + core.id * PAGE_SIZE + (va % PAGE_SIZE), bytes, !write)
  leave(k, row)
}

// ---- scheduling

/** The nodes of a heap of `size` tasks from its end to its root, as joining or leaving it touches them. */
function touchQueue(t: Timing, core: Core, hart: number, queue: readonly Task[]): void {
  timeKernelData(t, core, RUNQUEUES + hart * RUNQUEUE_BYTES, SCHED_BYTES, true)
  for (let index = queue.length - 1; index > 0; index = (index - 1) >> 1) {
    timeKernelData(t, core, taskAt(queue[index]), SCHED_BYTES, true)
  }
}

/** The next task of a hart is chosen. */
export function chargeSchedule(k: Kernel, hart: number, queue: readonly Task[]): void {
  const t = k.machine.timing
  const state = k.state.costs
  if (t === null || state === null) return
  state.hart = hart
  const core = t.cores[hart]
  const row = blame(k, t, core, k.state.harts[hart].current, PATH.schedule)
  work(t, core, PATH.schedule)
  touchQueue(t, core, hart, queue)
  leave(k, row)
}

/** Registers of one task go to its stack, those of another come from there. The address space follows by itself. */
export function enterSwitch(k: Kernel, hart: number, from: Task | null, to: Task | null): Float64Array | null {
  const t = k.machine.timing
  const state = k.state.costs
  if (t === null || state === null) return null
  const core = t.cores[hart]
  const row = blame(k, t, core, to ?? from, PATH.switch)
  work(t, core, PATH.switch)
  if (from !== null) timeKernelData(t, core, taskAt(from) + FRAME_AT, FRAME_BYTES, true)
  if (to !== null) timeKernelData(t, core, taskAt(to) + FRAME_AT, FRAME_BYTES, false)
  return row
}

/** Floating-point registers of a task are saved, or brought. */
export function chargeFp(k: Kernel, hart: number, task: Task, path: 'fpSave' | 'fpRestore'): void {
  const t = k.machine.timing
  if (t === null) return
  const core = t.cores[hart]
  const row = blame(k, t, core, task, PATH[path])
  work(t, core, PATH[path])
  timeKernelData(t, core, RAM_BASE + task.trapFrame + REGISTER_BYTES, FP_BYTES, path === 'fpSave')
  core.row = row
}

/** A task joins the queue of a hart; another hart than the one that runs this is told by an interrupt when it shall look (`notify`). */
export function chargeWake(k: Kernel, hart: number, task: Task, queue: readonly Task[], notify: boolean): void {
  const t = k.machine.timing
  const state = k.state.costs
  if (t === null || state === null) return
  const core = coreOf(k, t)
  const row = blame(k, t, core, k.state.harts[state.hart].current, PATH.wake)
  work(t, core, PATH.wake)
  timeKernelData(t, core, taskAt(task), SCHED_BYTES, true)
  touchQueue(t, core, hart, queue)
  core.row = row
  if (notify && hart !== state.hart) {
    sendInterrupt(k, t, core)
    takeInterrupt(k, t, hart)
  }
}

const cyclesOf = (t: Timing, ns: number): number => Math.round(ns * t.config.clock)

function sendInterrupt(k: Kernel, t: Timing, core: Core): void {
  const row = blame(k, t, core, k.state.harts[core.id].current, PATH.shootdown)
  stall(core, C_IPI, cyclesOf(t, t.config.ipiSend))
  core.row = row
}

function takeInterrupt(k: Kernel, t: Timing, hart: number): void {
  const core = t.cores[hart]
  const row = blame(k, t, core, k.state.harts[hart].current, PATH.ipi)
  stall(core, C_IPI, cyclesOf(t, t.config.ipiHandle))
  core.row = row
  passOther(k, hart)
}

/** Translations of other harts are dropped: each is interrupted, and the one that asked waits until they have answered, which they do together. */
export function chargeShootdown(k: Kernel, harts: readonly number[]): void {
  const t = k.machine.timing
  const state = k.state.costs
  if (t === null || state === null) return
  const core = coreOf(k, t)
  const others = harts.filter(hart => hart !== state.hart)
  if (others.length === 0) return
  charge(k, 'shootdown', k.state.harts[state.hart].current)
  for (const hart of others) {
    sendInterrupt(k, t, core)
    takeInterrupt(k, t, hart)
  }
  const row = blame(k, t, core, k.state.harts[state.hart].current, PATH.shootdown)
  stall(core, C_IPI, cyclesOf(t, t.config.ipiHandle))
  core.row = row
}
