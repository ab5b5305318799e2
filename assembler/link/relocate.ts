// Applies relocations: the final bytes of every section.
import { R_RISCV, SHF, SHT, STB, STT } from '../../kernel/abi/index.ts'
import type { Relocation } from '../../kernel/abi/index.ts'
import { relocationName, relocationRows, type RelocationRow } from '../relocations.ts'
import { GOT_ENTRY } from './got.ts'
import { tlsTemplate } from './layout.ts'
import { isMergeable, mergeInputs, putMerged } from './merge.ts'
import { didYouMean } from '../diagnostic.ts'
import { complainAt, complainMissing } from './report.ts'
import { addressOf } from './symbols.ts'
import type { InputSection, Link, LinkSymbol, OutputSection } from './state.ts'

/** Thread-local offsets in a dynamic thread vector are biased, so that a signed 12-bit offset reaches both ways (psABI, TLS). */
const TLS_DTV_OFFSET = 0x800n

interface Context {
  link: Link
  section: InputSection
  view: DataView
  /** Address of offset 0 of the section. */
  base: bigint
  /** Values of the auipc relocations, by offset, for the low parts that name them. */
  highs: Map<number, bigint>
  /** auipc relocations that were complained about already: their low parts say nothing more. */
  failed: Set<number>
  tls: bigint
}

/** Contents of an output section, before relocation. */
function contentsOf(o: OutputSection): Uint8Array {
  if (o.made) return o.made
  const bytes = new Uint8Array(o.size)
  const mergeable = o.inputs.filter(isMergeable)
  // The merged part starts where its first member was placed.
  if (mergeable.length > 0) putMerged(mergeInputs(mergeable, mergeable[0].offset).parts, bytes)
  for (const section of o.inputs) if (hasOwnBytes(section)) bytes.set(section.data.subarray(0, section.size), section.offset)
  return bytes
}

const hasOwnBytes = (section: InputSection): boolean => section.type !== SHT.NOBITS && section.pieces === null

/** The final bytes of all output sections that have any. Goes file by file, as complaints do in GNU ld. */
export function relocateSections(link: Link): Map<OutputSection, Uint8Array> {
  const contents = new Map(link.outputs.filter(o => o.type !== SHT.NOBITS).map(o => [o, contentsOf(o)]))
  const tls = BigInt(tlsTemplate(link)?.address ?? 0)
  for (const file of link.files) {
    for (const section of file.sections) {
      if (!section?.output || !hasOwnBytes(section) || section.relocations.length === 0) continue
      const bytes = contents.get(section.output)
      if (!bytes) continue
      const view = new DataView(bytes.buffer, section.offset, section.size)
      relocateInput({
        link,
        section,
        view,
        base: BigInt(section.output.address + section.offset),
        highs: new Map(),
        failed: new Set(),
        tls,
      })
    }
  }
  return contents
}

function relocateInput(c: Context): void {
  const { relocations, file } = c.section
  const lows: { r: Relocation; row: RelocationRow; symbol: LinkSymbol }[] = []
  for (const r of relocations) {
    const row = relocationRows.get(r.type)
    const symbol = file.symbols[r.symbol]
    if (!row || !symbol || row.value === 'dynamic') {
      complain(c, r, symbol ? `unsupported relocation ${relocationName(r.type)}` : 'bad symbol index')
      continue
    }
    if (row.value === 'none' || row.value === 'relax' || row.value === 'align') continue
    if (!isResolved(c, r, symbol)) {
      c.failed.add(r.offset)
      continue
    }
    if (symbol.type === STT.GNU_IFUNC && symbol.kind === 'section') {
      complain(c, r, `\`${symbol.name}' is an indirect function (IFUNC), which is not supported`)
      continue
    }
    // The low part names the auipc, which may come later.
    if (row.value === 'low') lows.push({ r, row, symbol })
    else store(c, r, row, symbol, valueOf(c, r, row, symbol))
  }
  for (const { r, row, symbol } of lows) {
    const value = symbol.section === c.section ? c.highs.get(Number(symbol.value)) : undefined
    if (symbol.section === c.section && c.failed.has(Number(symbol.value))) continue
    if (value === undefined) complain(c, r, `${row.name} without the R_RISCV_PCREL_HI20 that it belongs to`)
    else store(c, r, row, symbol, value + BigInt(r.addend))
  }
}

