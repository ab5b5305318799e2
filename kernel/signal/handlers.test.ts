// What runs when a signal is taken: masks while a handler runs, its flags, what an interrupted call answers, timers (sigaction(2), signal(7)).
import { describe, expect, test } from 'vitest'
import { isErrno, SS_AUTODISARM, SS_DISABLE, SS_ONSTACK } from '../abi/index.ts'
import type { Task } from '../state.ts'
import { bareKernel, fakeTask } from '../process/testing.ts'
import { DATA, runToEnd } from '../testing.ts'
import { altStackFlags, onAltStack, setAltStack } from './altstack.ts'

const [SIGINT, SIGUSR1, SIGUSR2, SIGALRM] = [2, 10, 12, 14]
const [SA_RESTART, SA_NODEFER, SA_RESETHAND] = [0x10000000, 0x40000000, 0x80000000]

/** s1: data; s2: a string of bytes that grows at 0x400(s1) is written at the end. `note N` appends a byte. */
const note = (n: number | string): string => `
  li t0, ${DATA + 0x400}
  ld t1, 0(t0)
  add t2, t0, t1
  ${typeof n === 'number' ? `li t3, ${n}` : `mv t3, ${n}`}
  sb t3, 8(t2)
  addi t1, t1, 1
  sd t1, 0(t0)`
const action = (signal: number, label: string, flags = 0, mask = 0): string => `
  li t0, ${label}
  sd t0, 0(s1)
  li t0, ${flags}
  sd t0, 8(s1)
  li t0, ${mask}
  sd t0, 16(s1)
  li a0, ${signal}
  mv a1, s1
  li a2, 0
  li a3, 8
  sys 134`
const raise = (signal: number): string => `
  sys 178
  li a1, ${signal}
  sys 130`
const mask = (how: number, set: number): string => `
  li t0, ${set}
  sd t0, 32(s1)
  li a0, ${how}
  addi a1, s1, 32
  li a2, 0
  li a3, 8
  sys 135`
const bit = (signal: number): number => 2 ** (signal - 1)
const [BLOCK, UNBLOCK] = [0, 1]
const END = `
  li t0, ${DATA + 0x400}
  ld a2, 0(t0)
  addi a1, t0, 8
  li a0, 1
  sys 64
  li a0, 0
  sys 94`
const handler = (name: string, body: string): string => `
${name}:
  ${body}
  sys 139`

const notes = (source: string): number[] => Array.from(runToEnd(`li s1, ${DATA}\n${source}`).output(), c => c.charCodeAt(0))

describe('a handler', () => {
  test('runs once its signal is sent, with its number in a0; the program goes on', () =>
    expect(notes(`${action(SIGUSR1, '{h}')}${note(1)}${raise(SIGUSR1)}${note(2)}${END}${handler('h', note('a0'))}`)).toEqual([
      1,
      SIGUSR1,
      2,
    ]))
  test.each([
    [0, [1, 2, 3, 1, 2, 3]],
    // With SA_NODEFER it is entered again before it is through.
    [SA_NODEFER, [1, 1, 2, 3, 2, 3]],
  ])('of flags %i that raises its own signal', (flags, expected) => {
    const body = `${note(1)}
  ld t4, 64(s1)
  bnez t4, {skip}
  li t4, 1
  sd t4, 64(s1)
  ${raise(SIGUSR1)}
skip:
  ${note(2)}${note(3)}`
    expect(notes(`sd zero, 64(s1)\n${action(SIGUSR1, '{h}', flags)}${raise(SIGUSR1)}${END}${handler('h', body)}`)).toEqual(expected)
  })
  test('with a mask keeps other signals until it is through', () =>
    expect(
      notes(
        `${action(SIGUSR1, '{h}', 0, bit(SIGUSR2))}${action(SIGUSR2, '{g}')}${raise(SIGUSR1)}${note(9)}${END}` +
          handler('h', `${note(1)}${raise(SIGUSR2)}${note(2)}`) +
          handler('g', note(5)),
      ),
    ).toEqual([1, 2, 5, 9]))
  test('of a signal outside of its mask is interrupted by it', () =>
    expect(
      notes(
        `${action(SIGUSR1, '{h}')}${action(SIGUSR2, '{g}')}${raise(SIGUSR1)}${note(9)}${END}` +
          handler('h', `${note(1)}${raise(SIGUSR2)}${note(2)}`) +
          handler('g', note(5)),
      ),
    ).toEqual([1, 5, 2, 9]))
  test('with SA_RESETHAND runs once, the next is the default', () => {
    const { output, status } = runToEnd(
      `li s1, ${DATA}\n${action(SIGUSR1, '{h}', SA_RESETHAND)}${raise(SIGUSR1)}${raise(SIGUSR1)}${END}` +
        handler('h', 'li a0, 1\nli a1, 0x10000\nli a2, 1\nsys 64'),
    )
    expect([output().length, status & 0x7f]).toEqual([1, SIGUSR1])
  })
})

