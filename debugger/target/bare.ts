// A session over a machine alone: breakpoints, watchpoints, and runs to the next stop. Its motions are rows of the table of motions. A trap that
// the machine's platform does not take ends a run, for there is nobody who would handle it.
import { getPc, passHere, run, setDebugPoints, type Access, type Hart, type Machine, type StopKind, type Watch } from '../../vm/index.ts'
import type { Place } from './place.ts'
import { bareTarget, type Target } from './target.ts'

export type BarePoint = { id: number; enabled: boolean } & ({ kind: 'breakpoint'; address: number } | ({ kind: 'watchpoint' } & Watch))

/** Why a run ended; `hart` is the one that stopped, and has the focus. */
export type BareStop =
  | { kind: 'breakpoint'; points: number[]; hart: number; address: number }
  | { kind: 'watchpoint' | 'tlbMiss'; points: number[]; hart: number; address: number; access: Access }
  | { kind: 'step'; hart: number }
  | { kind: 'trap'; hart: number; trap: StopKind; value: number }
  | { kind: 'interrupted' }

export interface BareSession {
  readonly target: Target
  points: Map<number, BarePoint>
  nextPoint: number
  /** The hart that steps and looks are about. */
  focus: number
  /** Instructions that all harts have executed since the session began. */
  executed: number
}

/** Harts take turns of so many instructions. */
const ROUND = 5_000

export const createBareSession = (machine: Machine): BareSession => ({
  target: bareTarget(machine),
  points: new Map(),
  nextPoint: 1,
  focus: 0,
  executed: 0,
})

/** Its points go; the machine is as it would be without them. */
export function closeBareSession(s: BareSession): void {
  setDebugPoints(s.target.machine, null)
}

export const addBareBreakpoint = (s: BareSession, address: number): number =>
  add(s, { kind: 'breakpoint', id: s.nextPoint++, enabled: true, address })
export const addBareWatchpoint = (s: BareSession, watch: Watch): number =>
  add(s, { kind: 'watchpoint', id: s.nextPoint++, enabled: true, ...watch })

function add(s: BareSession, point: BarePoint): number {
  s.points.set(point.id, point)
  return point.id
}

function arm(s: BareSession, place?: Place<Hart>): void {
  const on = [...s.points.values()].filter(point => point.enabled)
  const breakpoints = new Set(on.flatMap(p => (p.kind === 'breakpoint' ? [p.address] : [])))
  for (const address of place?.addresses ?? []) breakpoints.add(address)
  const watches = on.flatMap(p => (p.kind === 'watchpoint' ? [p] : []))
  setDebugPoints(s.target.machine, breakpoints.size + watches.length === 0 ? null : { breakpoints, watches, tlbMisses: false })
}

/** What a debugger's stop of a hart is; null: none of the points counts. */
function debugStop(s: BareSession, hart: Hart, place?: Place<Hart>): BareStop | null {
  const on = [...s.points.values()].filter(point => point.enabled)
  const hit = s.target.machine.debug?.hit ?? null
  if (hit === null) {
    const address = getPc(hart)
    const points = on.filter(p => p.kind === 'breakpoint' && p.address === address).map(p => p.id)
    if (points.length > 0) return { kind: 'breakpoint', points, hart: hart.id, address }
    return place?.addresses.includes(address) === true && place.counts(hart) ? { kind: 'step', hart: hart.id } : null
  }
  const { va, bytes, access } = hit
  const sees = (p: BarePoint): boolean =>
    p.kind === 'watchpoint' && (access === 'read' ? p.reads : p.writes) && (p.physical || (va < p.end && va + bytes > p.start))
  return { kind: 'watchpoint', points: on.filter(sees).map(p => p.id), hart: hart.id, address: va, access }
}

function settle(s: BareSession, hart: Hart, stop: BareStop): BareStop {
  s.focus = hart.id
  passHere(s.target.machine, hart)
  return stop
}

/** Lets harts run in turns, or one alone, for so many instructions at most; to a place, besides the points. */
export function runBare(s: BareSession, budget: number, only: Hart | null, place?: Place<Hart>): BareStop {
  const { machine } = s.target
  arm(s, place)
  const end = s.executed + budget
  while (s.executed < end) {
    const hart = only ?? machine.harts[Math.floor(s.executed / ROUND) % machine.harts.length]
    const fuel = Math.min(end - s.executed, only === null ? ROUND - (s.executed % ROUND) : Infinity)
    const { kind, retired, tval } = run(machine, hart, fuel)
    s.executed += retired
    if (kind === 'fuel') continue
    if (kind !== 'debug') return settle(s, hart, { kind: 'trap', hart: hart.id, trap: kind, value: tval })
    const stop = debugStop(s, hart, place)
    if (stop !== null) return settle(s, hart, stop)
  }
  return { kind: 'interrupted' }
}

/** The hart that motions are about. */
export const focusedHart = (s: BareSession): Hart => s.target.machine.harts[s.focus] ?? s.target.machine.harts[0]

/** One instruction: of a hart, or (null) of whichever is next. */
export function stepBare(s: BareSession, only: Hart | null): BareStop {
  const { machine } = s.target
  const { harts } = machine
  const hart = only ?? harts[Math.floor(s.executed / ROUND) % harts.length]
  passHere(machine, hart)
  const stop = runBare(s, 1, hart)
  return stop.kind === 'interrupted' ? settle(s, hart, { kind: 'step', hart: hart.id }) : stop
}

/** A motion that was begun on a machine alone. */
export interface BareMotion {
  /** Runs so many instructions at most; `interrupted`: there is more to do. */
  go(budget: number): BareStop
}
