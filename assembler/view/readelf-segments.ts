// readelf -l
import { PF, PT, SHF, SHT, segmentBytes } from '../../kernel/abi/index.ts'
import { segmentTypes } from './names.ts'
import { fileType } from './readelf-header.ts'
import { HEX64, hex, textAt } from './text.ts'
import type { ReadelfOptions } from './readelf-options.ts'
import type { ElfFile, Section, Segment } from '../../kernel/abi/index.ts'

const TYPE_WIDTH = 14

const typeName = (p: Segment): string =>
  (segmentTypes.get(p.type) ?? `LOOS+0x${hex(p.type - 0x60000000)}`).slice(0, TYPE_WIDTH).padEnd(TYPE_WIDTH)
const flags = (p: Segment): string => `${p.flags & PF.R ? 'R' : ' '}${p.flags & PF.W ? 'W' : ' '}${p.flags & PF.X ? 'E' : ' '}`

function rows(elf: ElfFile, p: Segment, wide: boolean): string[] {
  const value = (n: number, width: number): string => `0x${hex(n, width)}`
  const out = wide
    ? [
        `  ${typeName(p)} ${value(p.offset, 6)} ${value(p.vaddr, HEX64)} ${value(p.paddr, HEX64)} ${value(p.fileSize, 6)} ${value(p.memorySize, 6)} ${flags(p)} 0x${hex(p.align)}`,
      ]
    : [
        `  ${typeName(p)} ${value(p.offset, HEX64)} ${value(p.vaddr, HEX64)} ${value(p.paddr, HEX64)}`,
        `                 ${value(p.fileSize, HEX64)} ${value(p.memorySize, HEX64)}  ${flags(p)}    0x${hex(p.align)}`,
      ]
  if (p.type === PT.INTERP) {
    out.push(`      [Requesting program interpreter: ${textAt(segmentBytes(elf, p), 0)}]`)
  }
  return out
}

const LOADED_ONLY: readonly number[] = [PT.LOAD, PT.DYNAMIC, PT.GNU_EH_FRAME, PT.GNU_STACK, PT.GNU_RELRO]
const MAY_HOLD_TLS: readonly number[] = [PT.LOAD, PT.TLS, PT.GNU_RELRO]

/** Whether a part [start, start + size) lies in one of `length` from `base`; an empty one must not stand at the very end. */
const inside = (start: number, size: number, base: number, length: number): boolean =>
  start >= base && (length === 0 || start - base <= length - 1) && start - base + size <= length

/** The rule by which GNU tools tell the sections of a segment. */
function holds(p: Segment, s: Section): boolean {
  const tls = (s.flags & SHF.TLS) !== 0
  const alloc = (s.flags & SHF.ALLOC) !== 0
  if (tls && s.type === SHT.NOBITS && p.type !== PT.TLS) return false
  if (tls ? !MAY_HOLD_TLS.includes(p.type) : p.type === PT.TLS || p.type === PT.PHDR) return false
  if (!alloc && LOADED_ONLY.includes(p.type)) return false
  if (s.type !== SHT.NOBITS && !inside(s.offset, s.size, p.offset, p.fileSize)) return false
  if (alloc && !inside(s.address, s.size, p.vaddr, p.memorySize)) return false
  if ((p.type !== PT.DYNAMIC && p.type !== PT.NOTE) || s.size !== 0 || p.memorySize === 0) return true
  const inFile = s.type === SHT.NOBITS || (s.offset > p.offset && s.offset - p.offset < p.fileSize)
  return inFile && (!alloc || (s.address > p.vaddr && s.address - p.vaddr < p.memorySize))
}

export function showSegments(elf: ElfFile, options: ReadelfOptions): string[] {
  const { segments, sections, header } = elf
  if (segments.length === 0) return ['', 'There are no program headers in this file.']
  const intro = ['', `Elf file type is ${fileType(elf)}`, `Entry point 0x${hex(header.entry)}`]
  intro.push(
    segments.length === 1
      ? `There is 1 program header, starting at offset ${header.programOffset}`
      : `There are ${segments.length} program headers, starting at offset ${header.programOffset}`,
  )
  const head = options.wide
    ? ['  Type           Offset   VirtAddr           PhysAddr           FileSiz  MemSiz   Flg Align']
    : [
        '  Type           Offset             VirtAddr           PhysAddr',
        '                 FileSiz            MemSiz              Flags  Align',
      ]
  const mapping = segments.map((p, i) => {
    const names = sections.slice(1).filter(s => holds(p, s))
    return `   ${String(i).padStart(2, '0')}     ${names.map(s => `${s.name} `).join('')}`
  })
  return [
    ...(options.header ? [] : intro),
    '',
    segments.length > 1 ? 'Program Headers:' : 'Program Header:',
    ...head,
    ...segments.flatMap(p => rows(elf, p, options.wide ?? false)),
    ...(sections.length > 1 ? ['', ' Section to Segment mapping:', '  Segment Sections...', ...mapping] : []),
  ]
}
