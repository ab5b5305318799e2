// Makes code shorter now that addresses are known. Calls that a jal reaches lose their auipc (when asked to relax), and alignment
// padding is cut to size (always: the assembler left the most that could be needed). Accesses are not made relative to gp.
import { encode, isWord, rowNamed } from '../../vm/isa/index.ts'
import { EF_RISCV_RVC, R_RISCV, SHF } from '../../kernel/abi/index.ts'
import type { Relocation } from '../../kernel/abi/index.ts'
import { nops } from '../assemble/space.ts'
import { alignUp } from '../bytes.ts'
import { assignAddresses } from './layout.ts'
import { complainAt } from './report.ts'
import { addressOf } from './symbols.ts'
import type { InputSection, Link, OutputSection } from './state.ts'

/** Reach of jal and c.j, less what alignment elsewhere may still add to a distance. */
const JAL_REACH = 1 << 20
const C_J_REACH = 1 << 11
const MAX_PASSES = 30

interface Cut {
  at: number
  count: number
}

/** Removes bytes of a section; symbols and relocations behind them move along. Cuts are in order and do not overlap. */
function cut(section: InputSection, cuts: readonly Cut[]): void {
  const total = cuts.reduce((n, c) => n + c.count, 0)
  if (total === 0) return
  const data = new Uint8Array(section.size - total)
  let from = 0
  let to = 0
  for (const { at, count } of cuts) {
    data.set(section.data.subarray(from, at), to)
    to += at - from
    from = at + count
  }
  data.set(section.data.subarray(from, section.size), to)
  /** Bytes removed before an offset; one inside of a cut goes to its start. */
  const removedBefore = (offset: number): number => {
    let n = 0
    for (const { at, count } of cuts) {
      if (at >= offset) break
      n += Math.min(count, offset - at)
    }
    return n
  }
  for (const symbol of section.symbols) {
    const start = Number(symbol.value)
    const end = start + symbol.size
    const moved = start - removedBefore(start)
    symbol.size = end - removedBefore(end) - moved
    symbol.value = BigInt(moved)
  }
  // Relocations are in order, so one walk along the cuts does.
  let next = 0
  let removed = 0
  for (const r of section.relocations) {
    while (next < cuts.length && cuts[next].at + cuts[next].count <= r.offset) removed += cuts[next++].count
    const inside = next < cuts.length && cuts[next].at < r.offset ? r.offset - cuts[next].at : 0
    r.offset -= removed + inside
  }
  section.data = data
  // What complaints know of lines is from before.
  section.file.places = null
  section.size -= total
}

const codeSections = (link: Link): InputSection[] =>
  link.outputs.flatMap(o => (o.flags & SHF.EXECINSTR ? o.inputs.filter(s => s.relocations.length > 0) : []))

/** Shortens calls until nothing changes, then aligns. Addresses must be assigned; they are again afterwards. */
export function relaxCode(link: Link): void {
  const sections = codeSections(link).filter(s => s.relocations.some(r => r.type === R_RISCV.RELAX || r.type === R_RISCV.ALIGN))
  if (sections.length === 0) return
  if (link.options.relax ?? true) {
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      let changed = false
      for (const section of sections) changed = shortenCalls(link, section) || changed
      if (!changed) break
      assignAddresses(link)
    }
  }
  const padded = new Set(sections)
  for (const o of link.outputs) {
    if (!o.inputs.some(s => padded.has(s))) continue
    // The padding of what follows depends on where this ends.
    alignInputs(link, o)
    assignAddresses(link)
  }
}

/** Cuts the padding in the inputs of one output section, whose address is final. */
function alignInputs(link: Link, o: OutputSection): void {
  let at = 0
  for (const section of o.inputs) {
    at = alignUp(at, section.align)
    alignCode(link, section, o.address + at)
    at += section.size
  }
}

/** The word of a jal or c.j with a zero offset. */
function jumpWord(name: 'jal' | 'c.j', rd: number): number {
  const row = rowNamed(name)
  const word = row && encode(row, name === 'jal' ? [rd, 0] : [0])
  if (word === undefined || !isWord(word)) throw new Error(`no ${name}`)
  return word
}

function shortenCalls(link: Link, section: InputSection): boolean {
  const cuts: Cut[] = []
  const { relocations, file } = section
  const base = BigInt((section.output?.address ?? 0) + section.offset)
  const rvc = (file.elf.header.flags & EF_RISCV_RVC) !== 0
  // Alignment may push the two ends apart again: keep a margin as large as the largest boundary.
  const margin = Math.max(...link.outputs.map(o => (o.flags & SHF.ALLOC ? o.align : 1)))
  for (const [i, r] of relocations.entries()) {
    if (r.type !== R_RISCV.CALL && r.type !== R_RISCV.CALL_PLT) continue
    const hint = relocations[i + 1]
    const symbol = file.symbols[r.symbol]
    if (hint?.type !== R_RISCV.RELAX || hint.offset !== r.offset || !symbol || symbol.kind === 'undefined') continue
    const distance = Number(addressOf(symbol, BigInt(r.addend)) + BigInt(r.addend) - base - BigInt(r.offset))
    const near = symbol.section?.output === section.output ? 0 : margin
    const rd = ((section.data[r.offset + 5] & 0xf) << 1) | (section.data[r.offset + 4] >> 7)
    const short = rvc && rd === 0 && Math.abs(distance) + near < C_J_REACH - PADDING_SLACK
    if (!short && Math.abs(distance) + near >= JAL_REACH - PADDING_SLACK) continue
    shortenCall(section, r, hint, short, rd)
    cuts.push({ at: r.offset + (short ? 2 : 4), count: short ? 6 : 4 })
  }
  cut(section, cuts)
  return cuts.length > 0
}

/** Padding inside of a section still has its full size while calls are shortened, and only shrinks: a little room for rounding. */
const PADDING_SLACK = 16

function shortenCall(section: InputSection, r: Relocation, hint: Relocation, short: boolean, rd: number): void {
  // The input file's bytes stay as they are.
  if (section.data.buffer === section.file.elf.bytes.buffer) section.data = section.data.slice()
  const view = new DataView(section.data.buffer, section.data.byteOffset, section.data.length)
  if (short) view.setUint16(r.offset, jumpWord('c.j', 0), true)
  else view.setUint32(r.offset, jumpWord('jal', rd), true)
  r.type = short ? R_RISCV.RVC_JUMP : R_RISCV.JAL
  hint.type = R_RISCV.NONE
}

/** Cuts the padding of R_RISCV_ALIGN (its addend is the padding's size) to what the address needs. */
function alignCode(link: Link, section: InputSection, base: number): void {
  const cuts: Cut[] = []
  let removed = 0
  for (const r of section.relocations) {
    if (r.type !== R_RISCV.ALIGN) continue
    // The boundary is the next power of two: padding is at most boundary - 2.
    const boundary = 2 ** Math.ceil(Math.log2(r.addend + 1))
    const address = base + r.offset - removed
    const needed = alignUp(address, boundary) - address
    if (needed > r.addend) {
      const message = `${needed} bytes required for alignment to ${boundary}-byte boundary, but only ${r.addend} present`
      complainAt(link, section, r.offset, message)
      continue
    }
    if (section.data.buffer === section.file.elf.bytes.buffer) section.data = section.data.slice()
    section.data.set(nops(needed), r.offset)
    r.type = R_RISCV.NONE
    if (needed === r.addend) continue
    cuts.push({ at: r.offset + needed, count: r.addend - needed })
    removed += r.addend - needed
  }
  cut(section, cuts)
}
