// What the memory calls answer: programs/memory.c against what it printed on Linux (programs/memory.txt, recorded as root on x86-64; the
// answers do not depend on the machine).
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../machine.ts'
import { spawnSync } from '../spawn.ts'
import { workspace, type Workspace } from './assembler-gnu.ts'

const SOURCE = new URL('programs/memory.c', import.meta.url).pathname
const RECORDED = readFileSync(new URL('programs/memory.txt', import.meta.url), 'utf8')

let work: Workspace
beforeAll(() => {
  work = workspace()
  const gcc = spawnSync('riscv64-linux-gnu-gcc', ['-static', '-O1', '-w', SOURCE, '-o', work.path('memory')])
  if (gcc.status !== 0) throw new Error(`compiling ${SOURCE}: ${gcc.error?.message ?? gcc.stderr.toString()}`)
})
afterAll(() => work.remove())

test('every line as on Linux', () => {
  const files = [{ path: '/memory', mode: 0o755, kind: 'regular', data: readFileSync(work.path('memory')) } as const]
  expect(run(['/memory'], { files }).stdout).toBe(RECORDED)
})
