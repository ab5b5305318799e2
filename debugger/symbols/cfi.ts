// Call frame information: .eh_frame and .debug_frame say, for every instruction, where the caller's registers are (DWARF 5, section
// 6.4; .eh_frame as the Linux Standard Base has it). Entries are found at once, their programs run when somebody asks for an address.
import {
  address,
  block,
  cursorOn,
  fail,
  i16,
  i32,
  i64,
  offset,
  sleb,
  take,
  text,
  u16,
  u32,
  u8,
  uleb,
  unitLength,
  word,
  type Cursor,
} from '../../kernel/abi/dwarf/index.ts'
import { attempt, contents } from './sections.ts'
import { firstIndex } from './table.ts'
import type { CommonFrame, DebugFile, FrameDescription, FrameTable } from './model.ts'

/** Pointer encodings (DW_EH_PE): what the value is in the low bits, what it counts from in the next. */
const PE = { omit: 0xff, valueMask: 0x0f, baseMask: 0x70, pcRelative: 0x10, absolute: 0, indirect: 0x80 } as const

const PE_VALUES: Readonly<Record<number, (c: Cursor) => number>> = {
  0x00: word,
  0x01: uleb,
  0x02: u16,
  0x03: u32,
  0x04: word,
  0x09: sleb,
  0x0a: i16,
  0x0b: i32,
  0x0c: c => Number(i64(c)),
}

function encodedPointer(c: Cursor, encoding: number, sectionAddress: number): number {
  const here = sectionAddress + c.at
  const read = PE_VALUES[encoding & PE.valueMask]
  const base = encoding & PE.baseMask
  if (read === undefined || (base !== PE.absolute && base !== PE.pcRelative) || encoding & PE.indirect)
    fail(c, `pointers encoded as 0x${encoding.toString(16)}`)
  const value = read(c)
  return base === PE.pcRelative ? here + value : value
}

interface Section {
  file: DebugFile
  name: string
  bytes: Uint8Array
  /** Where it is loaded: .eh_frame's pointers count from there. */
  address: number
  /** .eh_frame differs from .debug_frame in small ways. */
  eh: boolean
  commons: Map<number, CommonFrame>
}

const NO_ID = { eh: 0, debug: 0xffff_ffff } as const
const DEFAULT_ADDRESS = 8

/** Letters of an augmentation behind its `z`, and what each says. */
function augmentation(c: Cursor, letters: string, common: CommonFrame, section: Section): void {
  if (letters === '') return
  if (!letters.startsWith('z')) fail(c, `an augmentation "${letters}"`)
  const length = uleb(c)
  const end = take(c, length) + length
  c.at = end - length
  common.hasAugmentation = true
  for (const letter of letters.slice(1)) {
    if (letter === 'R') common.encoding = u8(c)
    else if (letter === 'S') common.signal = true
    else if (letter === 'L') u8(c)
    else if (letter === 'P') skipPointer(c, u8(c), section)
    else break
  }
  c.at = end
}

function skipPointer(c: Cursor, encoding: number, section: Section): void {
  if (encoding !== PE.omit) encodedPointer(c, encoding & ~PE.indirect, section.address)
}

function readCommon(section: Section, at: number): CommonFrame {
  const known = section.commons.get(at)
  if (known) return known
  const c = cursorOn(section.name, section.bytes, at)
  const wide = unitLength(c)
  const id = offset(c, wide && !section.eh)
  if (section.eh ? id !== NO_ID.eh : id !== NO_ID.debug && !wide) fail(c, 'not a common entry', at)
  const version = u8(c)
  if (![1, 3, 4].includes(version)) fail(c, `a common entry of version ${version}`, at)
  const letters = text(c)
  const addressSize = version >= 4 ? u8(c) : DEFAULT_ADDRESS
  if (version >= 4 && u8(c) !== 0) fail(c, 'segment selectors are not supported', at)
  const codeAlign = uleb(c)
  const dataAlign = sleb(c)
  const returnColumn = version === 1 ? u8(c) : uleb(c)
  const common: CommonFrame = {
    codeAlign,
    dataAlign,
    returnColumn,
    encoding: 0,
    addressSize,
    hasAugmentation: false,
    signal: false,
    instructions: section.bytes,
  }
  augmentation(c, letters, common, section)
  common.instructions = block(c, c.end - c.at)
  section.commons.set(at, common)
  return common
}

/** The description in an entry whose id field has been read; null for code that the linker left out. */
function readDescription(section: Section, c: Cursor, at: number, commonAt: number): FrameDescription | null {
  const common = readCommon(section, commonAt)
  let start: number
  let length: number
  if (section.eh) {
    start = encodedPointer(c, common.encoding, section.address)
    length = encodedPointer(c, common.encoding & PE.valueMask, section.address)
  } else {
    start = address(c, common.addressSize)
    length = address(c, common.addressSize)
  }
  if (common.hasAugmentation) take(c, uleb(c))
  const instructionsAt = c.at
  const instructions = block(c, c.end - c.at)
  if (!(start >= 0 && length > 0 && Number.isSafeInteger(start + length))) return null
  return { section: section.name, offset: at, start, end: start + length, common, instructions, at: instructionsAt }
}

function readEntries(section: Section, into: FrameDescription[]): void {
  const { bytes, name, file } = section
  for (let at = 0; at < bytes.length;) {
    const c = cursorOn(name, bytes, at)
    // A length of zero ends .eh_frame.
    if (bytes.length - at >= 4 && c.view.getUint32(at, true) === 0) {
      if (section.eh) return
      at += 4
      continue
    }
    const wide = attempt(file, () => unitLength(c))
    if (wide === null) return
    const start = at
    at = c.end
    attempt(file, () => {
      const idAt = c.at
      const id = offset(c, wide && !section.eh)
      const isCommon = section.eh ? id === NO_ID.eh : id === NO_ID.debug
      if (isCommon) return
      const found = readDescription(section, c, start, section.eh ? idAt - id : id)
      if (found) into.push(found)
    })
  }
}

function makeFrames(file: DebugFile): FrameTable {
  const descriptions: FrameDescription[] = []
  for (const [name, eh] of [
    ['.eh_frame', true],
    ['.debug_frame', false],
  ] as const) {
    const header = file.elf.sections.find(s => s.name === name)
    const bytes = attempt(file, () => contents(file, name))
    if (header && bytes) readEntries({ file, name, bytes, address: header.address, eh, commons: new Map() }, descriptions)
  }
  // Where both sections describe a function either will do: the sort keeps .eh_frame's in front.
  descriptions.sort((a, b) => a.start - b.start)
  return { descriptions }
}

/** The frame descriptions of a file, found on first use. */
export function framesOf(file: DebugFile): FrameTable {
  if (!file.made.frames) file.made.frames = makeFrames(file)
  return file.made.frames
}

/** The description that covers an address, or null. */
export function descriptionAt(table: FrameTable, at: number): FrameDescription | null {
  const { descriptions } = table
  const found = descriptions[firstIndex(descriptions.length, i => descriptions[i].start > at) - 1]
  return found !== undefined && at < found.end ? found : null
}
