// Requests that say what to stop at. Each replaces its group: the breakpoints of one source, all function breakpoints, and so on.
import { isAbsolute, resolve as absolute } from 'node:path'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { dap, type Task } from '../../debugger/index.ts'
import type { GroupId } from '../../kernel/index.ts'
import { xNames, fNames } from '../../vm/index.ts'
import { request, whileStopped, type Adapter, type Requests } from './adapter.ts'
import { frameOf, nodeOf, referenced, taskOf, type Debuggee } from './debuggee.ts'

interface Details {
  condition?: string
  hitCondition?: string
  logMessage?: string
}

const given = (text: string | undefined): string | null => (text === undefined || text.trim() === '' ? null : text)

/** A new point, or one that says what is wrong with it. */
function newWanted(a: Adapter, goal: dap.Goal, { condition, hitCondition, logMessage }: Details): dap.Wanted {
  const wanted: dap.Wanted = {
    id: a.nextWanted++,
    goal,
    condition: given(condition),
    hits: null,
    hitCount: 0,
    log: given(logMessage),
    sites: [],
    line: null,
    message: null,
  }
  const count = given(hitCondition)
  if (count !== null) wanted.hits = dap.hitTest(count)
  return wanted
}

const lives = (d: Debuggee | null): d is Debuggee => d !== null && !d.closed && d.launched.noDebug !== true

/** Replaces a group, and answers it as the protocol has it. Points that cannot be are answered, too: with their message. */
function replace(a: Adapter, group: string, makers: readonly (() => dap.Wanted)[]): DebugProtocol.Breakpoint[] {
  const d = a.debuggee
  const made = makers.map(make => {
    try {
      return make()
    } catch (error) {
      return (error as Error).message
    }
  })
  if (lives(d)) for (const old of a.wanted.get(group) ?? []) dap.forget(d.sight.s, old)
  const wanted = made.filter(one => typeof one !== 'string')
  a.wanted.set(group, wanted)
  if (lives(d)) for (const one of wanted) dap.resolve(d.sight, one, d.hostPath)
  return made.map(one => (typeof one === 'string' ? { verified: false, message: one } : bodyOf(a, one)))
}

function bodyOf(a: Adapter, { id, goal, sites, line, message }: dap.Wanted): DebugProtocol.Breakpoint {
  const instruction =
    sites[0] !== undefined && goal.kind !== 'data' && goal.kind !== 'exception' ? `0x${sites[0].address.toString(16)}` : undefined
  return {
    id,
    verified: sites.length > 0,
    ...(message === null ? {} : { message }),
    ...(a.debuggee === null && sites.length === 0 ? { message: 'nothing was launched yet' } : {}),
    ...(goal.kind === 'source' ? { line: line ?? goal.line, source: { path: goal.path } } : {}),
    ...(instruction === undefined ? {} : { instructionReference: instruction }),
  }
}

/** Looks again for what is wanted, in programs that came into memory; tells of what was found. */
export function resolveAll(a: Adapter, d: Debuggee): void {
  if (!lives(d)) return
  for (const wanted of [...a.wanted.values()].flat()) {
    const before = wanted.sites.length
    dap.resolve(d.sight, wanted, d.hostPath)
    if (before === 0 && wanted.sites.length > 0) a.tell('breakpoint', { reason: 'changed', breakpoint: bodyOf(a, wanted) })
  }
}

/** A new machine knows nothing of the old one's points. */
export function forgetSites(a: Adapter): void {
  for (const wanted of [...a.wanted.values()].flat()) Object.assign(wanted, { sites: [], hitCount: 0, line: null })
}

function exceptionPoints(a: Adapter, args: DebugProtocol.SetExceptionBreakpointsArguments): (() => dap.Wanted)[] {
  const plain = (args.filters ?? []).map(filterId => ({ filterId, condition: undefined }))
  return [...plain, ...(args.filterOptions ?? [])].map(({ filterId, condition }) => () => {
    const filter = dap.FILTERS.find(({ id }) => id === filterId)
    if (filter === undefined) throw new Error(`there is no filter '${filterId}'`)
    const own = dap.filterCondition(condition ?? '')
    const words = own.words.length > 0 ? own.words : filter.words
    return newWanted(a, { kind: 'exception', filter: filterId, what: filter.what, words }, { condition: own.condition ?? undefined })
  })
}

const ACCESS = { read: 'read', write: 'write', readWrite: 'access' } as const
const MOST_BYTES = 4096
/** `2.1:0x12345:8` of process 2, whose identity is 1, `physical:0x80001000:8`. */
const DATA_ID = /^(?:(\d+)\.(\d+)|physical):(0x[0-9a-f]+):(\d+)$/

const processText = ({ group }: Task): string => `${group.tgid}.${group.id}`

function watchOf(point: DebugProtocol.DataBreakpoint): dap.Goal {
  const m = DATA_ID.exec(point.dataId)
  if (m === null) throw new Error(`'${point.dataId}' is no data id`)
  const access = ACCESS[point.accessType ?? 'write']
  const watch = {
    start: Number(m[3]),
    bytes: Number(m[4]),
    access,
    physical: m[1] === undefined,
    scope: m[1] === undefined ? null : { id: Number(m[2]) as GroupId, pid: Number(m[1]) },
  }
  return { kind: 'data', watch }
}

