// Breakpoints and watchpoints by Z and z packets: rows by type. Nothing is written into the program; the length of an instruction does not
// matter, so the kind of a breakpoint (which lldb leaves 0) does not either.
import { addBreakpoint, addWatchpoint, NO_PROCESS, processByPid, removePoint, type Scope } from '../session/index.ts'
import { currentThread } from './threads.ts'
import type { GdbServer, Placed } from './types.ts'

const LONGEST_WATCH = 2 ** 20
const MOST_PLACED = 4096
export const MOST_CONDITIONS = 4096
const TOO_MANY = 'E.there are too many points'

type Place = (g: GdbServer, pid: number, address: number, kind: number) => number

const breakpoint: Place = (g, pid, address) =>
  addBreakpoint(g.session, { address, scope: scopeOf(g, pid), condition: g.conditions.get(address) ?? null }).id
const watchpoint =
  (access: 'read' | 'write' | 'access'): Place =>
  (g, pid, start, bytes) =>
    // gdb looks itself whether a value changed.
    addWatchpoint(g.session, { start, bytes, access, scope: scopeOf(g, pid), onChange: false }).id

const PLACES: Readonly<Record<number, Place>> = {
  0: breakpoint,
  1: breakpoint,
  2: watchpoint('write'),
  3: watchpoint('read'),
  4: watchpoint('access'),
}
const FIRST_WATCH = 2

/** Of the process that gdb means now by a number; there may be none. */
export const scopeOf = (g: GdbServer, pid: number): Scope => (g.view === 'machine' ? null : (processByPid(g.session, pid) ?? NO_PROCESS))

function parse(text: string): { type: number; address: number; kind: number } | null {
  const m = /^([0-4]),([0-9a-fA-F]{1,16}),([0-9a-fA-F]{1,8})(;.*)?$/s.exec(text)
  if (m === null) return null
  return { type: Number(m[1]), address: parseInt(m[2], 16), kind: parseInt(m[3], 16) }
}

const same = (a: Omit<Placed, 'point'>) => (b: Placed) =>
  a.type === b.type && a.address === b.address && a.kind === b.kind && a.pid === b.pid

const pidOf = (g: GdbServer): number => g.general?.pid ?? currentThread(g)?.pid ?? 0

export function place(g: GdbServer, text: string): string {
  const asked = parse(text)
  if (asked === null) return 'E16'
  const { type, address, kind } = asked
  if (type >= FIRST_WATCH && (kind < 1 || kind > LONGEST_WATCH)) return 'E16'
  const wanted = { ...asked, pid: pidOf(g) }
  // Placing one twice is placing it once.
  if (g.placed.some(same(wanted))) return 'OK'
  if (g.placed.length >= MOST_PLACED) return TOO_MANY
  g.placed.push({ ...wanted, point: PLACES[type](g, wanted.pid, address, kind) })
  return 'OK'
}

export function take(g: GdbServer, text: string): string {
  const asked = parse(text)
  if (asked === null) return 'E16'
  const wanted = { ...asked, pid: pidOf(g) }
  remove(g, same(wanted))
  return 'OK'
}

function remove(g: GdbServer, which: (p: Placed) => boolean): void {
  for (const p of g.placed.filter(which)) removePoint(g.session, p.point)
  g.placed = g.placed.filter(p => !which(p))
}

/** Of a process that is gone, or runs another program now. */
export const dropPoints = (g: GdbServer, pid: number): void => remove(g, p => p.pid === pid)

/** A child of fork has what its parent has, as where breakpoints are bytes of the program. */
export function clonePoints(g: GdbServer, parent: number, child: number): void {
  for (const p of g.placed.filter(one => one.pid === parent)) {
    const copy = { ...p, pid: child }
    if (!g.placed.some(same(copy))) g.placed.push({ ...copy, point: PLACES[p.type](g, child, p.address, p.kind) })
  }
}

/** A condition of breakpoints at an address, for those that are there and those that will be. */
export function setConditionAt(g: GdbServer, address: number, condition: string | null): void {
  if (condition === null) g.conditions.delete(address)
  else g.conditions.set(address, condition)
  for (const p of g.placed) {
    const point = g.session.points.get(p.point)
    if (p.address === address && point?.kind === 'breakpoint') point.condition = condition
  }
}
