// Terminals and job control in a C program: programs/terminal.c, one topic a test, against what Linux 6.18 printed for it.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../machine.ts'
import { spawnSync } from '../spawn.ts'
import { workspace, type Workspace } from './assembler-gnu.ts'

const LINUX: Readonly<Record<string, readonly string[]>> = {
  lines: [
    'master: Resource temporarily unavailable',
    'screen 28 hello\\08 \\08\\08 \\08p\\0d\\0a< 5 help\\5c0a\\0d\\0a>',
    'screen 23 ab\\09c\\08 \\08\\08\\08\\08\\08\\08\\08 \\08< 1 a\\0d\\0a>',
    'screen 86 two words\\08 \\08\\08 \\08\\08 \\08\\08 \\08\\08 \\08gone\\08 \\08\\08 \\08\\08 \\08\\08 \\08\\08 \\08\\08 \\08\\08 \\08\\08 \\08kept^\\08^C\\0d\\0a< 3 kep\\0d\\0a>< 3 t\\5c03\\5c0a\\0d\\0a>',
    'master: Input/output error',
    'status 0',
    'master: Input/output error',
  ],
  keys: [
    'master: Resource temporarily unavailable',
    'screen 37 ^C[signal 2]<Interrupted system call>',
    'screen 12 ^\\5c[signal 3]',
    'screen 14 d\\0d\\0a< 2 d\\5c0a\\0d\\0a>',
    'screen 13 ^Z[signal 20]',
    'screen 14 f\\0d\\0a< 2 f\\5c0a\\0d\\0a>',
    'screen 37 ^C[signal 2]<Interrupted system call>',
    'status 0',
  ],
  raw: [
    'master: Resource temporarily unavailable',
    'screen 10 < 2 a\\5c03\\0a>',
    'screen 9 < 1 \\5c0d\\0a>',
    'master: Resource temporarily unavailable',
    'screen 9 < 3 xyz\\0a>',
    'screen 6 < 0 \\0a>',
    'master: Resource temporarily unavailable',
    'screen 8 < 2 pq\\0a>',
    'status 0',
  ],
  jobs: [
    'screen 252 leads 1, in front 1\\0d\\0aread: stopped 21\\0d\\0asettings: stopped 22\\0d\\0aout\\0d\\0awrite: exited 0\\0d\\0awrite under TOSTOP: stopped 22\\0d\\0a<Input/output error>read, SIGTTIN ignored: exited 0\\0d\\0aout\\0d\\0awrite, SIGTTOU ignored: exited 0\\0d\\0aread, then brought to the front: stopped 21\\0d\\0a',
    'master: Resource temporarily unavailable',
    'screen 189 typed\\0d\\0a< 6 typed\\5c0a\\0d\\0a>in the foreground: 0\\0d\\0ano such group: -1 No such process\\0d\\0aanother session: -1 No such device or address, -1 Inappropriate ioctl for device, -1 Operation not permitted\\0d\\0a',
    'status 0',
    'master: Input/output error',
  ],
  hangup: ['master: Resource temporarily unavailable', 'status 600'],
  window: [
    'master: Resource temporarily unavailable',
    'screen 11 [signal 28]',
    'screen 33 \\0d\\0a< 1 \\5c0a\\0d\\0a>30 rows 100 columns\\0d\\0a',
    'status 0',
  ],
}
const SOURCE = new URL('programs/terminal.c', import.meta.url).pathname

let work: Workspace
beforeAll(() => {
  work = workspace()
  const gcc = spawnSync('riscv64-linux-gnu-gcc', ['-static', '-O1', '-w', SOURCE, '-o', work.path('terminal'), '-lutil'])
  if (gcc.status !== 0) throw new Error(`compiling ${SOURCE}: ${gcc.error?.message ?? gcc.stderr.toString()}`)
})
afterAll(() => work.remove())

test.each(Object.entries(LINUX))('%s', (topic, lines) => {
  const data = readFileSync(work.path('terminal'))
  const { stdout } = run(['/terminal', topic], { files: [{ path: '/terminal', mode: 0o755, kind: 'regular', data }] })
  expect(stdout.trimEnd().split('\n')).toEqual(lines)
})
