// Calls on files in C programs, whose every line is a call and its outcome: here as recorded on Linux (programs/files-*.txt), and on this
// Linux too where it is new enough (6.12) and the test is root's, in a tmpfs.
import { readFileSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../machine.ts'
import { spawnSync } from '../spawn.ts'
import { workspace, type Workspace } from './assembler-gnu.ts'
import { IS_NEW_LINUX, saidOnHost } from './tools.ts'

const PROGRAMS = [
  'files-calls',
  'files-attributes',
  'files-signals',
  'ipc-splice',
  'ipc-remote',
  'ipc-sysv',
  'ipc-mqueue',
  'ipc-inotify',
  'ipc-futex2',
]
/** Where the programs work: they make it. */
const PLACE = '/dev/shm/work'
const comparable = process.getuid?.() === 0 && IS_NEW_LINUX

const source = (name: string, kind: string): string => new URL(`programs/${name}.${kind}`, import.meta.url).pathname
const recorded = (name: string): string => readFileSync(source(name, 'txt'), 'latin1')

let work: Workspace
beforeAll(() => {
  work = workspace()
})
afterAll(() => work.remove())

function compile(compiler: string, name: string): string {
  const path = work.path(`${name}-${compiler}`)
  const gcc = spawnSync(compiler, ['-static', '-O1', '-w', source(name, 'c'), '-o', path])
  if (gcc.status !== 0) throw new Error(`compiling ${name}: ${gcc.error?.message ?? gcc.stderr.toString()}`)
  return path
}

describe.each(PROGRAMS)('%s', name => {
  test('here', () => {
    const data = readFileSync(compile('riscv64-linux-gnu-gcc', name))
    expect(run(['/program'], { files: [{ path: '/program', mode: 0o755, kind: 'regular', data }] }).stdout).toBe(recorded(name))
  })

  test.skipIf(!comparable)('on Linux', () => {
    const program = compile('gcc', name)
    const ask = (): string => {
      rmSync(PLACE, { recursive: true, force: true })
      const { stdout } = spawnSync(program, [], { encoding: 'latin1' })
      rmSync(PLACE, { recursive: true, force: true })
      return stdout
    }
    expect(saidOnHost(ask, said => said === recorded(name))).toBe(recorded(name))
  })
})
