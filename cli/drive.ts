// Drives a kernel from the event loop: runs it in pieces so that keys get in between, waits in host time when the guest sleeps on a
// real clock, and leaves the terminal as it was.
import { spawnSync } from 'node:child_process'
import {
  advanceClock,
  hostContinue,
  hostHangUp,
  hostInput,
  hostResize,
  inputWaiting,
  isMainStopped,
  piecesIn,
  runKernel,
  workOf,
  type Kernel,
  type RunResult,
} from '../kernel/index.ts'
import { aheadMs, follow, newHostClock } from './host-clock.ts'
import type { Network } from './network.ts'
import type { Recorder } from './recording.ts'
import type { RunLimit } from './sizes.ts'

/** Instructions between two looks at the host's clock: few, as each may be a system call that prints a page on a slow terminal. */
const PIECE = 20_000
/** Host milliseconds after which keys are looked for, and after which a clock is. */
const TURN_MS = 15
const LOOK_MS = 5
/** Bytes of output in one piece: a terminal shows them in about as long. */
const PIECE_OUTPUT = 65536
/** Pieces of long calls between two looks: a mebibyte each. */
const PIECE_CALLS = 8
/** Typed bytes that may wait for the guest's programs. */
const TYPE_AHEAD = 65536
const NS_PER_MS = 1e6

/** Halted with a wait status, out of its limit, or asleep for ever with nothing that could wake it. */
export type Outcome = { kind: 'halted'; status: number } | { kind: 'limit' } | { kind: 'stuck' }

/** Instructions after which a recording is brought up to date. */
const RECORDED_PIECE = 20_000_000

/** Asked when something wanted the machine to pause; it goes on afterwards. */
export type OnPause = () => Promise<void>

/** Runs a kernel without a terminal: nothing comes in by itself, so it goes on to the end. */
export async function driveToEnd(k: Kernel, limit: RunLimit, recorder?: Recorder, onPause?: OnPause): Promise<Outcome> {
  const end = workOf(k.state) + limit.instructions
  for (;;) {
    const left = end - workOf(k.state)
    const piece = recorder === undefined ? left : Math.min(left, RECORDED_PIECE)
    const result = runKernel(k, { maxInstructions: piece, until: limit.time, maxPieces: piecesIn(piece) })
    recorder?.flush()
    if (result.kind === 'paused') await onPause?.()
    if (result.kind === 'paused' || (result.kind === 'budget' && workOf(k.state) < end && k.state.time < limit.time)) continue
    return outcomeOf(result)
  }
}

const outcomeOf = (result: RunResult): Outcome =>
  result.kind === 'halted' ? result : result.kind === 'idle' ? { kind: 'stuck' } : { kind: 'limit' }

/** Runs for a turn, or up to `budget` instructions or the instant `until`. `between`: done every few milliseconds. */
export function runTurn(k: Kernel, budget: number, until: number, between?: () => void): RunResult {
  const start = workOf(k.state)
  const end = performance.now() + TURN_MS
  let look = 0
  // A piece may be calls that take the host much longer than instructions do.
  k.enough = () => performance.now() >= look
  try {
    for (;;) {
      look = performance.now() + LOOK_MS
      const left = budget - (workOf(k.state) - start)
      const result = runKernel(k, { maxInstructions: Math.min(PIECE, left), until, maxPieces: PIECE_CALLS, maxOutput: PIECE_OUTPUT })
      if (result.kind !== 'budget' || left <= 0 || k.state.time >= until || performance.now() >= end) return result
      between?.()
    }
  } finally {
    k.enough = null
  }
}

/** What came in since it was last looked at, as effects on the kernel; and how to wait for more. */
export interface Arrivals {
  effects: (() => void)[]
  /** Adds one, and wakes whoever waits. */
  add(effect: () => void): void
  /** Until something arrives or `ms` pass. */
  pause(ms: number): Promise<void>
}

export function newArrivals(): Arrivals {
  const wakeUps = new Set<() => void>()
  const effects: (() => void)[] = []
  return {
    effects,
    add(effect) {
      effects.push(effect)
      for (const wake of wakeUps) wake()
    },
    pause: ms =>
      new Promise(resolve => {
        const done = (): void => {
          wakeUps.delete(done)
          clearTimeout(timer)
          resolve()
        }
        const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1))
        wakeUps.add(done)
      }),
  }
}

