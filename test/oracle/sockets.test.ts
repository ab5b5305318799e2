// Programs with AF_UNIX sockets, against the host's own kernel: what they print there, compiled for it, is what they print here. (QEMU's user
// mode translates control messages, and not all.)
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compile, execute, GCC, hartbeat, have, IS_NEW_LINUX, saidOnHost, workDirectory } from './tools.ts'

const HOST_GCC = 'gcc'
const SOURCES = fileURLToPath(new URL('c', import.meta.url))
const directory = workDirectory()
const ready = IS_NEW_LINUX && have(GCC, HOST_GCC)

/** Lines that newer kernels than 6.12 have otherwise (descriptors of processes that are gone), or that tell the harness's descriptors. */
const OTHERWISE = /type 4|pid=0 65534|room 100 /
const lines = (text: string): string[] => text.split('\n').filter(line => !OTHERWISE.test(line))

describe.skipIf(!ready)('as on the host', () => {
  test.each(['sockets', 'sockets-control', 'sockets-wait'])('%s', name => {
    const source = join(SOURCES, `${name}.c`)
    const flags = ['-w', '-pthread']
    const theirs = join(directory, `${name}-host`)
    expect(execute(HOST_GCC, [...flags, '-o', theirs, source]).status).toBe(0)
    const program = compile(source, join(directory, name), '-static', ...flags)
    const ours = hartbeat(['run', '--check', program])
    const printed = lines(ours.stdout).join('\n')
    const expected = saidOnHost(
      () => execute(theirs, []),
      ({ stdout }) => lines(stdout).join('\n') === printed,
    )
    expect(lines(ours.stdout)).toEqual(lines(expected.stdout))
    expect(ours.status).toBe(expected.status)
    expect(ours.stderr).toBe('hartbeat: check: invariants hold, no zombie is left\n')
  })
})
