// The link map (-Map): which archive members came in and why, and where every input section went.
import { SHF } from '../../kernel/abi/index.ts'
import { addressOf } from './symbols.ts'
import type { Link } from './state.ts'

const hex = (n: number | bigint): string => `0x${n.toString(16)}`

/** The map as text, in the manner of GNU ld. */
export function linkMap(link: Link): string {
  const lines: string[] = []
  if (link.pulled.length > 0) {
    lines.push('Archive member included to satisfy reference by file (symbol)', '')
    for (const p of link.pulled) lines.push(p.member, `${''.padEnd(30)}${p.by} (${p.symbol})`)
    lines.push('')
  }
  const dropped = link.files.flatMap(f => f.sections.filter(s => s !== null && !s.live))
  if (dropped.length > 0) {
    lines.push('Discarded input sections', '')
    for (const s of dropped) if (s) lines.push(` ${s.name.padEnd(14)} ${hex(s.size).padStart(18)} ${s.file.name}`)
    lines.push('')
  }
  lines.push('Linker script and memory map', '')
  for (const o of link.outputs) {
    const address = o.flags & SHF.ALLOC ? o.address : 0
    lines.push('', `${o.name.padEnd(15)} 0x${address.toString(16).padStart(16, '0')} ${hex(o.size).padStart(10)}`)
    for (const s of o.inputs) {
      lines.push(
        ` ${s.name.padEnd(14)} 0x${(address + s.offset).toString(16).padStart(16, '0')} ${hex(s.size).padStart(10)} ${s.file.name}`,
      )
      const named = s.symbols.filter(x => link.globals.get(x.name) === x).sort((a, b) => Number(a.value - b.value))
      for (const x of named) lines.push(`${''.padEnd(16)}0x${addressOf(x).toString(16).padStart(16, '0')}${''.padEnd(16)}${x.name}`)
    }
  }
  return `${lines.join('\n')}\n`
}
