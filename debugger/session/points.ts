// Breakpoints, watchpoints and catchpoints: adding them, telling the machine where to stop, and deciding whether a stop counts.
import { setDebugPoints, type Watch } from '../../vm/index.ts'
import { evaluate } from './state.ts'
import type { Breakpoint, Catchpoint, CatchKind, Point, Scope, Session, Task, Watchpoint } from './types.ts'

interface Common {
  scope?: Scope
  condition?: string | null
  ignore?: number
  temporary?: boolean
}

const common = (s: Session, { scope, condition, ignore, temporary }: Common) => ({
  id: s.nextPoint++,
  enabled: true,
  temporary: temporary ?? false,
  scope: scope ?? null,
  condition: condition ?? null,
  ignore: ignore ?? 0,
  hits: 0,
})

/** A catchpoint that is not the session's: for a run that has points of its own. */
export const newCatchpoint = (s: Session, options: Common & { what: CatchKind; filter?: readonly string[] }): Catchpoint => ({
  kind: 'catchpoint',
  ...common(s, options),
  what: options.what,
  filter: options.filter ?? [],
})

function add<P extends Point>(s: Session, point: P): P {
  s.points.set(point.id, point)
  arm(s)
  return point
}

/** Stops before the instruction at a virtual address: of every process, or of the one in `scope`. */
export const addBreakpoint = (s: Session, options: Common & { address: number; spec?: string }): Breakpoint =>
  add(s, {
    kind: 'breakpoint',
    ...common(s, options),
    address: options.address,
    spec: options.spec ?? `*0x${options.address.toString(16)}`,
  })

export interface WatchOptions extends Common {
  start: number
  bytes: number
  access: Watchpoint['access']
  physical?: boolean
  /** Default true for writes. */
  onChange?: boolean
  spec?: string
}

/** Stops after an access to bytes: by virtual address, or by physical address with `physical`. */
export const addWatchpoint = (s: Session, options: WatchOptions): Watchpoint =>
  add(s, {
    kind: 'watchpoint',
    ...common(s, options),
    start: options.start,
    bytes: options.bytes,
    physical: options.physical ?? false,
    access: options.access,
    onChange: options.onChange ?? options.access === 'write',
    spec: options.spec ?? `*0x${options.start.toString(16)}`,
  })

/** Stops when something happens; `filter` narrows it to names (of system calls, signals, kinds of faults). */
export const addCatchpoint = (s: Session, options: Common & { what: CatchKind; filter?: readonly string[] }): Catchpoint =>
  add(s, newCatchpoint(s, options))

/** Removes a point; false when there is none of that number. */
export function removePoint(s: Session, id: number): boolean {
  const there = s.points.delete(id)
  arm(s)
  return there
}

/** Switches a point on or off; false when there is none of that number. */
export function enablePoint(s: Session, id: number, on: boolean): boolean {
  const point = s.points.get(id)
  if (point === undefined) return false
  point.enabled = on
  arm(s)
  return true
}

/** Throws an Error when the condition cannot be read at all. */
export function setCondition(s: Session, id: number, text: string | null): boolean {
  const point = s.points.get(id)
  if (point === undefined) return false
  point.condition = text
  return true
}

/** So many hits of a point do not stop; false when there is none of that number. */
export function setIgnore(s: Session, id: number, count: number): boolean {
  const point = s.points.get(id)
  if (point === undefined) return false
  point.ignore = count
  return true
}

export const enabledPoints = (s: Session): Point[] => [...s.points.values()].filter(point => point.enabled)

const watchOf = ({ start, bytes, physical, access }: Watchpoint): Watch => ({
  start,
  end: start + bytes,
  physical,
  reads: access !== 'write',
  writes: access !== 'read',
})

/** Makes the machine stop where the enabled points are, and at places that a run has for itself. */
export function arm(s: Session, places: readonly number[] = []): void {
  const points = enabledPoints(s)
  const breakpoints = new Set([...points.flatMap(p => (p.kind === 'breakpoint' ? [p.address] : [])), ...places])
  const watches = points.flatMap(p => (p.kind === 'watchpoint' ? [watchOf(p)] : []))
  const tlbMisses = points.some(p => p.kind === 'catchpoint' && p.what === 'tlbMiss')
  const none = breakpoints.size === 0 && watches.length === 0 && !tlbMisses
  setDebugPoints(s.k.machine, none ? null : { breakpoints, watches, tlbMisses })
}

/** Is the point this task's business, and does its condition hold? A condition that cannot be evaluated holds, so that it is seen. */
export function applies(s: Session, point: Point, task: Task): boolean {
  if (point.scope !== null && task.group.id !== point.scope.id) return false
  if (point.condition === null) return true
  try {
    return evaluate(s, task, point.condition) !== 0n
  } catch {
    return true
  }
}

/** Counts a hit. False: it is one of those to be ignored. */
export function countHit(point: Point): boolean {
  point.hits++
  if (point.ignore === 0) return true
  point.ignore--
  return false
}
