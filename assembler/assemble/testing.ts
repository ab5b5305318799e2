// For tests: assembly in, hex or messages out.
import { readElf, readRelocations, readSymbols, sectionBytes, SHT } from '../../kernel/abi/index.ts'
import { relocationName } from '../relocations.ts'
import { assemble, type AssembleOptions } from './index.ts'

const toHex = (bytes: Uint8Array): string => [...bytes].map(b => b.toString(16).padStart(2, '0')).join('')

function assembled(text: string, options: AssembleOptions): ReturnType<typeof readElf> {
  const { object, diagnostics } = assemble({ name: 't.s', text }, options)
  if (!object) throw new Error(diagnostics.map(d => `${d.line}: ${d.message}`).join('\n'))
  return readElf(object, 't.o')
}

/** The bytes of a section in hex. */
export function hexOf(text: string, section = '.text', options: AssembleOptions = {}): string {
  const elf = assembled(text, options)
  const found = elf.sections.find(s => s.name === section)
  return found ? toHex(sectionBytes(elf, found)) : 'no such section'
}

/** Instructions as numbers: `00150513 8082`. */
export function wordsOf(text: string, options: AssembleOptions = {}): string {
  const bytes = hexOf(text, '.text', options).match(/../g) ?? []
  const words: string[] = []
  for (let i = 0; i < bytes.length;) {
    const length = (parseInt(bytes[i], 16) & 3) === 3 ? 4 : 2
    words.push(
      bytes
        .slice(i, i + length)
        .reverse()
        .join(''),
    )
    i += length
  }
  return words.join(' ')
}

/** Relocations of a section: `4 R_RISCV_JAL foo+0`. */
export function relocationsOf(text: string, section = '.text', options: AssembleOptions = {}): string[] {
  const elf = assembled(text, options)
  const table = elf.sections.find(s => s.name === `.rela${section}`)
  const symtab = elf.sections.find(s => s.type === SHT.SYMTAB)
  if (!table || !symtab) return []
  const symbols = readSymbols(elf, symtab)
  return readRelocations(elf, table).map(r => `${r.offset.toString(16)} ${relocationName(r.type)} ${symbols[r.symbol].name}+${r.addend}`)
}

/** Mapping symbols in the order of the table: `0$x 2$d`, without the architecture. */
export function marksOf(text: string, options: AssembleOptions = {}): string {
  const elf = assembled(text, options)
  const symtab = elf.sections.find(s => s.type === SHT.SYMTAB)
  const marks = symtab ? readSymbols(elf, symtab).filter(s => s.name.startsWith('$')) : []
  return marks.map(s => `${s.value.toString(16)}${s.name.slice(0, 2)}`).join(' ')
}

/** Symbols by name. */
export function symbolsOf(text: string, options: AssembleOptions = {}): Map<string, ReturnType<typeof readSymbols>[number]> {
  const elf = assembled(text, options)
  const symtab = elf.sections.find(s => s.type === SHT.SYMTAB)
  return new Map(symtab ? readSymbols(elf, symtab).map(s => [s.name, s]) : [])
}

/** Messages as `line:column message`. */
export const messagesOf = (text: string, options: AssembleOptions = {}): string[] =>
  assemble({ name: 't.s', text }, options).diagnostics.map(d => `${d.line}:${d.column} ${d.message}`)
