// The kernel's heart: let each hart run its task until something needs the kernel, do that, pick who goes on. One retired instruction
// is one nanosecond. Every decision depends on the state alone, so where a run is cut into pieces makes no difference to it.
import { COUNTERS, run, type Stop, type StopKind } from '../vm/index.ts'
import { SIGXCPU, strayErrno } from './abi/index.ts'
import { emit } from './events.ts'
import type { Kernel } from './kernel.ts'
import { isIdle, skipTo, takeEffect } from './input.ts'
import { checkInvariants } from './invariants.ts'
import { JournalEnds, takeIncoming, untilIncoming } from './journal.ts'
import { deliverSignals, relieveMemory, resumeRseq } from './process/index.ts'
import { account, makeRunnable, mayRunOn, passLoad, pickNext, putBack, sliceOf, type HartState } from './sched/index.ts'
import { nextTimer } from './time/index.ts'
import { chargeItimers, isHeld, kernelInfo, sendToGroup, untilItimer, type Delivery } from './signal/index.ts'
import { sendAsync } from './ipc/index.ts'
import { runNotes } from './ring/index.ts'
import type { KernelState, Task } from './state.ts'
import { switchTo } from './switch.ts'
import { runSyscall } from './syscalls/dispatch.ts'
import { fireTimers } from './timers.ts'
import {
  chargeEcall,
  chargeSchedule,
  countsCycles,
  cyclesUntil,
  enter,
  enterKernel,
  idleUntil,
  leave,
  leaveKernel,
  NOMINAL_FAULT,
  NOMINAL_PIECE,
  passKernelTime,
  passNominal,
  passTime,
  PATH,
  startTiming,
  untilTiming,
} from './timing/index.ts'
import { handleTrap } from './trap.ts'

/** What is being done about each kind of stop, for the message of a defect. */
const DOING: Readonly<Record<StopKind, string>> = {
  syscall: 'around a system call',
  pageFault: 'handling a page fault',
  accessFault: 'handling an access fault',
  misaligned: 'handling a misaligned access',
  illegal: 'handling an illegal instruction',
  breakpoint: 'handling a breakpoint',
  wfi: 'handling wfi',
  timer: 'handling a timer',
  debug: 'stopping for a debugger',
  fuel: 'running',
}

/** Several harts take turns of this many nanoseconds. */
const ROUND = 5_000
/** Most instructions in one go of the engine. */
const MAX_FUEL = 2 ** 30
/** What a piece of a long call counts as work, in instructions: it takes the host as long. */
const PIECE_WORK = 100_000
/**
 * So much work lies between two questions whether it is enough, where a thing that the kernel does counts as a number of instructions. Little:
 * near a watchpoint, or where an access crosses pages, each instruction takes a microsecond or two.
 */
const ASK_WORK = 20_000
const STEP_WORK = 2_000

/** Instructions executed so far, and what long calls did. */
export const workOf = ({ executed, pieces }: KernelState): number => executed + pieces * PIECE_WORK
/** Pieces of long calls (RunOptions.maxPieces) that are so much work. */
export const piecesIn = (work: number): number => Math.max(1, Math.ceil(work / PIECE_WORK))

export interface RunOptions {
  /** Stop after so many instructions, of all harts together. */
  maxInstructions?: number
  /** Stop at this instant of guest time (ns). */
  until?: number
  /** ... and not before the kernel did so many things (KernelState.steps) in all. */
  untilStep?: number
  /** Stop after so many pieces of long calls (KernelState.pieces): they execute nothing, and the host has to be heard. */
  maxPieces?: number
  /** Stop soon after so many bytes went to the host's streams: a terminal may be slow, and somebody may be typing meanwhile. */
  maxOutput?: number
}

/**
 * Why the machine stands still: `paused` because somebody set `Kernel.pause`, or a hart came to where a debugger wants it to stop
 * (machine.debug); `halted` with the wait status of init or of the program; `idle` until a timer (ns, Infinity: none) with nothing to run, to
 * be continued after input or `advanceClock`, or at the end of a sealed journal; `budget`: an option's limit.
 */
