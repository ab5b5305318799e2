// PROCMAP_QUERY's answers where no program is at hand: regions by address and by flags, names, build ids, sizes of the structure.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_RDONLY, O_RDWR, PROT_EXEC, PROT_READ, PROT_WRITE } from '../abi/index.ts'
import { copyIn, copyOut, mapRegion } from '../mm/index.ts'
import { buffer, BUFFER, call, fileKernel, outcome } from '../vfs/testing.ts'
import { PROCMAP_QUERY } from './map-query.ts'

const [NAME, ID] = [BUFFER + 0x1000, BUFFER + 0x2000]
const NOTE_AT = 0x100

/** An ELF file of nothing but a build id. */
function elf(): Uint8Array {
  const bytes = new Uint8Array(NOTE_AT + 20)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setBigUint64(32, 64n, true)
  view.setUint16(56, 1, true)
  view.setUint32(64, 4, true)
  view.setBigUint64(64 + 8, BigInt(NOTE_AT), true)
  view.setBigUint64(64 + 32, 20n, true)
  for (const [at, word] of [
    [0, 4],
    [4, 4],
    [8, 3],
    [12, 0x554e47],
    [16, 0xcafe],
  ])
    view.setUint32(NOTE_AT + at, word, true)
  return bytes
}

function machine() {
  const { k, task } = fileKernel()
  const file = call(k, task, 'openat', AT_FDCWD, '/tmp/elf', O_CREAT | O_RDWR, 0o600) as number
  const bytes = elf()
  copyOut(k, task, BUFFER, bytes)
  call(k, task, 'write', file, BUFFER, bytes.length)
  const { inode, path } = task.files!.files[file]!
  const mm = task.mm!
  mapRegion(k, mm, { start: 0x100000, length: 0x2000, prot: PROT_READ | PROT_WRITE })
  mapRegion(k, mm, { start: 0x104000, length: 0x1000, prot: PROT_READ | PROT_EXEC, inode, path, offset: 0x3000 })
  const maps = call(k, task, 'openat', AT_FDCWD, '/proc/self/maps', O_RDONLY, 0) as number
  const query = (address: number, flags = 0, names = false, size = 104) => {
    const words = [size, flags, address, 0, 0, 0, 0, 0, 0, 0, names ? 0x14_0000_0040 : 0, names ? NAME : 0, names ? ID : 0]
    copyOut(k, task, BUFFER, new Uint8Array(BigUint64Array.from(words, BigInt).buffer))
    const result = outcome(k, task, 'ioctl', maps, PROCMAP_QUERY, BUFFER)
    if (typeof result === 'string') return result
    const [, , , start, end, vma, page, offset, ino, , sizes] = new BigUint64Array(copyIn(k, task, BUFFER, 104).buffer)
    return {
      start: Number(start),
      end: Number(end),
      flags: Number(vma),
      page: Number(page),
      offset: Number(offset),
      ino: Number(ino),
      sizes,
    }
  }
  return { k, task, inode, query }
}

test('by address, or the next one that is as wanted', () => {
  const { query, inode } = machine()
  const data = { start: 0x100000, end: 0x102000, flags: 3, page: 4096, offset: 0, ino: 0, sizes: 0n }
  const text = { start: 0x104000, end: 0x105000, flags: 5, page: 4096, offset: 0x3000, ino: inode.ino, sizes: 0n }
  expect([query(0x101fff), query(0x102000), query(0x102000, 0x10), query(0x100000, 0x30), query(0x100000, 0x14)]).toEqual([
    data,
    'ENOENT',
    text,
    text,
    text,
  ])
  expect([query(0x100000, 4), query(0x100000, 0x20), query(0x104000, 0x18), query(0x106000, 0x10)]).toEqual(Array(4).fill('ENOENT'))
})

test('with its name and the build id of its file', () => {
  const { k, task, query } = machine()
  expect(query(0x104000, 0, true)).toMatchObject({ sizes: (4n << 32n) | 9n })
  expect([...copyIn(k, task, ID, 4)]).toEqual([0xfe, 0xca, 0, 0])
  copyOut(k, task, BUFFER, copyIn(k, task, NAME, 9))
  expect(buffer(k, task, 9)).toBe('/tmp/elf\0')
})

test('sizes', () => {
  const { query } = machine()
  expect([query(0x100000, 0, false, 23), query(0x100000, 0, false, 4097), query(0x100000, 0x40)]).toEqual(['EINVAL', 'E2BIG', 'EINVAL'])
  expect(query(0x100000, 0, false, 40)).toMatchObject({ start: 0x100000, end: 0x102000, flags: 0 })
})
