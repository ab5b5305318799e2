// Directives that choose the section.
import { SHF, SHT } from '../../../kernel/abi/index.ts'
import { encodeUtf8 } from '../../bytes.ts'
import { accept, acceptName, atEnd, expectName, expectString, peek, SourceError, type Cursor } from '../cursor.ts'
import { absolute, absoluteIn } from '../operand-expression.ts'
import { warn } from '../report.ts'
import { kindByName, sectionNamed, switchTo, type SectionKind } from '../sections.ts'
import type { Assembly } from '../state.ts'
import type { Directive } from './directive.ts'

/** Letters of the flags string (gas manual, .section). `?` (the group of the previous section) is not among them. */
const LETTERS: Readonly<Record<string, number>> = {
  a: SHF.ALLOC,
  w: SHF.WRITE,
  x: SHF.EXECINSTR,
  M: SHF.MERGE,
  S: SHF.STRINGS,
  G: SHF.GROUP,
  T: SHF.TLS,
  o: SHF.LINK_ORDER,
  R: SHF.GNU_RETAIN,
  e: SHF.EXCLUDE,
}
const TYPES: Readonly<Record<string, number>> = {
  progbits: SHT.PROGBITS,
  nobits: SHT.NOBITS,
  note: SHT.NOTE,
  init_array: SHT.INIT_ARRAY,
  fini_array: SHT.FINI_ARRAY,
  preinit_array: SHT.PREINIT_ARRAY,
}

const decoder = new TextDecoder()

function readFlags(c: Cursor): number {
  const start = c.at
  const text = decoder.decode(Uint8Array.from(expectString(c, encodeUtf8)))
  let flags = 0
  for (const letter of text) {
    if (!(letter in LETTERS)) throw new SourceError('unrecognized .section attribute: want a,e,o,w,x,M,S,G,T,R', start, c.at)
    flags |= LETTERS[letter]
  }
  return flags >>> 0
}

/** `@progbits`, `%progbits`, "progbits" or `@0x7000003`. */
function readType(asm: Assembly, c: Cursor): number {
  const start = c.at
  if (!accept(c, '@')) accept(c, '%')
  if (/[0-9]/.test(peek(c))) return absoluteIn(asm, c, 0, 0xffffffff, 'section type')
  const name = acceptName(c) ?? ''
  if (!(name in TYPES)) throw new SourceError(`unrecognized section type \`${name}'`, start, c.at)
  return TYPES[name]
}

/** `.section name, "flags", @type, entsize, group, comdat, linked-to` */
function readSection(asm: Assembly, c: Cursor): Assembly['section'] {
  // Section names may hold letters that symbol names may not, such as the dash of .note.GNU-stack.
  peek(c)
  const found = peek(c) === '"' ? null : /[^\s,"]+/y
  let name: string
  if (found) {
    found.lastIndex = c.at
    name = found.exec(c.text)?.[0] ?? ''
    c.at += name.length
  } else name = acceptName(c) ?? ''
  if (name === '') throw new SourceError('missing name')
  if (!accept(c, ',')) return sectionNamed(asm, name, null)
  const known = kindByName(name)
  const kind: SectionKind = { type: known.type, flags: readFlags(c), group: null, linkOrder: null, entrySize: 0 }
  if (kind.flags === 0 && known.flags !== 0 && atEnd(c)) kind.flags = known.flags
  if (accept(c, ',')) {
    kind.type = readType(asm, c)
    if (kind.flags & SHF.MERGE) kind.entrySize = accept(c, ',') ? absoluteIn(asm, c, 1, 4096, 'entity size') : 1
    if (kind.flags & SHF.LINK_ORDER && accept(c, ',')) kind.linkOrder = expectName(c)
    if (kind.flags & SHF.GROUP) {
      if (!accept(c, ',')) throw new SourceError('group name for SHF_GROUP not specified')
      kind.group = expectName(c)
      if (accept(c, ',') && acceptName(c) !== 'comdat') throw new SourceError('only comdat groups are supported')
    }
  }
  return sectionNamed(asm, name, kind)
}

const simple =
  (name: string): Directive =>
  (asm, c) => {
    if (!atEnd(c) && absolute(asm, c) !== 0n) throw new SourceError('subsections other than 0 are not supported')
    switchTo(asm, sectionNamed(asm, name, null))
  }

const push: Directive = (asm, c) => {
  asm.sectionStack.push({ section: asm.section, previous: asm.previous })
  switchTo(asm, readSection(asm, c))
}

const pop: Directive = asm => {
  const saved = asm.sectionStack.pop()
  if (!saved) warn(asm, '.popsection without corresponding .pushsection; ignored')
  else Object.assign(asm, saved)
}

const previous: Directive = asm => {
  if (!asm.previous) warn(asm, '.previous without corresponding .section; ignored')
  else switchTo(asm, asm.previous)
}

export const sections: Readonly<Record<string, Directive>> = {
  '.text': simple('.text'),
  '.data': simple('.data'),
  '.bss': simple('.bss'),
  '.rodata': simple('.rodata'),
  '.section': (asm, c) => switchTo(asm, readSection(asm, c)),
  '.pushsection': push,
  '.popsection': pop,
  '.previous': previous,
}
