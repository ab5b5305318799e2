// readelf -S
import { flagLetters, sectionTypes } from './names.ts'
import { HEX64, hex, shorten } from './text.ts'
import type { ReadelfOptions } from './readelf-options.ts'
import type { ElfFile, Section } from '../../kernel/abi/index.ts'

const OSABI_GNU = 3
const NAME_WIDTH = 17
const TYPE_WIDTH = 15

/** `R` is GNU's own: in files that do not say they are GNU's it is just some system's flag. */
const flags = (s: Section, gnuAbi: boolean): string =>
  flagLetters
    .filter(([bit]) => Math.floor(s.flags / bit) % 2 === 1)
    .map(([, letter]) => (letter === 'R' && !gnuAbi ? 'o' : letter))
    .join('')
    .padStart(3)

const typeName = (s: Section): string => sectionTypes.get(s.type) ?? `${hex(s.type, 8)}: <unknown>`

function wideRow(s: Section, gnuAbi: boolean): string {
  const number = String(s.index).padStart(2)
  const head = `  [${number}] ${s.name.padEnd(NAME_WIDTH)} ${typeName(s).padEnd(TYPE_WIDTH)} ${hex(s.address, HEX64)}`
  const size = `${hex(s.offset, 6)} ${hex(s.size, 6)} ${hex(s.entrySize, 2)} ${flags(s, gnuAbi)}`
  return `${head} ${size} ${String(s.link).padStart(2)} ${String(s.info).padStart(3)} ${String(s.align).padStart(2)}`
}

function narrowRows(s: Section, gnuAbi: boolean): string[] {
  const number = String(s.index).padStart(2)
  const name = shorten(s.name, NAME_WIDTH).padEnd(NAME_WIDTH)
  const type = typeName(s).slice(0, TYPE_WIDTH).padEnd(TYPE_WIDTH)
  const numbers = `${String(s.link).padStart(2)}   ${String(s.info).padStart(3)}     ${s.align}`
  return [
    `  [${number}] ${name} ${type}  ${hex(s.address, HEX64)}  ${hex(s.offset, 8)}`,
    `       ${hex(s.size, HEX64)}  ${hex(s.entrySize, HEX64)} ${flags(s, gnuAbi)}      ${numbers}`,
  ]
}

export function showSections(elf: ElfFile, options: ReadelfOptions): string[] {
  const { sections, header } = elf
  const gnuAbi = header.osAbi === OSABI_GNU
  const intro = `There are ${sections.length} section headers, starting at offset 0x${hex(header.sectionOffset)}:`
  if (sections.length === 0) return ['', 'There are no sections in this file.']
  const head = options.wide
    ? ['  [Nr] Name              Type            Address          Off    Size   ES Flg Lk Inf Al']
    : [
        '  [Nr] Name              Type             Address           Offset',
        '       Size              EntSize          Flags  Link  Info  Align',
      ]
  return [
    ...(options.header ? [''] : [intro, '']),
    sections.length > 1 ? 'Section Headers:' : 'Section Header:',
    ...head,
    ...sections.flatMap(s => (options.wide ? [wideRow(s, gnuAbi)] : narrowRows(s, gnuAbi))),
    'Key to Flags:',
    '  W (write), A (alloc), X (execute), M (merge), S (strings), I (info),',
    '  L (link order), O (extra OS processing required), G (group), T (TLS),',
    '  C (compressed), x (unknown), o (OS specific), E (exclude),',
    `  ${gnuAbi ? 'R (retain), ' : ''}D (mbind), p (processor specific)`,
  ]
}
