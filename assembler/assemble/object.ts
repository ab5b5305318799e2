// The relocatable object file: section contents, their relocations, symbols, and the tables that name them (gABI chapter 4).
import {
  EF_RISCV_FLOAT_ABI_DOUBLE,
  EF_RISCV_RVC,
  EM_RISCV,
  ET,
  R_RISCV,
  SHF,
  SHN,
  SHT,
  SIZEOF_RELA,
  SIZEOF_SYM,
  STB,
  STT,
  STV,
} from '../../kernel/abi/index.ts'
import { newBytes, putU32, putU64, putU8, putU16, toBytes, type Bytes } from '../bytes.ts'
import { newStrings, stringOffset, writeElf, type OutputSection } from '../elf-write.ts'
import { hasExtension } from './arch.ts'
import { ATTRIBUTE_TAGS, writeAttributes } from './attributes.ts'
import { SourceError } from './cursor.ts'
import { reportError } from './report.ts'
import { isGlobal, placementOf, sizeOf, type Placement, type Resolved } from './resolve.ts'
import { offsetOf, type Layout } from './relax.ts'
import { newSymbol } from './symbol.ts'
import { isDefined, LOCAL_PREFIX } from './symbols.ts'
import type { Assembly, AsmSection, AsmSymbol, Mapping } from './state.ts'

/** First word of a section group: of several files' groups of one name, one is kept. */
const GRP_COMDAT = 1

/** What these name is thread-local, wherever it is defined. */
const THREAD_LOCAL: ReadonlySet<number> = new Set([
  R_RISCV.TLS_GOT_HI20,
  R_RISCV.TLS_GD_HI20,
  R_RISCV.TPREL_HI20,
  R_RISCV.TPREL_LO12_I,
  R_RISCV.TPREL_LO12_S,
  R_RISCV.TPREL_ADD,
  R_RISCV.TLS_DTPREL32,
  R_RISCV.TLS_DTPREL64,
])

/** Symbols in the order of the table: locals first. */
function tableOrder(asm: Assembly, layout: Layout): AsmSymbol[] {
  const locals: AsmSymbol[] = []
  const globals: AsmSymbol[] = []
  if (asm.sourceFile !== null) locals.push({ ...newSymbol(asm.sourceFile), type: STT.FILE })
  for (const section of asm.sections.values()) locals.push(section.symbol)
  for (const symbol of asm.symbols.values()) {
    if (isGlobal(symbol) || !isDefined(symbol)) {
      const undefinedWeak = symbol.binding === STB.WEAK && !isDefined(symbol)
      if (isDefined(symbol) || symbol.used || ((symbol.bound || symbol.visibility !== STV.DEFAULT) && !undefinedWeak)) globals.push(symbol)
    } else if (symbol.used || !symbol.name.startsWith(LOCAL_PREFIX)) locals.push(symbol)
  }
  for (const symbol of asm.anonymous) if (symbol.used) locals.push(symbol)
  for (const section of asm.sections.values()) locals.push(...mappingSymbols(section, layout))
  return [...locals, ...globals]
}

/** Without local symbols whose value is a number and that no relocation names. */
function withoutConstants(symbols: readonly AsmSymbol[], layout: Layout, resolved: readonly Resolved[]): AsmSymbol[] {
  const named = new Set(resolved.flatMap(r => r.relocations.map(({ symbol }) => symbol)))
  return symbols.filter(symbol => isGlobal(symbol) || named.has(symbol) || !isNumber(symbol, layout))
}

function isNumber(symbol: AsmSymbol, layout: Layout): boolean {
  if (!symbol.value) return false
  try {
    return placementOf(symbol, layout).kind === 'absolute'
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    // Reported where the table is written.
    return false
  }
}

function mappingSymbols(section: AsmSection, layout: Layout): AsmSymbol[] {
  const size = offsetOf(layout, { fixed: section.fixed, gaps: section.gaps.length }, section)
  const marks = section.mapping.flatMap(m => marksOf(m, offsetOf(layout, m, section)))
  return marks
    .filter((m, i) => marks[i + 1]?.offset !== m.offset && m.offset < size)
    .map(m => ({ ...newSymbol(m.name), place: { section, fixed: m.offset, gaps: 0, slack: 0 } }))
}

function marksOf({ name, padding }: Mapping, offset: number): { name: string; offset: number }[] {
  if (padding === null || padding.size % 2 === 0) return name === '' ? [] : [{ name, offset }]
  return [{ name: '$d', offset }, ...(name === '' ? [] : [{ name, offset: offset + 1 }])]
}

const SPECIAL_INDEX: Readonly<Record<Exclude<Placement['kind'], 'section'>, number>> = {
  absolute: SHN.ABS,
  common: SHN.COMMON,
  undefined: SHN.UNDEF,
}

function putSymbol(b: Bytes, name: number, symbol: AsmSymbol, placement: Placement, section: number, size: bigint): void {
  const undefinedLocal = placement.kind === 'undefined' && symbol.binding === STB.LOCAL && symbol.type !== STT.FILE
  putU32(b, name)
  putU8(b, ((undefinedLocal ? STB.GLOBAL : symbol.binding) << 4) | symbol.type)
  putU8(b, symbol.visibility | symbol.other)
  putU16(b, section)
  putU64(b, placement.value)
  putU64(b, size)
}

/** Tentative sizes of unset symbols stay 0; a common block's size is its own. */
function symbolSize(symbol: AsmSymbol, layout: Layout): bigint {
  return symbol.common ? BigInt(symbol.common.size) : sizeOf(symbol.size, layout)
}

