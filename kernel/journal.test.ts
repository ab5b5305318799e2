// What a journal holds in memory: nothing that nobody keeps, and with a place to put it not more than a lot, whatever comes in.
import { expect, test } from 'vitest'
import { door, entriesOf, isReplaying, newJournal, replayOf, rewindJournal, type Journal } from './journal.ts'
import { LOT_BYTES, LOT_ENTRIES, weightOf, type Spill } from './journal-lots.ts'
import { memoryKernel } from './mm/testing.ts'
import type { Kernel } from './kernel.ts'

function memorySpill(): Spill {
  let all = new Uint8Array(0)
  return {
    put(bytes) {
      const at = all.length
      const grown = new Uint8Array(at + bytes.length)
      grown.set(all)
      grown.set(bytes, at)
      all = grown
      return at
    },
    get: (at, length) => all.slice(at, at + length),
  }
}

function kernelWith(journal: Journal): Kernel {
  const k = memoryKernel({ frames: 16 })
  Object.assign(k, { journal })
  return k
}

/** What is in memory, counted anew. */
const held = ({ entries }: Journal): number => entries.reduce((sum, { data }) => sum + weightOf(data), 0)

const PAGE = 4096
/** The answers of a host in turn: pages, one-byte writes, names, times without end. */
const answers: ((n: number) => unknown)[] = [
  n => new Uint8Array(PAGE).fill(n),
  () => 1,
  n => ({ id: `1:${n}`, kind: 'regular', mode: 0o644, size: n, mtime: 1.7e18 + n }),
  n => Array.from({ length: 20 }, (_, i) => `name ${n} ${i}`),
  () => Infinity,
  () => 'ENOENT',
]
const answer = (n: number): unknown => answers[n % answers.length](n)
const COUNT = 3 * LOT_ENTRIES + 100
const ask = (k: Kernel, from = 0, to = COUNT): void => {
  for (let n = from; n < to; n++) door(k, 'q', () => answer(n))
}
const asked = (): never => {
  throw new Error('the host was asked')
}
const textOf = (data: unknown): string =>
  data instanceof Uint8Array ? `${data.length} x ${data[7]}` : data === Infinity ? 'ever' : JSON.stringify(data)
const expectAnswers = (k: Kernel, from: number, to = COUNT): void => {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i)
  expect(numbers.map(() => textOf(door(k, 'q', asked))).join('\n')).toBe(numbers.map(n => textOf(answer(n))).join('\n'))
}

test('nothing is held where nobody keeps it', () => {
  const k = kernelWith(newJournal(false, memorySpill()))
  ask(k)
  expect([k.journal.entries, k.journal.lots, k.journal.next]).toEqual([[], [], COUNT])
})

test('not more than a lot is held in memory, and all of it comes again', () => {
  const k = kernelWith(newJournal(true, memorySpill()))
  for (let n = 0; n < COUNT; n++) {
    ask(k, n, n + 1)
    if (k.journal.entries.length >= LOT_ENTRIES || held(k.journal) >= LOT_BYTES)
      throw new Error(`held after entry ${n}: ${held(k.journal)}`)
  }
  expect(k.journal.held).toBe(held(k.journal))
  expect([...entriesOf(k.journal)].length).toBe(COUNT)
  const again = kernelWith(replayOf(k.journal))
  expectAnswers(again, 0)
  expect(isReplaying(again)).toBe(false)
})

test.each([COUNT - 1, LOT_ENTRIES + 17, 5, 0])('the run goes again from entry %i, and takes another course there', from => {
  const k = kernelWith(newJournal(true, memorySpill()))
  ask(k)
  rewindJournal(k, from)
  expectAnswers(k, from)
  rewindJournal(k, from, true)
  expect(isReplaying(k)).toBe(false)
  ask(k, from + 1, from + 3)
  rewindJournal(k, Math.max(0, from - 3))
  for (let n = Math.max(0, from - 3); n < from; n++) expect(door(k, 'q', asked)).toEqual(answer(n))
  expect(door(k, 'q', asked)).toEqual(answer(from + 1))
  expect(door(k, 'q', asked)).toEqual(answer(from + 2))
  expect([k.journal.next, isReplaying(k), k.journal.held]).toEqual([from + 2, false, held(k.journal)])
})

test.each([true, false])('entries that a file gives are held no longer than needed (kept: %s)', keeps => {
  let given = 0
  const more = (journal: Journal): boolean => {
    if (given === COUNT) return false
    journal.entries.push({ time: 0, executed: 0, steps: 0, kind: 'q', data: answer(given++) })
    return true
  }
  const k = kernelWith({ ...newJournal(keeps, memorySpill()), mode: 'replay', sealed: true, more })
  for (let n = 0; n < COUNT; n++) {
    door(k, 'q', asked)
    if (held(k.journal) >= LOT_BYTES) throw new Error(`held after entry ${n}: ${held(k.journal)}`)
  }
  expect(() => door(k, 'q', asked)).toThrow('the recording ends here')
  if (!keeps) return
  rewindJournal(k, 3)
  expectAnswers(k, 3)
})

test('what is kept from some time on is numbered right', () => {
  const k = kernelWith(newJournal())
  ask(k, 0, 2)
  k.journal.keeps = false
  ask(k, 2, 5)
  k.journal.keeps = true
  ask(k, 5, 9)
  rewindJournal(k, 5)
  expectAnswers(k, 5, 9)
})
