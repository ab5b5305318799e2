// Copies to and from programs: page ends, wild pointers, every width.
import { expect, test } from 'vitest'
import { PAGE_SIZE } from '../../vm/index.ts'
import { PROT_READ } from '../abi/index.ts'
import {
  clearUser,
  copyIn,
  copyInString,
  copyOut,
  getBig,
  getI32,
  getI64,
  getU16,
  getU32,
  getU64,
  getU8,
  peekUser,
  pokeUser,
  putBig,
  putU16,
  putU32,
  putU64,
  USER_END,
} from './index.ts'
import { expectSound, imageOf, map, memoryKernel, memoryTask, space } from './testing.ts'

const BASE = 0x10_0000
const END = BASE + 4 * PAGE_SIZE
const EFAULT = expect.objectContaining({ name: 'EFAULT' })

function setup() {
  const k = memoryKernel()
  const task = memoryTask(k)
  map(k, task, BASE, 4)
  return { k, task }
}

test('bytes across pages come back as they went', () => {
  const { k, task } = setup()
  const bytes = Uint8Array.from({ length: 2 * PAGE_SIZE + 11 }, (_, i) => i * 7)
  copyOut(k, task, BASE + 100, bytes)
  expect(copyIn(k, task, BASE + 100, bytes.length)).toEqual(bytes)
  clearUser(k, task, BASE + 101, PAGE_SIZE)
  expect(copyIn(k, task, BASE + 100, bytes.length)).toEqual(bytes.map((b, i) => (i >= 1 && i < 1 + PAGE_SIZE ? 0 : b)))
})

test.each([0, 1, 2, 3, 4, 5, 6, 7, PAGE_SIZE - 1, PAGE_SIZE - 2, PAGE_SIZE - 3, PAGE_SIZE - 5, PAGE_SIZE - 7])(
  'numbers at offset %i',
  offset => {
    const { k, task } = setup()
    const at = BASE + offset
    putU64(k, task, at, -2)
    expect([getI64(k, task, at), getU64(k, task, at), getBig(k, task, at)]).toEqual([-2, 2 ** 64, 2n ** 64n - 2n])
    expect([getI32(k, task, at), getU32(k, task, at), getU16(k, task, at), getU8(k, task, at)]).toEqual([-2, 2 ** 32 - 2, 65534, 254])
    putU64(k, task, at, 2 ** 52 + 3)
    expect(getU64(k, task, at)).toBe(2 ** 52 + 3)
    putBig(k, task, at, 0x8123456789abcdefn)
    expect(getBig(k, task, at)).toBe(0x8123456789abcdefn)
    putU32(k, task, at, 0x11223344)
    putU16(k, task, at + 4, 0xbbaa)
    expect([...copyIn(k, task, at, 8)]).toEqual([0x44, 0x33, 0x22, 0x11, 0xaa, 0xbb, 0x23, 0x81])
  },
)

test.each([0, 1, -1, BASE - 1, END - 3, END, USER_END - 2, USER_END, 2 ** 47, 2 ** 53, 2 ** 63, -(2 ** 63), Number.NaN])(
  'a wild pointer %d is EFAULT',
  at => {
    const { k, task } = setup()
    const free = k.state.frames.freeCount
    expect(() => copyIn(k, task, at, 4)).toThrow(EFAULT)
    expect(() => copyOut(k, task, at, new Uint8Array(4))).toThrow(EFAULT)
    expect(() => getU32(k, task, at)).toThrow(EFAULT)
    expect(() => putU64(k, task, at, 1)).toThrow(EFAULT)
    if (at < BASE || at >= END || Number.isNaN(at)) expect(() => copyInString(k, task, at, 10)).toThrow(EFAULT)
    expect(peekUser(k, task, at, 4)).toBeNull()
    expect(free - k.state.frames.freeCount).toBeLessThanOrEqual(5)
    expectSound(k)
  },
)

test('strings end at their NUL, wherever the page ends', () => {
  const { k, task } = setup()
  const text = 'hello \xff world'
  for (const at of [BASE, BASE + PAGE_SIZE - 5, BASE + PAGE_SIZE - 13, END - text.length - 1]) {
    copyOut(
      k,
      task,
      at,
      Uint8Array.from(text + '\0', c => c.charCodeAt(0)),
    )
    expect(copyInString(k, task, at, 100)).toBe(text)
    expect(copyInString(k, task, at, text.length + 1)).toBe(text)
    expect(() => copyInString(k, task, at, text.length)).toThrow(expect.objectContaining({ name: 'ENAMETOOLONG' }))
  }
  copyOut(k, task, END - 2, new Uint8Array([65, 66]))
  expect(() => copyInString(k, task, END - 2, 100)).toThrow(EFAULT)
})

test('long strings are the bytes that they are made of', () => {
  const { k, task } = setup()
  const long = 'x'.repeat(500)
  for (const text of [long, `${long}\x7f${long}`, `${long}\xc3\xa9${long}`, '\x80\x9f\xff'.repeat(50), `\xef\xbb\xbf${long}`]) {
    copyOut(
      k,
      task,
      BASE,
      Uint8Array.from(text + '\0', c => c.charCodeAt(0)),
    )
    expect(copyInString(k, task, BASE, 2000)).toBe(text)
  }
})

test('the kernel may not write where the program may not', () => {
  const { k, task } = setup()
  map(k, task, BASE, 1, { prot: PROT_READ })
  expect(() => putU32(k, task, BASE, 1)).toThrow(EFAULT)
  expect(getU32(k, task, BASE)).toBe(0)
})

test('looking changes nothing; a debugger writes anywhere, and only for its process', () => {
  const { k, task } = setup()
  const inode = imageOf(k, new Uint8Array(PAGE_SIZE).fill(5))
  map(k, task, BASE, 1, { inode, prot: PROT_READ })
  expect(peekUser(k, task, BASE + PAGE_SIZE - 2, 4)).toEqual(new Uint8Array([5, 5, 0, 0]))
  expect([space(task).tablePages, inode.pages.size]).toEqual([1, 0])
  expect(pokeUser(k, space(task), BASE + 8, new Uint8Array([1, 2]))).toBe(2)
  expect(pokeUser(k, space(task), END - 1, new Uint8Array([1, 2]))).toBe(1)
  expect(copyIn(k, task, BASE + 7, 4)).toEqual(new Uint8Array([5, 1, 2, 5]))
  expect(() => putU32(k, task, BASE, 1)).toThrow(EFAULT)
  expectSound(k)
})
