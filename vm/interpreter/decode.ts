// Instructions become entries of a slab (entry.ts): each with the op that fits it, or, for a fused pair, that of both at the first.
import type { CodeFrames } from '../code-frames.ts'
import * as L from '../layout.ts'
import type { Hart, Machine } from '../state.ts'
import { tlbProbe } from '../tlb.ts'
import { frameOfSlab } from './cache.ts'
import { ENTRIES_PER_BYTE, ENTRY } from './entry.ts'
import { BRANCHES, GOES, ILLEGAL, JUMPS, LENGTH, opOf, pairOf, RECORD, recordOf, type Known } from './known.ts'
import { FIRST_ROW_OP, OP_COUNT, OP_SLOW } from './ops.ts'

/** The slab that the hart is in: its pc is in the fetch TLB. */
function currentSlab(machine: Machine, hart: Hart): number {
  const entry = tlbProbe(machine, hart, hart.pc[0], hart.pc[1], 'fetch')
  return machine.i32[entry + 2] >>> 0
}

/** Has a decoded place counted. One whose instruction has a third source is not: the count would be where that is named. */
export function mark(machine: Machine, at: number, threshold: number): void {
  const { view } = machine
  const op = view.getUint16(at + ENTRY.op, true)
  if (op < FIRST_ROW_OP || view.getUint16(at + ENTRY.rs3, true) !== 0) return
  view.setUint16(at + ENTRY.own, op, true)
  view.setUint16(at + ENTRY.rs3, threshold, true)
  view.setUint16(at + ENTRY.op, OP_COUNT, true)
}

/** The place at pc is hot: it stays a place that jumps lead to, and is counted anew. It is run at least once before it is hot again. */
export function countAnew(machine: Machine, hart: Hart, threshold: number): void {
  const at = currentSlab(machine, hart) + (hart.pc[0] & (L.PAGE_SIZE - 2)) * ENTRIES_PER_BYTE
  machine.view.setUint16(at + ENTRY.rs3, Math.min(threshold + 1, 0xffff), true)
}

/** Decodes at pc and on to the end of the straight run, the page, or what is decoded already. `threshold`: where jumps lead is counted, from so many on. */
export function decodeFrom(machine: Machine, hart: Hart, known: Known, cache: CodeFrames, threshold: number): void {
  const slab = currentSlab(machine, hart)
  const first = hart.pc[0] & (L.PAGE_SIZE - 2)
  const { targets } = known
  targets.length = 0
  decodeRun(machine, known, cache, slab, first)
  if (threshold === 0) return
  mark(machine, slab + first * ENTRIES_PER_BYTE, threshold)
  for (let n = 0; n < targets.length; n++) mark(machine, slab + targets[n] * ENTRIES_PER_BYTE, threshold)
}

/** Decodes from an offset of a page on. Notes where, in the page, its branches lead back to and its jumps lead. */
function decodeRun(machine: Machine, known: Known, cache: CodeFrames, slab: number, first: number): void {
  const { view, i32 } = machine
  const { records, pairs, targets } = known
  const { parcel } = known.ops.isa
  const frame = frameOfSlab(machine, cache, slab)
  const page = machine.layout.ram + frame * L.PAGE_SIZE
  const marks = machine.marks.get(frame)
  // Of the instruction before this one; 0: there is none, or it is none of a pair.
  let before = 0
  let entry = 0
  for (let offset = first; offset < L.PAGE_SIZE;) {
    const last = entry
    entry = (slab + offset * ENTRIES_PER_BYTE) >>> 2
    if ((i32[entry] & 0xffff) !== 0) return
    const low = view.getUint16(page + offset, true)
    const long = (low & 3) === 3
    if ((long && offset === L.PAGE_SIZE - 2) || offset % parcel !== 0) {
      i32[entry] = OP_SLOW
      return
    }
    const at = recordOf(known, long ? low | (view.getUint16(page + offset + 2, true) << 16) : low)
    const info = records[at + RECORD.info]
    // Where a breakpoint may be, the loop is left before the instruction.
    const marked = marks?.has(offset) === true
    if (marked || (info & ILLEGAL) !== 0) {
      i32[entry] = OP_SLOW
      if ((info & (ILLEGAL | JUMPS)) !== 0) return
      before = 0
      offset += info & LENGTH
      continue
    }
    const distance = records[at + RECORD.imm]
    const target = offset + distance
    const goes = (info & (BRANCHES | GOES)) !== 0
    const near = !goes || (target >= 0 && target < L.PAGE_SIZE)
    const op = opOf(records[at + RECORD.op], near)
    i32[entry] = op | (records[at + RECORD.rd] << 16)
    i32[entry + 1] = records[at + RECORD.sources]
    i32[entry + 2] = goes && near ? distance * ENTRIES_PER_BYTE : distance
    i32[entry + 3] = records[at + RECORD.rs3]
    if (before !== 0) {
      const pair = pairOf(pairs, before, op)
      if (pair !== 0) i32[last] = (i32[last] & -65536) | pair
    }
    before = op
    if (goes && near && ((info & GOES) !== 0 || distance <= 0)) targets.push(target)
    if ((info & JUMPS) !== 0) return
    offset += info & LENGTH
  }
}
