// Keys and keyrings: programs/keys.c against what it printed on Linux (programs/keys.txt, recorded as root on x86-64).
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../machine.ts'
import { spawnSync } from '../spawn.ts'
import { workspace, type Workspace } from './assembler-gnu.ts'

const SOURCE = new URL('programs/keys.c', import.meta.url).pathname
const RECORDED = readFileSync(new URL('programs/keys.txt', import.meta.url), 'utf8')

let work: Workspace
beforeAll(() => {
  work = workspace()
  const gcc = spawnSync('riscv64-linux-gnu-gcc', ['-static', '-O1', '-w', SOURCE, '-o', work.path('keys')])
  if (gcc.status !== 0) throw new Error(`compiling ${SOURCE}: ${gcc.error?.message ?? gcc.stderr.toString()}`)
})
afterAll(() => work.remove())

test('are made, found, changed and ended as on Linux', () => {
  const files = [{ path: '/keys', mode: 0o755, kind: 'regular', data: readFileSync(work.path('keys')) } as const]
  expect(run(['/keys'], { files }).stdout).toBe(RECORDED)
})
