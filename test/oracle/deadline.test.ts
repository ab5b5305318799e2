// SCHED_DEADLINE's refusals and answers: programs/deadline.c against what it printed on Linux (programs/deadline.txt).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { run } from '../machine.ts'
import { spawnSync } from '../spawn.ts'
import { workspace } from './assembler-gnu.ts'

const file = (name: string): string => new URL(`programs/${name}`, import.meta.url).pathname

test('as Linux says', () => {
  const work = workspace()
  const gcc = spawnSync('riscv64-linux-gnu-gcc', ['-static', '-O1', '-w', file('deadline.c'), '-o', work.path('deadline')])
  if (gcc.status !== 0) throw new Error(`compiling deadline.c: ${gcc.error?.message ?? gcc.stderr.toString()}`)
  const files = [{ path: '/deadline', mode: 0o755, kind: 'regular', data: readFileSync(work.path('deadline')) } as const]
  work.remove()
  expect(run(['/deadline'], { files, harts: 2 }).stdout).toBe(readFileSync(file('deadline.txt'), 'utf8'))
})
