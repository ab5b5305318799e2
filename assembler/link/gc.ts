// --gc-sections: keeps what can be reached from the entry point and from sections that must stay, drops the rest.
import { SHF, SHT } from '../../kernel/abi/index.ts'
import { layoutTable, matchIndex } from './layout-table.ts'
import type { InputSection, Link } from './state.ts'

function isRoot(s: InputSection): boolean {
  if (s.keep || s.type === SHT.NOTE || s.type === SHT.INIT_ARRAY || s.type === SHT.FINI_ARRAY || s.type === SHT.PREINIT_ARRAY) return true
  return layoutTable.some(row => row.keep && matchIndex(row.inputs, s.name) >= 0)
}

/** Marks sections that nothing needs as not live. Sections that are not loaded (debugging) stay, but keep nothing alive. */
export function collectGarbage(link: Link, entry: string): void {
  const pending: InputSection[] = []
  const reach = (s: InputSection | null): void => {
    if (!s || s.live) return
    s.live = true
    pending.push(s)
  }
  const byIdentifier = new Map<string, InputSection[]>()
  const roots: InputSection[] = []
  for (const file of link.files) {
    for (const s of file.sections) {
      if (!s || !(s.flags & SHF.ALLOC)) continue
      s.live = false
      if (isRoot(s)) roots.push(s)
      // __start_NAME and __stop_NAME keep all sections of that name.
      if (/^[A-Za-z_]\w*$/.test(s.name)) byIdentifier.set(s.name, [...(byIdentifier.get(s.name) ?? []), s])
    }
  }
  for (const s of roots) reach(s)
  for (const name of [entry, ...(link.options.undefined ?? [])]) reach(link.globals.get(name)?.section ?? null)
  for (let s = pending.pop(); s; s = pending.pop()) {
    for (const r of s.relocations) {
      const symbol = s.file.symbols[r.symbol]
      if (!symbol) continue
      reach(symbol.section)
      const bordered = /^__(?:start|stop)_(\w+)$/.exec(symbol.name)
      if (bordered) for (const other of byIdentifier.get(bordered[1]) ?? []) reach(other)
    }
  }
}
