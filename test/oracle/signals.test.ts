// Signals in a C program against its own run under QEMU's user mode: programs/signals.c, one topic a test.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../machine.ts'
import { workspace, type Workspace } from './assembler-gnu.ts'

const TOPICS = [
  'masks',
  'queued',
  'floating',
  'faults',
  'flags',
  'alternate',
  'deaths',
  'stops',
  'restarts',
  'waits',
  'descriptor',
  'timers',
  'errors',
]
const SOURCE = new URL('programs/signals.c', import.meta.url).pathname

/** Ours is one run, always the same. QEMU's races with the host's scheduler: ours must be one of what it prints. */
const QEMU_RUNS = 6
/** A topic takes QEMU about a second. A run in which it lost a signal waits for ever: it is ended, and the next one counts. */
const QEMU_LIMIT = '20s'

let work: Workspace
beforeAll(() => {
  work = workspace()
  const gcc = spawnSync('riscv64-linux-gnu-gcc', ['-static', '-O1', '-w', SOURCE, '-o', work.path('signals')])
  if (gcc.status !== 0) throw new Error(`compiling ${SOURCE}: ${gcc.error?.message ?? gcc.stderr.toString()}`)
})
afterAll(() => work.remove())

const here = (topic: string, harts: number): string =>
  run(['/signals', topic], { harts, files: [{ path: '/signals', mode: 0o755, kind: 'regular', data: readFileSync(work.path('signals')) }] })
    .stdout

/** What QEMU prints, or what it did instead of ending well. */
function underQemu(topic: string): string {
  // `timeout` ends the whole process group, with the children that a lost run leaves behind.
  const qemu = ['qemu-riscv64-static', work.path('signals'), topic]
  const { status, signal, stdout } = spawnSync('timeout', ['--signal=KILL', QEMU_LIMIT, ...qemu], { encoding: 'latin1' })
  return status === 0 ? stdout : `${stdout}QEMU ended with status ${status}, signal ${signal}`
}

describe.each([1, 2])('on %i harts', harts => {
  test.each(TOPICS)('%s', topic => {
    const ours = here(topic, harts)
    let theirs = ''
    for (let n = 0; n < QEMU_RUNS && theirs !== ours; n++) {
      theirs = underQemu(topic)
    }
    expect(ours).toBe(theirs)
  })
})

test('SA_NOCLDSTOP: a stop is silent, a death is not', () => {
  expect(here('quietstop', 1)).toBe('stopped 19\nchild code 2 status 9\nkilled 9 core 0\n')
})
