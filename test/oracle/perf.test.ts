// Counters: programs/perf.c against what it printed on Linux (programs/perf.txt, recorded as root on x86-64).
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../machine.ts'
import { spawnSync } from '../spawn.ts'
import { workspace, type Workspace } from './assembler-gnu.ts'

const SOURCE = new URL('programs/perf.c', import.meta.url).pathname
const RECORDED = readFileSync(new URL('programs/perf.txt', import.meta.url), 'utf8')

let work: Workspace
beforeAll(() => {
  work = workspace()
  const gcc = spawnSync('riscv64-linux-gnu-gcc', ['-static', '-O1', '-w', SOURCE, '-o', work.path('perf')])
  if (gcc.status !== 0) throw new Error(`compiling ${SOURCE}: ${gcc.error?.message ?? gcc.stderr.toString()}`)
})
afterAll(() => work.remove())

test('are refused, read and follow as on Linux', () => {
  const files = [{ path: '/perf', mode: 0o755, kind: 'regular', data: readFileSync(work.path('perf')) } as const]
  expect(run(['/perf'], { files }).stdout).toBe(RECORDED)
})
