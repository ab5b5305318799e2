// A number that is given out twice: what was about its first bearer (points, focus, motions) is not about the second.
import { expect, test } from 'vitest'
import {
  addBreakpoint,
  addCatchpoint,
  createSession,
  newDebugger,
  execute,
  processOf,
  reverseStepInstruction,
  resume,
  stepInstruction,
  taskById,
  taskByPid,
  removePoint,
  type Session,
  type TaskRef,
} from '../../debugger/index.ts'
import { symbolAddress } from './symbols.ts'
import { start } from '../machine.ts'

/** Two programs, one after the other, both with number 2. */
const TWICE = '/bin/echo a; echo 1 >/proc/sys/kernel/ns_last_pid; /bin/echo b; exit 3'
const ECHO = symbolAddress('bin/echo', 'main')

/** At the first one's main, by a breakpoint of its own. */
function atFirst(): { s: Session; first: TaskRef } {
  const s = createSession(start(['/bin/sh', '-c', TWICE], { debug: false }).kernel, { distance: 500 })
  const exec = addCatchpoint(s, { what: 'exec' })
  const stop = resume(s)
  removePoint(s, exec.id)
  const task = taskByPid(s, 2)
  if (task === null) throw new Error(`nobody is 2: ${stop.kind}`)
  addBreakpoint(s, { address: ECHO, scope: processOf(task) })
  expect(resume(s)).toMatchObject({ kind: 'breakpoint', task: { pid: 2 } })
  return { s, first: s.focus }
}

test('a breakpoint of a process that has ended does not stop the next one that has its number', () => {
  expect(resume(atFirst().s).kind).toBe('halted')
  const { s, first } = atFirst()
  const all = addBreakpoint(s, { address: ECHO })
  const stop = resume(s)
  expect(stop).toMatchObject({ kind: 'breakpoint', points: [all.id], task: { pid: 2 } })
  expect(s.focus.id).not.toBe(first.id)
  expect(taskById(s, first)).toBe(null)
  expect(taskByPid(s, 2)?.id).toBe(s.focus.id)
})

test('a step of one that has ended is none of the next one, forwards or back', () => {
  const { s, first } = atFirst()
  addBreakpoint(s, { address: ECHO })
  resume(s)
  const second = s.focus
  const executed = taskById(s, second)?.sched.instructions
  expect(stepInstruction(s, first)).toEqual({ kind: 'exited', task: first, status: 0 })
  expect(taskById(s, second)?.sched.instructions).toBe(executed)
  // To before the last instruction that it executed: its exit.
  expect(reverseStepInstruction(s, first)).toEqual({ kind: 'step', task: first })
  expect([s.focus, taskById(s, second), taskByPid(s, 2)?.id]).toEqual([first, null, first.id])
})

test('the debugger says that whom it was about has ended', async () => {
  const { s } = atFirst()
  const d = newDebugger(s, { readFile: () => null, goOn: () => Promise.resolve(true), type: () => false })
  const told = async (line: string): Promise<string> => (await execute(d, line)).lines.join('\n')
  expect(await told('thread')).toBe('[Current thread is 2.2 (echo)]')
  expect(await told('info breakpoints')).toMatch(/inf 2$/m)
  const { focus } = s
  addCatchpoint(s, { what: 'exec' })
  resume(s)
  s.focus = focus
  expect(await told('info breakpoints')).toMatch(/inf 2 \(ended\)$/m)
  expect(await told('thread')).toBe('[Thread 2 has ended]\n[Current thread is 1.1 (sh)]')
  expect(await told('thread')).toBe('[Current thread is 1.1 (sh)]')
})
