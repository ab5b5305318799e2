import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SIGCHLD, SIGINT, SIGKILL, SIGSEGV, SIGTERM, SIGUSR1, SI_QUEUE, SI_USER } from '../abi/index.ts'
import type { Task } from '../state.ts'
import { bareKernel, fakeTask } from '../process/testing.ts'
import { addPending, flushPending, takePending } from './pending.ts'
import { showSigInfo, showSigset } from './show.ts'
import { decodeSigInfo, encodeSigInfo } from './siginfo.ts'
import { SIGSET_FULL, hasSignal, lowestSignal, sigbit, sigsetOf } from './sigset.ts'
import type { PendingSignals, SigInfo } from './types.ts'

const signals = fc.uniqueArray(fc.integer({ min: 1, max: 64 }))

describe('sets of signals', () => {
  it('hold what was put in, lowest first', () => {
    fc.assert(
      fc.property(signals, members => {
        const set = sigsetOf(...members)
        expect(lowestSignal(set)).toBe(members.length ? Math.min(...members) : 0)
        for (let n = 1; n <= 64; n++) expect(hasSignal(set, n)).toBe(members.includes(n))
      }),
    )
  })
  it.each([
    [0n, '[]'],
    [sigsetOf(SIGUSR1, SIGCHLD, 32, 40), '[USR1 CHLD RTMIN RT_8]'],
    [SIGSET_FULL, '~[]'],
    [SIGSET_FULL & ~sigbit(SIGKILL), '~[KILL]'],
  ])('%s is written %s', (set, text) => expect(showSigset(set)).toBe(text))
})

const sample: readonly (readonly [SigInfo, string])[] = [
  [{ signal: SIGINT, errno: 0, code: 0x80, fields: { kind: 'kill', pid: 0, uid: 0 } }, '{si_signo=SIGINT, si_code=SI_KERNEL}'],
  [
    { signal: SIGUSR1, errno: 0, code: -6, fields: { kind: 'kill', pid: 15968, uid: 7 } },
    '{si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=15968, si_uid=7}',
  ],
  [
    { signal: 40, errno: 0, code: SI_QUEUE, fields: { kind: 'queue', pid: 1, uid: 0, value: 7n } },
    '{si_signo=SIGRT_8, si_code=SI_QUEUE, si_pid=1, si_uid=0, si_int=7, si_ptr=0x7}',
  ],
  [
    { signal: SIGCHLD, errno: 0, code: 1, fields: { kind: 'child', pid: 9, uid: 0, status: 3, utime: 0, stime: 2 } },
    '{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=9, si_uid=0, si_status=3, si_utime=0, si_stime=2}',
  ],
  [
    { signal: SIGCHLD, errno: 0, code: 2, fields: { kind: 'child', pid: 9, uid: 0, status: SIGTERM, utime: 0, stime: 0 } },
    '{si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=9, si_uid=0, si_status=SIGTERM, si_utime=0, si_stime=0}',
  ],
  [{ signal: SIGSEGV, errno: 0, code: 1, fields: { kind: 'fault', address: 16 } }, '{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10}'],
  [{ signal: SIGSEGV, errno: 0, code: 0x80, fields: { kind: 'fault', address: 0 } }, '{si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL}'],
  [
    { signal: 14, errno: 0, code: -2, fields: { kind: 'timer', id: 1, overrun: 4, value: 0n } },
    '{si_signo=SIGALRM, si_code=SI_TIMER, si_timerid=0x1, si_overrun=4, si_int=0, si_ptr=NULL}',
  ],
]

describe('siginfo', () => {
  it.each(sample)('%# is written as strace writes it', (info, text) => expect(showSigInfo(info)).toBe(text))
  it.each(sample.filter(([info]) => info.code !== 0x80))('%# survives its bytes', info => {
    expect(decodeSigInfo(encodeSigInfo(info), info.signal)).toEqual(info)
  })
  it('puts si_addr at 16 and si_status at 24', () => {
    const fault = new DataView(encodeSigInfo({ signal: 11, errno: 0, code: 1, fields: { kind: 'fault', address: 0x1234 } }).buffer)
    expect([fault.getInt32(0, true), fault.getInt32(8, true), fault.getUint32(16, true)]).toEqual([11, 1, 0x1234])
    const child = new DataView(encodeSigInfo(sample[3]![0]).buffer)
    expect([child.getInt32(16, true), child.getInt32(24, true), child.getInt32(40, true)]).toEqual([9, 3, 2])
  })
})

const user = (signal: number, pid = 1): SigInfo => ({ signal, errno: 0, code: SI_USER, fields: { kind: 'kill', pid, uid: 0 } })
const nothing = (): PendingSignals => ({ set: 0n, queue: [] })
const BARE = bareKernel()
const waiting = (own: number[], shared: number[]): Task => {
  const task = fakeTask(BARE)
  own.forEach(signal => addPending(task.pending, user(signal)))
  shared.forEach(signal => addPending(task.group.pending, user(signal)))
  return task
}
const takeAll = (task: Task, wanted = SIGSET_FULL): number[] => {
  const taken = takePending(task, wanted)
  return taken ? [taken.signal, ...takeAll(task, wanted)] : []
}

describe('pending signals', () => {
  it('merge when ordinary, queue when real-time', () => {
    const pending = nothing()
    expect([10, 10, 40, 40].map(signal => addPending(pending, user(signal)))).toEqual([true, false, true, true])
    expect(pending.queue).toHaveLength(3)
  })
  it('are taken own first, faults before others, the lowest number first, SIGKILL before all', () => {
    expect(takeAll(waiting([15, SIGSEGV, 2], [1, 40, 40, SIGKILL]))).toEqual([SIGKILL, SIGSEGV, 2, 15, 1, 40, 40])
  })
  it('of one real-time number come in the order they were sent', () => {
    const task = waiting([], [])
    for (const pid of [5, 6, 7]) addPending(task.pending, user(40, pid))
    const pids = [0, 0, 0].map(() => takePending(task, SIGSET_FULL)?.fields)
    expect(pids).toEqual([5, 6, 7].map(pid => ({ kind: 'kill', pid, uid: 0 })))
    expect(task.pending.set).toBe(0n)
  })
  it('stay where they are while blocked', () => {
    const task = waiting([10], [12])
    expect(takeAll(task, ~sigbit(10))).toEqual([12])
    expect(takeAll(task)).toEqual([10])
  })
  it('are forgotten with their information', () => {
    const task = waiting([10, 40, 40], [])
    flushPending(task.pending, sigsetOf(40))
    expect(takeAll(task)).toEqual([10])
    expect(task.pending.queue).toEqual([])
  })
})
