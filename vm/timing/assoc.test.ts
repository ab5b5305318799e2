// Who is in a set and who leaves it: LRU against a list, and what the other two orders promise.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drop, dropAll, dropWhere, find, newAssoc, place, touch, type Assoc } from './assoc.ts'
import type { Replacement } from './fields.ts'

const make = (entries: number, ways: number, replacement: Replacement): Assoc => newAssoc(entries, ways, replacement) as Assoc
/** Uses a tag, whose own low bits choose its set: did it hit? */
function use(c: Assoc, tag: number): boolean {
  const at = find(c, tag, tag)
  if (at >= 0) touch(c, at)
  else place(c, tag, tag)
  return at >= 0
}
const held = (c: Assoc): number[] => [...c.tags].filter(tag => tag >= 0).sort((a, b) => a - b)

test('no entries are no memory', () => {
  expect(newAssoc(0, 4, 'lru')).toBeNull()
})

// More than eight ways are found by hints.
test.each([1, 2, 3, 4, 12, 32])('lru, %i ways: the same hits, and the same one out, as a list in order of use', ways => {
  const SETS = 4
  const step = fc.record({ tag: fc.nat(6 * ways), kind: fc.constantFrom('use', 'use', 'use', 'use', 'write', 'drop', 'dropEven') })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), steps => {
      const c = make(SETS * ways, ways, 'lru')
      // Least recently used first.
      let sets = Array.from({ length: SETS }, () => [] as { tag: number; dirty: boolean }[])
      for (const { tag, kind } of steps) {
        const set = sets[tag % SETS]
        const at = find(c, tag, tag)
        const known = set.find(entry => entry.tag === tag)
        expect(at >= 0).toBe(known !== undefined)
        if (kind === 'drop') {
          if (at >= 0) drop(c, at)
          sets[tag % SETS] = set.filter(entry => entry !== known)
        } else if (kind === 'dropEven') {
          dropWhere(c, held => held % 2 === 0)
          sets = sets.map(entries => entries.filter(entry => entry.tag % 2 !== 0))
        } else {
          if (known) set.splice(set.indexOf(known), 1)
          else {
            place(c, tag, tag)
            const gone = set.length === ways ? set.shift() : undefined
            expect([...c.out]).toEqual(gone ? [gone.tag, gone.dirty ? 1 : 0] : [-1, 0])
          }
          const index = find(c, tag, tag)
          if (at >= 0) touch(c, index)
          if (kind === 'write') c.dirty[index] = 1
          set.push({ tag, dirty: kind === 'write' || known?.dirty === true })
          expect(c.dirty[index]).toBe(set.at(-1)?.dirty ? 1 : 0)
        }
        expect(held(c)).toEqual(
          sets
            .flat()
            .map(entry => entry.tag)
            .sort((a, b) => a - b),
        )
      }
    }),
    { numRuns: 60 },
  )
})

describe('plru', () => {
  const tagsOf = (ways: number): fc.Arbitrary<number[]> => fc.array(fc.nat(3 * ways), { maxLength: 200 })

  test.each([2, 3, 4, 8, 16])('%i ways: what was used last is not what leaves next', ways => {
    fc.assert(
      fc.property(tagsOf(ways), tags => {
        const c = make(ways, ways, 'plru')
        for (const [n, tag] of tags.entries()) {
          use(c, tag)
          if (n > 0) expect(held(c)).toContain(tags[n - 1])
        }
      }),
    )
  })

  test('two ways: it is lru', () => {
    fc.assert(
      fc.property(tagsOf(2), tags => {
        const [c, lru] = [make(2, 2, 'plru'), make(2, 2, 'lru')]
        for (const tag of tags) expect(use(c, tag)).toBe(use(lru, tag))
      }),
    )
  })

  test('four ways: the last one without a mark takes it from the others, and the first without one leaves', () => {
    const c = make(4, 4, 'plru')
    for (const tag of [10, 11, 12, 13]) use(c, tag)
    expect([...c.marks]).toEqual([0, 0, 0, 1])
    use(c, 10)
    use(c, 14)
    expect(c.out[0]).toBe(11)
    expect([...c.marks]).toEqual([1, 1, 0, 1])
    // Lru would put 13 out next but one; here it keeps its mark until all have one.
    use(c, 15)
    expect(c.out[0]).toBe(12)
    expect([...c.marks]).toEqual([0, 0, 1, 0])
  })
})

describe('random', () => {
  const WAYS = 8
  const victims = (): number[] => {
    const c = make(WAYS, WAYS, 'random')
    for (let tag = 0; tag < WAYS; tag++) use(c, tag)
    return Array.from({ length: 400 }, (_, n) => place(c, WAYS + n, WAYS + n))
  }

  test('the same each time, from any way', () => {
    expect(victims()).toEqual(victims())
    const times = Array.from({ length: WAYS }, (_, way) => victims().filter(at => at === way).length)
    for (const n of times) expect(n).toBeGreaterThan(25)
  })

  test('use changes nothing about who leaves', () => {
    const [a, b] = [make(WAYS, WAYS, 'random'), make(WAYS, WAYS, 'random')]
    for (let tag = 0; tag < 100; tag++) {
      use(a, tag)
      use(b, tag)
      for (let n = 0; n < 5; n++) touch(b, find(b, tag, tag))
    }
    expect(b.tags).toEqual(a.tags)
  })

  test('the next number comes out of its state', () => {
    const [a, b] = [make(WAYS, WAYS, 'random'), make(WAYS, WAYS, 'random')]
    b.seed[0] = 1
    for (let tag = 0; tag < 100; tag++) for (const c of [a, b]) use(c, tag)
    expect(b.tags).not.toEqual(a.tags)
  })
})

test.each(['lru', 'plru', 'random'] as const)('%s: empty places are filled first', replacement => {
  const c = make(8, 4, replacement)
  for (let tag = 0; tag < 8; tag++) {
    use(c, tag)
    expect([...c.out]).toEqual([-1, 0])
  }
  const at = find(c, 5, 5)
  drop(c, at)
  expect(held(c)).toEqual([0, 1, 2, 3, 4, 6, 7])
  expect(place(c, 9, 9)).toBe(at)
  expect([...c.out]).toEqual([-1, 0])
  c.dirty[at] = 1
  dropAll(c)
  expect(held(c)).toEqual([])
  expect(place(c, 1, 1)).toBe(4)
  expect([...c.out]).toEqual([-1, 0])
})
