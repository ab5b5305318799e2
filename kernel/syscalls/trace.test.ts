import { describe, expect, it } from 'vitest'
import { DATA, start } from '../testing.ts'
import { syscallDocs, unimplementedCalls } from './docs.ts'
import { flagsText, quote } from './text.ts'
import { traceSyscalls, type TraceOptions } from './trace.ts'

/** Forks a child that exits with 7, sleeps until it is gone, writes two bytes, reads from a bad descriptor. */
const SOURCE = `
  li a0, 17
  li a1, 0
  sys 220
  bnez a0, {parent}
  li a0, 7
  sys 94
parent:
  li s1, ${DATA}
  li a0, -1
  mv a1, s1
  li a2, 0
  li a3, 0
  sys 260
  li t0, 0x0a41
  sh t0, 0(s1)
  li a0, 1
  mv a1, s1
  li a2, 2
  sys 64
  li a0, 9
  mv a1, s1
  li a2, 5
  sys 63
  li a0, 3
  sys 94`

function traceOf(options: TraceOptions): string {
  let text = ''
  const { k, run } = start(SOURCE)
  const trace = traceSyscalls(k, part => (text += part), options)
  run()
  trace.stop()
  return text
}

const SIGCHLD = '--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=2, si_uid=0, si_status=7, si_utime=0, si_stime=0} ---'

describe('the trace', () => {
  it('reads as strace writes it', () =>
    expect(traceOf({})).toBe(`clone(child_stack=NULL, flags=SIGCHLD)  = 2
wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 2
${SIGCHLD}
write(1, "A\\n", 2)                      = 2
read(9, 0x40000, 5)                     = -1 EBADF (Bad file descriptor)
exit_group(3)                           = ?
+++ exited with 3 +++
`))
  it('follows children', () =>
    expect(traceOf({ follow: true })).toBe(`clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>
strace: Process 2 attached
[pid     1] <... clone resumed>)        = 2
[pid     1] wait4(-1,  <unfinished ...>
[pid     2] exit_group(7)               = ?
[pid     2] +++ exited with 7 +++
<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 2
${SIGCHLD}
write(1, "A\\n", 2)                      = 2
read(9, 0x40000, 5)                     = -1 EBADF (Bad file descriptor)
exit_group(3)                           = ?
+++ exited with 3 +++
`))
  it('can be of some calls only', () =>
    expect(traceOf({ calls: new Set(['write']) })).toBe(`${SIGCHLD}
write(1, "A\\n", 2)                      = 2
+++ exited with 3 +++
`))
  it('can be a summary', () => {
    const lines = traceOf({ summary: true }).split('\n')
    expect(lines[0]).toBe('% time     seconds  usecs/call     calls    errors syscall')
    expect(lines.find(line => line.endsWith(' read'))).toMatch(/ 1 +1 read$/)
    expect(lines.at(-2)).toMatch(/^100\.00 .* 5 +1 total$/)
  })
})

describe('values', () => {
  it.each([
    ['a"\\\n\x01\x017', 32, '"a\\"\\\\\\n\\1\\0017"'],
    ['abcdef', 3, '"abc"...'],
    ['', 3, '""'],
  ])('%j quoted', (text, max, expected) => expect(quote(text, max)).toBe(expected))
  it('of flags name composite ones whole and keep the rest', () => expect(flagsText({ A: 1, B: 2, AB: 3, C: 4 }, 0x17)).toBe('AB|C|0x10'))
})

describe('the manual', () => {
  it('lists what is there and what is not', () => {
    expect(syscallDocs()).toContain('| 64 | `write(int fd, ')
    expect(unimplementedCalls()).toContain('landlock_create_ruleset')
    expect(unimplementedCalls()).not.toContain('write')
  })
})
