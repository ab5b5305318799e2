// Our machine is measured in a process of its own, as its peers are: code that an engine compiled for other work on the way here is slower,
// by half and more. The bench starts this command again with an order, and reads the answer from its output.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kernel } from '../../kernel/index.ts'
import { measureKernel, measurePauses } from './one-kernel.ts'
import { measureCycles, type Body, type Cycles } from './cycles.ts'
import { OPERATIONS, twoRuns, type Operation } from './operation.ts'
import { advance, finish, OTHER_PROGRAM, start, type Programs } from './ours.ts'
import { secondsSince } from './peers.ts'

/** Stands after `bench host` for an order. */
export const ALONE = 'alone'

export interface Order {
  /** A program of the table. */
  program: string
  /** Files of it, and of the one that it may exec. */
  image: string
  other: string
  /** Divides the rounds. */
  scale: number
  /** What benchmark.js takes for a body. */
  seconds: number
}

/** Runs the program once on a fresh machine: seconds, without what it takes to make the machine. */
function timeOurs(programs: Programs, argv: readonly string[]): number {
  const kernel = start(programs, argv)
  const begun = process.hrtime.bigint()
  finish(kernel)
  return secondsSince(begun)
}

/** Code that is new is compiled while it runs, and again once it has run often: for about so long. */
const WARM_SECONDS = 1

/** Seconds by which the larger of the two runs takes longer. */
function differenceOf(op: Operation, programs: Programs, { scale }: Order): number {
  const { less, more } = twoRuns(op, scale)
  const argv = (args: readonly string[]): string[] => (op.execs ? [...args, OTHER_PROGRAM] : [...args])
  const begun = process.hrtime.bigint()
  do timeOurs(programs, argv(more))
  while (secondsSince(begun) < WARM_SECONDS)
  const seconds = timeOurs(programs, argv(less))
  return timeOurs(programs, argv(more)) - seconds
}

/** More rounds than any cycle gets to. */
const ENDLESS = 2_000_000_000
/** A body of benchmark.js runs this share of the rounds of a large run: some milliseconds. */
const BODIES_PER_RUN = 100

/**
 * benchmark.js over the same program: a machine for each cycle, past its start-up; a body is a fixed number of the guest's instructions,
 * those of `rounds` rounds, which the difference of two whole runs says.
 */
function cyclesOf(op: Operation, programs: Programs, { scale, seconds }: Order): Cycles | null {
  const rounds = Math.max(1, Math.floor(op.many / scale / BODIES_PER_RUN))
  const started = (n: number, pages: readonly number[]): Kernel =>
    start(programs, [n, ...pages].map(String).concat(op.execs ? [OTHER_PROGRAM] : []))
  const bodyOf = (...pages: number[]): Body => {
    const once = finish(started(rounds, pages))
    const twice = finish(started(2 * rounds, pages))
    return {
      setup() {
        const kernel = started(ENDLESS, pages)
        advance(kernel, once)
        return () => advance(kernel, twice - once)
      },
    }
  }
  const bodies = op.pages === undefined ? [bodyOf()] : [bodyOf(op.pages), bodyOf(0)]
  return measureCycles(bodies, rounds * op.perRound, seconds)
}

/** An order about an operation, with what it says. */
function ofOperation<T>(task: string, carryOut: (op: Operation, programs: Programs, order: Order) => T): (order: Order) => T {
  return order => {
    const op = OPERATIONS.find(({ program }) => program === order.program)
    if (op === undefined) throw new Error(`there is nothing like ${task} ${JSON.stringify(order)}`)
    const programs = { image: new Uint8Array(readFileSync(order.image)), other: new Uint8Array(readFileSync(order.other)) }
    return carryOut(op, programs, order)
  }
}

/** What can be asked for. */
const TASKS = {
  difference: ofOperation('difference', differenceOf),
  cycles: ofOperation('cycles', cyclesOf),
  kernel: measureKernel,
  pauses: measurePauses,
} as const
type Tasks = typeof TASKS
type OrderOf<T extends keyof Tasks> = Parameters<Tasks[T]>[0]

/** Carries out an order that `ask` wrote; answers with what it reads. */
export function answer([task, text]: readonly string[]): string {
  if (!(task in TASKS)) throw new Error(`there is nothing like ${task} ${text}`)
  // `ask` wrote what belongs to the task.
  const carryOut = TASKS[task as keyof Tasks] as (order: unknown) => unknown
  return JSON.stringify(carryOut(JSON.parse(text)))
}

/** Has an order carried out by a process of its own. `root` is the package. */
export function ask<T extends keyof Tasks>(root: string, task: T, order: OrderOf<T>): ReturnType<Tasks[T]> {
  const args = [join(root, 'dist', 'hartbeat.js'), 'bench', 'host', ALONE, task, JSON.stringify(order)]
  const { status, stdout, signal } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`measuring ${task} ${JSON.stringify(order)} ended with ${signal ?? `status ${status}`}`)
  return JSON.parse(stdout) as ReturnType<Tasks[T]>
}
