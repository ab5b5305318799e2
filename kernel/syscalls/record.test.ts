// Calls that are made often hand their arguments over at once: what they say of them is what their rows say.
import { expect, test } from 'vitest'
import { bareKernel, fakeTask } from '../process/testing.ts'
import { SYSCALLS } from './table.ts'

const VALUES = [0, 1, 0x7fff_ffff, 2 ** 31, 2 ** 32 + 5, 2 ** 52]
const SHAPES: Readonly<Record<string, (raw: number) => number>> = { int: raw => raw | 0, uint: raw => raw >>> 0, wide: raw => raw }

test('a record has the names of the row, in its order, and plain arguments are read as their types read them', () => {
  const k = bareKernel()
  const task = fakeTask(k)
  const rows = SYSCALLS.filter(row => row?.record !== undefined)
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) {
    if (!row?.record) continue
    const record = row.record(...row.args.map((_, i) => i))
    expect(Object.entries(record), row.name).toEqual(row.args.map(([name], i) => [name, i]))
    for (const [i, [name, arg]] of row.args.entries())
      for (const raw of VALUES) {
        const shape = SHAPES[row.plain[i] as string]
        expect(arg.word === true, `${row.name}, ${name}`).toBe(row.plain[i] !== 'wide')
        expect(arg.read(arg.word ? raw | 0 : raw, k, task), `${row.name}, ${name}`).toBe(shape(raw))
      }
  }
})
