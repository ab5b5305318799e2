// A task that is followed as ptrace would: it stands still at calls and signals, is looked at and changed, and goes on or dies.
import { describe, expect, test } from 'vitest'
import { REG } from '../../vm/index.ts'
import { restore, snapshot } from '../boot.ts'
import { checkInvariants } from '../invariants.ts'
import { statText, statusText } from '../proc/status.ts'
import { kernelInfo, sendToTask } from '../signal/index.ts'
import type { SigInfo, Task } from '../state.ts'
import { regX, setRegX } from '../task/index.ts'
import { DATA, runToEnd, start, type Run } from '../testing.ts'
import { letGo, trace, tracedStop, untrace } from './tracing.ts'
import type { TraceStop, Tracer } from './types.ts'

const [SIGUSR1, SIGUSR2, SIGKILL, SIGCONT, SIGALRM, SIGCHLD] = [10, 12, 9, 18, 14, 17]
const [GETPID, GETPPID, WRITE, READ, EXIT] = [172, 173, 64, 63, 94]
const SA_RESTART = 0x10000000
const ALL = { calls: true, signals: true }
const SIGNALS = { calls: false, signals: true }

/** What is done where it stands still: nothing lets it go on as it is; null leaves it there. */
type Act = (stop: TraceStop, task: Task) => SigInfo | null | undefined

const nameOf = ({ at, nr, result, info }: TraceStop): string =>
  at === 'delivery' ? `signal ${info?.signal}` : at === 'entry' ? `> ${nr}` : `< ${nr} = ${result}`

/** Runs it to its end, or to where it is left; says where it stood. */
function follow(started: Run, wants: Pick<Tracer, 'calls' | 'signals'>, act: Act = stop => stop.info): string[] {
  const { k, run } = started
  const task = k.state.init!
  trace(task, wants)
  const stops: string[] = []
  while (run().kind !== 'halted') {
    const stop = tracedStop(task)
    expect(checkInvariants(k)).toEqual([])
    if (stop === null) return [...stops, 'stuck']
    stops.push(nameOf(stop))
    const signal = act(stop, task)
    if (signal === undefined) return stops
    letGo(k, task, signal)
  }
  return stops
}

const handle = (signal: number, label: string, flags = 0): string => `
  li t0, ${label}
  sd t0, 0(s1)
  li t0, ${flags}
  sd t0, 8(s1)
  sd zero, 16(s1)
  li a0, ${signal}
  mv a1, s1
  li a2, 0
  li a3, 8
  sys 134`
const RAISE = `
  sys ${GETPID}
  li a1, ${SIGUSR1}
  sys 129`
/** A letter to standard output. */
const say = (letter: string): string => `
  li t0, ${letter.charCodeAt(0)}
  sb t0, 256(s1)
  li a0, 1
  addi a1, s1, 256
  li a2, 1
  sys ${WRITE}`
const END = `
  li a0, 0
  sys ${EXIT}`
const handler = (name: string): string => `\n${name}:${say(name)}\n  sys 139`
const program = (body: string): string => `li s1, ${DATA}${body}${END}${handler('h')}${handler('g')}`

describe('a call', () => {
  const ASK = program(`\n  sys ${GETPID}\n  add a0, a0, zero${say('x')}`)
  test('is stopped before and after, once each, and makes no difference', () => {
    const traced = start(ASK)
    expect(follow(traced, ALL)).toEqual([`> ${GETPID}`, `< ${GETPID} = 1`, `> ${WRITE}`, `< ${WRITE} = 1`, `> ${EXIT}`])
    const plain = runToEnd(ASK)
    const seen = ({ k: { state }, output }: Run): unknown => [
      state.executed,
      state.counts.syscalls,
      state.kmem.live,
      state.halted,
      output(),
    ]
    expect(seen(traced)).toEqual(seen(plain))
  })
  test('is the one that the registers say when it goes on, and answers what they say then', () => {
    const traced = start(
      program(`\n  sys ${GETPID}\n  addi a0, a0, 33\n  sb a0, 256(s1)\n  li a0, 1\n  addi a1, s1, 256\n  li a2, 1\n  sys ${WRITE}`),
    )
    const { k } = traced
    const stops = follow(traced, ALL, ({ at, nr, info }, task) => {
      if (at === 'entry' && nr === GETPID) setRegX(k, task, REG.a7, GETPPID)
      if (at === 'exit' && nr === GETPPID) setRegX(k, task, REG.a0, regX(k, task, REG.a0) + 32)
      return info
    })
    expect([stops.slice(0, 2), traced.output()]).toEqual([[`> ${GETPID}`, `< ${GETPPID} = 0`], 'A'])
  })
  test('that sleeps is entered and left once', () => {
    const sleep = `\n  sd zero, 0(s1)\n  li t0, 1000000\n  sd t0, 8(s1)\n  mv a0, s1\n  li a1, 0\n  sys 101`
    expect(follow(start(program(sleep)), ALL)).toEqual(['> 101', '< 101 = 0', `> ${EXIT}`])
  })
})

