// The texts of execve are read in pieces; while others run between two pieces, what was read is memory that the kernel keeps.
import { expect, it } from 'vitest'
import { callBytes, copyOut, putU64 } from '../mm/index.ts'
import { BUFFER, fileKernel } from '../vfs/testing.ts'
import { callInProgress } from './dispatch.ts'
import type { Blocked } from '../waiting.ts'
import { readArguments } from './exec-args.ts'

const BYTES = 100_000
const ARGS = 16
const VECTOR = BUFFER + 0x20000

it('what was read counts, and is not read again', () => {
  const { k, task } = fileKernel()
  copyOut(k, task, BUFFER, new Uint8Array(BYTES).fill(120))
  for (let i = 0; i < ARGS; i++) putU64(k, task, VECTOR + 8 * i, BUFFER)
  const before = k.state.kmem.since
  const first = readArguments(k, task, VECTOR, VECTOR + 8 * (ARGS - 2)) as Blocked
  expect(first.again).toBe(true)
  expect(k.state.kmem.since - before).toBeGreaterThan(2 ** 20)
  expect(k.state.kmem.since - before).toBeLessThan(2 ** 20 + 2 * BYTES)
  const call = callInProgress(k, task, 221)
  const bare = callBytes(call)
  Object.assign(call, { progress: first.progress, kept: first.kept })
  expect(callBytes(call) - bare).toBeGreaterThan(2 ** 20)
  putU64(k, task, VECTOR, 0)
  const { argv, envp } = readArguments(k, task, VECTOR, VECTOR + 8 * (ARGS - 2)) as { argv: string[]; envp: string[] }
  expect([argv.length, envp.length, argv[ARGS - 1].length]).toEqual([ARGS, 2, BYTES])
})

it('where there is no room for it, it is not kept', () => {
  const { k, task } = fileKernel()
  copyOut(k, task, BUFFER, new Uint8Array(BYTES).fill(120))
  for (let i = 0; i < ARGS; i++) putU64(k, task, VECTOR + 8 * i, BUFFER)
  k.state.frames.fileReserve = 2 * k.state.frames.freeCount
  expect(() => readArguments(k, task, VECTOR, 0)).toThrow(expect.objectContaining({ name: 'ENOMEM' }))
})
