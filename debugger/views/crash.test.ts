// What is said of a crash, and that a session stands before it: a program in assembly, the sentence out.
import { expect, test } from 'vitest'
import { crashText, dueSignal, regPc } from '../../kernel/index.ts'
import { extensionOf } from '../../vm/index.ts'
import { CODE, start } from '../../kernel/testing.ts'
import { resume, reverseResume, reverseStepInstruction } from '../motion/index.ts'
import { createSession, now, taskById, taskByPid } from '../session/index.ts'
import { nth } from '../../test/nth.ts'

const SIGSEGV = 11
/** Runs a program up to the signal that ends it. */
function crash(source: string, isa?: string) {
  const s = createSession(start(source, { debug: false, isa }).k)
  for (let n = 1; n < 32; n++) s.signalStops.add(n)
  return { s, stop: resume(s) }
}

const sentence = (source: string, isa?: string): string => {
  const { s, stop } = crash(source, isa)
  const task = taskById(s, s.focus)
  return stop.kind === 'signal' && task !== null ? crashText(s.k, task, stop.info, '') : stop.kind
}

test.each([
  ['li t0, 0\nlw a0, 0(t0)', 'SIGSEGV: read of 0x0 at pc 0x10004: no region there'],
  ['li t0, 8\nsd a0, 0(t0)', 'SIGSEGV: write to 0x8 at pc 0x10004: no region there'],
  ['li t0, 16\njr t0', 'SIGSEGV: jump to 0x10 at pc 0x10: no region there'],
  ['li t0, -8\nlb a0, 0(t0)', 'SIGSEGV: read of 0xfffffffffffffff8 at pc 0x10004: no address of a program'],
  ['ebreak', 'SIGTRAP: breakpoint instruction at pc 0x10000: no debugger waits for it'],
  ['sfence.vma zero, zero', 'SIGILL: illegal instruction 0x12000073 (sfence.vma) at pc 0x10000: not allowed in a program'],
  ['addi t0, sp, 1\nlr.d a0, (t0)', /^SIGBUS: read of 0x7f[0-9a-f]+1 at pc 0x10004: misaligned for an atomic access$/],
  ['auipc t0, 0\nsd zero, 0(t0)', /^SIGSEGV: write to 0x10000 at pc 0x10004: not writable: r-xp/],
  [
    'loop:\naddi sp, sp, -2048\nsd zero, 0(sp)\nj {loop}',
    /^SIGSEGV: write to 0x[0-9a-f]+ at pc 0x10004: stack overflow: .* limit of 8388608 bytes/,
  ],
])('%s', (source, expected) => {
  expect(sentence(source)).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
})

test.each([
  [
    'rv64gc',
    'czero.eqz a0, a1, a2',
    'SIGILL: illegal instruction 0x0ec5d533 (czero.eqz a0,a1,a2) at pc 0x10000: it needs the Zicond extension, which this machine lacks',
  ],
  [
    'rv64i',
    'mul a0, a0, a0',
    'SIGILL: illegal instruction 0x02a50533 (mul a0,a0,a0) at pc 0x10000: it needs the M extension, which this machine lacks',
  ],
  ['rv64imac', 'fadd.d fa0, fa0, fa0', /^SIGILL: .*: it needs the D extension, which this machine lacks$/],
  [
    'rv64imafd',
    'c.li a0, 1',
    'SIGILL: illegal instruction 0x4505 (li a0,1) at pc 0x10000: it needs the C extension, which this machine lacks',
  ],
  [
    'rv64imafd',
    'auipc t0, 0\njalr ra, 10(t0)',
    'SIGBUS: jump to an address that is no multiple of 4 at pc 0x10004: this machine lacks the C extension',
  ],
])('on %s %s', (isa, source, expected) => {
  expect(sentence(source, isa)).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
})

test('it stands at the instruction, goes back from there and comes again, and dies when it goes on', () => {
  const { s, stop } = crash('li t0, 0\nli a1, 7\nlw a0, 0(t0)')
  expect(stop).toMatchObject({ kind: 'signal', task: nth(1), signal: SIGSEGV, action: 'core' })
  const place = now(s)
  const pc = (): number => {
    const task = taskByPid(s, 1)
    return task === null ? -1 : regPc(s.k, task)
  }
  expect(pc()).toBe(CODE + 8)
  expect(reverseStepInstruction(s, s.focus).kind).toBe('step')
  expect(pc()).toBe(CODE + 4)
  expect(resume(s)).toMatchObject({ kind: 'signal', signal: SIGSEGV })
  expect(now(s)).toEqual(place)
  expect(resume(s)).toEqual({ kind: 'halted', status: expect.any(Number) })
  // And from its end back to it.
  expect(reverseResume(s)).toMatchObject({ kind: 'signal', signal: SIGSEGV })
  expect(now(s)).toEqual(place)
  const task = taskByPid(s, 1)
  expect(task && dueSignal(s.k, task)?.info.signal).toBe(SIGSEGV)
})

test.each([
  [0x20a5_2533, 'Zba'],
  [0x0d00_73d7, 'V'],
  [0x40b5_7533, 'Zbb'],
  [0x0eb5_5533, 'Zicond'],
  [0x0000_000b, null],
])('instruction %i needs %s', (word, extension) => {
  expect(extensionOf(word)).toBe(extension)
})
