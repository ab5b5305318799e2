// Symbol versions of dynamic files: `printf@GLIBC_2.27 (2)`. (GNU symbol versioning: .gnu.version, .gnu.version_d, .gnu.version_r.)
import { sectionBytes, SHT, type ElfFile } from '../../kernel/abi/index.ts'
import { textAt } from './text.ts'

export interface Versions {
  /** Version index of each dynamic symbol. */
  ofSymbol: number[]
  /** Names by index; needed ones come from other libraries. */
  names: Map<number, { name: string; needed: boolean }>
}

const HIDDEN = 0x8000
const BASE_FLAG = 1

function viewOf(elf: ElfFile, type: number): { view: DataView; strings: Uint8Array } | null {
  const s = elf.sections.find(x => x.type === type)
  if (!s) return null
  const bytes = sectionBytes(elf, s)
  const linked = elf.sections[s.link]
  return {
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    strings: linked ? sectionBytes(elf, linked) : new Uint8Array(0),
  }
}

/** Calls `item` for each element of a chain of structures, whose `next` field is an offset from it; stops at the end of the data. */
function chain(view: DataView, start: number, size: number, nextAt: number, item: (at: number) => void): void {
  for (let at = start, count = 0; at + size <= view.byteLength && count < 1000; count++) {
    item(at)
    const next = view.getUint32(at + nextAt, true)
    if (next === 0) return
    at += next
  }
}

/** The versions of a file's dynamic symbols; null when it has none. */
export function readVersions(elf: ElfFile): Versions | null {
  const symbols = viewOf(elf, SHT.GNU_VERSYM)
  if (!symbols) return null
  const ofSymbol: number[] = []
  for (let at = 0; at + 2 <= symbols.view.byteLength; at += 2) ofSymbol.push(symbols.view.getUint16(at, true))
  const names: Versions['names'] = new Map()
  const defined = viewOf(elf, SHT.GNU_VERDEF)
  if (defined) {
    const { view, strings } = defined
    chain(view, 0, 20, 16, at => {
      const aux = at + view.getUint32(at + 12, true)
      if (aux + 8 > view.byteLength || view.getUint16(at + 2, true) & BASE_FLAG) return
      names.set(view.getUint16(at + 4, true), { name: textAt(strings, view.getUint32(aux, true)), needed: false })
    })
  }
  const needed = viewOf(elf, SHT.GNU_VERNEED)
  if (needed) {
    const { view, strings } = needed
    chain(view, 0, 16, 12, at => {
      chain(view, at + view.getUint32(at + 8, true), 16, 12, aux => {
        names.set(view.getUint16(aux + 6, true), { name: textAt(strings, view.getUint32(aux + 8, true)), needed: true })
      })
    })
  }
  return { ofSymbol, names }
}

/** `@NAME`, `@@NAME` for the default version, or nothing. */
export function versionSuffix(versions: Versions | null, index: number, undefinedSymbol: boolean): { text: string; number: number | null } {
  const raw = versions?.ofSymbol[index]
  if (raw === undefined) return { text: '', number: null }
  const version = versions?.names.get(raw & ~HIDDEN)
  if (!version) return { text: '', number: null }
  if (version.needed || undefinedSymbol) return { text: `@${version.name}`, number: raw & ~HIDDEN }
  return { text: `${raw & HIDDEN ? '@' : '@@'}${version.name}`, number: null }
}
