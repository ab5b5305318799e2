// A program as a shell would start it: process 2 in a group of its own, under an init that nothing can harm.
import { describe, expect, it, test } from 'vitest'
import { findTask } from './task/index.ts'
import { exitCode, ifExited, termSignal } from './abi/index.ts'
import { restore, snapshot } from './boot.ts'
import { hostContinue, isMainStopped } from './input.ts'
import { checkInvariants } from './invariants.ts'
import { replayOf } from './journal.ts'
import { DATA, runToEnd, start, type TestOptions } from './testing.ts'

const UNDER: TestOptions = { underInit: true }
/** Exits with what is in s0, or with its negative. */
const EXIT = '\nmv a0, s0\nsys 94'
const EXIT_NEGATED = '\nneg a0, s0\nsys 94'
const FORK = '\nli a0, 17\nli a1, 0\nsys 220'
const kill = (pid: number, signal: number): string => `\nli a0, ${pid}\nli a1, ${signal}\nsys 129`

/** As a shell says it. */
function statusOf(source: string, options: TestOptions = UNDER): number {
  const { k, status } = runToEnd(source, options)
  expect(checkInvariants(k)).toEqual([])
  return ifExited(status) ? exitCode(status) : 128 + termSignal(status)
}

describe('who the program is', () => {
  const PGID = 'li a0, 0\nsys 155'
  const SID = 'li a0, 0\nsys 156'
  test.each<[string, string, number, number]>([
    ['getpid', 'sys 172', 2, 1],
    ['getppid', 'sys 173', 1, 0],
    ['getpgid', PGID, 2, 1],
    ['getsid', SID, 1, 1],
  ])('%s', (_name, call, under, alone) => {
    expect(statusOf(`${call}\nmv s0, a0 ${EXIT}`)).toBe(under)
    expect(statusOf(`${call}\nmv s0, a0 ${EXIT}`, {})).toBe(alone)
  })
  const ESRCH = 3
  it('is not the one that setpgid(1, 0) means', () => {
    expect(statusOf(`li a0, 1\nli a1, 0\nsys 154\nmv s0, a0 ${EXIT_NEGATED}`)).toBe(ESRCH)
  })
  const EINVAL = 22
  it('has no process -1, whose group 0 would be', () => {
    expect(statusOf(`li a0, -1\nli a1, 0\nsys 154\nmv s0, a0 ${EXIT_NEGATED}`)).toBe(EINVAL)
  })
  it('finds memory as without an init', () => {
    const [under, alone] = [UNDER, {}].map(options => start('li a0, 0\nsys 94', options).k)
    const root = ({ state }: typeof under): unknown => [state.main?.mm?.root, state.main?.trapFrame, state.random]
    expect(root(under)).toEqual(root(alone))
    expect(under.state.frames.freeCount).toBe(alone.state.frames.freeCount)
    expect([under.state.counts.forks, under.state.counts.syscalls, under.state.executed]).toEqual([0, 0, 0])
  })
})

describe('how it ends', () => {
  it('its status is the run’s', () => expect(statusOf(`li s0, 42 ${EXIT}`)).toBe(42))
  it('its signal is the run’s', () => expect(statusOf('ld a0, 0(zero)')).toBe(139))
  it('with it, whatever its children do', () =>
    expect(statusOf(`${FORK}\nbnez a0, {over}\nloop:\nj {loop}\nover:\nli s0, 3 ${EXIT}`)).toBe(3))
  it('kill(-1, SIGKILL) of a child’s ends it, and leaves init', () => {
    const source = `${FORK}\nbnez a0, {loop}${kill(-1, 9)}\nloop:\nj {loop}`
    expect(statusOf(source)).toBe(137)
    expect(runToEnd(source, UNDER).k.state.init?.state).toBe('S')
  })
  it('a file that is no program is not begun', () => {
    expect(() => start(new Uint8Array(64), UNDER)).toThrow('Exec format error')
  })
})

test.each([1, 9, 15, 17, 18, 19, 64])('signal %i does nothing to init', signal => {
  expect(statusOf(`${kill(1, signal)}\nmv s0, a0\nsys 124${EXIT}`)).toBe(0)
})

/** A child makes a grandchild and ends; the grandchild says who its parent is once that is no longer the child (3). */
const ORPHAN = `
  li a0, 0
  li s1, ${DATA}
  mv a0, s1
  li a1, 0
  sys 59
  ${FORK}
  bnez a0, {parent}
  ${FORK}
  bnez a0, {child}
wait:
  sys 173
  li t0, 3
  beq a0, t0, {wait}
  sb a0, 8(s1)
  lw a0, 4(s1)
  addi a1, s1, 8
  li a2, 1
  sys 64
child:
  li a0, 0
  sys 94
parent:
  lw a0, 0(s1)
  addi a1, s1, 16
  li a2, 1
  sys 63
  lb s0, 16(s1)`

describe('orphans', () => {
  const WAIT = '\nli a0, -1\nli a1, 0\nli a2, 0\nli a3, 0\nsys 260'
  it('go to init', () => expect(statusOf(`${ORPHAN} ${EXIT}`)).toBe(1))
  it('are not the program’s children', () => {
    const ECHILD = 10
    expect(statusOf(`${ORPHAN} ${WAIT} ${WAIT}\nmv s0, a0 ${EXIT_NEGATED}`)).toBe(ECHILD)
  })
  it('leave no zombie', () => {
    const { k } = runToEnd(`${ORPHAN} ${WAIT}\nsys 124\nsys 124\nsys 124${EXIT}`, UNDER)
    expect([...k.state.tasks.values()].map(task => [task.pid, task.comm, task.state])).toEqual([
      [1, 'init', 'S'],
      [2, 'test', 'Z'],
    ])
  })
})

describe('a stop', () => {
  const SIGTSTP = 20
  const STOPS = `sys 172\nli a1, ${SIGTSTP}\nsys 129\nli s0, 5${EXIT}`
  it('is refused to one that is process 1: nobody could continue it', () => expect(statusOf(STOPS, {})).toBe(5))
  it('lasts until the program is continued from outside', () => {
    const run = start(STOPS, UNDER)
    expect(run.run()).toEqual({ kind: 'idle', until: Infinity })
    expect([run.k.state.main?.group.stopSignal, isMainStopped(run.k)]).toEqual([SIGTSTP, true])
    const before = snapshot(run.k)
    hostContinue(run.k)
    expect(isMainStopped(run.k)).toBe(false)
    const end = run.run()
    expect(end).toEqual({ kind: 'halted', status: 5 << 8 })
    const { executed, steps } = run.k.state
    restore(run.k, before)
    expect([isMainStopped(run.k), run.k.state.main]).toEqual([true, findTask(run.k.state.ns, 2)])
    expect(run.run()).toEqual(end)
    const again = start(STOPS, { ...UNDER, journal: replayOf(run.k.journal) })
    expect(again.run()).toEqual(end)
    expect([again.k.state.executed, again.k.state.steps]).toEqual([executed, steps])
  })
  it('is refused to an orphan’s group', () => {
    // The grandchild moves to a group of its own before it stops.
    const lonely = ORPHAN.replace('sb a0, 8(s1)', `li a0, 0\nli a1, 0\nsys 154\nsys 172${kill(0, SIGTSTP)}\nsys 173\nsb a0, 8(s1)`)
    expect(statusOf(`${lonely} ${EXIT}`)).toBe(1)
  })
})
