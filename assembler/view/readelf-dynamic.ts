// readelf -d
import { DT, readDynamic, sectionBytes, SHT } from '../../kernel/abi/index.ts'
import { dynamicFlags, dynamicFlags1, dynamicForms, dynamicTags, type DynamicForm } from './names.ts'
import { HEX64, hex, textAt } from './text.ts'
import type { DynamicEntry, ElfFile } from '../../kernel/abi/index.ts'

const TYPE_WIDTH = 20
const bitNames = (table: readonly (readonly [number, string])[], value: bigint): string =>
  table
    .filter(([bit]) => value & BigInt(bit))
    .map(([, name]) => name)
    .join(' ')

type Show = (value: bigint, text: (offset: bigint) => string) => string

const SHOW: Readonly<Record<DynamicForm, Show>> = {
  address: v => `0x${hex(v)}`,
  bytes: v => `${v} (bytes)`,
  count: v => String(v),
  needed: (v, text) => `Shared library: [${text(v)}]`,
  soname: (v, text) => `Library soname: [${text(v)}]`,
  rpath: (v, text) => `Library rpath: [${text(v)}]`,
  runpath: (v, text) => `Library runpath: [${text(v)}]`,
  flags: v => bitNames(dynamicFlags, v),
  flags1: v => `Flags: ${bitNames(dynamicFlags1, v)}`,
  pltrel: v => (Number(v) === DT.RELA ? 'RELA' : 'REL'),
}

export function showDynamic(elf: ElfFile): string[] {
  const section = elf.sections.find(s => s.type === SHT.DYNAMIC)
  const entries = readDynamic(elf)
  if (!section || entries.length === 0) return ['', 'There is no dynamic section in this file.']
  const strings = elf.sections[section.link]
  const table = strings ? sectionBytes(elf, strings) : new Uint8Array(0)
  const text = (offset: bigint): string => textAt(table, Number(offset))
  const row = ({ tag, value }: DynamicEntry): string => {
    const name = `(${dynamicTags.get(tag) ?? `<unknown>: ${hex(tag)}`})`
    const shown = SHOW[dynamicForms.get(tag) ?? 'address'](value, text)
    return ` 0x${hex(tag, HEX64)} ${name.padEnd(TYPE_WIDTH)} ${shown}`
  }
  const count = entries.length
  return [
    '',
    `Dynamic section at offset 0x${hex(section.offset)} contains ${count} ${count === 1 ? 'entry' : 'entries'}:`,
    '  Tag        Type                         Name/Value',
    ...entries.map(row),
  ]
}
