// C programs compiled by gcc, against its glibc: what they print on our machine is what they print under QEMU, line by line.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compile, CROSS_ROOT, execute, GCC, hartbeat, have, QEMU, workDirectory } from './tools.ts'

const SOURCES = fileURLToPath(new URL('c', import.meta.url))
const directory = workDirectory()
const ready = have(GCC, QEMU)
const dynamic = ready && have(`${CROSS_ROOT}/lib/libc.so.6`)

/** Programs, and how they end. */
const PROGRAMS: readonly { name: string; status: number; flags: readonly string[] }[] = [
  { name: 'hello', status: 0, flags: [] },
  { name: 'fork', status: 42, flags: [] },
  { name: 'pipes', status: 0, flags: [] },
  { name: 'signals', status: 143, flags: [] },
  { name: 'mmap', status: 0, flags: [] },
  { name: 'jumps', status: 11, flags: [] },
  { name: 'files', status: 0, flags: [] },
  { name: 'threads', status: 3, flags: ['-pthread'] },
  { name: 'numbers', status: 0, flags: ['-lm', '-fno-builtin', '-frounding-math'] },
  { name: 'times', status: 0, flags: [] },
]
/** Where QEMU's user mode is not Linux: its line, and the lines that Linux prints. */
const NOT_LINUX: readonly (readonly [theirs: string, linux: readonly string[], why: string])[] = [
  ['exec ended with 1', ['executed: argc 3, argv[1] again, X=of the parent', 'exec ended with 23'], 'its /proc/self/exe needs binfmt_misc'],
  ['vfork: 1', ['vfork: 2'], 'its vfork is fork'],
  ['no replace: 0 Success', ['no replace: 1 File exists'], 'version 7 takes MAP_FIXED_NOREPLACE for a hint'],
]
const lines = (text: string): string[] => text.split('\n')
const linuxLines = (text: string): string[] => lines(text).flatMap(line => NOT_LINUX.find(([theirs]) => theirs === line)?.[1] ?? [line])

describe.skipIf(!ready)('static', () => {
  test.each(PROGRAMS)('$name', ({ name, status, flags }) => {
    const program = compile(join(SOURCES, `${name}.c`), join(directory, name), '-static', ...flags)
    const theirs = execute(QEMU, [program])
    const ours = hartbeat(['run', '--check', program])
    expect(lines(ours.stdout)).toEqual(linuxLines(theirs.stdout))
    expect([ours.status, theirs.status]).toEqual([status, status])
    expect(ours.stderr).toBe('hartbeat: check: invariants hold, no zombie is left\n')
  })
})

describe.skipIf(!dynamic)('dynamically linked, with the cross libraries as root', () => {
  test.each(PROGRAMS)('$name', ({ name, status, flags }) => {
    const program = compile(join(SOURCES, `${name}.c`), join(directory, `${name}-dynamic`), ...flags)
    const theirs = execute(QEMU, ['-L', CROSS_ROOT, program])
    const ours = hartbeat(['run', '--check', '--root', CROSS_ROOT, program])
    expect(lines(ours.stdout)).toEqual(linuxLines(theirs.stdout))
    expect([ours.status, theirs.status]).toEqual([status, status])
  })
})

describe.skipIf(!ready)('other ways to compile', () => {
  test.each([['-O0'], ['-O3'], ['-Os'], ['-march=rv64g']])('%s', (...flags) => {
    const program = compile(join(SOURCES, 'jumps.c'), join(directory, 'jumps-other'), '-static', ...flags)
    const theirs = execute(QEMU, [program])
    const ours = hartbeat(['run', program])
    expect(ours).toEqual({ status: theirs.status, stdout: theirs.stdout, stderr: '' })
  })

  test('on four harts, and on the reference engine', () => {
    const program = compile(join(SOURCES, 'threads.c'), join(directory, 'threads-smp'), '-static', '-pthread')
    const theirs = execute(QEMU, [program])
    expect(hartbeat(['run', '--smp', '4', '--check', program]).stdout).toBe(theirs.stdout)
    const hello = compile(join(SOURCES, 'hello.c'), join(directory, 'hello-reference'), '-static')
    expect(hartbeat(['run', '--engine', 'reference', hello]).stdout).toBe('hello\n')
  })
})
