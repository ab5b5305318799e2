// Presets: a value for every constant of the model, each marked as sourced or estimated, checked against the schema when they are
// resolved. Whatever was measured carries the hash of what it was measured with.
import { nearestName } from '../isa/index.ts'
import { FIELDS, fieldNames, fieldProblem, geometryProblem, type Field, type FieldName, type TimingConfig } from './fields.ts'
import ppro1996 from './presets/ppro1996.json' with { type: 'json' }
import server from './presets/server.json' with { type: 'json' }
import textbook from './presets/textbook.json' with { type: 'json' }
import u74 from './presets/u74.json' with { type: 'json' }
import xeon2007 from './presets/xeon2007.json' with { type: 'json' }
import xiangshan from './presets/xiangshan.json' with { type: 'json' }

/** A constant as the preset's file has it. `source` names where it was published; `estimated` says how it was arrived at. */
export type Constant = { value: number | string } & ({ source: string } | { estimated: string })

interface PresetFile {
  name: string
  doc: string
  constants: Record<string, unknown>
}

const FILES: readonly PresetFile[] = [u74, xiangshan, server, textbook, ppro1996, xeon2007]
export const presetNames: readonly string[] = FILES.map(file => file.name)
export const DEFAULT_PRESET = 'u74'

export interface Preset {
  name: string
  doc: string
  config: TimingConfig
  /** What was set over the preset, as given. */
  overrides: readonly string[]
  /** Of every value: 16 hexadecimal digits. */
  hash: string
}

/** Each constant of a preset with its mark: for the manual. */
export const presetConstants = (name: string): Record<FieldName, Constant> => checkFile(fileOf(name))

/** One line on what a preset stands for. */
export const presetDoc = (name: string): string => fileOf(name).doc

/**
 * The preset of that name with `key=value` overrides. Throws an Error whose message can be shown: an unknown preset or key with the
 * nearest one there is, a value out of bounds, caches whose sets are no power of two.
 */
export function resolvePreset(name: string, overrides: readonly string[] = []): Preset {
  const file = fileOf(name)
  const constants = checkFile(file)
  const values: Record<string, number | string> = {}
  for (const key of fieldNames) values[key] = constants[key].value
  for (const text of overrides) {
    const [key, value] = parseOverride(text)
    values[key] = value
  }
  const config = values as TimingConfig
  const problem = geometryProblem(config)
  if (problem !== null) throw new Error(`preset ${name}${overrides.length > 0 ? ` with ${overrides.join(' ')}` : ''}: ${problem}`)
  return { name, doc: file.doc, config, overrides: [...overrides], hash: hashOf(config) }
}

function fileOf(name: string): PresetFile {
  const file = FILES.find(f => f.name === name)
  if (file === undefined)
    throw new Error(`there is no preset '${name}'${suggestion(name, presetNames)}; there are ${presetNames.join(', ')}`)
  return file
}

/** The schema check of a preset's file. */
export function checkFile(file: PresetFile): Record<FieldName, Constant> {
  const wrong = (text: string): never => {
    throw new Error(`preset ${file.name}: ${text}`)
  }
  for (const key of Object.keys(file.constants))
    if (!Object.hasOwn(FIELDS, key)) wrong(`unknown constant '${key}'${suggestion(key, fieldNames)}`)
  for (const name of fieldNames) {
    const constant = file.constants[name] as Partial<{ value: unknown; source: unknown; estimated: unknown }> | undefined
    if (constant === undefined) wrong(`constant '${name}' is missing`)
    const problem = fieldProblem(name, constant?.value)
    if (problem !== null) wrong(`${name}=${String(constant?.value)}: ${problem}`)
    const marks = [constant?.source, constant?.estimated].filter(mark => typeof mark === 'string' && mark !== '')
    if (marks.length !== 1) wrong(`${name} is to be marked with either a source or how it was estimated`)
  }
  return file.constants as Record<FieldName, Constant>
}

function parseOverride(text: string): [FieldName, number | string] {
  const at = text.indexOf('=')
  if (at < 1) throw new Error(`--set ${text}: it is key=value`)
  const key = text.slice(0, at)
  const raw = text.slice(at + 1)
  if (!Object.hasOwn(FIELDS, key)) throw new Error(`--set ${text}: there is no constant '${key}'${suggestion(key, fieldNames)}`)
  const name = key as FieldName
  const field: Field = FIELDS[name]
  const value = field.type === 'choice' ? raw : raw.trim() === '' ? NaN : Number(raw)
  const problem = fieldProblem(name, value)
  if (problem !== null) throw new Error(`--set ${text}: ${problem}`)
  return [name, value]
}

/** `, did you mean 'x'?` where something is near. */
function suggestion(word: string, known: readonly string[]): string {
  const nearest = nearestName(word, known)
  return nearest === null ? '' : `, did you mean '${nearest}'?`
}

const FNV_OFFSET = 0xcbf29ce484222325n
const FNV_PRIME = 0x100000001b3n

/** FNV-1a of 64 bits over every key and value, in the order of the schema. */
function hashOf(config: TimingConfig): string {
  let hash = FNV_OFFSET
  for (const char of fieldNames.map(name => `${name}=${config[name]}\n`).join('')) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(char.charCodeAt(0))) * FNV_PRIME)
  }
  return hash.toString(16).padStart(16, '0')
}