describe('a signal', () => {
  const TWO = program(`${handle(SIGUSR1, '{h}')}${handle(SIGUSR2, '{g}')}${RAISE}${say('x')}`)
  const outcome = (source: string, act: Act): [string[], string] => {
    const traced = start(source)
    return [follow(traced, SIGNALS, act), traced.output()]
  }
  test('is stopped at before its handler runs', () => expect(outcome(TWO, stop => stop.info)).toEqual([['signal 10'], 'hx']))
  test('may be kept from it', () => expect(outcome(TWO, () => null)).toEqual([['signal 10'], 'x']))
  test('may become another one, which is not stopped at again', () =>
    expect(outcome(TWO, () => kernelInfo(SIGUSR2))).toEqual([['signal 10'], 'gx']))
  test('that is blocked waits, and is stopped at when it is let through', () => {
    const block = (how: number): string =>
      `\n  li t0, ${2 ** (SIGUSR2 - 1)}\n  sd t0, 32(s1)\n  li a0, ${how}\n  addi a1, s1, 32\n  li a2, 0\n  li a3, 8\n  sys 135`
    const source = program(`${handle(SIGUSR1, '{h}')}${handle(SIGUSR2, '{g}')}${block(0)}${RAISE}${say('x')}${block(1)}${say('y')}`)
    expect(outcome(source, () => kernelInfo(SIGUSR2))).toEqual([['signal 10', 'signal 12'], 'xgy'])
  })
  test('is seen though it is ignored', () =>
    expect(outcome(program(`${handle(SIGUSR1, '1')}${RAISE}${say('x')}`), stop => stop.info)).toEqual([['signal 10'], 'x']))
  test('is seen though its default is to be ignored', () => {
    const source = program(`\n  sys ${GETPID}\n  li a1, ${SIGCHLD}\n  sys 129${say('x')}`)
    expect(outcome(source, stop => stop.info)).toEqual([[`signal ${SIGCHLD}`], 'x'])
  })
  test('that ends the program does so when it is let through', () => {
    const traced = start(program(`${RAISE}${say('x')}`))
    follow(traced, SIGNALS)
    expect([traced.k.state.halted, traced.output()]).toEqual([{ status: SIGUSR1 }, ''])
  })
  test('of a call that exchanged the mask: the old one comes back, with a handler and without', () => {
    // Waits with SIGUSR1 let through (sigsuspend), which is blocked before and after.
    const set = `\n  li t0, ${2 ** (SIGUSR1 - 1)}\n  sd t0, 32(s1)\n  sd zero, 40(s1)\n  li a0, 0\n  addi a1, s1, 32\n  li a2, 0\n  li a3, 8\n  sys 135`
    const source = program(`${handle(SIGUSR1, '{h}')}${set}${RAISE}\n  addi a0, s1, 40\n  li a1, 8\n  sys 133${say('x')}`)
    for (const [signal, said] of [
      [kernelInfo(SIGUSR1), 'hx'],
      [null, ''],
    ] as const) {
      const traced = start(source)
      const stops = follow(traced, SIGNALS, () => signal)
      const task = traced.k.state.init!
      // Without a handler it waits on, with its own mask.
      expect([stops[0], traced.output(), task.savedMask === null || task.blocked === 0n]).toEqual(['signal 10', said, true])
    }
  })
})