export type RunResult = { kind: 'halted'; status: number } | { kind: 'idle'; until: number } | { kind: 'budget' } | { kind: 'paused' }

/** Where this run stops, in absolute counts. */
interface Limits {
  executed: number
  steps: number
  time: number
  pieces: number
  output: number
  /** Work when it was last asked whether it is enough; and it was. */
  asked: number
  over: boolean
  /** Of one go of a task: the most instructions, and the instant at which it ends (ns). Here, since numbers that are handed on are allocated. */
  fuel: number
  until: number
}

/** Runs the machine until it halts, has nothing to do, or reaches a limit. */
export function runKernel(k: Kernel, options: RunOptions = {}): RunResult {
  const limits: Limits = {
    executed: k.state.executed + (options.maxInstructions ?? Infinity),
    steps: options.untilStep ?? 0,
    time: options.until ?? Infinity,
    pieces: k.state.pieces + (options.maxPieces ?? Infinity),
    output: k.outputBytes + (options.maxOutput ?? Infinity),
    asked: askingWork(k),
    over: false,
    fuel: Infinity,
    until: Infinity,
  }
  const result = runSafely(k, limits)
  if (k.debug) {
    const broken = checkInvariants(k)
    if (broken.length > 0) throw new Error(`after a run that ended at ${k.state.time} ns (${result.kind}):\n${broken.join('\n')}`)
  }
  return result
}

/** Only system calls answer errnos. One that comes out of anything else the kernel does is a defect, and says what that was. */
function runSafely(k: Kernel, limits: Limits): RunResult {
  try {
    return runUntil(k, limits)
  } catch (error) {
    // The call that asked stays unanswered: it is made again by whoever goes on.
    if (error instanceof JournalEnds) return { kind: 'idle', until: Infinity }
    throw strayErrno(error, `${k.doing} at ${k.state.time} ns`)
  }
}

function runUntil(k: Kernel, limits: Limits): RunResult {
  const runHarts = k.state.harts.length === 1 ? runAlone : runRound
  k.pause = false
  let before = ''
  for (;;) {
    const { state } = k
    if (k.pause) return { kind: 'paused' }
    if (state.halted !== null) return { kind: 'halted', status: state.halted.status }
    // What came in at this very step came before timers that fire in a step of their own.
    k.doing = 'taking in what came from outside'
    const incoming = takeIncoming(k, isIdle(k))
    if (incoming !== null) {
      takeEffect(k, incoming)
      continue
    }
    // Not in the middle of a round, where only a limit of this run brought us: the next run must find things as one without limits does.
    k.doing = 'firing timers'
    if (!state.round.open && fireTimers(k)) {
      state.steps++
      for (const hart of state.harts) passKernelTime(k, hart)
      continue
    }
    if (isEnough(k, limits) || isAtLimit(k, limits)) return { kind: 'budget' }
    // Out of instructions, and nothing that the kernel could still do: the step that was asked for does not come.
    if (state.executed >= limits.executed) {
      const here = `${state.steps} ${state.time} ${state.round.start} ${state.round.hart}`
      if (here === before) return { kind: 'budget' }
      before = here
    }
    if (runHarts(k, limits)) continue
    const idle = passIdleTime(k, limits)
    if (idle !== null) return idle
  }
}

const isAtLimit = ({ state, outputBytes }: Kernel, limits: Limits): boolean =>
  (state.executed >= limits.executed && state.steps >= limits.steps) ||
  state.time >= limits.time ||
  state.pieces >= limits.pieces ||
  outputBytes >= limits.output ||
  limits.over

const askingWork = ({ state }: Kernel): number => workOf(state) + state.steps * STEP_WORK

/** Never before something was done: whoever goes on with too little time still gets there. */
function isEnough(k: Kernel, limits: Limits): boolean {
  if (k.enough === null) return false
  const work = askingWork(k)
  if (work < limits.asked + ASK_WORK) return limits.over
  limits.asked = work
  if (k.enough()) limits.over = true
  return limits.over
}

