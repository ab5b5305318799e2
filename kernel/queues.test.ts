// Every queue of the kernel has a bound: what is put in and never taken out ends with EAGAIN where one does not wait, and sleeps where
// one does. A row for each queue that a program can fill.
import { describe, expect, it } from 'vitest'
import {
  AT_FDCWD,
  EFD_NONBLOCK,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDWR,
  RLIMIT_NOFILE,
  RLIMIT_SIGPENDING,
  SIGRTMIN,
  TIOCSPTLCK,
} from './abi/index.ts'
import type { Kernel } from './kernel.ts'
import { copyOut, putU32 } from './mm/index.ts'
import { killInfo, queuedOf, queueInfo, sendToTask } from './signal/index.ts'
import type { Task } from './state.ts'
import { newConsole, ttyInput, typedAhead } from './tty/index.ts'
import { BUFFER, call, fileKernel, fileTask, outcome } from './vfs/testing.ts'

const DATA = BUFFER + 0x8000
const PIECE = 4096
/** Far past every bound, and soon reached where there is none. */
const MANY = 4096

interface Bench {
  k: Kernel
  task: Task
}

/** How much went in before the first refusal, and that refusal: an errno, or 'blocked'. */
interface Filled {
  taken: number
  end: string | number
}

function fill(once: () => string | number): Filled {
  let taken = 0
  for (let i = 0; i < MANY; i++) {
    const end = once()
    if (typeof end !== 'number' || end === 0) return { taken, end }
    taken += end
  }
  return { taken, end: 'endless' }
}

const writes = ({ k, task }: Bench, fd: number, length = PIECE): Filled => fill(() => outcome(k, task, 'write', fd, DATA, length))

/** The two descriptors of a new pseudo-terminal. */
function pty({ k, task }: Bench, flags: number): [number, number] {
  const master = call(k, task, 'openat', AT_FDCWD, '/dev/ptmx', O_RDWR | O_NOCTTY | flags, 0) as number
  putU32(k, task, BUFFER, 0)
  call(k, task, 'ioctl', master, TIOCSPTLCK, BUFFER)
  return [master, call(k, task, 'openat', AT_FDCWD, '/dev/pts/0', O_RDWR | O_NOCTTY | flags, 0) as number]
}

function put(k: Kernel, task: Task, text: string): void {
  copyOut(
    k,
    task,
    DATA,
    Uint8Array.from({ length: PIECE }, (_, i) => text.charCodeAt(i % text.length)),
  )
}

/** Each fills one queue without waiting (O_NONBLOCK given) or waiting (0), and answers what happened. */
const QUEUES: Record<string, (b: Bench, flags: number) => Filled> = {
  pipe(b, flags) {
    call(b.k, b.task, 'pipe2', BUFFER, flags)
    return writes(b, 1)
  },
  'a terminal’s output, unread at the master'(b, flags) {
    const [, slave] = pty(b, flags)
    put(b.k, b.task, 'abc\n')
    return writes(b, slave)
  },
  'finished lines, unread by the program'(b, flags) {
    const [master] = pty(b, flags)
    put(b.k, b.task, 'abc\n')
    return writes(b, master)
  },
  'echo of a line that never ends, unread at the master'(b, flags) {
    const [master] = pty(b, flags)
    put(b.k, b.task, '\0')
    return writes(b, master)
  },
  'an event counter'(b, flags) {
    const fd = call(b.k, b.task, 'eventfd2', 0, flags === 0 ? 0 : EFD_NONBLOCK) as number
    copyOut(b.k, b.task, DATA, Uint8Array.of(0, 0, 0, 0, 0, 0, 0x10, 0))
    return writes(b, fd, 8)
  },
}

function bench(): Bench {
  const made = fileKernel()
  made.k.state.ttys.push(newConsole())
  return made
}

describe('what nobody takes out', () => {
  it.each(Object.keys(QUEUES))('%s: EAGAIN, or sleep', name => {
    const refused = QUEUES[name](bench(), O_NONBLOCK)
    expect(refused.end).toBe('EAGAIN')
    expect(refused.taken).toBeGreaterThan(0)
    expect(refused.taken).toBeLessThanOrEqual(2 ** 17)
    // One that waits sleeps at the same place: in the middle of a piece, it remembers how far it was.
    const waited = QUEUES[name](bench(), 0)
    expect(waited.end).toBe('blocked')
  })
  it('signals: as many as RLIMIT_SIGPENDING says, then they are refused or merge', () => {
    const { k, task } = bench()
    const limit = 10
    const soft = task.group.rlimits.soft.slice()
    soft[RLIMIT_SIGPENDING] = limit
    task.group.rlimits = { ...task.group.rlimits, soft }
    task.blocked = -1n
    const sent = Array.from({ length: 20 }, () => sendToTask(k, task, task, queueInfo(SIGRTMIN, task, 1n)))
    expect(sent.filter(Boolean).length).toBe(limit)
    for (let i = 0; i < 20; i++) sendToTask(k, task, task, killInfo(SIGRTMIN + 1, task))
    for (let signal = 1; signal < SIGRTMIN; signal++) for (let i = 0; i < 20; i++) sendToTask(k, task, task, killInfo(signal, task))
    expect(task.pending.queue.length).toBeLessThanOrEqual(limit + SIGRTMIN)
    // They are the user's, whichever process they wait for; another user has room.
    const other = fileTask(k)
    Object.assign(other, { blocked: -1n })
    other.group.rlimits = task.group.rlimits
    const send = (): boolean => sendToTask(k, task, other, queueInfo(SIGRTMIN, task, 1n))
    expect([queuedOf(k, 0) >= limit, send()]).toEqual([true, false])
    other.credentials = { ...other.credentials, uid: 1000 }
    expect(Array.from({ length: 12 }, send).filter(Boolean).length).toBe(limit)
    task.pending.queue.length = limit - 1
    expect([sendToTask(k, task, task, queueInfo(SIGRTMIN, task, 1n)), queuedOf(k, 0), queuedOf(k, 1000)]).toEqual([true, limit, limit])
  })
  it('typed keys: whoever types sees how many wait', () => {
    const { k, task } = bench()
    pty({ k, task }, 0)
    const tty = k.state.ttys.at(-1)!
    for (let i = 0; i < 10; i++) ttyInput(k, tty, new Uint8Array(PIECE).fill(10))
    expect(typedAhead(tty)).toBeGreaterThan(8 * PIECE)
    expect(tty.master!.output.length + tty.echo.length).toBeLessThan(2 ** 15)
  })
  it('members of an epoll: one for each descriptor there can be', () => {
    const { k, task } = bench()
    const soft = task.group.rlimits.soft.slice()
    soft[RLIMIT_NOFILE] = 20
    task.group.rlimits = { ...task.group.rlimits, soft }
    const epoll = call(k, task, 'epoll_create1', 0) as number
    const added: (string | number)[] = []
    for (let i = 0; i < 30; i++) {
      const fd = outcome(k, task, 'eventfd2', 0, 0)
      added.push(typeof fd === 'string' ? fd : outcome(k, task, 'epoll_ctl', epoll, 1, fd, BUFFER))
    }
    expect(added.filter(x => x === 0).length).toBe(19)
    expect(added.at(-1)).toBe('EMFILE')
  })
})
