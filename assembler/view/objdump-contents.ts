// objdump -s
import { sectionBytes, type ElfFile } from '../../kernel/abi/index.ts'
import { chosenSections, hasContents } from './objdump-sections.ts'
import { hex } from './text.ts'
import type { ObjdumpOptions } from './objdump-options.ts'

const PER_LINE = 16
const PER_GROUP = 4

const printable = (b: number): string => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.')

export function showContents(elf: ElfFile, options: ObjdumpOptions): string[] {
  return chosenSections(elf, options)
    .filter(s => hasContents(s) && s.size > 0)
    .flatMap(s => {
      const bytes = sectionBytes(elf, s)
      const width = Math.max(4, hex(s.address + s.size).length)
      const lines = [`Contents of section ${s.name}:`]
      for (let at = 0; at < bytes.length; at += PER_LINE) {
        const part = bytes.subarray(at, at + PER_LINE)
        let digits = ''
        for (let i = 0; i < PER_LINE; i++)
          digits += (i < part.length ? hex(part[i], 2) : '  ') + (i % PER_GROUP === PER_GROUP - 1 ? ' ' : '')
        lines.push(` ${hex(s.address + at, width)} ${digits} ${[...part].map(printable).join('').padEnd(PER_LINE)}`)
      }
      return lines
    })
}
