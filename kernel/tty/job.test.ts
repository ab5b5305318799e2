// Whose terminal it is: reading and writing from the background, taking and giving up the terminal (POSIX 11.1, tty_ioctl(4)).
import { beforeEach, describe, expect, test } from 'vitest'
import { isErrno, SIG_DFL, SIG_IGN, SIGHUP, SIGCONT, SIGTTIN, SIGTTOU } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { sigbit } from '../signal/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { fileKernel, fileTask } from '../vfs/testing.ts'
import { newConsole } from './create.ts'
import { checkForeground, disassociate, hangUp, setForeground, takeTerminal } from './job.ts'
import type { Tty } from './types.ts'

let k: Kernel
let tty: Tty
let shell: Task
let job: Task
let stranger: Task

/** A process in a session and a process group, with a parent. */
function join(task: Task, sid: number, pgid: number, parent: ThreadGroup | null): Task {
  const { group } = task
  Object.assign(group, { sid, pgid, parent })
  const add = (sets: Map<number, Set<ThreadGroup>>, id: number): void => void sets.set(id, (sets.get(id) ?? new Set()).add(group))
  add(k.state.ns.pid.sessions, sid)
  add(k.state.ns.pid.processGroups, pgid)
  return task
}
beforeEach(() => {
  const made = fileKernel()
  k = made.k
  k.state.initProtected = false
  tty = newConsole()
  shell = join(made.task, made.task.pid, made.task.pid, null)
  const [first, second] = [fileTask(k), fileTask(k)]
  job = join(first, shell.pid, first.pid, shell.group)
  stranger = join(second, second.pid, second.pid, null)
  takeTerminal(k, shell, tty, false)
  job.group.tty = tty
})

const result = (act: () => unknown): unknown => {
  try {
    const answer = act()
    return answer !== null && typeof answer === 'object' ? 'again' : (answer ?? 'ok')
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.name
  }
}
const sent = (task: Task): number[] => task.group.pending.queue.map(info => info.signal)
const act = (task: Task, signal: number, handler: number): void => void (task.group.actions[signal] = { handler, flags: 0, mask: 0n })

describe.each([SIGTTIN, SIGTTOU] as const)('signal %i', signal => {
  const check = (task: Task): unknown => result(() => checkForeground(k, task, tty, signal))
  test('the foreground, and whoever has another terminal, may', () => {
    expect([check(shell), check(stranger), sent(shell)]).toEqual(['ok', 'ok', []])
    setForeground(k, shell, tty, job.group.pgid)
    expect(check(job)).toBe('ok')
  })
  test('the background is stopped, its whole group', () => {
    const mate = join(fileTask(k), shell.pid, job.group.pgid, shell.group)
    mate.group.tty = tty
    expect([check(job), sent(job), sent(mate), sent(shell)]).toEqual(['again', [signal], [signal], []])
  })
  test('unless it ignores or blocks that', () => {
    const expected = signal === SIGTTIN ? 'EIO' : 'ok'
    act(job, signal, SIG_IGN)
    expect(check(job)).toBe(expected)
    act(job, signal, SIG_DFL)
    job.blocked = sigbit(signal)
    expect([check(job), sent(job)]).toEqual([expected, []])
  })
  test('or nobody is there to continue it', () => {
    job.group.parent = null
    expect([check(job), sent(job)]).toEqual(['EIO', []])
  })
})

test('the foreground is given to a group of the session only', () => {
  const give = (task: Task, pgid: number): unknown => result(() => setForeground(k, task, tty, pgid))
  expect([give(shell, -1), give(shell, 9999), give(shell, stranger.pid), give(stranger, stranger.pid)]).toEqual([
    'EINVAL',
    'ESRCH',
    'EPERM',
    'ENOTTY',
  ])
  expect([give(shell, job.group.pgid), tty.pgid]).toEqual(['ok', job.group.pgid])
})

test('a terminal is taken by a leader without one, or stolen', () => {
  const take = (task: Task, steal = false): unknown => result(() => takeTerminal(k, task, tty, steal))
  expect([take(job), take(stranger), take(shell)]).toEqual(['EPERM', 'EPERM', 'ok'])
  expect([take(stranger, true), tty.sid, tty.pgid, shell.group.tty, job.group.tty, stranger.group.tty === tty]).toEqual([
    'ok',
    stranger.pid,
    stranger.pid,
    null,
    null,
    true,
  ])
})

test('a leader that gives it up hangs up the foreground; only one that lives on continues it', () => {
  setForeground(k, shell, tty, job.group.pgid)
  for (const signal of [SIGHUP, SIGCONT]) act(job, signal, 0x1000)
  disassociate(k, job.group)
  expect([job.group.tty, tty.sid]).toEqual([null, shell.pid])
  disassociate(k, shell.group, false)
  expect([sent(job), sent(shell), tty.sid, tty.pgid, shell.group.tty]).toEqual([[SIGHUP, SIGCONT], [], 0, 0, null])
  takeTerminal(k, shell, tty, false)
  setForeground(k, shell, tty, job.group.pgid)
  job.group.pending.queue = []
  job.group.pending.set = 0n
  disassociate(k, shell.group)
  expect(sent(job)).toEqual([SIGHUP])
})

test('a line that is gone hangs up leader and foreground, once', () => {
  for (const task of [shell, job]) for (const signal of [SIGHUP, SIGCONT]) act(task, signal, 0x1000)
  setForeground(k, shell, tty, job.group.pgid)
  tty.stopped = true
  hangUp(k, tty)
  expect([sent(shell), sent(job), tty.sid, tty.stopped]).toEqual([[SIGHUP, SIGCONT], [SIGHUP], 0, false])
  hangUp(k, tty)
  expect(sent(shell)).toEqual([SIGHUP, SIGCONT])
})
