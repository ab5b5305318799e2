// What .debug_info of an input object says beyond its lines: the folder that each line table's names are of (DWARF before 5 has it only
// here), and where variables are declared.
import {
  AT,
  cursorOn,
  DebugInfoError,
  readAbbreviations,
  readForm,
  readUnitHeader,
  spend,
  TAG,
  u8,
  uleb,
  word,
  type Abbreviation,
  type AttributeValue,
  type LineSource,
} from '../../kernel/abi/dwarf/index.ts'

/** A variable at an address, and what declares it: a file of the line table at `table`. */
interface DeclaredVariable {
  address: number
  table: number
  file: number
  line: number
}

export interface ObjectUnits {
  /** By offset of the line table. */
  folders: Map<number, string>
  variables: DeclaredVariable[]
}

const OP_ADDR = 0x03
const ADDRESS_BYTES = 8
const MAX_OVERLAP = 64

type Attributes = ReadonlyMap<number, AttributeValue>

const numberOf = (value: AttributeValue | undefined): number | null =>
  value?.kind === 'constant' ? Number(value.value) : value?.kind === 'offset' ? value.offset : null

/** The address that the location of a static variable is. */
function staticAddress(value: AttributeValue | undefined): number | null {
  if (value?.kind !== 'block' || value.bytes.length !== 1 + ADDRESS_BYTES) return null
  const c = cursorOn('.debug_info', value.bytes)
  return u8(c) === OP_ADDR ? word(c) : null
}

function variableOf(attributes: Attributes, table: number): DeclaredVariable | null {
  const address = staticAddress(attributes.get(AT.location))
  const [file, line] = [numberOf(attributes.get(AT.declFile)), numberOf(attributes.get(AT.declLine))]
  return address === null || file === null || line === null ? null : { address, table, file, line }
}

function readUnits(source: LineSource, units: ObjectUnits): void {
  const info = source.contents('.debug_info')
  const tables = new Map<number, Map<number, Abbreviation>>()
  const budget = { left: (source.contents('.debug_abbrev').length + 1) * MAX_OVERLAP }
  for (let at = 0; at < info.length;) {
    const c = cursorOn('.debug_info', info, at)
    const unit = readUnitHeader(c)
    let abbreviations = tables.get(unit.abbreviations)
    if (abbreviations === undefined) {
      const from = cursorOn('.debug_abbrev', source.contents('.debug_abbrev'), unit.abbreviations)
      abbreviations = readAbbreviations(from)
      spend(c, budget, from.at - unit.abbreviations, 'tables of abbreviations that overlap')
      tables.set(unit.abbreviations, abbreviations)
    }
    let table: number | null = null
    while (c.at < c.end) {
      const abbreviation = abbreviations.get(uleb(c))
      if (abbreviation === undefined) continue
      const attributes = new Map<number, AttributeValue>()
      for (const { name, form, implicit } of abbreviation.attributes) attributes.set(name, readForm(c, form, unit, implicit))
      const list = attributes.get(AT.stmtList)
      if (table === null && list !== undefined) {
        table = numberOf(list)
        const folder = attributes.get(AT.compDir)
        const text =
          folder?.kind === 'text' ? folder.text : folder?.kind === 'string' ? source.stringAt(folder.section, folder.offset, c) : ''
        if (table !== null) units.folders.set(table, text)
      }
      const variable = abbreviation.tag === TAG.variable && table !== null ? variableOf(attributes, table) : null
      if (variable) units.variables.push(variable)
    }
    at = unit.end
  }
}

/** Reads what there is; damage loses what is behind it. */
export function objectUnits(source: LineSource): ObjectUnits {
  const units: ObjectUnits = { folders: new Map(), variables: [] }
  try {
    readUnits(source, units)
  } catch (problem) {
    if (!(problem instanceof DebugInfoError)) throw problem
  }
  return units
}
