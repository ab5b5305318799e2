// What the fields of requests must be: whoever sends something else is told so in words, before anybody looks at it.

type Check = (value: unknown) => string | null
type Shape = Readonly<Record<string, Check>>

const kind =
  (name: string, holds: (value: unknown) => boolean): Check =>
  value =>
    holds(value) ? null : `is ${name}`
const text = kind('a text', value => typeof value === 'string')
const flag = kind('true or false', value => typeof value === 'boolean')
const whole = kind('a whole number', value => Number.isSafeInteger(value))
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const anything = kind('an object', isObject)
const maybe =
  (check: Check): Check =>
  value =>
    value === undefined ? null : check(value)
const list =
  (check: Check): Check =>
  value => {
    if (!Array.isArray(value)) return 'is a list'
    const wrong = value.findIndex(one => check(one) !== null)
    return wrong < 0 ? null : `[${wrong}] ${check(value[wrong])}`
  }
const object =
  (shape: Shape): Check =>
  value =>
    isObject(value) ? problemIn(value, shape) : 'is an object'

/** What is wrong with the fields; a null is a field that is not there. */
function problemIn(fields: Record<string, unknown>, shape: Shape): string | null {
  for (const [name, check] of Object.entries(shape)) {
    if (fields[name] === null) delete fields[name]
    const problem = check(fields[name])
    if (problem !== null) return `'${name}' ${problem}`
  }
  return null
}

const source = maybe(object({ path: maybe(text), name: maybe(text) }))
const POINT: Shape = { condition: maybe(text), hitCondition: maybe(text), logMessage: maybe(text) }
const points = (shape: Shape): Shape => ({ breakpoints: maybe(list(object({ ...shape, ...POINT }))) })
const STEP: Shape = { granularity: maybe(text) }
const MEMORY: Shape = { memoryReference: text, offset: maybe(whole) }

/** By request; those that are not here take no fields, or look at them by themselves. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  initialize: { pathFormat: maybe(text), linesStartAt1: maybe(flag) },
  restart: { arguments: maybe(anything) },
  next: STEP,
  stepIn: STEP,
  stepOut: STEP,
  stepBack: STEP,
  setBreakpoints: { source, ...points({ line: whole }), lines: maybe(list(whole)) },
  setFunctionBreakpoints: points({ name: text }),
  setInstructionBreakpoints: points({ instructionReference: text, offset: maybe(whole) }),
  setDataBreakpoints: points({ dataId: text, accessType: maybe(text) }),
  setExceptionBreakpoints: {
    filters: maybe(list(text)),
    filterOptions: maybe(list(object({ filterId: text, condition: maybe(text) }))),
  },
  dataBreakpointInfo: { name: text, bytes: maybe(whole), asAddress: maybe(flag) },
  breakpointLocations: { source, line: whole, endLine: maybe(whole) },
  stackTrace: { startFrame: maybe(whole), levels: maybe(whole) },
  variables: { start: maybe(whole), count: maybe(whole) },
  setVariable: { name: text, value: text },
  setExpression: { expression: text, value: text },
  evaluate: { expression: text, context: maybe(text) },
  disassemble: { ...MEMORY, resolveSymbols: maybe(flag) },
  readMemory: MEMORY,
  writeMemory: { ...MEMORY, data: text, allowPartial: maybe(flag) },
  source: { source },
  modules: { startModule: maybe(whole), moduleCount: maybe(whole) },
  'hartbeat/view': { arguments: maybe(anything), width: maybe(whole) },
  'hartbeat/lastWrite': { expression: maybe(text), memoryReference: maybe(text), bytes: maybe(whole), physical: maybe(flag) },
}

/** Arguments of a request as they came; throws an Error that says what is wrong with them. */
export function checkedArguments(command: string, given: unknown): object {
  const fields = given ?? {}
  if (!isObject(fields)) throw new Error(`${command}: the arguments are an object`)
  const problem = Object.hasOwn(SHAPES, command) ? problemIn(fields, SHAPES[command]) : null
  if (problem !== null) throw new Error(`${command}: ${problem}`)
  return fields
}
