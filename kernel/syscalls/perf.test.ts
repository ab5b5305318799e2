// Counters, call by call. In whole programs and beside Linux: test/oracle/programs/perf.c.
import { expect, test } from 'vitest'
import { PERF_ATTR, PERF_BITS, PERF_COUNT_SW, PERF_FORMAT, PERF_IOC, writeStruct } from '../abi/index.ts'
import { copyIn, copyOut } from '../mm/index.ts'
import { exitTask } from '../process/index.ts'
import { allocTrapFrame, rootCredentials } from '../task/index.ts'
import { BUFFER, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

const { DISABLED, INHERIT } = PERF_BITS

function setup() {
  const { k, task } = fileKernel()
  const open = (values: { type?: number; config?: number; bits?: number; format?: number }, who = 0, group = -1): number | string => {
    const { type = 1, config = PERF_COUNT_SW.PAGE_FAULTS, bits = 0, format = 0 } = values
    copyOut(
      k,
      task,
      BUFFER,
      writeStruct(PERF_ATTR, { type, size: 72, config: BigInt(config), bits: BigInt(bits), readFormat: BigInt(format) }),
    )
    return outcome(k, task, 'perf_event_open', BUFFER, who, -1, group, 0)
  }
  const read = (fd: number | string, words = 1): number[] | string => {
    const result = outcome(k, task, 'read', fd, BUFFER, 8 * words)
    if (typeof result === 'string') return result
    const bytes = copyIn(k, task, BUFFER, result)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    return Array.from({ length: result / 8 }, (_, i) => Number(view.getBigUint64(8 * i, true)))
  }
  return { k, task, open, read }
}

test('it counts while it is enabled', () => {
  const { k, task, open, read } = setup()
  const fd = open({ bits: DISABLED })
  const pass = (faults: number): void => void (task.usage.minorFaults += faults)
  pass(5)
  const seen = [read(fd)]
  for (const [request, faults] of [
    [PERF_IOC.ENABLE, 7],
    [PERF_IOC.DISABLE, 3],
    [PERF_IOC.RESET, 2],
  ] as const) {
    outcome(k, task, 'ioctl', fd, request, 0)
    pass(faults)
    seen.push(read(fd))
  }
  expect(seen).toEqual([[0], [7], [7], [0]])
})

test('what is refused', () => {
  const { task, open, read } = setup()
  expect([open({ type: 9 }), open({ config: 99 }), open({ format: 32 }), open({}, 999), open({}, -1), open({}, 0, 77)]).toEqual([
    ...['ENOENT', 'ENOENT', 'EINVAL', 'ESRCH', 'EINVAL', 'EBADF'],
  ])
  expect(read(open({ format: PERF_FORMAT.ID }))).toBe('ENOSPC')
  task.credentials = { ...rootCredentials(), euid: 1, capEffective: 0 }
  expect(open({})).toBe('EACCES')
})

test('another task is counted to its end, and groups are read as one', () => {
  const { k, open, read } = setup()
  const other = fileTask(k)
  other.trapFrame = allocTrapFrame(k)
  const format = PERF_FORMAT.GROUP | PERF_FORMAT.ID
  const leader = open({ format, bits: INHERIT }, other.pid)
  expect(open({ format }, other.pid, leader as number)).toBe('EINVAL')
  open({ format, bits: INHERIT, config: PERF_COUNT_SW.CONTEXT_SWITCHES }, other.pid, leader as number)
  other.usage.majorFaults += 4
  other.usage.voluntarySwitches += 9
  exitTask(k, other, 0)
  expect(read(leader, 5)).toEqual([2, 4, expect.any(Number), 9, expect.any(Number)])
})
