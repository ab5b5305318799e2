// `hartbeat bench host`: which benches words choose, and what is printed for what they measured.
import { expect, test } from 'vitest'
import { BenchError, EXIT } from '../errors.ts'
import { checkOptions, chosenBenches, HOST_BENCHES, noteOn, runBenches, type HostBench, type HostFlags } from './index.ts'
import { residentPeak } from './whole.ts'

const PROMPT = { median: 0.5, min: 0.4, max: 0.6, runs: 3 }
const SKIPPED = { bench: 'engines', what: 'QEMU', why: 'it is not installed' }

/** Benches that measure nothing and answer at once. */
const FAKES: readonly HostBench[] = [
  { doc: '', parts: [], measure: async () => ({ skipped: [SKIPPED] }), text: () => '' },
  {
    doc: '',
    parts: [],
    async measure(_root, pace) {
      await pace.breathe('the prompt')
      return { whole: { prompt: PROMPT, liveProcesses: pace.processes, residentBytes: 2e9 }, skipped: [] }
    },
    text: ({ whole }) => `answered in ${whole!.prompt.median} s\n`,
  },
]

async function printed(flags: HostFlags, interrupt = new AbortController().signal): Promise<{ out: string; notes: string[] }> {
  let out = ''
  const notes: string[] = []
  await runBenches(FAKES, [], flags, { print: text => (out += text), note: text => void notes.push(text), interrupt }, '/')
  return { out, notes }
}

test('without a word all of them are chosen, else the one that is named', () => {
  expect(chosenBenches(undefined, [])).toEqual(Object.values(HOST_BENCHES))
  expect(chosenBenches('whole', [])).toEqual([HOST_BENCHES.whole])
  expect(chosenBenches('operations', ['cow', 'signal'])).toEqual([HOST_BENCHES.operations])
})

test.each<[string, string[], string]>([
  ['operation', [], "there is no host bench 'operation', did you mean 'operations'?"],
  ['operations', ['singal'], "there is no bench host operations 'singal', did you mean 'signal'?"],
  ['engines', ['zzzzzz'], 'there are sieve, matmul'],
  ['whole', ['boot'], "bench host whole has no part 'boot'"],
])('%s %j is a usage error', (what, rest, message) => {
  expect(() => chosenBenches(what, rest)).toThrow(message)
  try {
    chosenBenches(what, rest)
  } catch (error) {
    expect(error).toMatchObject({ status: EXIT.usage })
  }
})

test('an option that means nothing to what is asked for is a usage error', () => {
  expect(() => checkOptions('whole', chosenBenches('whole', []), { cold: true })).toThrow('bench host whole has no --cold')
  expect(() => checkOptions('engines', chosenBenches('engines', []), { cold: true, engine: 'timed' })).not.toThrow()
  expect(() => checkOptions(undefined, chosenBenches(undefined, []), { cold: true })).not.toThrow()
})

test('as text: a table each, what was skipped, and the machine', async () => {
  const { out, notes } = await printed({})
  expect(out).toMatch(
    /^skipped: engines, QEMU: it is not installed\n\nanswered in 0\.5 s\n\non \d+ x .*, Node v.*, load .* before and .* after\n$/,
  )
  expect(notes).toEqual(['', 'the prompt', ''])
})

test('as JSON: one record of everything', async () => {
  const full = JSON.parse((await printed({ json: true })).out)
  expect(full).toMatchObject({
    schema: 'hartbeat-bench-host/2',
    quick: false,
    pairs: 5,
    skipped: [SKIPPED],
    whole: { prompt: PROMPT, liveProcesses: 30_000, residentBytes: 2e9 },
    host: { node: process.version },
  })
  expect(Object.keys(full)).not.toContain('operations')
  expect(full.host.load).toEqual({ before: expect.any(Number), after: expect.any(Number) })
  expect(JSON.parse((await printed({ json: true, quick: true })).out)).toMatchObject({ quick: true, pairs: 3 })
  expect(JSON.parse((await printed({ json: true, runs: 2 })).out)).toMatchObject({ quick: false, pairs: 2 })
})

test('Ctrl-C ends it before the next measurement', async () => {
  const interrupted = printed({}, AbortSignal.abort())
  await expect(interrupted).rejects.toThrow(BenchError)
  await expect(interrupted).rejects.toMatchObject({ status: EXIT.interrupted })
})

test('a failure is what Ctrl-C did to a command, when there was one', async () => {
  const failing: HostBench = { ...FAKES[0], measure: () => Promise.reject(new Error('a command ended')) }
  const run = (interrupt: AbortSignal): Promise<void> => runBenches([failing], [], {}, { print: () => {}, note: () => {}, interrupt }, '/')
  await expect(run(new AbortController().signal)).rejects.toThrow('a command ended')
  await expect(run(AbortSignal.abort())).rejects.toMatchObject({ status: EXIT.interrupted })
})

test('notes are written over one another', () => {
  let out = ''
  const note = noteOn(text => (out += text))
  note('one')
  note('')
  expect(out).toBe('\r\x1b[Kone\r\x1b[K')
})

test('the peak of a process, until it is gone', () => {
  expect(residentPeak('Name:\tnode\nVmPeak:\t  900 kB\nVmHWM:\t    1234 kB\nThreads:\t1\n')).toBe(1234 * 1024)
  expect(residentPeak('Name:\tnode\nState:\tZ (zombie)\n')).toBeNull()
})