/** The file's bytes. Problems with single symbols become diagnostics. */
export function writeObject(asm: Assembly, layout: Layout, resolved: readonly Resolved[]): Uint8Array {
  for (const r of resolved) for (const { type, symbol } of r.relocations) if (symbol && THREAD_LOCAL.has(type)) symbol.type = STT.TLS
  const symbols = asm.discardConstants ? withoutConstants(tableOrder(asm, layout), layout, resolved) : tableOrder(asm, layout)
  const numberOf = new Map(symbols.map((s, i) => [s, i + 1]))
  const firstGlobal = symbols.findIndex(s => isGlobal(s) || (!isDefined(s) && s.type !== STT.FILE && s.type !== STT.SECTION))

  const out: OutputSection[] = []
  const indexOf = new Map<AsmSection, number>()
  const relocated: { r: Resolved; output: OutputSection }[] = []
  // Groups stand in front of their members.
  const groups = new Map<string, { members: number[]; output: OutputSection }>()
  for (const { section } of resolved) {
    if (section.group === null || groups.has(section.group)) continue
    const output: OutputSection = { name: '.group', type: SHT.GROUP, flags: 0, align: 4, entrySize: 4 }
    out.push(output)
    groups.set(section.group, { members: [], output })
  }
  for (const r of resolved) {
    const { section } = r
    indexOf.set(section, out.length + 1)
    out.push({
      name: section.name,
      type: section.type,
      flags: section.flags,
      align: section.align,
      entrySize: section.entrySize,
      bytes: r.bytes,
      size: r.size,
    })
    if (section.group !== null) groups.get(section.group)?.members.push(out.length)
    if (r.relocations.length === 0) continue
    const output: OutputSection = {
      name: `.rela${section.name}`,
      type: SHT.RELA,
      flags: SHF.INFO_LINK,
      align: 8,
      entrySize: SIZEOF_RELA,
      info: out.length,
    }
    out.push(output)
    relocated.push({ r, output })
    if (section.group !== null) groups.get(section.group)?.members.push(out.length)
  }
  for (const [i, section] of [...indexOf].map(([s, n]) => [n, s] as const)) {
    const linked = section.linkOrder === null ? undefined : asm.symbols.get(section.linkOrder)?.place?.section
    if (linked) out[i - 1].link = indexOf.get(linked) ?? 0
  }
  const attributes = new Map(asm.attributes)
  if (!attributes.has(ATTRIBUTE_TAGS.arch)) attributes.set(ATTRIBUTE_TAGS.arch, asm.arch)
  out.push({ name: '.riscv.attributes', type: SHT.RISCV_ATTRIBUTES, flags: 0, align: 1, bytes: writeAttributes(attributes) })

  const strings = newStrings()
  const table = newBytes((symbols.length + 1) * SIZEOF_SYM)
  for (let i = 0; i < 3; i++) putU64(table, 0)
  for (const symbol of symbols) {
    let placement: Placement = { section: null, kind: 'undefined', value: 0n }
    let size = 0n
    try {
      placement = symbol.type === STT.FILE ? { section: null, kind: 'absolute', value: 0n } : placementOf(symbol, layout)
      size = symbolSize(symbol, layout)
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      reportError(asm, symbol.statement, error)
    }
    const index =
      placement.kind === 'section' ? ((placement.section && indexOf.get(placement.section)) ?? 0) : SPECIAL_INDEX[placement.kind]
    const name = symbol.type === STT.SECTION ? 0 : stringOffset(strings, symbol.name)
    if ((placement.section?.flags ?? 0) & SHF.TLS && symbol.type !== STT.SECTION) symbol.type = STT.TLS
    putSymbol(table, name, symbol, placement, index, size)
  }

  const symtabIndex = out.length + 1
  for (const { r, output } of relocated) {
    output.link = symtabIndex
    const b = newBytes(r.relocations.length * SIZEOF_RELA)
    for (const { offset, type, symbol, addend } of r.relocations) {
      putU64(b, offset)
      putU32(b, type)
      putU32(b, symbol ? (numberOf.get(symbol) ?? 0) : 0)
      putU64(b, addend)
    }
    output.bytes = toBytes(b)
  }
  for (const [name, { members, output }] of groups) {
    const b = newBytes()
    putU32(b, GRP_COMDAT)
    for (const m of members) {
      putU32(b, m)
      out[m - 1].flags |= SHF.GROUP
    }
    const signature = asm.symbols.get(name)
    output.bytes = toBytes(b)
    output.link = symtabIndex
    output.info = signature ? (numberOf.get(signature) ?? 0) : 0
  }
  out.push({
    name: '.symtab',
    type: SHT.SYMTAB,
    flags: 0,
    align: 8,
    entrySize: SIZEOF_SYM,
    bytes: toBytes(table),
    link: symtabIndex + 1,
    info: firstGlobal < 0 ? symbols.length + 1 : firstGlobal + 1,
  })
  out.push({ name: '.strtab', type: SHT.STRTAB, flags: 0, align: 1, bytes: toBytes(strings.bytes) })
  const flags = (asm.usedRvc ? EF_RISCV_RVC : 0) | (hasExtension(asm.arch, 'd') ? EF_RISCV_FLOAT_ABI_DOUBLE : 0)
  return writeElf({ type: ET.REL, machine: EM_RISCV, entry: 0n, flags, segments: [], sections: out })
}
