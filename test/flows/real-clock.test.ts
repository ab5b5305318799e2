// The real clock: guest time follows the host's while programs run, however slow the host is; and a replay comes by the same way.
import { expect, test } from 'vitest'
import { aheadMs, follow, newHostClock } from '../../cli/host-clock.ts'
import { advanceClock, replayOf, runKernel } from '../../kernel/index.ts'
import { finish, fingerprint, start, type TestOptions } from '../machine.ts'

/** Two that are always busy, and one that looks at the clock after each sleep. */
const LOADED = ['/bin/sh', '-c', 'while :; do :; done & yes > /dev/null & for i in 1 2 3; do sleep 0.03; echo $i; done; kill %1 %2; wait']
const PIECE = 20_000
const MS = 1e6

/** Runs on a host whose clock goes on by `pieceMs` in each piece. Answers the run, and how far apart the clocks ever were. */
function onHost(pieceMs: number, options: TestOptions = {}) {
  const machine = start(LOADED, { clock: 'real', debug: false, ...options })
  const k = machine.kernel
  let now = 0
  const clock = newHostClock(k, { date: () => k.state.bootEpoch.sec * 1000, steady: () => now })
  const apart = { behind: 0, ahead: 0 }
  for (;;) {
    const result = runKernel(k, { maxInstructions: PIECE })
    if (result.kind === 'halted') return { machine: finish(machine), apart, hostMs: now }
    if (result.kind === 'idle') {
      now = Math.max(now, Math.ceil(result.until / MS))
      advanceClock(k, result.until)
      continue
    }
    now += pieceMs
    follow(k, clock)
    now += aheadMs(k, clock)
    const difference = k.state.time / MS - now
    apart.behind = Math.max(apart.behind, -difference)
    apart.ahead = Math.max(apart.ahead, difference)
  }
}

test.each([
  ['slow', 3, {}],
  ['fast', 0.001, {}],
  ['slow, with three harts', 2, { harts: 3 }],
] as const)('a %s host', (_name, pieceMs, options) => {
  const { machine, apart, hostMs } = onHost(pieceMs, options)
  expect(machine.stdout).toBe('1\n2\n3\n')
  expect(apart.behind).toBeLessThan(10)
  expect(apart.ahead).toBeLessThan(50)
  // Three sleeps of 30 ms, and what the shell takes to start.
  expect(hostMs).toBeGreaterThan(90)
  expect(hostMs).toBeLessThan(250)
  const again = start(LOADED, { clock: 'real', debug: false, ...options, journal: replayOf(machine.kernel.journal) })
  for (;;) {
    const result = runKernel(again.kernel)
    if (result.kind === 'halted') break
  }
  expect(fingerprint(again.kernel)).toBe(fingerprint(machine.kernel))
})
