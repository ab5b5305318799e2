// Going anywhere in a recording, forwards and backwards: machine and kernel are what they were there, to the bit.
import { expect, test } from 'vitest'
import { advance, nowOf, startRecording, travel, type Instant } from '../../debugger/index.ts'
import { clonePlain, type Kernel } from '../../kernel/index.ts'
import { randomNumbers, resolvePreset } from '../../vm/index.ts'
import { amount, FULL, PATIENCE } from '../fuzz/size.ts'
import { fingerprint, start, type TestOptions } from '../machine.ts'

const SCRIPT =
  'seq 40 | sort -r | head -n 3; for i in 1 2 3; do (sleep 0.0$i; echo $i) & done; wait; ls -l /bin | wc -l; echo hi > /tmp/f; cat /tmp/f'
const INSTANTS = amount(16, 1000)

/** The machine's bytes and the kernel's whole state, as one word. */
const wordOf = (k: Kernel): string =>
  `${fingerprint(k)} ${JSON.stringify([k.state.steps, k.state.round, k.journal.next, [...k.state.tasks.keys()]])}`

/** Another machine that ran to an instant without looking back. */
function runThere(argv: readonly string[], options: TestOptions, to: Instant): string {
  const { kernel } = start(argv, { init: true, debug: false, ...options })
  const t = startRecording(kernel, 1e12)
  travel(t, to)
  return wordOf(kernel)
}

const VARIANTS: readonly [string, TestOptions][] = [
  ['the interpreter', {}],
  ['three harts', { harts: 3 }],
  ['a timed machine', { timing: { preset: resolvePreset('server'), start: 'boot' } }],
  ['2 MB pages', { thp: 'always', frames: 'random' }],
  ['the reference engine', { engine: 'reference' }],
]

test.each(VARIANTS)('%s: random instants forwards and backwards', { timeout: PATIENCE }, (name, options) => {
  const argv = ['/bin/sh', '-c', SCRIPT]
  const { kernel, host } = start(argv, { init: true, debug: false, ...options })
  const t = startRecording(kernel, 20_000)
  expect(advance(t).kind).toBe('halted')
  const printed = host.out
  const { executed } = kernel.state
  const end = wordOf(kernel)
  expect(t.store.points.length).toBeGreaterThan(5)
  const random = randomNumbers(name.length)
  const known = new Map<string, string>()
  const places: Instant[] = Array.from({ length: INSTANTS }, () => ({ executed: random(executed), steps: random(2) === 0 ? 0 : Infinity }))
  for (const [n, place] of [...places, ...places].entries()) {
    travel(t, place)
    const word = wordOf(kernel)
    const key = JSON.stringify(nowOf(kernel))
    expect(known.get(key) ?? word).toBe(word)
    known.set(key, word)
    // Against a machine that never went back.
    if (n % (FULL ? 20 : 8) === 0) expect(runThere(argv, options, nowOf(kernel)), key).toBe(word)
  }
  travel(t, { executed: Infinity, steps: Infinity })
  expect(wordOf(kernel)).toBe(end)
  expect(host.out).toBe(printed)
})

test('a point has all that was written, wherever it was', () => {
  const { kernel } = start(['/bin/sh', '-c', SCRIPT], { init: true, debug: false })
  const t = startRecording(kernel, 50_000)
  const rams: Uint8Array[] = []
  const frames: unknown[] = []
  const note = (): void => {
    while (rams.length < t.store.points.length) {
      rams.push(kernel.machine.ram.slice())
      frames.push(clonePlain(kernel.state.frames))
    }
  }
  note()
  while (advance(t, { maxInstructions: 50_000 }).kind === 'budget') note()
  note()
  for (let n = rams.length - 1; n >= 0; n -= 2) {
    travel(t, t.store.points[n].instant)
    expect(Buffer.compare(kernel.machine.ram, rams[n]), `point ${n}`).toBe(0)
    expect(clonePlain(kernel.state.frames)).toEqual(frames[n])
  }
})
