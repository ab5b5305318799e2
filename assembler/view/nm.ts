// What GNU nm 2.40 prints: each symbol with a letter for where it stands.
import { readElf, readSymbols, SHF, SHN, SHT, STB, STT } from '../../kernel/abi/index.ts'
import type { ElfFile, ElfSymbol } from '../../kernel/abi/index.ts'
import { archiveMember, isArchive, memberOffsets, readArchive } from '../link/archive.ts'
import { isSpecial } from './symbols.ts'
import { HEX64, hex } from './text.ts'

/** The flags of nm. */
export interface NmOptions {
  /** -n: by address; -p: as they stand; otherwise by name. */
  sort?: 'name' | 'address' | 'none'
  /** -r */
  reverse?: boolean
  /** -g */
  externOnly?: boolean
  /** -u */
  undefinedOnly?: boolean
  /** -U, --defined-only */
  definedOnly?: boolean
  /** -a: section and file symbols too. */
  all?: boolean
  /** -S */
  size?: boolean
  /** -D: the dynamic symbols. */
  dynamic?: boolean
}

/** Names of sections that decide the letter (BFD's coff_section_type). */
const BY_NAME: readonly (readonly [string, string])[] = [
  ['.drectve', 'i'],
  ['.edata', 'e'],
  ['.idata', 'i'],
  ['.pdata', 'p'],
  ['.debug', 'N'],
  ['.bss', 'b'],
  ['.data', 'd'],
  ['.fini', 't'],
  ['.init', 't'],
  ['.rodata', 'r'],
  ['.sbss', 's'],
  ['.scommon', 'c'],
  ['.sdata', 'g'],
  ['.text', 't'],
]

function sectionLetter(elf: ElfFile, index: number): string {
  const s = elf.sections[index]
  if (!s) return '?'
  if (s.flags & SHF.EXECINSTR) return 't'
  if (s.flags & SHF.ALLOC) {
    if (s.type === SHT.NOBITS) return 'b'
    return s.flags & SHF.WRITE ? 'd' : 'r'
  }
  // Sections that are not loaded: debugging by name, other contents read-only.
  const named = BY_NAME.find(([prefix]) => s.name === prefix || (s.name.startsWith(prefix) && /[.$0-9]/.test(s.name[prefix.length] ?? '.')))
  if (/^\.(debug|zdebug|stab|line|gnu\.linkonce\.wi)/.test(s.name)) return 'N'
  return named && s.name.startsWith('.debug') ? named[1] : s.flags & SHF.WRITE ? 'd' : 'n'
}

/** The letter of a symbol: upper case when it is global. */
function letter(elf: ElfFile, s: ElfSymbol): string {
  if (s.section === SHN.COMMON) return 'C'
  if (s.section === SHN.UNDEF) return s.binding === STB.WEAK ? (s.type === STT.OBJECT ? 'v' : 'w') : 'U'
  if (s.type === STT.GNU_IFUNC) return 'i'
  if (s.binding === STB.WEAK) return s.type === STT.OBJECT ? 'V' : 'W'
  if (s.binding === STB.GNU_UNIQUE) return 'u'
  const own = s.section === SHN.ABS ? 'a' : sectionLetter(elf, s.section)
  return s.binding === STB.GLOBAL ? own.toUpperCase() : own
}

type Order = (a: ElfSymbol, b: ElfSymbol) => number

/** A section symbol goes by the name of its section. */
const nameOf = (elf: ElfFile, s: ElfSymbol): string =>
  s.type === STT.SECTION && s.name === '' ? (elf.sections[s.section]?.name ?? '') : s.name

/** Compares by code units, as strcmp does. */
const byName =
  (elf: ElfFile): Order =>
  (a, b) => {
    const [x, y] = [nameOf(elf, a), nameOf(elf, b)]
    return x < y ? -1 : x > y ? 1 : 0
  }

const byAddress =
  (elf: ElfFile): Order =>
  (a, b) => {
    const missing = Number(a.section !== SHN.UNDEF) - Number(b.section !== SHN.UNDEF)
    return missing || (a.value < b.value ? -1 : a.value > b.value ? 1 : byName(elf)(a, b))
  }

/**
 * The text of `nm` for one file, or for each member of an archive, with a final newline.
 * @throws ElfError when the file cannot be read
 */
export function nm(bytes: Uint8Array, name: string, options: NmOptions = {}): string {
  if (!isArchive(bytes)) return symbolsOf(bytes, name, options)
  const archive = readArchive(name, bytes, false)
  const members = memberOffsets(archive).map(at => archiveMember(archive, at))
  return members.map(m => `\n${m.name.slice(name.length + 1, -1)}:\n${symbolsOf(m.data, m.name, options)}`).join('')
}

function symbolsOf(bytes: Uint8Array, name: string, options: NmOptions): string {
  const elf = readElf(bytes, name)
  const table = elf.sections.find(s => s.type === (options.dynamic ? SHT.DYNSYM : SHT.SYMTAB))
  const symbols = table ? readSymbols(elf, table).slice(1) : []
  const kept = symbols.filter(s => {
    if (s.type === STT.SECTION || s.type === STT.FILE) return (options.all ?? false) && nameOf(elf, s) !== ''
    if (isSpecial(s.name)) return false
    if (options.externOnly && s.binding === STB.LOCAL) return false
    if (options.undefinedOnly && s.section !== SHN.UNDEF) return false
    return !(options.definedOnly && s.section === SHN.UNDEF)
  })
  if (options.sort === 'none') {
    if (options.reverse) kept.reverse()
  } else {
    const order = (options.sort === 'address' ? byAddress : byName)(elf)
    // Equal ones keep their order in reverse, too.
    kept.sort(options.reverse ? (a, b) => order(b, a) : order)
  }
  return kept.map(s => `${row(elf, s, options)}\n`).join('')
}

function row(elf: ElfFile, s: ElfSymbol, options: NmOptions): string {
  const undefinedSymbol = s.section === SHN.UNDEF
  const value = undefinedSymbol ? ' '.repeat(HEX64) : hex(s.section === SHN.COMMON ? s.size : s.value, HEX64)
  const size = options.size && !undefinedSymbol && s.size > 0 ? ` ${hex(s.size, HEX64)}` : ''
  return `${value}${size} ${letter(elf, s)} ${nameOf(elf, s)}`
}
