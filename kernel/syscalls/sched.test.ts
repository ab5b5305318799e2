// sched_setattr(2), nice values, priorities of input and output: sizes, clamps and permissions. Also on Linux: test/oracle/programs/process.c.
import { expect, test } from 'vitest'
import {
  RLIMIT_NICE,
  RLIMIT_RTPRIO,
  SCHED_ATTR,
  SCHED_DEADLINE,
  SCHED_FIFO,
  SCHED_IDLE,
  SCHED_RR,
  readStruct,
  writeStruct,
} from '../abi/index.ts'
import { copyIn, copyOut, getU32 } from '../mm/index.ts'
import { rootCredentials } from '../task/index.ts'
import { deadlinesFit, newHartState } from '../sched/index.ts'
import { BUFFER, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

type Values = Partial<Record<'size' | 'policy' | 'flags' | 'nice' | 'priority' | 'runtime' | 'deadline' | 'period', number>>

function setup() {
  const { k, task } = fileKernel()
  const unprivileged = (): void => {
    task.credentials = { ...rootCredentials(), uid: 1000, euid: 1000, suid: 1000, capEffective: 0, capPermitted: 0 }
  }
  const set = (values: Values): number | string => {
    copyOut(k, task, BUFFER, writeStruct(SCHED_ATTR, { size: SCHED_ATTR.size, ...values }))
    return outcome(k, task, 'sched_setattr', 0, BUFFER, 0)
  }
  const get = () => {
    expect(outcome(k, task, 'sched_getattr', 0, BUFFER, SCHED_ATTR.size, 0)).toBe(0)
    return readStruct(SCHED_ATTR, copyIn(k, task, BUFFER, SCHED_ATTR.size))
  }
  const limit = (which: number, value: number): void => {
    task.group.rlimits.soft[which] = value
  }
  const call = (name: string, ...args: number[]): number | string => outcome(k, task, name, ...args)
  return { k, task, set, get, limit, call, unprivileged }
}

test('sizes that are not known are E2BIG, and the one that is stands there', () => {
  const { k, task, set, call } = setup()
  for (const size of [1, 47, 4097]) {
    expect(set({ size })).toBe('E2BIG')
    expect(getU32(k, task, BUFFER)).toBe(56)
  }
  expect([set({ size: 0 }), set({ size: 48 })]).toEqual([0, 0])
  copyOut(k, task, BUFFER, writeStruct(SCHED_ATTR, { size: 64 }))
  copyOut(k, task, BUFFER + 60, Uint8Array.of(1))
  expect(call('sched_setattr', 0, BUFFER, 0)).toBe('E2BIG')
  expect([
    call('sched_getattr', 0, BUFFER, 4097, 0),
    call('sched_getattr', 0, BUFFER, 47, 0),
    call('sched_getattr', 0, BUFFER, 4096, 0),
  ]).toEqual(['EINVAL', 'EINVAL', 0])
})

test('nice is cut to what there is, runtime to a slice', () => {
  const { set, get } = setup()
  expect([set({ nice: 100 }), get().nice, set({ nice: -100 }), get().nice]).toEqual([0, 19, 0, -20])
  expect([get().runtime, set({ runtime: 5_000_000 }), get().runtime, set({ runtime: 1 }), get().runtime]).toEqual([
    750_000, 0, 5_000_000, 0, 100_000,
  ])
})

test('SCHED_FLAG_KEEP_PARAMS changes nothing but reset-on-fork', () => {
  const { set, get } = setup()
  expect([set({ nice: 3 }), set({ policy: 3, flags: 0x11 })]).toEqual([0, 0])
  expect(get()).toMatchObject({ policy: 0, nice: 3, flags: 1 })
  expect([set({ policy: SCHED_RR, priority: 5 }), set({ flags: 0x18 })]).toEqual([0, 0])
  expect(get()).toMatchObject({ policy: SCHED_RR, priority: 5, flags: 0 })
})

test('priorities of policies without any are 0', () => {
  const { call } = setup()
  const range = (policy: number) => [call('sched_get_priority_min', policy), call('sched_get_priority_max', policy)]
  expect([range(SCHED_DEADLINE), range(SCHED_FIFO), range(4)]).toEqual([
    [0, 0],
    [1, 99],
    ['EINVAL', 'EINVAL'],
  ])
})

test('what limits let those without CAP_SYS_NICE do', () => {
  const { set, call, limit, unprivileged, task } = setup()
  unprivileged()
  expect([set({ policy: SCHED_RR, priority: 1 }), set({ nice: -1 }), call('setpriority', 0, 0, -1)]).toEqual(['EPERM', 'EPERM', 'EACCES'])
  limit(RLIMIT_RTPRIO, 5)
  limit(RLIMIT_NICE, 30)
  expect([set({ policy: SCHED_RR, priority: 6 }), set({ policy: SCHED_RR, priority: 5 })]).toEqual(['EPERM', 0])
  expect([set({ nice: -11 }), set({ nice: -10 }), call('setpriority', 0, 0, -11), call('setpriority', 0, 0, -9)]).toEqual([
    'EPERM',
    0,
    'EACCES',
    0,
  ])
  limit(RLIMIT_NICE, 0)
  expect([set({ policy: SCHED_IDLE, nice: 0 }), set({ nice: 0 })]).toEqual([0, 'EPERM'])
  task.sched.policy = 0
  expect([set({ flags: 1, nice: 5 }), set({ flags: 0, nice: 5 })]).toEqual([0, 'EPERM'])
})

test('SCHED_DEADLINE: what is promised, to whom, and until when', () => {
  const { k, task, set, get, call, unprivileged } = setup()
  const ms = 1_000_000
  const ask = (runtime: number, deadline: number, period = 0, flags = 0) =>
    set({ policy: SCHED_DEADLINE, runtime, deadline, period, flags })
  expect(
    [ask(0, 0), ask(1023, ms), ask(2 * ms, ms), ask(ms, 2 * ms, ms), ask(2000, 99_999), ask(ms, 5000 * ms), ask(ms, 2 * ms, 0, 2)].join(
      ' ',
    ),
  ).toBe('EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL')
  expect([ask(96 * ms, 100 * ms), ask(ms, 3 * ms, 0, 4), call('sched_getscheduler', 0)]).toEqual(['EBUSY', 0, SCHED_DEADLINE])
  expect(get()).toMatchObject({ policy: 6, flags: 4, priority: 0, nice: 0, runtime: ms, deadline: 3 * ms, period: 3 * ms })
  expect(call('sched_setparam', 0, BUFFER)).toBe('EINVAL')
  // Another has what this one left.
  const other = fileTask(k)
  const setFor = (runtime: number) => {
    copyOut(k, task, BUFFER, writeStruct(SCHED_ATTR, { size: 48, policy: SCHED_DEADLINE, runtime, deadline: 100 * ms }))
    return outcome(k, task, 'sched_setattr', other.pid, BUFFER, 0)
  }
  expect([setFor(62 * ms), setFor(61 * ms), ask(95 * ms, 100 * ms)]).toEqual(['EBUSY', 0, 'EBUSY'])
  expect(deadlinesFit(k, 900_000, 1_000_000)).toBe(false)
  other.state = 'Z'
  expect([ask(95 * ms, 100 * ms), set({ policy: 0 }), ask(96 * ms, 100 * ms)]).toEqual([0, 0, 'EBUSY'])
  k.state.sysctl.rtRuntime = -1
  expect(ask(100 * ms, 100 * ms)).toBe(0)
  k.state.sysctl.rtRuntime = 0
  expect(ask(ms, 100 * ms)).toBe('EPERM')
  unprivileged()
  expect(ask(ms, 100 * ms)).toBe('EPERM')
})

test('SCHED_DEADLINE keeps its harts, all of them', () => {
  const { k, task, set, call } = setup()
  k.state.harts.push(newHartState(1))
  copyOut(k, task, BUFFER + 256, Uint8Array.of(1))
  const mask = () => call('sched_setaffinity', 0, 8, BUFFER + 256)
  const deadline = () => set({ policy: SCHED_DEADLINE, runtime: 1_000_000, deadline: 2_000_000 })
  expect(deadline()).toBe('EPERM')
  task.sched.affinity = 3
  expect([deadline(), mask(), set({ policy: 0 }), mask(), deadline()]).toEqual([0, 'EBUSY', 0, 0, 'EPERM'])
})

test('ioprio: classes and levels, kept', () => {
  const { call, unprivileged } = setup()
  const value = (kind: number, level: number): number => (kind << 13) | level
  expect([call('ioprio_get', 1, 0), call('ioprio_set', 1, 0, value(2, 3)), call('ioprio_get', 1, 0)]).toEqual([0, 0, value(2, 3)])
  expect([call('ioprio_set', 1, 0, value(0, 1)), call('ioprio_set', 1, 0, value(4, 0)), call('ioprio_set', 0, 0, value(2, 0))]).toEqual([
    'EINVAL',
    'EINVAL',
    'EINVAL',
  ])
  unprivileged()
  expect([call('ioprio_set', 1, 0, value(1, 0)), call('ioprio_set', 1, 9999, value(3, 0))]).toEqual(['EPERM', 'ESRCH'])
})
