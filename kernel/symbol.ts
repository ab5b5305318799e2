// The name of the function at an address, for the kernel's log: from the symbol table of the file that is mapped there. Files are the
// guest's, so all of it may be wrong: whatever is, there is no name.
import { ElfError, PT, readElf, sectionBytes, SHF, SHT, SIZEOF_SYM, STB, STT, type ElfFile, type Section } from './abi/index.ts'
import type { Kernel } from './kernel.ts'
import { findRegion, peekFile } from './mm/index.ts'
import type { Task } from './state.ts'

/** Larger files and tables are not looked into. */
const MOST_FILE_BYTES = 16 * 2 ** 20
const MOST_TABLE_BYTES = 2 ** 20
/** In a symbol: name, info, section, value. */
const INFO = 4
const SECTION = 6
const VALUE = 8
const NAME_LENGTH = 80

const FUNCTIONS: ReadonlySet<number> = new Set([STT.NOTYPE, STT.FUNC])

/** A name for people: not the compiler's own, nor a mark between code and data. */
function nameAt(strings: Uint8Array, at: number): string {
  const end = strings.indexOf(0, at)
  const name = String.fromCharCode(...strings.subarray(at, Math.min(end < 0 ? strings.length : end, at + NAME_LENGTH)))
  return /^[$.]/.test(name) ? '' : name
}

/** The nearest symbol of code at or before an address of a file; a global one where there are several. */
function nearest(elf: ElfFile, table: Section, address: number): string {
  const bytes = sectionBytes(elf, table)
  const link = elf.sections[table.link]
  if (bytes.length > MOST_TABLE_BYTES || link?.type !== SHT.STRTAB) return ''
  const strings = sectionBytes(elf, link)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // What lies in another section than the address is no name for it.
  const isThere = elf.sections.map(s => (s.flags & SHF.EXECINSTR) !== 0 && address >= s.address && address < s.address + s.size)
  let best = -1
  let found = ''
  for (let at = 0; at + SIZEOF_SYM <= bytes.length; at += SIZEOF_SYM) {
    const info = bytes[at + INFO]
    const value = Number(view.getBigUint64(at + VALUE, true))
    if (value > address || value < best || !FUNCTIONS.has(info & 15) || isThere[view.getUint16(at + SECTION, true)] !== true) continue
    if (value === best && info >> 4 === STB.LOCAL) continue
    const name = nameAt(strings, view.getUint32(at, true))
    if (name === '') continue
    best = value
    found = name
  }
  return found
}

/** The function that an address of a program is in, '' where that is not known: also in files that only the host has. */
export function functionAt(k: Kernel, task: Task, address: number): string {
  const region = task.mm && findRegion(task.mm, address)
  const inode = region?.inode
  if (!region || !inode || inode.backing?.kind === 'host' || inode.size > MOST_FILE_BYTES) return ''
  const bytes = peekFile(k, inode, 0, inode.size)
  if (bytes === null) return ''
  const offset = address - region.start + region.offset
  try {
    const elf = readElf(bytes, 'program')
    const load = elf.segments.find(s => s.type === PT.LOAD && offset >= s.offset && offset < s.offset + s.fileSize)
    const table = elf.sections.find(s => s.type === SHT.SYMTAB) ?? elf.sections.find(s => s.type === SHT.DYNSYM)
    return load && table ? nearest(elf, table, offset - load.offset + load.vaddr) : ''
  } catch (error) {
    if (error instanceof ElfError) return ''
    throw error
  }
}