/**
 * How many instructions this run may still execute in one go. When there are none left and it shall come to a step of the kernel's, one: the
 * step is a trap on an instruction that will not retire.
 */
function instructionsLeft({ state, enough }: Kernel, limits: Limits): number {
  const left = limits.executed - state.executed
  if (left <= 0 && state.steps < limits.steps && limits.steps !== Infinity) return 1
  return enough === null ? left : Math.min(left, ASK_WORK)
}

/** Nothing can run. Time goes on to the next timer, or the host has to do something first. */
function passIdleTime(k: Kernel, limits: Limits): RunResult | null {
  const { state } = k
  const incoming = takeIncoming(k, true)
  if (incoming !== null) {
    takeEffect(k, incoming)
    return null
  }
  const next = nextTimer(k)
  if (k.clock === 'real' || next === Infinity) return { kind: 'idle', until: next }
  skipTo(k, Math.min(next, limits.time))
  state.steps++
  return state.time < next ? { kind: 'budget' } : null
}

/** A single hart needs no rounds: it runs up to the next timer. False: it has nothing to run. */
function runAlone(k: Kernel, limits: Limits): boolean {
  const { round } = k.state
  const hart = k.state.harts[0]
  // Kernel work may go on past a timer: that is fired when the hart is ready for user mode again, also where a pause came in between.
  round.open = true
  for (;;) {
    const prepared = prepareHart(k, hart, limits)
    if (prepared === 'nothing' && (k.pause || k.state.halted !== null)) return true
    limits.until = Math.min(limits.time, nextTimer(k))
    limits.fuel = Math.min(instructionsLeft(k, limits), untilIncoming(k))
    const isOver = limits.until <= k.state.time || limits.fuel <= 0 || k.outputBytes >= limits.output
    if (prepared !== 'ready' || isOver || isEnough(k, limits)) {
      round.open = false
      return prepared !== 'nothing'
    }
    runTask(k, hart, limits)
    if (k.pause) return true
  }
}

/** Every hart in turn runs up to the end of the round. It can be left in the middle and goes on there. False: nobody has anything to run. */
function runRound(k: Kernel, limits: Limits): boolean {
  const { state } = k
  const { harts, round } = state
  round.open = true
  for (; round.hart < harts.length; round.hart++) {
    const hart = harts[round.hart]
    idleUntil(k, hart, round.start)
    while (hart.time < round.end) {
      const prepared = prepareHart(k, hart, limits)
      if (prepared === 'nothing') break
      if (prepared === 'cut') {
        round.ran = true
        if (isEnough(k, limits) || isAtLimit(k, limits) || untilIncoming(k) <= 0) return true
        continue
      }
      limits.until = round.end
      limits.fuel = Math.min(instructionsLeft(k, limits), untilIncoming(k))
      if (limits.fuel <= 0 || k.outputBytes >= limits.output || isEnough(k, limits)) return true
      runTask(k, hart, limits)
      round.ran = true
      if (state.halted !== null || k.pause) return true
    }
    if (k.pause) return true
    if (hart.time < round.end) hart.idleTime += round.end - hart.time
    if (countsCycles(k) && hart.current === null) idleUntil(k, hart, round.end)
  }
  const { ran } = round
  round.open = round.ran = false
  if (!ran && !harts.some(hart => hart.current !== null || hart.queue.length > 0)) {
    // A fresh round begins whenever there is something to run again.
    round.hart = 0
    round.start = round.end = state.time
    return false
  }
  round.hart = 0
  state.time = Math.max(round.end, state.time)
  // Kernel work goes on past the end of a round. Only its own hart is later for it: it sits out the rounds that passed meanwhile.
  round.start = countsCycles(k) ? state.time : round.end
  round.end = round.start + ROUND
  return true
}

/**
 * Brings a hart to where it can go to user mode: a task is chosen, its unfinished call was run again, its signals were delivered.
 * 'cut': a piece of a long call was done and there is more; whoever must be heard is heard now. 'nothing': there is no task for it, or
 * the machine halted, or somebody wants a pause.
 */