describe('blocked signals', () => {
  test('wait, one of each, and are taken lowest first when let through', () =>
    expect(
      notes(
        `${[SIGUSR1, SIGUSR2, SIGINT].map(s => action(s, '{h}', 0, 0xffff)).join('')}${mask(BLOCK, 0xffff)}` +
          `${raise(SIGUSR2)}${raise(SIGUSR1)}${raise(SIGUSR1)}${raise(SIGINT)}${note(99)}${mask(UNBLOCK, 0xffff)}${note(98)}${END}` +
          handler('h', note('a0')),
      ),
      // Handlers are stacked: the frame pushed last runs first.
    ).toEqual([99, SIGINT, SIGUSR1, SIGUSR2, 98]))
  test('rt_sigpending tells of them', () =>
    expect(
      notes(`${mask(BLOCK, 0xffff)}${raise(SIGUSR2)}
  addi a0, s1, 40
  li a1, 8
  sys 136
  lhu t4, 40(s1)
  srli t4, t4, 8
  mv s3, t4
  ${note('s3')}${END}`),
    ).toEqual([bit(SIGUSR2) >> 8]))
  test('that are ignored meanwhile are forgotten', () =>
    expect(
      notes(
        `${action(SIGUSR1, '{h}')}${mask(BLOCK, 0xffff)}${raise(SIGUSR1)}${action(SIGUSR1, '1')}${action(SIGUSR1, '{h}')}` +
          `${mask(UNBLOCK, 0xffff)}${note(98)}${END}${handler('h', note('a0'))}`,
      ),
    ).toEqual([98]))
})

describe('a call that sleeps', () => {
  // An empty pipe that nobody writes to; an alarm in 1 ms of guest time; in the handler the pipe gets a byte.
  const reading = (flags: number, inHandler: string): number[] =>
    notes(`
  addi a0, s1, 128
  li a1, 0
  sys 59
  ${action(SIGALRM, '{h}', flags)}
  sd zero, 160(s1)
  sd zero, 168(s1)
  sd zero, 176(s1)
  li t0, 1000
  sd t0, 184(s1)
  li a0, 0
  addi a1, s1, 160
  li a2, 0
  sys 103
  lw a0, 128(s1)
  addi a1, s1, 200
  li a2, 1
  sys 63
  mv s3, a0
  neg s4, a0
  bltz s3, {bad}
  ${note('s3')}${END}
bad:
  ${note('s4')}${END}${handler('h', `${note(77)}${inHandler}`)}`)
  const write = `
  lw a0, 132(s1)
  addi a1, s1, 200
  li a2, 1
  sys 64`
  test('answers EINTR after a handler', () => expect(reading(0, write)).toEqual([77, 4]))
  test('is made again with SA_RESTART', () => expect(reading(SA_RESTART, write)).toEqual([77, 1]))
})

describe('interval timers', () => {
  test('a periodic one fires again and again, at its interval, until it is stopped', () =>
    // getitimer(2) after each pause: what is left is a whole interval.
    expect(
      notes(`
  ${action(SIGALRM, '{h}')}
  sd zero, 160(s1)
  li t0, 5000
  sd t0, 168(s1)
  sd zero, 176(s1)
  li t0, 20000
  sd t0, 184(s1)
  li a0, 0
  addi a1, s1, 160
  li a2, 0
  sys 103
  li s5, 3
again:
  li a0, 0
  li a1, 0
  li a2, 0
  li a3, 0
  sys 73
  li a0, 0
  addi a1, s1, 224
  sys 102
  ld s6, 248(s1)
  li t0, 1000
  divu s6, s6, t0
  ${note('s6')}
  addi s5, s5, -1
  bnez s5, {again}
  ${END}${handler('h', note('a0'))}`),
    ).toEqual([SIGALRM, 4, SIGALRM, 4, SIGALRM, 4]))
})

describe('the alternate stack', () => {
  const BARE = bareKernel()
  const task = (flags = 0): Task => fakeTask(BARE, { altStack: { sp: 0x1000, size: 0x2000, flags } })
  test.each([
    [0x1000, false],
    [0x1001, true],
    [0x3000, true],
    [0x3001, false],
  ])('with sp at %i', (sp, on) => {
    expect([onAltStack(task(), sp), altStackFlags(task(), sp)]).toEqual([on, on ? SS_ONSTACK : 0])
    expect(onAltStack(task(SS_AUTODISARM), sp)).toBe(false)
  })
  test('is set, refused and taken away', () => {
    const set = (sp: number, size: number, flags: number, at = 0): string => {
      const t = task()
      try {
        setAltStack(t, { sp, size, flags }, at)
        return `${t.altStack.sp} ${t.altStack.size} ${altStackFlags(t, 0)}`
      } catch (error) {
        if (!isErrno(error)) throw error
        return error.name
      }
    }
    expect([set(0x8000, 2048, 0), set(0x8000, 2047, 0), set(0x8000, 4096, SS_ONSTACK), set(0x8000, 4096, 8)]).toEqual([
      '32768 2048 0',
      'ENOMEM',
      '32768 4096 0',
      'EINVAL',
    ])
    expect([set(1, 2, SS_DISABLE), set(0x8000, 4096, 0, 0x2000)]).toEqual([`0 0 ${SS_DISABLE}`, 'EPERM'])
  })
})
