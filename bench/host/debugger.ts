// What debugging costs in host time: a debugger that is attached and idle, recording, and going back, over a shell that runs pipelines.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  addBreakpoint,
  closeSession,
  createSession,
  resume,
  reverseResume,
  reverseStepMachine,
  travel,
  type Session,
} from '../../debugger/index.ts'
import { createKernel, readCpio, runKernel, spawnInit, type Kernel } from '../../kernel/index.ts'
import { silentHost } from './ours.ts'
import type { Pace } from './pace.ts'
import { secondsSince } from './peers.ts'
import { ratioOf, spreadOf, type Spread } from './spread.ts'

const SCRIPT = 'i=0; while [ $i -lt 90000 ]; do seq 300 | sort -rn | head -n 2 > /dev/null; i=$((i+1)); done'
const RAM = 256 << 20
/** Instructions of a run that is compared, of the recording that is gone back in, and of one reverse-continue. */
const COMPARED = 400e6
const RECORDED = 1e9
const BACK = 100e6
const REVERSE_STEPS = 21
/** Where nothing is: a point that is never reached. */
const NOWHERE = 0x12
/** In a page that programs run, where no instruction begins: all of the past is run again for it. */
const UNREACHED = 0x1_0001

export interface DebuggerCosts {
  /** Times of a plain run: a session with a point that is never reached, without and with recording. */
  attached: Spread
  recorded: Spread
  recordedInstructions: number
  /** Bytes that a recording keeps of RAM, and snapshots. */
  storeBytes: number
  snapshots: number
  /** Seconds. */
  reverseStep: Spread
  reverseContinue: Spread
}

function machine(root: string): Kernel {
  const files = readCpio(readFileSync(join(root, 'dist', 'root.cpio')))
  const k = createKernel({ host: silentHost, ramBytes: RAM, root: files })
  spawnInit(k, {
    path: '/bin/init',
    argv: ['init', '/bin/sh', '-c', SCRIPT],
    env: ['PATH=/bin'],
    stdio: ['null', 'null', 'null'],
    protected: true,
  })
  return k
}

function timed(what: () => void): number {
  const start = process.hrtime.bigint()
  what()
  return secondsSince(start)
}

/** A run of COMPARED instructions under a session. */
function debuggedRun(root: string, record: boolean): number {
  const s = createSession(machine(root), { record })
  addBreakpoint(s, { address: NOWHERE })
  const seconds = timed(() => resume(s, { budget: COMPARED }))
  closeSession(s)
  return seconds
}

function plainRun(root: string): number {
  const k = machine(root)
  return timed(() => runKernel(k, { maxInstructions: COMPARED }))
}

/** Measures all of it; `root` is the package. */
export async function benchDebugger(root: string, pace: Pace): Promise<DebuggerCosts> {
  const plain: number[] = []
  const attached: number[] = []
  const recorded: number[] = []
  // The first run of each compiles.
  plainRun(root)
  debuggedRun(root, true)
  for (let n = 0; n < pace.pairs; n++) {
    await pace.breathe(`a debugger attached, ${n + 1} of ${pace.pairs}`)
    plain.push(plainRun(root))
    attached.push(debuggedRun(root, false))
    recorded.push(debuggedRun(root, true))
  }
  const s = createSession(machine(root))
  const pieces = Math.ceil(RECORDED / BACK)
  for (let n = 0; n < pieces; n++) {
    await pace.breathe(`recording, ${n + 1} of ${pieces}`)
    resume(s, { budget: RECORDED / pieces })
  }
  const { store } = recordingOf(s)
  const [storeBytes, snapshots] = [store.bytes, store.points.length]
  const steps: number[] = []
  for (let n = 0; n < REVERSE_STEPS; n++) steps.push(timed(() => reverseStepMachine(s)))
  const continues: number[] = []
  addBreakpoint(s, { address: UNREACHED })
  for (let n = 0; n < pace.pairs; n++) {
    await pace.breathe(`back to the beginning, ${n + 1} of ${pace.pairs}`)
    travel(recordingOf(s), { executed: BACK, steps: Infinity })
    continues.push(timed(() => reverseResume(s)))
  }
  closeSession(s)
  return {
    attached: ratioOf(plain, attached),
    recorded: ratioOf(plain, recorded),
    recordedInstructions: RECORDED,
    storeBytes,
    snapshots,
    reverseStep: spreadOf(steps),
    reverseContinue: spreadOf(continues),
  }
}

function recordingOf(s: Session): NonNullable<Session['timeline']> {
  if (s.timeline === null) throw new Error('the session does not record')
  return s.timeline
}
