// Instructions become entries of a slab (entry.ts): each with the op that fits it, or, for a fused pair, that of both at the first.
import type { CodeFrames } from '../code-frames.ts'
import { decodeFor, isJump } from '../isa/index.ts'
import * as L from '../layout.ts'
import type { Hart, Machine } from '../state.ts'
import { tlbProbe } from '../tlb.ts'
import { frameOfSlab } from './cache.ts'
import { ENTRIES_PER_BYTE, ENTRY } from './entry.ts'
import { FIRST_ROW_OP, opFor, planFor, OP_COUNT, OP_SLOW, PAIR_STRIDE, type Ops } from './ops.ts'

/** Where what is written to x0 goes. */
const SINK = L.HART.sink - L.HART.x

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
export function decodeFrom(machine: Machine, hart: Hart, ops: Ops, cache: CodeFrames, threshold: number): void {
  const slab = currentSlab(machine, hart)
  const first = hart.pc[0] & (L.PAGE_SIZE - 2)
  const targets = decodeRun(machine, ops, cache, slab, first)
  if (threshold === 0) return
  for (const offset of [first, ...targets]) mark(machine, slab + offset * ENTRIES_PER_BYTE, threshold)
}

/** Decodes from an offset of a page on. Answers where, in the page, its branches lead back to and its jumps lead. */
function decodeRun(machine: Machine, ops: Ops, cache: CodeFrames, slab: number, first: number): readonly number[] {
  const frame = frameOfSlab(machine, cache, slab)
  const page = machine.layout.ram + frame * L.PAGE_SIZE
  const marks = machine.marks.get(frame)
  const targets: number[] = []
  let offset = first
  let before: { at: number; op: number } | null = null
  while (offset < L.PAGE_SIZE) {
    const at = slab + offset * ENTRIES_PER_BYTE
    const view = machine.view
    if (view.getUint16(at + ENTRY.op, true) !== 0) return targets
    const low = view.getUint16(page + offset, true)
    const long = (low & 3) === 3
    if (long && offset === L.PAGE_SIZE - 2) {
      view.setUint16(at + ENTRY.op, OP_SLOW, true)
      return targets
    }
    const word = long ? low | (view.getUint16(page + offset + 2, true) << 16) : low
    const decoded = offset % machine.isa.parcel === 0 ? decodeFor(machine.isa, word) : null
    // Where a breakpoint may be, the loop is left before the instruction.
    if (decoded !== null && marks?.has(offset)) {
      view.setUint16(at + ENTRY.op, OP_SLOW, true)
      before = null
      if (isJump(decoded)) return targets
      offset += decoded.length
      continue
    }
    if (decoded === null) {
      view.setUint16(at + ENTRY.op, OP_SLOW, true)
      return targets
    }
    const { row, values } = decoded
    const plan = planFor(ops, row)
    const { files } = plan
    const { op, imm } = opFor(ops, plan, decoded, offset)
    view.setUint16(at + ENTRY.op, op, true)
    const pair = before && ops.pairs.get(before.op * PAIR_STRIDE + op)
    if (before && pair) view.setUint16(before.at + ENTRY.op, pair, true)
    before = { at, op }
    const rd = values.rd === 0 && files.rd === 0 ? SINK : files.rd + 8 * values.rd
    view.setUint16(at + ENTRY.rd, rd, true)
    view.setUint16(at + ENTRY.rs1, files.rs1 + 8 * values.rs1, true)
    view.setUint16(at + ENTRY.rs2, files.rs2 + 8 * values.rs2, true)
    view.setUint16(at + ENTRY.rs3, files.rs3 + 8 * values.rs3, true)
    view.setInt32(at + ENTRY.imm, imm, true)
    const back = plan.target === 'branch' ? values.imm <= 0 : plan.target === 'jump'
    if (back && offset + values.imm >= 0 && offset + values.imm < L.PAGE_SIZE) targets.push(offset + values.imm)
    if (plan.jumps) return targets
    offset += decoded.length
  }
  return targets
}
