// The rings as programs map them: words in pages of the ring's own file. Everything in them may be anything: the program writes there too.
import { frameWritten, PAGE_SIZE } from '../../vm/index.ts'
import { IORING_OFF, IORING_SETUP, SQE, readStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { cachePage } from '../mm/index.ts'
import type { Inode } from '../vfs/types.ts'
import type { RingData, Sqe } from './types.ts'

/** As Linux lays out struct io_rings. */
export const AT = {
  sqHead: 0,
  sqTail: 4,
  cqHead: 8,
  cqTail: 12,
  sqMask: 16,
  cqMask: 20,
  sqEntries: 24,
  cqEntries: 28,
  sqDropped: 32,
  sqFlags: 36,
  cqFlags: 40,
  cqOverflow: 44,
  cqes: 64,
} as const
export const CQE_BYTES = 16
const WORD_BYTES = 4

const pages = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE)
/** Bytes of the rings, and of the submission queue's entries. */
const ringBytes = (cqEntries: number, entries: number): number => AT.cqes + cqEntries * CQE_BYTES + entries * WORD_BYTES
const sqesBytes = (entries: number): number => entries * SQE.size

/** Which bytes of the file there are for a mapping at `offset`, and where; null: nothing is mapped there. */
export function mappedPart({ entries, cqEntries }: RingData, offset: number): { at: number; length: number } | null {
  const rings = pages(ringBytes(cqEntries, entries)) * PAGE_SIZE
  const which = offset - (offset % IORING_OFF.CQ_RING)
  if (which === IORING_OFF.SQ_RING || which === IORING_OFF.CQ_RING) return { at: 0, length: rings }
  if (which === IORING_OFF.SQES) return { at: IORING_OFF.SQES, length: pages(sqesBytes(entries)) * PAGE_SIZE }
  return null
}

/** All pages are there from the beginning: no completion is lost for want of one. ENOMEM. */
export function makePages(k: Kernel, inode: Inode, cqEntries: number, entries: number): void {
  inode.size = IORING_OFF.SQES + sqesBytes(entries)
  for (let i = 0; i < pages(ringBytes(cqEntries, entries)); i++) cachePage(k, inode, i)
  for (let i = 0; i < pages(sqesBytes(entries)); i++) cachePage(k, inode, IORING_OFF.SQES / PAGE_SIZE + i)
}

const inodeOf = (ring: RingData): Inode => {
  if (ring.file === null) throw new Error('the pages of a ring that is closed')
  return ring.file.inode
}

function placeOf(k: Kernel, ring: RingData, at: number): { view: DataView; frame: number } {
  const frame = cachePage(k, inodeOf(ring), Math.floor(at / PAGE_SIZE))
  const { buffer, byteOffset } = k.machine.ram
  return { view: new DataView(buffer, byteOffset + frame * PAGE_SIZE + (at % PAGE_SIZE)), frame }
}

export const getWord = (k: Kernel, ring: RingData, at: number): number => placeOf(k, ring, at).view.getUint32(0, true)

export function putWord(k: Kernel, ring: RingData, at: number, value: number): void {
  const { view, frame } = placeOf(k, ring, at)
  view.setUint32(0, value, true)
  frameWritten(k.machine, frame)
}

export function putCqe(k: Kernel, ring: RingData, place: number, userData: bigint, result: number, flags: number): void {
  const { view, frame } = placeOf(k, ring, ring.cqesAt + place * CQE_BYTES)
  view.setBigUint64(0, userData, true)
  view.setInt32(8, result, true)
  view.setUint32(12, flags, true)
  frameWritten(k.machine, frame)
}

/** The submission that stands at `head`; null: its place in the array is none. */
export function readSqe(k: Kernel, ring: RingData, head: number): Sqe | null {
  const place = head & (ring.entries - 1)
  const index = ring.flags & IORING_SETUP.IORING_SETUP_NO_SQARRAY ? place : getWord(k, ring, ring.arrayAt + place * WORD_BYTES)
  if (index >= ring.entries) return null
  const { view } = placeOf(k, ring, IORING_OFF.SQES + index * SQE.size)
  return readStruct(SQE, new Uint8Array(view.buffer, view.byteOffset, SQE.size).slice())
}
