// Ways back leave out what cannot hold what is looked for: they come to the same stops as those that run everything again.
import { expect, test } from 'vitest'
import {
  addBreakpoint,
  addWatchpoint,
  createSession,
  goTo,
  now,
  removePoint,
  resume,
  reverseResume,
  stepMachine,
  writeRegister,
  type Session,
} from '../../debugger/index.ts'
import { regBig, regPc } from '../../kernel/index.ts'
import { SIGCHLD, SIGUSR1 } from '../../kernel/abi/index.ts'
import { randomNumbers, REG } from '../../vm/index.ts'
import { amount, PATIENCE } from '../fuzz/size.ts'
import { start, type TestOptions } from '../machine.ts'
import { symbolAddress } from './symbols.ts'

const SCRIPT = 'seq 40 | sort -r | head -n 3; trap "echo hi" USR1; for i in 1 2 3; do ls /bin | wc -l; kill -USR1 $$; done'

function recorded(options: TestOptions): Session {
  const { kernel } = start(['/bin/sh', '-c', SCRIPT], { init: true, debug: false, ...options })
  const s = createSession(kernel, { distance: 20_000 })
  expect(resume(s, { budget: 1e9 }).kind).toBe('halted')
  return s
}

/** From now on nothing is left out. */
function runAll({ k, timeline }: Session): void {
  const everything = new Uint8Array(8192).fill(0xff)
  for (const point of timeline?.store.points ?? []) if (point.visited) point.visited = { pages: everything, signals: true }
  k.machine.visited?.fill(0xff)
}

/** All stops on the way back to the beginning, at most so many. */
function stopsOf(s: Session): unknown[] {
  const stops: unknown[] = []
  for (let n = 0; n < 4; n++) {
    const stop = reverseResume(s)
    stops.push({ ...stop, points: null }, now(s))
    if (stop.kind === 'historyStart') break
  }
  return stops
}

test.each([{}, { engine: 'interpreter' }, { harts: 2 }] as const)('the same stops: %j', { timeout: PATIENCE }, options => {
  const [quick, whole] = [recorded(options), recorded(options)]
  const random = randomNumbers(3)
  const end = now(quick)
  // Where programs were and what they wrote, and where they were not.
  const sought: { address: number; watch: boolean }[] = [0x12, 0x1_0000, 0x7fff_ffff_e000].map(address => ({ address, watch: false }))
  for (let n = 0; n < amount(6, 60); n++) {
    goTo(quick, { executed: random(end.executed), steps: 0 })
    stepMachine(quick)
    const task = quick.k.state.harts[0].current
    if (task === null) continue
    sought.push({ address: regPc(quick.k, task), watch: false }, { address: Number(regBig(quick.k, task, REG.sp)) - 40, watch: true })
  }
  goTo(quick, end)
  for (const { address, watch } of sought) {
    const signals = random(4) === 0 ? [SIGUSR1, SIGCHLD] : []
    const [expected, found] = [whole, quick].map(s => {
      s.signalStops = new Set(signals)
      const { id } = watch ? addWatchpoint(s, { start: address, bytes: 64, access: 'write' }) : addBreakpoint(s, { address })
      if (s === whole) runAll(s)
      const stops = stopsOf(s)
      removePoint(s, id)
      goTo(s, end)
      return stops
    })
    expect(found).toEqual(expected)
  }
  // Nowhere: nothing is run.
  const worked = quick.timeline?.worked
  quick.signalStops = new Set()
  addBreakpoint(quick, { address: 0x12 })
  expect([reverseResume(quick).kind, quick.timeline?.worked]).toEqual(['historyStart', worked])
})

test('another future: what was come to in the one before is not left out, and what comes is noted', () => {
  const s = createSession(start(['/labs/cow', '40'], { debug: false }).kernel, { distance: 100 })
  resume(s, { budget: 40 })
  const middle = now(s)
  resume(s, { budget: 1e9 })
  goTo(s, middle)
  const task = s.k.state.main
  if (task === null) throw new Error('the program has ended')
  writeRegister(s, task, 's11', 7n)
  const { id } = addBreakpoint(s, { address: symbolAddress('labs/cow', 'child') })
  expect(resume(s, { budget: 1e9 })).toMatchObject({ kind: 'breakpoint', points: [id] })
  const at = now(s)
  removePoint(s, id)
  resume(s, { budget: 1e9 })
  addBreakpoint(s, { address: symbolAddress('labs/cow', 'child') })
  addBreakpoint(s, { address: symbolAddress('labs/cow', 'main') })
  expect(reverseResume(s)).toMatchObject({ kind: 'breakpoint' })
  expect(now(s)).toEqual(at)
  expect(reverseResume(s)).toMatchObject({ kind: 'breakpoint', address: symbolAddress('labs/cow', 'main') })
})
