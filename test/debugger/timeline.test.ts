// Going anywhere in a recording, forwards and backwards: machine and kernel are what they were there, to the bit.
import { expect, test } from 'vitest'
import { advance, forgetFuture, nowOf, forgetPoint, startRecording, travel, travelSome, type Instant } from '../../debugger/index.ts'
import { clonePlain, peekMm, pokeUser, type Kernel } from '../../kernel/index.ts'
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
  ['the interpreter', { engine: 'interpreter' }],
  ['what is compiled', { hotAfter: 3 }],
  ['more code than is code at once', { hotAfter: 20, ramBytes: 6 << 20 }],
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

test('points that are taken away leave the others as they were, and ways that are cut lead to the same places', () => {
  const { kernel } = start(['/bin/sh', '-c', SCRIPT], { init: true, debug: false })
  const t = startRecording(kernel, 40_000)
  advance(t)
  const random = randomNumbers(7)
  const words = new Map<string, string>()
  const whole = t.store.points.map(({ instant }) => instant)
  for (const instant of whole) {
    travel(t, instant)
    words.set(JSON.stringify(instant), wordOf(kernel))
  }
  kernel.enough = () => random(3) === 0
  for (let n = 0; n < whole.length; n++) {
    // The last one too; and the first one, which those before have no way to any more.
    const { points } = t.store
    if (points.length > 3) forgetPoint(kernel, t.store, random(4) === 0 ? 0 : random(points.length))
    const first = points[0].instant.executed
    const to = whole.filter(({ executed }) => executed >= first)[random(whole.filter(({ executed }) => executed >= first).length)]
    while (travelSome(t, to, 1 + random(60_000)) === 'cut');
    expect(wordOf(kernel), JSON.stringify(to)).toBe(words.get(JSON.stringify(to)))
  }
  const kept = [...t.store.pages.values()].flat().reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)
  expect(t.store.bytes).toBe(kept)
})

test('changes by hand: one for an instant, and no more than so many; what is kept of them is right', () => {
  const { kernel: k } = start(['/labs/cow', '40'], { debug: false })
  const t = startRecording(k, 1e12)
  const stack = (): Uint8Array => {
    const mm = k.state.main?.mm
    if (mm === null || mm === undefined) throw new Error('the program has ended')
    return new Uint8Array([...peekMm(k, mm, 0x7fffffffe000, 2)])
  }
  const write = (a: number, b: number): void => {
    const mm = k.state.main?.mm
    if (mm) pokeUser(k, mm, 0x7fffffffe000, new Uint8Array([a, b]))
    forgetFuture(t)
  }
  const changes: { instant: Instant; bytes: string }[] = []
  for (let n = 0; n < 400; n++) {
    advance(t, { maxInstructions: 20 })
    for (let again = 0; again < 3; again++) write(n & 0xff, again)
    changes.push({ instant: nowOf(k), bytes: stack().join() })
  }
  expect(t.store.points.filter(({ changed }) => changed).length).toBe(256)
  expect(t.store.points.length).toBeLessThan(260)
  const kept = changes.filter(({ instant }) => instant.executed > t.store.points[0].instant.executed)
  expect(kept.length).toBeGreaterThan(250)
  for (const { instant, bytes } of kept.reverse()) {
    travel(t, instant)
    expect(stack().join()).toBe(bytes)
  }
  for (const { instant, bytes } of kept.reverse()) {
    travel(t, { ...instant, executed: instant.executed + 10 })
    expect(stack().join()).toBe(bytes)
  }
})

test('where nobody says how far apart, points are few where code is fast, and what is gone back to is the same', () => {
  const argv = ['/bin/sh', '-c', 'seq 30000 | tail -n 1']
  const points = (['compiler', 'interpreter'] as const).map(engine => {
    const { kernel } = start(argv, { init: true, debug: false, engine })
    const t = startRecording(kernel)
    expect(advance(t).kind).toBe('halted')
    const { executed } = kernel.state
    const end = wordOf(kernel)
    for (const part of [0.3, 0.8, 0.1]) {
      const to = { executed: Math.floor(executed * part), steps: 0 }
      travel(t, to)
      expect(wordOf(kernel)).toBe(runThere(argv, { engine }, nowOf(kernel)))
    }
    travel(t, { executed: Infinity, steps: Infinity })
    expect(wordOf(kernel)).toBe(end)
    // However long it took, a million instructions are not run again for less.
    expect(t.store.points.length).toBeLessThan(2 + executed / 1_000_000)
    return t.store.points.length
  })
  expect(points[0]).toBeLessThan(points[1])
})
