// Sessions over real programs: stopping, stepping and looking, forwards and backwards.
import { describe, expect, test } from 'vitest'
import {
  addBreakpoint,
  addCatchpoint,
  addWatchpoint,
  closeSession,
  createSession,
  evaluate,
  goTo,
  lastWrite,
  now,
  readMemory,
  readRegister,
  removePoint,
  resume,
  reverseResume,
  reverseStepInstruction,
  reverseStepMachine,
  reverseStepOver,
  runTo,
  searchBack,
  searchInstruction,
  searchMachineStep,
  stepInstruction,
  stepKernel,
  stepMachine,
  stepOver,
  taskById,
  taskByPid,
  tasksOf,
  writeMemory,
  writeRegister,
  type Motion,
  type Session,
  type Stop,
} from '../../debugger/index.ts'
import { regPc } from '../../kernel/index.ts'
import { symbolAddress } from './symbols.ts'
import { fingerprint, run, start, type TestOptions } from '../machine.ts'
import { nth, nthProcess } from '../nth.ts'

const session = (argv: readonly string[], options: TestOptions & { distance?: number } = {}): Session => {
  const { distance, ...machine } = options
  return createSession(start(argv, { debug: false, ...machine }).kernel, { distance: distance ?? 5_000 })
}
const pcOf = (s: Session, id = s.focus): number => {
  const task = taskById(s, id)
  return task === null ? -1 : regPc(s.k, task)
}

describe.each(['interpreter', 'reference'] as const)('on the %s', engine => {
  test('a breakpoint stops before its instruction, each time, and the run ends as ever', () => {
    const s = session(['/labs/fork-tree', '2'], { engine })
    const at = symbolAddress('labs/fork-tree', 'main')
    const point = addBreakpoint(s, { address: at, spec: 'main' })
    expect(resume(s)).toEqual({ kind: 'breakpoint', points: [point.id], task: nth(1), address: at })
    expect(pcOf(s)).toBe(at)
    // Going on does not stop there again.
    expect(resume(s).kind).toBe('halted')
    expect(point.hits).toBe(1)
    const { kernel } = run(['/labs/fork-tree', '2'], { engine })
    expect(fingerprint(s.k)).toBe(fingerprint(kernel))
  })

  test('a condition, a scope and a count decide whether it counts', () => {
    const options = { engine }
    const address = symbolAddress('labs/pipe-pingpong', 'receive')
    const s = session(['/labs/pipe-pingpong', '20'], options)
    addBreakpoint(s, { address, condition: 's3 == 5 && pid == 2' })
    expect(resume(s)).toMatchObject({ kind: 'breakpoint', task: nth(2) })
    const child = taskByPid(s, 2)
    expect(child && evaluate(s, child, 's3')).toBe(5n)
    const u = session(['/labs/pipe-pingpong', '20'], options)
    const counted = addBreakpoint(u, { address, scope: nthProcess(1), ignore: 3 })
    expect(resume(u)).toMatchObject({ kind: 'breakpoint', task: nth(1) })
    expect(counted.hits).toBe(4)
  })

  test('a watchpoint stops after the access that changes its bytes', () => {
    const s = session(['/labs/cow', '2'], { engine })
    addBreakpoint(s, { address: symbolAddress('labs/cow', 'main'), temporary: true })
    resume(s)
    const task = taskByPid(s, 1)
    const sp = Number(task && readRegister(s, task, 'sp'))
    const watch = addWatchpoint(s, { start: sp - 64, bytes: 64, access: 'write', scope: nthProcess(1) })
    const stop = resume(s)
    expect(stop).toMatchObject({ kind: 'watchpoint', points: [watch.id], task: nth(1), access: 'write' })
    if (stop.kind !== 'watchpoint' || task === null) return
    expect([...readMemory(s, task, sp - 64, 64)]).toEqual([...stop.after])
    expect(stop.after).not.toEqual(stop.before)
  })
})

