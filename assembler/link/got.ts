// The table of addresses (.got) for code that was compiled to find them there. In a static program its contents are known at link time.
import { SHF, SHT } from '../../kernel/abi/index.ts'
import { relocationRows } from '../relocations.ts'
import { newOutput } from './layout.ts'
import type { GotEntry, Link, LinkSymbol } from './state.ts'

export const GOT_ENTRY = 8

/** Makes entries for everything that live code asks for. */
export function makeGot(link: Link): void {
  const { entries } = link.got
  const push = (symbol: LinkSymbol, ...kinds: GotEntry['kind'][]): number => {
    for (const kind of kinds) entries.push({ symbol, kind })
    return entries.length - kinds.length
  }
  for (const file of link.files) {
    for (const section of file.sections) {
      if (!section?.live) continue
      for (const r of section.relocations) {
        const value = relocationRows.get(r.type)?.value
        const symbol = file.symbols[r.symbol]
        if (!symbol) continue
        if (value === 'got' && symbol.got < 0) symbol.got = push(symbol, 'address')
        else if (value === 'tlsIe' && symbol.gotTls < 0) symbol.gotTls = push(symbol, 'tprel')
        else if (value === 'tlsGd' && symbol.gotGd < 0) symbol.gotGd = push(symbol, 'module', 'dtprel')
      }
    }
  }
  if (entries.length === 0) return
  const o = newOutput('.got', SHT.PROGBITS, SHF.ALLOC | SHF.WRITE)
  o.align = GOT_ENTRY
  o.entrySize = GOT_ENTRY
  o.made = new Uint8Array(entries.length * GOT_ENTRY)
  const after = link.outputs.findLastIndex(x => x.flags & SHF.ALLOC && x.flags & SHF.WRITE && x.type !== SHT.NOBITS && x.name !== '.sdata')
  const end = link.outputs.findIndex(
    x => !(x.flags & SHF.ALLOC) || (x.flags & SHF.WRITE && (x.type === SHT.NOBITS || x.name === '.sdata') && !(x.flags & SHF.TLS)),
  )
  link.outputs.splice(after >= 0 ? after + 1 : end >= 0 ? end : link.outputs.length, 0, o)
  link.got.section = o
}
