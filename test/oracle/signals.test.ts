// Signals in a C program (programs/signals.c, one topic a test): ours against what it is known to print (signals.txt), and that record against QEMU's user mode.
// Where QEMU's threads race and several answers are right, the record has the one that ours gives.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../machine.ts'
import { spawnSync } from '../spawn.ts'
import { workspace, type Workspace } from './assembler-gnu.ts'

const file = (name: string): string => new URL(`programs/${name}`, import.meta.url).pathname
const RECORD = new Map(
  readFileSync(file('signals.txt'), 'utf8')
    .split(/^== /m)
    .slice(1)
    .map(section => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n') + 1)] as const),
)
/** Not for QEMU, which tells of stops all the same. */
const OURS_ONLY = ['quietstop']

/** A topic takes QEMU about a second. A run in which it lost a signal waits for ever: it is ended, and says nothing about the record. */
const QEMU_TRIES = 3
const QEMU_LIMIT = '5s'

let work: Workspace
beforeAll(() => {
  work = workspace()
  const gcc = spawnSync('riscv64-linux-gnu-gcc', ['-static', '-O1', '-w', file('signals.c'), '-o', work.path('signals')])
  if (gcc.status !== 0) throw new Error(`compiling signals.c: ${gcc.error?.message ?? gcc.stderr.toString()}`)
})
afterAll(() => work.remove())

/** What QEMU prints, or null where it had to be killed. */
function underQemu(topic: string): string | null {
  // `timeout` ends the whole process group, with the children that a lost run leaves behind.
  const qemu = ['qemu-riscv64-static', work.path('signals'), topic]
  const { status, signal, stdout } = spawnSync('timeout', ['--signal=KILL', QEMU_LIMIT, ...qemu], { encoding: 'latin1' })
  if (status === 137 || signal === 'SIGKILL') return null
  return status === 0 ? stdout : `${stdout}QEMU ended with status ${status}, signal ${signal}`
}

describe.each([1, 2])('on %i harts', harts => {
  test.each([...RECORD])('%s', (topic, recorded) => {
    const files = [{ path: '/signals', mode: 0o755, kind: 'regular', data: readFileSync(work.path('signals')) } as const]
    expect(run(['/signals', topic], { harts, files }).stdout).toBe(recorded)
  })
})

describe('QEMU', () => {
  test.each([...RECORD].filter(([topic]) => !OURS_ONLY.includes(topic)))('%s', (topic, recorded) => {
    let other: string | null = null
    for (let n = 0; n < QEMU_TRIES; n++) {
      const theirs = underQemu(topic)
      if (theirs === recorded) return
      if (theirs === null) console.warn(`${topic}: QEMU lost a signal, and was killed after ${QEMU_LIMIT}`)
      else other = theirs
    }
    if (other !== null) expect(other).toBe(recorded)
  })
})