describe('catchpoints', () => {
  const caught = (argv: readonly string[], what: Parameters<typeof addCatchpoint>[1]): Stop => {
    const s = session(argv)
    addCatchpoint(s, what)
    return resume(s)
  }
  test.each([
    ['cow', [], /^2 cow: copy-on-write at 0x[0-9a-f]+: frame \d+ copied to \d+$/],
    ['fork', [], /^1 cow: forks 2 cow$/],
    ['syscall', ['wait4'], /^1 cow: wait4\(2, 0x[0-9a-f]+, 0, NULL\)$/],
    ['syscallReturn', ['mmap'], /^1 cow: mmap = 0x7ff/],
    ['exit', [], /^2 cow: exits with wait status 0x0$/],
    ['fault', ['zero'], /^1 cow: (write|read) fault at 0x[0-9a-f]+: anonymous memory, first touch$/],
    ['switch', ['2'], /^hart 0: switch from .* to 2 cow$/],
    ['signal', ['SIGCHLD'], /^1 cow: \{si_signo=SIGCHLD, .*\} delivered: /],
    ['wake', ['1'], /^1 cow: wakes up$/],
    ['schedule', [], /^hart 0: the scheduler chooses /],
    ['tlbMiss', [], /^1 cow: TLB miss at 0x[0-9a-f]+ \((fetch|read|write)\)$/],
    ['tlbFlush', [], /^hart 0: (1 cow: )?TLB flush of /],
  ] as const)('%s %j', (what, filter, text) => {
    const stop = caught(['/labs/cow', '2'], { what, filter })
    expect(stop.kind).toBe('catchpoint')
    if (stop.kind === 'catchpoint') expect(stop.event.text).toMatch(text)
  })
  test('a signal that is sent', () => {
    const s = session(['/bin/sh', '-c', 'sleep 1 & kill -USR1 $!; wait'], { init: true })
    addCatchpoint(s, { what: 'signalSent', filter: ['USR1'] })
    expect(resume(s)).toMatchObject({ kind: 'catchpoint', event: { kind: 'signalSent' } })
  })
  test('a timer', () => {
    const s = session(['/bin/sh', '-c', 'sleep 0.01'], { init: true })
    addCatchpoint(s, { what: 'timer', filter: ['wake'] })
    expect(resume(s)).toMatchObject({ kind: 'catchpoint', event: { kind: 'timer' } })
  })
  test('none of them changes what happens', () => {
    const s = session(['/labs/cow', '2'])
    for (const what of ['cow', 'fork', 'syscall', 'fault', 'switch', 'tlbMiss', 'schedule', 'timer'] as const) addCatchpoint(s, { what })
    let stops = 0
    for (let stop = resume(s); stop.kind !== 'halted'; stop = resume(s)) stops++
    expect(stops).toBeGreaterThan(50)
    expect(fingerprint(s.k)).toBe(fingerprint(run(['/labs/cow', '2']).kernel))
  })
})

describe('steps', () => {
  const atMain = (): Session => {
    const s = session(['/labs/pipe-pingpong', '5'])
    addBreakpoint(s, { address: symbolAddress('labs/pipe-pingpong', 'main'), temporary: true })
    resume(s)
    return s
  }

  test('an instruction of one task, system calls and sleeps included', () => {
    const s = atMain()
    const task = taskByPid(s, 1)
    let last = task?.sched.instructions ?? 0
    for (let n = 0; n < 400; n++) {
      const stop = stepInstruction(s, nth(1))
      if (stop.kind === 'halted' || stop.kind === 'exited') break
      expect(stop).toEqual({ kind: 'step', task: nth(1) })
      expect(task?.sched.instructions).toBe(++last)
    }
  })

  test('over a call, and into it', () => {
    const s = atMain()
    const [here] = [pcOf(s)]
    for (let n = 0; n < 40 && s.k.state.counts.forks === 0; n++) expect(stepOver(s, nth(1)).kind).toBe('step')
    expect(s.k.state.counts.forks).toBe(1)
    // Still in main.
    expect(Math.abs(pcOf(s, nth(1)) - here)).toBeLessThan(400)
  })

  test('of the machine and of the kernel', () => {
    const s = atMain()
    const { executed, steps } = now(s)
    expect(stepMachine(s)).toMatchObject({ kind: 'step' })
    expect(now(s).executed).toBe(executed + 1)
    expect(stepKernel(s)).toMatchObject({ kind: 'step' })
    expect(now(s).steps).toBe(steps + 1)
  })

  test('to an address', () => {
    const s = atMain()
    const address = symbolAddress('labs/pipe-pingpong', 'switches')
    expect(runTo(s, { address, task: nth(1) })).toEqual({ kind: 'step', task: nth(1) })
    expect(pcOf(s, nth(1))).toBe(address)
  })
})

