// The same run, every time: run twice, cut into pieces, saved and restored at random instants, on either engine, on several harts.
import { describe, expect, test } from 'vitest'
import { hostInput, replayOf, restore, runKernel, snapshot, type Kernel } from '../../kernel/index.ts'
import { randomNumbers } from '../../vm/index.ts'
import { amount, some } from '../fuzz/size.ts'
import { bytesOf, finish, fingerprint, run, start, type Ran, type TestOptions } from '../machine.ts'

const SCRIPT =
  'seq 30 | sort -r | head -n 3; for i in 1 2 3; do (sleep 0.0$i; echo $i) & done; wait; cat /proc/loadavg; ls -l /bin | wc -l; date'
const PROGRAMS: readonly { name: string; argv: readonly string[]; options?: TestOptions }[] = [
  { name: 'a pipeline and jobs', argv: ['/bin/sh', '-c', SCRIPT], options: { init: true } },
  { name: 'cow', argv: ['/labs/cow', '4'] },
  { name: 'ctx-ring', argv: ['/labs/ctx-ring', '3', '1', '5'] },
  { name: 'eintr', argv: ['/labs/eintr'] },
  { name: 'orphan', argv: ['/labs/orphan'], options: { init: true } },
  { name: 'pipe-pingpong', argv: ['/labs/pipe-pingpong', '30'] },
  { name: 'preemption', argv: ['/labs/preemption', '8'], options: { init: true } },
  { name: 'shootdown', argv: ['/labs/shootdown', '1', '5'], options: { harts: 2 } },
  { name: 'signal-handler', argv: ['/labs/signal-handler'] },
]
/** What a run shows and leaves. */
const result = ({ status, stdout, stderr, kernel }: Ran): unknown => [status, stdout, stderr, fingerprint(kernel)]

/** Runs to an instruction, saves, runs on for a while, goes back, and then to the end. The output since then is taken back too. */
function interrupted(argv: readonly string[], options: TestOptions, at: number, beyond: number): Ran {
  const machine = start(argv, options)
  const { kernel, host } = machine
  runKernel(kernel, { maxInstructions: at })
  const saved = snapshot(kernel)
  const { out, err } = host
  runKernel(kernel, { maxInstructions: beyond })
  restore(kernel, saved)
  Object.assign(host, { out, err })
  return finish(machine)
}

describe.each(PROGRAMS)('$name', ({ argv, options = {} }) => {
  const whole = run(argv, options)

  test('twice is the same to the bit', () => expect(result(run(argv, options))).toEqual(result(whole)))

  test('saved at random instants and restored ends the same', () => {
    const random = randomNumbers(argv.join(' ').length)
    const { executed } = whole.kernel.state
    for (let n = 0; n < amount(4, 12); n++)
      expect(result(interrupted(argv, options, 1 + random(executed), random(executed)))).toEqual(result(whole))
  })

  test.each(some([2, 4], 1))('on %i harts: the same twice, and from a snapshot', harts => {
    const once = run(argv, { ...options, harts })
    expect(once.status).toBe(whole.status)
    const instant = Math.floor(once.kernel.state.executed / 3)
    expect(result(interrupted(argv, { ...options, harts }, instant, 5000))).toEqual(result(once))
  })
})

const SLEEPERS = 'for i in 1 2 3 4 5 6; do (for j in 1 2 3 4 5 6 7; do sleep 0.0000$i$j; echo $i; done) & done; wait'

test.each([1, 2, 3])('on %i harts a run in many small pieces is the run in one', harts => {
  const argv = ['/bin/sh', '-c', SLEEPERS]
  const once = run(argv, { harts, init: true })
  const machine = start(argv, { harts, init: true, debug: false })
  while (runKernel(machine.kernel, { maxInstructions: 1009 }).kind === 'budget') {}
  expect(result(finish(machine))).toEqual(result(once))
})

test('a snapshot taken on one engine goes on on the other', () => {
  const argv = ['/labs/cow', '2']
  const machines = (['reference', 'interpreter'] as const).map(engine => start(argv, { engine }))
  runKernel(machines[0].kernel, { maxInstructions: 5000 })
  restore(machines[1].kernel, snapshot(machines[0].kernel))
  const whole = run(argv)
  expect(fingerprint(finish(machines[1]).kernel)).toBe(fingerprint(whole.kernel))
  expect(fingerprint(finish(machines[0]).kernel)).toBe(fingerprint(whole.kernel))
})

test('on one, two and four harts a script prints the same', () => {
  const printed = [1, 2, 4].map(
    harts =>
      run(['/bin/sh', '-c', 'seq 40 | sort -rn | tail -n 2; for i in a b c; do echo $i; done | wc -l'], { harts, init: true }).stdout,
  )
  expect(printed).toEqual(['2\n1\n3\n', '2\n1\n3\n', '2\n1\n3\n'])
})

test('a journal replays what was typed, to the bit', () => {
  const console_ = { init: true, stdio: ['console', 'console', 'console'], clock: 'virtual' } as const
  const first = start([], console_)
  const random = randomNumbers(5)
  for (const key of 'echo a; sleep 1 & jobs\nwait; echo b > f; cat f\nexit 3\n') {
    runKernel(first.kernel, { maxInstructions: 1 + random(20_000) })
    hostInput(first.kernel, bytesOf(key))
  }
  const ran = finish(first)
  expect([ran.status, ran.stdout.includes('b\r\n')]).toEqual([3, true])
  const again = start([], { ...console_, journal: replayOf(first.kernel.journal) })
  expect(result(finish(again))).toEqual(result(ran))
})

test('another seed gives other random numbers, the same seed the same', () => {
  const random = (seed: number): string =>
    run(['/bin/sh', '-c', 'head -c 64 /dev/urandom | wc -c; read x < /proc/sys/kernel/random/uuid; echo $x'], { seed }).stdout
  expect(random(1)).toBe(random(1))
  expect(random(1)).not.toBe(random(2))
})

test('the debugger of a kernel can look at any instant: invariants hold at every one', () => {
  const { kernel } = start(['/bin/sh', '-c', 'echo a | cat; (exit 3); sleep 0.001 & wait'], { init: true })
  // `debug` checks after every run.
  const stepTo = (k: Kernel): string => runKernel(k, { maxInstructions: 173 }).kind
  let steps = 0
  while (stepTo(kernel) !== 'halted') steps++
  expect(steps).toBeGreaterThan(100)
})
