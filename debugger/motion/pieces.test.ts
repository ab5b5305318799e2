// One instruction that takes the host long (a system call that moves many mebibytes), stepped over both ways and gone past: whoever waits is
// heard between pieces of it, and it ends where it would have without.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_RDWR } from '../../kernel/abi/index.ts'
import { DATA, start } from '../../kernel/testing.ts'
import {
  addBreakpoint,
  createSession,
  now,
  registersOf,
  removePoint,
  taskById,
  type Instant,
  type Session,
  type Stop,
  type TaskRef,
} from '../session/index.ts'
import {
  goTo,
  resume,
  searchBack,
  searchInstruction,
  searchMachineStep,
  searchOver,
  searchWrite,
  stepInstruction,
  stepKernel,
  stepMachine,
  type Motion,
} from './index.ts'

const MIB = 2 ** 20
const CALL_MIB = 48
const open = (text: string, at: number): string => `
  ${[...`${text}\0`].map((c, i) => `li t0, ${c.charCodeAt(0)}\nsb t0, ${at + i}(s1)`).join('\n')}
  li a0, ${AT_FDCWD}
  addi a1, s1, ${at}
  li a2, ${O_RDWR}
  sys 56`
/** Before its sendfile a nop of its own kind, and after it. */
const SOURCE = `
  li s1, ${DATA}
  ${open('/dev/zero', 0)}
  mv s2, a0
  ${open('/dev/null', 16)}
  mv a1, s2
  li a2, 0
  li a3, ${CALL_MIB * MIB}
  li a7, 71
  nop
  ecall
  sd a0, 32(s1)
  li a7, 93
  ecall`
/** Work between two times that whoever waits is heard: some milliseconds, or a dozen pieces of a call. */
const MOST_WORK = 1_300_000

/** Stands before the ecall of sendfile. */
function beforeCall(): { s: Session; id: TaskRef; at: Instant } {
  const { k } = start(SOURCE)
  const s = createSession(k)
  const id = s.focus
  const a7 = (): bigint => registersOf(s, taskById(s, id) as never)[17]
  while (a7() !== 71n) stepInstruction(s, id)
  stepInstruction(s, id)
  return { s, id, at: now(s) }
}

/** Asks until it is done; between two times little is done. `turns`: at least so many. */
function inPieces(s: Session, piece: () => { kind: string }, turns: number): { kind: string } {
  const worked = (): number => s.timeline?.worked ?? 0
  for (let n = 1; ; n++) {
    const before = worked()
    const stop = piece()
    expect(worked() - before).toBeLessThan(MOST_WORK)
    if (stop.kind !== 'interrupted') {
      expect(n).toBeGreaterThanOrEqual(turns)
      return stop
    }
  }
}
const BUDGET = 500_000
const searched = (s: Session, search: Motion<{ kind: string }>, turns: number): { kind: string } =>
  inPieces(s, () => search.go(BUDGET), turns)

test('a step over a long call, and all ways back over it, are heard in between', () => {
  const { s, id, at } = beforeCall()
  expect(inPieces(s, () => stepInstruction(s, id), 5)).toMatchObject({ kind: 'step', task: id })
  expect(registersOf(s, taskById(s, id) as never)[10]).toBe(BigInt(CALL_MIB * MIB))
  const after = now(s)
  stepInstruction(s, id)
  const stored = now(s)
  // Over the store is to after the call: from the points of the recording that is not far.
  expect(searched(s, searchInstruction(s, id), 1)).toMatchObject({ kind: 'step' })
  expect(now(s)).toEqual(after)
  expect(searched(s, searchOver(s, id), 1)).toMatchObject({ kind: 'step' })
  expect(now(s)).toEqual(at)
  // The call has begun, and is done before the next instruction.
  expect(inPieces(s, () => stepMachine(s), 1)).toMatchObject({ kind: 'step' })
  expect(inPieces(s, () => stepMachine(s), 5)).toMatchObject({ kind: 'step' })
  goTo(s, at)
  expect(inPieces(s, () => goTo(s, stored, { budget: BUDGET }), 1)).toMatchObject({ kind: 'step' })
  expect(now(s)).toEqual(stored)
  expect(searched(s, searchMachineStep(s), 1)).toMatchObject({ kind: 'step' })
  goTo(s, at)
  // A piece of the call is a thing that the kernel does.
  for (let n = 0; n < 3; n++) expect(stepKernel(s).kind).toBe('step')
  expect(now(s).executed).toBe(at.executed + 1)
  expect(now(s).steps - at.steps).toBeLessThan(5)
  goTo(s, stored)
  const what = { address: DATA, bytes: 1, physical: false, task: id }
  expect(searched(s, searchWrite(s, what), 5)).toMatchObject({ kind: 'written', write: { task: id } })
  expect(now(s)).toEqual(stored)
  // In a page that is run, where no instruction begins: for it all of the past is run again, and for nothing at all none.
  const { id: nowhere } = addBreakpoint(s, { address: 0x10001, spec: '' })
  expect(searched(s, searchBack(s), 5)).toMatchObject({ kind: 'historyStart' })
  goTo(s, stored)
  removePoint(s, nowhere)
  expect(searched(s, searchBack(s), 1)).toMatchObject({ kind: 'historyStart' })
})

test('a search that is given up stands where it began, at once', () => {
  const { s, id } = beforeCall()
  addBreakpoint(s, { address: 0x10004, spec: '' })
  inPieces(s, () => stepInstruction(s, id), 5)
  stepInstruction(s, id)
  const [stored, points] = [now(s), s.timeline?.store.points.length]
  const search = searchBack(s)
  expect(search.go(BUDGET).kind).toBe('interrupted')
  const worked = s.timeline?.worked ?? 0
  search.giveUp()
  expect((s.timeline?.worked ?? 0) - worked).toBeLessThan(BUDGET)
  expect([now(s), s.timeline?.store.points.length]).toEqual([stored, points])
  expect(resume(s)).toMatchObject({ kind: 'halted' })
})

test('whoever says at any time that it is enough gets to the same places', () => {
  const { s, id, at } = beforeCall()
  s.k.enough = () => true
  const all = (go: () => Stop): Stop => {
    for (;;) {
      const stop = go()
      if (stop.kind !== 'interrupted') return stop
    }
  }
  expect(all(() => stepInstruction(s, id))).toMatchObject({ kind: 'step' })
  const after = now(s)
  const back = searchInstruction(s, id)
  expect(all(() => back.go(Infinity))).toMatchObject({ kind: 'step' })
  expect(now(s)).toEqual(at)
  expect(all(() => goTo(s, after, { budget: Infinity }))).toMatchObject({ kind: 'step' })
  expect(now(s)).toEqual(after)
  goTo(s, at)
  expect(now(s)).toEqual(at)
})