function prepareHart(k: Kernel, hart: HartState, limits: Limits): 'ready' | 'cut' | 'nothing' {
  for (;;) {
    if (k.state.halted !== null || k.pause) return 'nothing'
    if (k.state.costs !== null) k.state.costs.hart = hart.id
    if (k.state.asyncNotes.length > 0) sendAsync(k)
    if (k.state.ringNotes.length > 0) runNotes(k)
    let task = hart.current
    // What went without the memory that it asked for, as reading ahead does, has had its answer; others need it still.
    if (k.state.frames.starved && task !== null) relieveMemory(k, task)
    if (task === null || task.state !== 'R' || ((hart.resched || isSpent(task)) && !task.call?.cut)) {
      // Told by another hart, or by a timer, to look again.
      k.doing = 'choosing who runs'
      if (task !== null) enterKernel(k, hart.id, task, 'entry')
      schedule(k, hart)
      passKernelTime(k, hart)
      // A hart that had nothing to do and has nothing did nothing, however often it is asked.
      if (task !== null || hart.current !== null) k.state.steps++
      task = hart.current
      if (task === null) return 'nothing'
    }
    // Before a call that it cuts short, for that one ends with it. Who goes to this instant of the past comes to stand here again.
    if (task.signalPending && ((limits.steps > 0 && isAtLimit(k, limits)) || isHeld(k, task))) {
      k.pause = true
      return 'nothing'
    }
    const { systemTime } = task.usage
    if (task.call !== null) {
      k.doing = 'going on with a system call'
      runSyscall(k, task)
    } else if (task.signalPending) {
      if (takeSignals(k, hart, task) === 'dumping') {
        k.state.pieces++
        passNominal(k, hart, task, NOMINAL_PIECE)
      }
    } else if (task.rseq !== null && task.rseq.due) {
      k.doing = 'restarting a sequence'
      resumeRseq(k, task)
      // Who was told of a switch just now may want to look before the task runs.
    } else return k.pause ? 'nothing' : 'ready'
    k.state.steps++
    if (k.machine.timing !== null) passKernelTime(k, hart)
    const inKernel = task.usage.systemTime - systemTime
    if (inKernel > 0 && isAlive(task) && untilItimer(task) !== Infinity) chargeItimers(k, task.group, 0, inKernel)
    if ((task.call?.cut || task.group.coreDump) && task.state === 'R') return 'cut'
  }
}

function takeSignals(k: Kernel, hart: HartState, task: Task): Delivery {
  k.doing = 'delivering signals'
  enterKernel(k, hart.id, task, 'entry')
  const row = enter(k, PATH.signal, task)
  const outcome = deliverSignals(k, task)
  leave(k, row)
  return outcome
}

/** Chooses who runs now. The one that ran goes back to its queue if it still can. */
function schedule(k: Kernel, hart: HartState): void {
  const { current } = hart
  hart.resched = false
  if (current !== null) {
    account(hart, current.sched)
    if (current.state === 'R' && mayRunOn(current, hart.id) && putBack(k, hart, current))
      sendToGroup(k, null, current.group, kernelInfo(SIGXCPU))
  }
  chargeSchedule(k, hart.id, hart.queue)
  const next = pickNext(k, hart)
  if (k.events.schedule !== undefined) emit(k, { kind: 'schedule', hart: hart.id, from: current, next, waiting: hart.queue.length })
  if (current === null || next !== current) {
    const stillRuns = current !== null && current.state === 'R'
    if (current !== null) current.usage[stillRuns ? 'involuntarySwitches' : 'voluntarySwitches']++
    switchTo(k, hart, next)
    if (stillRuns && current.sched.heapIndex < 0) makeRunnable(k, current)
    return
  }
  current.sched.sliceStart = current.sched.sumExec
}

/** It has a budget, and no more of it. */
const isSpent = ({ sched }: Task): boolean => sched.sumExec >= sched.stopAt

const isAlive = ({ state }: Task): boolean => state !== 'Z' && state !== 'X'

