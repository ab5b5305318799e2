// readelf -A
import { sectionBytes, SHT, type ElfFile } from '../../kernel/abi/index.ts'
import { ATTRIBUTE_TAGS, readAttributes } from '../assemble/attributes.ts'

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(ATTRIBUTE_TAGS).map(([name, tag]) => [tag, name]))

function value(tag: number, v: string | number): string {
  if (typeof v === 'string') return `"${v}"`
  if (tag === ATTRIBUTE_TAGS.stack_align) return `${v}-bytes`
  if (tag === ATTRIBUTE_TAGS.unaligned_access) return v === 0 ? 'No unaligned access' : v === 1 ? 'Unaligned access' : String(v)
  return String(v)
}

export function showAttributes(elf: ElfFile): string[] {
  const section = elf.sections.find(s => s.type === SHT.RISCV_ATTRIBUTES)
  if (!section) return []
  const rows = [...readAttributes(sectionBytes(elf, section))].map(
    ([tag, v]) => `  Tag_RISCV_${NAMES.get(tag) ?? `unknown_${tag}`}: ${value(tag, v)}`,
  )
  return ['Attribute Section: riscv', 'File Attributes', ...rows]
}
