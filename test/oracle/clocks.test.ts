// Clocks, their timers, the waits that have deadlines, io_uring, and what a process asks about its map: C programs against what they printed on Linux (recorded as root on x86-64; the
// answers do not depend on the machine).
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../machine.ts'
import { spawnSync } from '../spawn.ts'
import { workspace, type Workspace } from './assembler-gnu.ts'

const PROGRAMS = ['clocks', 'time-ends', 'futex-pi', 'futex-lend', 'ring', 'map-query']
const programs = new URL('programs/', import.meta.url)

let work: Workspace
beforeAll(() => {
  work = workspace()
  for (const name of PROGRAMS) {
    const source = new URL(`${name}.c`, programs).pathname
    const gcc = spawnSync('riscv64-linux-gnu-gcc', [
      '-static',
      '-pthread',
      '-O1',
      '-w',
      '-Wl,--build-id=sha1',
      source,
      '-o',
      work.path(name),
    ])
    if (gcc.status !== 0) throw new Error(`compiling ${source}: ${gcc.error?.message ?? gcc.stderr.toString()}`)
  }
}, 60_000)
afterAll(() => work.remove())

test.each(PROGRAMS.flatMap(name => [1, 2].map(harts => [name, harts] as const)))('%s on %d harts', (name, harts) => {
  const recorded = readFileSync(new URL(`${name}.txt`, programs), 'utf8')
  const files = [{ path: `/${name}`, mode: 0o755, kind: 'regular', data: readFileSync(work.path(name)) } as const]
  expect(run([`/${name}`], { files, harts }).stdout.split('\n')).toEqual(recorded.split('\n'))
})
