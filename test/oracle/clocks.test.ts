// Clocks and their timers: programs/clocks.c against what it printed on Linux (programs/clocks.txt, recorded as root on x86-64; the
// answers do not depend on the machine).
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../machine.ts'
import { workspace, type Workspace } from './assembler-gnu.ts'

const SOURCE = new URL('programs/clocks.c', import.meta.url).pathname
const RECORDED = readFileSync(new URL('programs/clocks.txt', import.meta.url), 'utf8')

let work: Workspace
beforeAll(() => {
  work = workspace()
  const gcc = spawnSync('riscv64-linux-gnu-gcc', ['-static', '-O1', '-w', SOURCE, '-o', work.path('clocks')])
  if (gcc.status !== 0) throw new Error(`compiling ${SOURCE}: ${gcc.error?.message ?? gcc.stderr.toString()}`)
})
afterAll(() => work.remove())

test.each([1, 2])('on %d harts', harts => {
  const files = [{ path: '/clocks', mode: 0o755, kind: 'regular', data: readFileSync(work.path('clocks')) } as const]
  expect(run(['/clocks'], { files, harts }).stdout.split('\n')).toEqual(RECORDED.split('\n'))
})
