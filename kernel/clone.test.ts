import { expect, test } from 'vitest'
import { ENOENT } from './abi/index.ts'
import { clonePlain } from './clone.ts'

test('keeps sharing, cycles and kinds', () => {
  const shared = { n: 1 }
  const bytes = new Uint8Array([1, 2, 3])
  const original = {
    list: [shared, shared, undefined, 'x'],
    map: new Map<unknown, unknown>([[shared, { back: null as unknown }]]),
    set: new Set([shared]),
    bytes,
    big: 2n ** 60n,
    limit: Infinity,
    nothing: undefined,
  }
  original.map.set('self', original)
  const copy = clonePlain(original)
  expect(copy).toEqual(original)
  expect(copy.list[0]).toBe(copy.list[1])
  expect(copy.list[0]).not.toBe(shared)
  expect(copy.set.has(copy.list[0] as typeof shared)).toBe(true)
  expect(copy.map.get('self')).toBe(copy)
  copy.bytes[0] = 9
  expect(bytes[0]).toBe(1)
})

test('goes as deep as the data does', () => {
  let chain: { next: unknown; name: string } = { next: null, name: 'end' }
  for (let i = 0; i < 200_000; i++) chain = { next: new Map([['x', chain]]), name: String(i) }
  expect(clonePlain(chain).name).toBe('199999')
})

test('shares what is frozen, refuses what is no data', () => {
  expect(clonePlain({ e: ENOENT }).e).toBe(ENOENT)
  expect(() => clonePlain({ f: () => 0 })).toThrow(/function/)
  expect(() => clonePlain({ d: new Date(0) })).toThrow(/Date/)
})