/** Makes our terminal the guest's console; answers how to have it back. */
export function openTerminal(k: Kernel, { add }: Arrivals): () => void {
  // What is pasted goes in as fast as the guest takes it; the rest stays in the host's terminal.
  let retry: NodeJS.Timeout | undefined
  const askForMore = (): void => {
    if (inputWaiting(k) > TYPE_AHEAD) retry = setTimeout(askForMore, TURN_MS)
    else process.stdin.resume()
  }
  const onInput = (data: Buffer): void => {
    process.stdin.pause()
    add(() => {
      hostInput(k, new Uint8Array(data))
      askForMore()
    })
  }
  const onResize = (): void => add(() => hostResize(k, process.stdout.rows, process.stdout.columns))
  const onEnd = (): void => add(() => hostHangUp(k))
  process.stdin.setRawMode(true)
  // Node's raw mode keeps output processing on; the guest's terminal does its own.
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] })
  process.stdin.on('data', onInput).on('end', onEnd).resume()
  process.stdout.on('resize', onResize)
  process.once('SIGHUP', onEnd)
  return () => {
    clearTimeout(retry)
    process.stdin.setRawMode(false)
    process.stdin.off('data', onInput).off('end', onEnd).pause()
    process.stdout.off('resize', onResize)
    process.off('SIGHUP', onEnd)
  }
}

/** A stop takes effect at once or, where nobody could continue us, not at all: host milliseconds after which we run in any case. */
const STOP_MS = 100

/**
 * The program was stopped, and there is no shell in the guest: the one outside gets its terminal back and sees a stopped job. When that
 * is continued the terminal is ours again, and the program goes on. Answers how to have the terminal back after that.
 */
export async function standStill(k: Kernel, arrivals: Arrivals, closeTerminal: () => void): Promise<() => void> {
  closeTerminal()
  process.kill(0, 'SIGTSTP')
  await new Promise(resolve => setTimeout(resolve, STOP_MS))
  const close = openTerminal(k, arrivals)
  hostResize(k, process.stdout.rows, process.stdout.columns)
  hostContinue(k)
  return close
}

/** Every task sleeps: waits in host time until something arrives or the instant `until` (ns) comes, and lets the guest's clock go on. */
export async function sleepUntil(k: Kernel, arrivals: Arrivals, until: number): Promise<void> {
  const began = process.hrtime.bigint()
  const from = k.state.time
  await arrivals.pause((until - from) / NS_PER_MS)
  const waited = Number(process.hrtime.bigint() - began)
  // A host timer may be early by less than a millisecond: what was waited for has come.
  advanceClock(k, arrivals.effects.length === 0 && until !== Infinity ? until : from + waited)
}

/** Runs a kernel whose console is our terminal (or on a real clock). */
export async function driveInteractively(
  k: Kernel,
  limit: RunLimit,
  terminal: boolean,
  recorder?: Recorder,
  onPause?: OnPause,
  network: Network | null = null,
): Promise<Outcome> {
  const arrivals = newArrivals()
  network?.start(k, arrivals.add)
  let closeTerminal = terminal ? openTerminal(k, arrivals) : null
  const clock = k.clock === 'real' ? newHostClock(k) : null
  const start = workOf(k.state)
  try {
    for (;;) {
      for (const effect of arrivals.effects.splice(0)) effect()
      if (clock !== null) follow(k, clock)
      const left = limit.instructions - (workOf(k.state) - start)
      if (left <= 0 || k.state.time >= limit.time) return { kind: 'limit' }
      const result = runTurn(k, left, limit.time, clock === null ? undefined : () => follow(k, clock))
      recorder?.flush()
      if (result.kind === 'halted') return result
      if (result.kind === 'paused') await onPause?.()
      if (closeTerminal !== null && isMainStopped(k)) {
        closeTerminal = await standStill(k, arrivals, closeTerminal)
        continue
      }
      if (result.kind === 'budget' || result.kind === 'paused') {
        const ahead = clock === null ? 0 : aheadMs(k, clock)
        await (ahead > 0 ? arrivals.pause(ahead) : new Promise(setImmediate))
        continue
      }
      if (arrivals.effects.length > 0) continue
      const until = Math.min(result.until, limit.time)
      if (clock !== null) follow(k, clock, true)
      if (k.state.time >= until) continue
      if (!terminal && until === Infinity && network?.expects() !== true) return { kind: 'stuck' }
      await sleepUntil(k, arrivals, until)
    }
  } finally {
    closeTerminal?.()
  }
}