describe('backwards', () => {
  test('every instruction of a task is undone by a step back, across calls, switches and copies', () => {
    const s = session(['/labs/cow', '2'], { distance: 1_000 })
    addBreakpoint(s, { address: symbolAddress('labs/cow', 'fork'), temporary: true })
    resume(s)
    const trail: string[] = []
    const note = (): string => {
      const task = taskByPid(s, 1)
      return task === null ? 'gone' : `${task.sched.instructions} ${regPc(s.k, task)} ${String(readRegister(s, task, 'sp'))}`
    }
    trail.push(note())
    for (let n = 0; n < 60; n++) {
      for (let m = 0; m < 20; m++) stepInstruction(s, nth(1))
      trail.push(note())
    }
    expect(s.k.state.counts.forks).toBe(1)
    for (let n = trail.length - 2; n >= trail.length - 20; n--) {
      for (let m = 0; m < 20; m++) expect(reverseStepInstruction(s, nth(1)).kind).toBe('step')
      expect(note()).toBe(trail[n])
    }
  })

  test('to the last stop before, of each kind, and to the beginning at last', () => {
    const s = session(['/labs/cow', '2'])
    addCatchpoint(s, { what: 'cow' })
    const seen: string[] = []
    for (let stop = resume(s); stop.kind === 'catchpoint'; stop = resume(s)) seen.push(`${stop.event.text} ${JSON.stringify(now(s))}`)
    expect(seen.length).toBeGreaterThan(3)
    const back: string[] = []
    for (let stop = reverseResume(s); stop.kind === 'catchpoint'; stop = reverseResume(s))
      back.push(`${stop.event.text} ${JSON.stringify(now(s))}`)
    expect(back).toEqual(seen.toReversed())
    expect(now(s).executed).toBe(0)
    // And forwards again.
    expect(resume(s).kind).toBe('catchpoint')
  })

  test('in pieces: each is some way back, and the stops are the same', () => {
    const s = session(['/labs/cow', '40'], { distance: 500 })
    addCatchpoint(s, { what: 'fork' })
    const forked = resume(s)
    const at = now(s)
    while (resume(s).kind !== 'halted');
    let last = now(s).executed
    let pieces = 0
    let search = searchBack(s)
    let stop = search.go(200)
    for (; stop.kind === 'interrupted'; stop = search.go(200)) {
      pieces++
      if (pieces % 20 !== 0) continue
      // Left in between, it is some way back, and another search goes on from there.
      search.giveUp()
      expect(now(s).executed).toBeLessThan(last)
      last = now(s).executed
      search = searchBack(s)
    }
    expect(pieces).toBeGreaterThan(5)
    expect([stop, now(s)]).toEqual([forked, at])
  })

  test('whoever stopped there has the focus, and going on does not stop there again', () => {
    const s = session(['/labs/pipe-pingpong', '5'])
    const point = addBreakpoint(s, { address: symbolAddress('labs/pipe-pingpong', 'receive') })
    const stops = [resume(s), resume(s), resume(s), resume(s)]
    const hit = (task: number): Stop => ({ kind: 'breakpoint', points: [point.id], task: nth(task), address: point.address })
    expect(stops.map(stop => 'task' in stop && stop.task.pid)).toEqual([1, 2, 2, 1])
    for (const task of [2, 2, 1]) expect([reverseResume(s), s.focus, pcOf(s)]).toEqual([hit(task), nth(task), point.address])
    const here = now(s)
    expect([resume(s), s.focus]).toEqual([hit(2), nth(2)])
    goTo(s, here)
    s.focus = nth(1)
    expect(now(s)).toEqual(here)
    expect([resume(s), s.focus]).toEqual([hit(2), nth(2)])
    // By a step back to where a breakpoint is.
    for (const step of [reverseStepInstruction, reverseStepOver]) {
      stepInstruction(s, nth(2))
      expect([step(s, nth(2)).kind, pcOf(s, nth(2))]).toEqual(['step', point.address])
    }
    expect([resume(s), s.focus]).toEqual([hit(2), nth(2)])
    expect([resume(s), s.focus]).toEqual([hit(1), nth(1)])
  })

  test('by many instructions at once: where single steps come to, and the beginning at last', () => {
    const s = session(['/bin/sh', '-c', '(echo a); echo b'], { init: true })
    expect(resume(s, { budget: 20_000 }).kind).toBe('interrupted')
    const whole = (search: Motion): string => search.go(Infinity).kind
    for (const [step, many] of [
      [(): unknown => reverseStepInstruction(s, s.focus), (count: number): Motion => searchInstruction(s, s.focus, count)],
      [(): unknown => reverseStepMachine(s), (count: number): Motion => searchMachineStep(s, count)],
    ] as const) {
      const end = now(s)
      for (let n = 0; n < 25; n++) step()
      const there = now(s)
      goTo(s, end)
      expect([whole(many(25)), now(s)]).toEqual(['step', there])
    }
    expect([whole(searchInstruction(s, s.focus, 1e12)), whole(searchMachineStep(s, 1e12))]).toEqual(['historyStart', 'historyStart'])
  })

  test('by one instruction of the machine', () => {
    const s = session(['/labs/fork-tree', '1'])
    resume(s, { budget: 3000 })
    const { executed } = now(s)
    for (let n = 1; n <= 5; n++) {
      reverseStepMachine(s)
      expect(now(s).executed).toBe(executed - n)
    }
  })

  test('over a call', () => {
    const s = session(['/labs/pipe-pingpong', '5'])
    addBreakpoint(s, { address: symbolAddress('labs/pipe-pingpong', 'main'), temporary: true })
    resume(s)
    const trail = [pcOf(s, nth(1))]
    for (let n = 0; n < 25; n++) {
      stepOver(s, nth(1))
      trail.push(pcOf(s, nth(1)))
    }
    for (let n = trail.length - 2; n >= 0; n--) {
      expect(reverseStepOver(s, nth(1)).kind).toBe('step')
      expect(pcOf(s, nth(1))).toBe(trail[n])
    }
  })

  test('who wrote this last: a program, or the kernel', () => {
    const s = session(['/labs/cow', '2'])
    const main = addBreakpoint(s, { address: symbolAddress('labs/cow', 'main') })
    resume(s)
    removePoint(s, main.id)
    const task = taskByPid(s, 1)
    const sp = Number(task && readRegister(s, task, 'sp'))
    for (let n = 0; n < 200; n++) stepInstruction(s, nth(1))
    const here = now(s)
    const written = lastWrite(s, { address: sp - 8, bytes: 8, physical: false, task: nth(1) })
    expect(written?.text).toMatch(/1 \(cow\) wrote it with the instruction at 0x/)
    expect(now(s)).toEqual(here)
    if (written) goTo(s, written.instant)
    expect(now(s).executed).toBe(written?.instant.executed)
    // The arguments at the top of the stack are exec's.
    goTo(s, here)
    const argc = lastWrite(s, { address: sp + 64, bytes: 4, physical: false, task: nth(1) })
    expect(argc === null || /kernel|wrote/.test(argc.text)).toBe(true)
  })

  test('a change by hand makes another future', () => {
    const s = session(['/bin/sh', '-c', 'exit 3'])
    resume(s, { budget: 2000 })
    const task = taskByPid(s, 1)
    if (task === null) throw new Error('no task')
    expect(writeRegister(s, task, 'x31', 0x1234n)).toBe(true)
    expect(readRegister(s, task, 't6')).toBe(0x1234n)
    const sp = Number(readRegister(s, task, 'sp'))
    expect(writeMemory(s, task, sp - 64, new Uint8Array([1, 2, 3]))).toBe(true)
    expect([...readMemory(s, task, sp - 64, 3)]).toEqual([1, 2, 3])
    expect(writeMemory(s, task, 8, new Uint8Array(1))).toBe(false)
    expect(resume(s)).toEqual({ kind: 'halted', status: 3 << 8 })
  })

  test('a change by hand is part of what happened: gone before, there again after, in memory and registers', () => {
    const s = session(['/bin/sh', '-c', 'exit 3'])
    const looked = (): unknown[] => {
      const task = taskByPid(s, 1)
      if (task === null) throw new Error('no task')
      return [readRegister(s, task, 't6'), ...readMemory(s, task, place, 2)]
    }
    resume(s, { budget: 2000 })
    const task = taskByPid(s, 1)
    if (task === null) throw new Error('no task')
    const place = Number(readRegister(s, task, 'sp')) - 2048
    const changedAt = now(s)
    const before = looked()
    writeRegister(s, task, 'x31', 0x1234n)
    writeMemory(s, task, place, new Uint8Array([1, 2]))
    const after = [0x1234n, 1, 2]
    expect(looked()).toEqual(after)
    resume(s, { budget: 100 })
    const later = now(s)
    const end = fingerprint(s.k)
    reverseStepMachine(s)
    expect(looked()).toEqual(after)
    goTo(s, { executed: changedAt.executed - 50, steps: Infinity })
    expect(looked()).toEqual(before)
    goTo(s, later)
    expect(fingerprint(s.k)).toBe(end)
    expect(looked()).toEqual(after)
    // Running on from before it, not only travelling.
    goTo(s, { executed: changedAt.executed - 50, steps: Infinity })
    resume(s, { budget: later.executed - changedAt.executed + 50 })
    expect(looked()).toEqual(after)
    expect(now(s).executed).toBe(later.executed)
  })
})

test('a closed session leaves the machine as if it had never been', () => {
  const s = session(['/labs/cow', '2'])
  addBreakpoint(s, { address: symbolAddress('labs/cow', 'main') })
  addWatchpoint(s, { start: 0x8000_1000, bytes: 8, physical: true, access: 'access' })
  resume(s)
  closeSession(s)
  expect([s.k.machine.debug, s.k.machine.written]).toEqual([null, null])
  expect(tasksOf(s, null).map(task => task.pid)).toEqual([1])
})
