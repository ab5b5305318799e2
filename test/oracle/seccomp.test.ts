// Which calls tasks may make: programs/seccomp.c, one topic a test, against what it printed on Linux (programs/seccomp.txt,
// recorded as root on x86-64; the answers do not depend on the machine).
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../machine.ts'
import { spawnSync } from '../spawn.ts'
import { workspace, type Workspace } from './assembler-gnu.ts'

const SOURCE = new URL('programs/seccomp.c', import.meta.url).pathname
const RECORDED = readFileSync(new URL('programs/seccomp.txt', import.meta.url), 'utf8')

/** Topics are headed by `== name`. */
const topics = RECORDED.split(/^== /m)
  .slice(1)
  .map(part => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const)

let work: Workspace
beforeAll(() => {
  work = workspace()
  const gcc = spawnSync('riscv64-linux-gnu-gcc', ['-static', '-O1', '-w', SOURCE, '-o', work.path('seccomp')])
  if (gcc.status !== 0) throw new Error(`compiling ${SOURCE}: ${gcc.error?.message ?? gcc.stderr.toString()}`)
})
afterAll(() => work.remove())

test.each(topics)('%s', (topic, linux) => {
  const files = [{ path: '/seccomp', mode: 0o755, kind: 'regular', data: readFileSync(work.path('seccomp')) } as const]
  expect(run(['/seccomp', topic], { files }).stdout).toBe(linux)
})