/** Runs the hart's task within `fuel` and `until`, and handles what it stopped for. */
function runTask(k: Kernel, hart: HartState, { fuel, until }: Limits): void {
  const { state } = k
  const task = hart.current
  if (task === null) throw new Error(`running hart ${hart.id}: it has no task`)
  const { sched } = task
  // Alone on its hart it needs no slice; a budget ends all the same.
  const share = hart.queue.length === 0 ? MAX_FUEL : sliceOf(k, hart, sched) - (sched.sumExec - sched.sliceStart)
  const slice = Math.max(1, Math.ceil(Math.min(share, sched.stopAt - sched.sumExec)))
  const itimer = untilItimer(task)
  const timed = k.machine.timing !== null
  if (timed) leaveKernel(k, hart.id, task)
  const byCycles = timed && countsCycles(k)
  const started = state.harts.length === 1 ? state.time : hart.time
  const room = Math.min(until - started, slice, itimer)
  const stop = byCycles
    ? runByCycles(k, hart, fuel, started + room)
    : runByInstructions(k, hart, Math.min(fuel, room, k.preset === null ? Infinity : untilTiming(k)), started)
  // An ecall is an instruction too: what only makes system calls does not stand still in time.
  const executed = stop.kind === 'syscall' ? stop.retired + 1 : stop.retired
  const ran = byCycles ? hart.time - started : executed
  const { systemTime } = task.usage
  sched.sumExec += ran
  task.usage.userTime += ran
  state.executed += executed
  sched.instructions += executed
  hart.time = started + ran
  // Harts of one round lie side by side in time; what anyone sees of the clock never goes back.
  if (hart.time > state.time) state.time = hart.time
  passLoad(k)
  if (itimer !== Infinity) {
    k.doing = 'accounting'
    chargeItimers(k, task.group, ran, 0)
  }
  if (stop.kind === 'debug') k.pause = true
  else if (stop.kind !== 'fuel') {
    state.steps++
    k.doing = stop.kind === 'syscall' ? DOING.syscall : stop.kind === 'pageFault' ? DOING.pageFault : DOING[stop.kind]
    if (timed) enterKernel(k, hart.id, task, 'entry')
    if (stop.kind === 'pageFault') passNominal(k, hart, task, NOMINAL_FAULT)
    handleTrap(k, task, stop)
  }
  const inKernel = task.usage.systemTime - systemTime
  if (inKernel > 0 && itimer !== Infinity && isAlive(task)) chargeItimers(k, task.group, 0, inKernel)
  if (isSpent(task) || (ran + inKernel >= slice && hart.queue.length > 0)) {
    enterKernel(k, hart.id, task, 'timer')
    state.counts.timerTicks++
    hart.timerInterrupts++
    if (k.events.timer !== undefined) emit(k, { kind: 'timer', hart: hart.id, what: 'slice' })
    hart.resched = true
  }
  // A call may have started the model.
  if (k.machine.timing !== null) passKernelTime(k, hart)
  else if (k.preset !== null && untilTiming(k) <= 0) startTiming(k)
}

/** Each instruction is a nanosecond. */
function runByInstructions(k: Kernel, hart: HartState, fuel: number, started: number): Stop {
  const { counters } = k.machine.harts[hart.id]
  counters[COUNTERS.timeOffset] = started - counters[COUNTERS.instret]
  return runShowing(k, hart, Math.min(fuel, MAX_FUEL), Infinity)
}

/** The hart's cycles are its time; it is up to date afterwards. */
function runByCycles(k: Kernel, hart: HartState, fuel: number, until: number): Stop {
  const stop = runShowing(k, hart, fuel, cyclesUntil(k, hart, until))
  if (stop.kind === 'syscall') chargeEcall(k, hart.id)
  passTime(k, hart)
  return stop
}

/** While it runs, a hart that lies behind others in time shows what they have shown already. */
function runShowing(k: Kernel, hart: HartState, fuel: number, cycles: number): Stop {
  const cpu = k.machine.harts[hart.id]
  cpu.counters[COUNTERS.timeFloor] = k.state.time
  const stop = run(k.machine, cpu, fuel, cycles)
  cpu.counters[COUNTERS.timeFloor] = 0
  return stop
}
