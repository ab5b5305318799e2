// Results as JSON: written the same to the byte for the same results, and read back with every field checked, since the file may be
// anybody's.
import { usage } from './errors.ts'
import { SCHEMA, type ScenarioResult } from './types.ts'

/** One scenario is an object, several are an array. */
export const writeResults = (results: readonly ScenarioResult[]): string =>
  JSON.stringify(results.length === 1 ? results[0] : results, null, 1) + '\n'

type Check = (value: unknown) => boolean

const isText: Check = v => typeof v === 'string'
const isNumber: Check = v => typeof v === 'number' && Number.isFinite(v)
const isCount: Check = v => isNumber(v) && Number.isInteger(v) && (v as number) > 0
const isFlag: Check = v => typeof v === 'boolean'
const isObject: Check = v => typeof v === 'object' && v !== null && !Array.isArray(v)
const listOf =
  (check: Check): Check =>
  v =>
    Array.isArray(v) && v.every(check)
const mapOf =
  (check: Check): Check =>
  v =>
    isObject(v) && Object.values(v as object).every(check)
const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  v =>
    isObject(v) && Object.entries(fields).every(([name, check]) => check((v as Record<string, unknown>)[name]))

const isRow = record({
  params: mapOf(v => isText(v) || isNumber(v)),
  preset: isText,
  hash: isText,
  operations: isCount,
  cycles: isNumber,
  ns: isNumber,
  perOperation: record({ cycles: isNumber, ns: isNumber }),
  instructions: isNumber,
  counters: mapOf(isNumber),
  ledger: listOf(record({ task: isText, path: isText, component: isText, cycles: isNumber })),
})

/** Fields of a result, with the check that each must pass. */
const FIELDS: Readonly<Record<keyof ScenarioResult, Check>> = {
  schema: v => v === SCHEMA,
  preset: isText,
  set: listOf(isText),
  hash: isText,
  quick: isFlag,
  shard: v => v === undefined || record({ index: isCount, of: isCount })(v),
  scenario: isText,
  cells: listOf(isRow),
  claims: listOf(record({ claim: isText, required: isText, measured: isText, holds: isFlag })),
}

function checkResult(value: unknown, file: string): ScenarioResult {
  if (!isObject(value)) throw usage(`${file}: no results of hartbeat bench`)
  const found = value as Record<string, unknown>
  if (found.schema !== SCHEMA) {
    throw usage(`${file}: its schema is ${JSON.stringify(found.schema) ?? 'missing'}; this version reads ${JSON.stringify(SCHEMA)}`)
  }
  for (const [name, check] of Object.entries(FIELDS))
    if (!check(found[name])) throw usage(`${file}: the field "${name}" is not as it should be`)
  return value as ScenarioResult
}

/** Reads one result or an array of them. Throws a BenchError with the file's name for anything else. */
export function readResults(text: string, file: string): ScenarioResult[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw usage(`${file}: no JSON (${(error as Error).message})`)
  }
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw usage(`${file}: no results in it`)
  return list.map(one => checkResult(one, file))
}