describe('a call that a signal cuts short', () => {
  // An empty pipe, and a signal from outside once it sleeps; the handler says h and writes. The read answers EINTR (e), or the byte (r).
  const reading = (flags: number): string => `li s1, ${DATA}${handle(SIGALRM, '{h}', flags)}
  addi a0, s1, 128
  li a1, 0
  sys 59
  lw a0, 128(s1)
  addi a1, s1, 200
  li a2, 1
  sys ${READ}
  bltz a0, {bad}${say('r')}${END}
bad:${say('e')}${END}
h:${say('h')}
  lw a0, 132(s1)
  addi a1, s1, 200
  li a2, 1
  sys ${WRITE}
  sys 139`
  const READS = new RegExp(`[<>] ${READ}\\b|signal|stuck`)
  const outcome = (flags: number, act: Act = stop => stop.info): [string[], string] => {
    const traced = start(reading(flags))
    follow(traced, ALL)
    sendToTask(traced.k, null, traced.k.state.init!, kernelInfo(SIGALRM))
    return [follow(traced, ALL, act).filter(stop => READS.test(stop)), traced.output()]
  }
  const CUT = [`< ${READ} = -512`, 'signal 14']
  test('answers EINTR after a handler', () => expect(outcome(0)).toEqual([CUT, 'he']))
  test('is made again after one that says so', () => expect(outcome(SA_RESTART)).toEqual([[...CUT, `> ${READ}`, `< ${READ} = 1`], 'hr']))
  test('is made again when the signal is kept from it', () =>
    expect(outcome(0, stop => (stop.at === 'delivery' ? null : stop.info))).toEqual([[...CUT, `> ${READ}`, 'stuck'], '']))
})

describe('who stands still', () => {
  const SAYS = program(`${handle(SIGUSR1, '{h}')}${RAISE}${say('x')}`)
  const heldAt = (name: string): Run => {
    const traced = start(SAYS)
    expect(follow(traced, ALL, stop => (nameOf(stop) === name ? undefined : stop.info)).at(-1)).toBe(name)
    return traced
  }
  const STOPS = [`> ${WRITE}`, `< ${WRITE} = 1`, 'signal 10']
  test.each(STOPS)('at "%s" is seen to', name => {
    const { k } = heldAt(name)
    const task = k.state.init!
    expect(statText(k, task, false)).toMatch(/^1 \(test\) t /)
    expect(statusText(k, task)).toContain('t (tracing stop)')
  })
  test.each(STOPS)('at "%s" is not woken by SIGCONT or others, which it takes later', name => {
    const traced = heldAt(name)
    const task = traced.k.state.init!
    for (const signal of [SIGCONT, SIGUSR1]) sendToTask(traced.k, null, task, kernelInfo(signal))
    expect([traced.run().kind, task.state]).toEqual(['idle', 't'])
    letGo(traced.k, task, tracedStop(task)?.info)
    expect(follow(traced, SIGNALS)).toContain(`signal ${SIGCONT}`)
    expect(traced.output()).toMatch(/^h+x$/)
  })
  test.each(STOPS)('at "%s" ends by SIGKILL, and what it was about to do is not done', name => {
    const traced = heldAt(name)
    const { k, run } = traced
    const before = traced.output()
    sendToTask(k, null, k.state.init!, kernelInfo(SIGKILL))
    expect([run().kind, k.state.halted, traced.output(), checkInvariants(k)]).toEqual(['halted', { status: SIGKILL }, before, []])
  })
  test.each(STOPS)('at "%s" is in snapshots, and goes on from them as from itself', name => {
    const traced = heldAt(name)
    const { k } = traced
    const taken = snapshot(k)
    const before = traced.output().length
    const goOn = (): unknown => {
      const task = k.state.init!
      letGo(k, task, tracedStop(task)?.info)
      return [follow(traced, ALL), k.state.executed, k.state.time, k.state.halted]
    }
    const first = goOn()
    const said = traced.output().slice(before)
    restore(k, taken)
    expect([k.state.init!.state, tracedStop(k.state.init!)?.at]).toEqual(['t', taken.state.init!.tracer?.stop?.at])
    expect(k.state.init!.tracer).not.toBe(taken.state.init!.tracer)
    expect(goOn()).toEqual(first)
    expect(traced.output().slice(before + said.length)).toBe(said)
  })
  test.each(STOPS)('at "%s" is free when its tracer leaves', name => {
    const traced = heldAt(name)
    const { k, run } = traced
    const task = k.state.init!
    untrace(k, task)
    expect([run().kind, task.tracer, traced.output(), k.state.counts.syscalls]).toEqual([
      'halted',
      null,
      'hx',
      runToEnd(SAYS).k.state.counts.syscalls,
    ])
  })
  test('is let go once', () => {
    const { k } = heldAt(STOPS[0]!)
    const task = k.state.init!
    expect([letGo(k, task), letGo(k, task)]).toEqual([true, false])
  })
})
