import { expect, test } from 'vitest'
import { CLOCK_MONOTONIC, CLOCK_REALTIME, ITIMERSPEC, O_NONBLOCK, readStruct, TIMER_ABSTIME, TIMESPEC, writeStruct } from '../abi/index.ts'
import { copyIn, copyOut } from '../mm/index.ts'
import { fireTimers } from '../timers.ts'
import { BUFFER, call, fileKernel, outcome } from '../vfs/testing.ts'

const MS = 1e6
/** TFD_TIMER_CANCEL_ON_SET */
const CANCEL_ON_SET = 2
const at = (ns: number) => ({ sec: Math.floor(ns / 1e9), nsec: ns % 1e9 })

function timer(clock: number) {
  const { k, task } = fileKernel()
  const fd = call(k, task, 'timerfd_create', clock, O_NONBLOCK) as number
  return {
    k,
    task,
    fd,
    set(value: number, interval = 0, flags = 0) {
      copyOut(k, task, BUFFER, writeStruct(ITIMERSPEC, { value: at(value), interval: at(interval) }))
      return outcome(k, task, 'timerfd_settime', fd, flags, BUFFER, 0)
    },
    /** The count, or the errno. */
    read() {
      const got = outcome(k, task, 'read', fd, BUFFER, 8)
      return got === 8 ? new DataView(copyIn(k, task, BUFFER, 8).buffer).getUint32(0, true) : got
    },
    left() {
      call(k, task, 'timerfd_gettime', fd, BUFFER)
      return readStruct(ITIMERSPEC, copyIn(k, task, BUFFER, ITIMERSPEC.size)).value
    },
    pass(ns: number) {
      k.state.time += ns
      fireTimers(k)
    },
    close: () => call(k, task, 'close', fd),
  }
}

test('counts its periods since it was read', () => {
  const t = timer(CLOCK_MONOTONIC)
  t.set(50 * MS, 20 * MS)
  expect(t.read()).toBe('EAGAIN')
  t.pass(95 * MS)
  expect(t.left()).toEqual({ sec: 0, nsec: 15 * MS })
  expect(t.read()).toBe(3)
  expect(t.read()).toBe('EAGAIN')
  t.pass(15 * MS)
  expect(t.read()).toBe(1)
  t.set(0)
  t.pass(1e9)
  expect(t.read()).toBe('EAGAIN')
})

test('a period of a nanosecond does not keep the kernel busy', () => {
  const t = timer(CLOCK_MONOTONIC)
  t.set(1, 1)
  t.pass(1e9)
  expect(t.read()).toBe(1e9)
})

test('an instant that has passed runs out at once; closing takes the timer along', () => {
  const t = timer(CLOCK_REALTIME)
  t.pass(1)
  t.set(1e9, 0, 1)
  expect(t.read()).toBe(1)
  expect(t.read()).toBe('EAGAIN')
  expect(t.set(5e9, 1e10)).toBe(0)
  expect(t.k.state.timers.byId.size).toBe(1)
  t.close()
  expect(t.k.state.timers.byId.size).toBe(0)
})

test('a timer for a date follows when that is set; who asked to be told is told', () => {
  const t = timer(CLOCK_REALTIME)
  const setDate = (sec: number): unknown => {
    copyOut(t.k, t.task, BUFFER, writeStruct(TIMESPEC, { sec, nsec: 0 }))
    return outcome(t.k, t.task, 'clock_settime', CLOCK_REALTIME, BUFFER)
  }
  setDate(1000)
  t.set(1060e9, 0, TIMER_ABSTIME)
  t.pass(10e9)
  expect(setDate(1050)).toBe(0)
  expect(t.left()).toEqual({ sec: 10, nsec: 0 })
  setDate(1060)
  expect(fireTimers(t.k)).toBe(true)
  expect(t.read()).toBe(1)
  t.set(2000e9, 0, TIMER_ABSTIME | CANCEL_ON_SET)
  setDate(1070)
  expect(t.read()).toBe('ECANCELED')
  expect(t.read()).toBe('EAGAIN')
  expect(t.left()).toEqual({ sec: 930, nsec: 0 })
  t.set(10e9, 0, CANCEL_ON_SET)
  setDate(0)
  expect([t.read(), t.left()]).toEqual(['EAGAIN', { sec: 10, nsec: 0 }])
})