const dataBody = (dataId: string | null, description: string): DebugProtocol.DataBreakpointInfoResponse['body'] => ({
  dataId,
  description,
  ...(dataId === null ? {} : { accessTypes: ['read', 'write', 'readWrite'], canPersist: false }),
})

const isRegister = (name: string): boolean => ['pc', 'fcsr', ...xNames, ...fNames].includes(name.replace(/^\$/, ''))

/** What of a name can be watched: a variable, or bytes at an address that an expression gives. */
function dataInfo(d: Debuggee, args: DebugProtocol.DataBreakpointInfoArguments): DebugProtocol.DataBreakpointInfoResponse['body'] {
  const physical = /^physical\s+(0x[0-9a-f]+)$/i.exec(args.name)
  const bytes = args.bytes ?? 8
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > MOST_BYTES) throw new Error(`bytes: a whole number from 1 to ${MOST_BYTES}`)
  if (physical !== null) return dataBody(`physical:${physical[1].toLowerCase()}:${bytes}`, `${bytes} bytes of RAM at ${physical[1]}`)
  if (args.asAddress === true) {
    const { task, address } = referenced(d, args.name)
    return dataBody(`${processText(task)}:0x${address.toString(16)}:${bytes}`, `${bytes} bytes at 0x${address.toString(16)}`)
  }
  const node = args.variablesReference === undefined || args.variablesReference === 0 ? null : nodeOf(d, args.variablesReference)
  const { task: id, level } = node ?? frameOf(d, args.frameId)
  const name = node?.kind === 'value' ? partName(node.expression, args.name) : args.name
  if (isRegister(name)) return dataBody(null, `${name} is a register: only memory can be watched`)
  const task = taskOf(d, id)
  const found = dap.evaluateText(d.sight, { task, frame: dap.frameAt(d.sight, task, level) }, name)
  const size = found.value?.bytes?.length ?? bytes
  if (found.address === null) return dataBody(null, `${name} is not in memory`)
  return dataBody(
    `${processText(task)}:0x${found.address.toString(16)}:${args.bytes ?? size}`,
    `${name} (${size} bytes at 0x${found.address.toString(16)})`,
  )
}

/** How a part of an opened value is written. */
function partName(whole: string, part: string): string {
  if (part.startsWith('*')) return part
  return part.startsWith('[') ? `${whole}${part}` : `${whole.startsWith('*') ? `(${whole})` : whole}.${part}`
}

export const pointRequests: Requests = {
  setBreakpoints: request<DebugProtocol.SetBreakpointsArguments>((a, { source, breakpoints, lines }) => {
    if (typeof source?.path !== 'string') throw new Error('breakpoints: the source has no path')
    const path = isAbsolute(source.path) ? source.path : absolute(source.path)
    const wanted: DebugProtocol.SourceBreakpoint[] = breakpoints ?? (lines ?? []).map(line => ({ line }))
    return {
      breakpoints: replace(
        a,
        `source ${path}`,
        wanted.map(point => () => newWanted(a, { kind: 'source', path, line: point.line }, point)),
      ),
    }
  }),
  setFunctionBreakpoints: request<DebugProtocol.SetFunctionBreakpointsArguments>((a, { breakpoints = [] }) => ({
    breakpoints: replace(
      a,
      'function',
      breakpoints.map(point => () => newWanted(a, { kind: 'function', name: point.name }, point)),
    ),
  })),
  setInstructionBreakpoints: request<DebugProtocol.SetInstructionBreakpointsArguments>((a, { breakpoints = [] }) => ({
    breakpoints: replace(
      a,
      'instruction',
      breakpoints.map(point => () => {
        const { address } = referenced(a.debuggeeOrError(), point.instructionReference, point.offset)
        return newWanted(a, { kind: 'instruction', address }, point)
      }),
    ),
  })),
  setDataBreakpoints: request<DebugProtocol.SetDataBreakpointsArguments>((a, { breakpoints = [] }) => ({
    breakpoints: replace(
      a,
      'data',
      breakpoints.map(point => () => newWanted(a, watchOf(point), point)),
    ),
  })),
  setExceptionBreakpoints: request<DebugProtocol.SetExceptionBreakpointsArguments>((a, args) => ({
    breakpoints: replace(a, 'exception', exceptionPoints(a, args)),
  })),
  dataBreakpointInfo: whileStopped<DebugProtocol.DataBreakpointInfoArguments>((_, d, args) => dataInfo(d, args)),
  breakpointLocations: request<DebugProtocol.BreakpointLocationsArguments>((a, { source, line, endLine }) => {
    const d = a.debuggeeOrError()
    if (typeof source?.path !== 'string') throw new Error('breakpointLocations: the source has no path')
    return { breakpoints: dap.linesWithCode(d.sight, source.path, line, endLine ?? line, d.hostPath).map(found => ({ line: found })) }
  }),
}