function complain(c: Context, r: Relocation, message: string): void {
  complainAt(c.link, c.section, r.offset, message)
}

function isResolved(c: Context, r: Relocation, symbol: LinkSymbol): boolean {
  if (symbol.kind !== 'undefined' || symbol.binding === STB.WEAK || r.symbol === 0) return true
  // A local symbol without a place was in a section that is not part of the link: only debugging information may refer to it.
  if (symbol.binding === STB.LOCAL || !(c.section.flags & SHF.ALLOC)) return true
  if (c.link.options.allowUndefined) return true
  complainMissing(c.link, c.section, r.offset, symbol.name, () => hint(c.link, symbol.name))
  return false
}

/** Where the name is defined after all, but only for its own file; else one that was perhaps meant. */
function hint(link: Link, name: string): string {
  const owner = link.files.find(f => f.raw.some(s => s.name === name && s.binding === STB.LOCAL && s.section !== 0))
  if (owner) return ` (${owner.name} defines it, but not for others: it needs \`.globl ${name}')`
  const names = [...link.globals.values()].filter(s => s.kind !== 'undefined').map(s => s.name)
  const near = didYouMean(name, names)
  return near === null ? '' : `; ${near}`
}

function gotAddress(c: Context, index: number): bigint {
  return BigInt((c.link.got.section?.address ?? 0) + index * GOT_ENTRY)
}

/** S + A and its relatives. */
function valueOf(c: Context, r: Relocation, row: RelocationRow, symbol: LinkSymbol): bigint {
  const addend = BigInt(r.addend)
  const place = c.base + BigInt(r.offset)
  const target = (): bigint => addressOf(symbol, addend) + addend
  if (row.value === 'absolute') return target()
  if (row.value === 'tprel') return target() - c.tls
  if (row.value === 'dtprel') return target() - c.tls - TLS_DTV_OFFSET
  const goal =
    row.value === 'got'
      ? gotAddress(c, symbol.got) + addend
      : row.value === 'tlsIe'
        ? gotAddress(c, symbol.gotTls) + addend
        : row.value === 'tlsGd'
          ? gotAddress(c, symbol.gotGd) + addend
          : target()
  const value = goal - place
  if (HIGH_PARTS.has(row.number)) c.highs.set(r.offset, value)
  return value
}

const HIGH_PARTS: ReadonlySet<number> = new Set([R_RISCV.PCREL_HI20, R_RISCV.GOT_HI20, R_RISCV.TLS_GOT_HI20, R_RISCV.TLS_GD_HI20])

function store(c: Context, r: Relocation, row: RelocationRow, symbol: LinkSymbol, value: bigint): void {
  if (row.store(c.view, r.offset, value)) return
  complain(c, r, `relocation truncated to fit: ${row.name} against ${whatIs(symbol)}`)
}

function whatIs({ kind, name, binding, section, file }: LinkSymbol): string {
  if (kind === 'undefined') return `undefined symbol \`${name}'`
  if (binding === STB.LOCAL) return `\`${name}'`
  return `symbol \`${name}'${section ? ` defined in ${section.name} section in ${section.file.name}` : file ? ` defined in ${file.name}` : ''}`
}

/** Fills in the table of addresses. */
export function fillGot(link: Link): void {
  const { entries, section } = link.got
  if (!section?.made) return
  const view = new DataView(section.made.buffer)
  const tls = BigInt(tlsTemplate(link)?.address ?? 0)
  const value = {
    address: (s: LinkSymbol) => addressOf(s),
    tprel: (s: LinkSymbol) => addressOf(s) - tls,
    // A static program has one module, number 1.
    module: () => 1n,
    dtprel: (s: LinkSymbol) => addressOf(s) - tls - TLS_DTV_OFFSET,
  }
  for (const [i, entry] of entries.entries()) view.setBigUint64(i * GOT_ENTRY, BigInt.asUintN(64, value[entry.kind](entry.symbol)), true)
}
