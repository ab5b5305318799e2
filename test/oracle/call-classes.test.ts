// The classes of strace -e trace=%CLASS, against the host's strace: for each class the names it shows of a program that makes all calls.
// What it does not name (calls newer than it, or of riscv64 alone) is not asked about.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { SYSCALL_NAMES } from '../../kernel/abi/index.ts'
import { CALL_CLASSES, callsInClass } from '../../kernel/syscalls/call-classes.ts'
import { execute, have, workDirectory } from './tools.ts'

const SOURCE = new URL('programs/all-calls.c', import.meta.url).pathname

describe.skipIf(!have('strace', 'gcc'))('classes of calls', () => {
  const directory = workDirectory()
  const program = join(directory, 'all-calls')
  const listing = join(directory, 'listing')
  beforeAll(() => {
    const { status, stderr } = execute('gcc', ['-o', program, SOURCE])
    if (status !== 0) throw new Error(stderr)
  })

  /** Names of the calls that strace shows under an expression. */
  function shown(expression: string): Set<string> {
    const { status, stderr } = execute('strace', ['-o', listing, '-e', expression, program])
    if (status !== 0) throw new Error(`strace -e ${expression}: ${stderr}`)
    return new Set(Array.from(readFileSync(listing, 'latin1').matchAll(/^(\w+)\(/gm), ([, name]) => name))
  }

  it.each(Object.keys(CALL_CLASSES))('%s', name => {
    const riscv = new Set(Object.values(SYSCALL_NAMES))
    const known = shown('trace=all')
    expect(known.size).toBeGreaterThan(300)
    const theirs = [...shown(`trace=%${name}`)].filter(call => riscv.has(call))
    const ours = callsInClass(name)?.filter(call => known.has(call))
    expect(ours?.toSorted()).toEqual(theirs.toSorted())
  })
})
