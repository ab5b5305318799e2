// Where a debugger wants harts to stop: before instructions at given addresses, after accesses to given bytes, after TLB misses. None of
// it changes what a program or the hardware does, counters included; a machine that is not debugged pays nothing.
import { TWO_32 } from './isa/index.ts'
import * as L from './layout.ts'
import type { DebugPoints, DebugState, Hart, Machine } from './state.ts'
import { markPages, pruneMarks } from './marks.ts'
import { watchEntries } from './tlb.ts'

/** Makes these the points at which harts stop (`Stop.kind` debug); null: none. */
export function setDebugPoints(machine: Machine, points: DebugPoints | null): void {
  const parcels = new Uint8Array(L.PARCELS)
  const pages = new Map<number, number[]>()
  for (const address of points?.breakpoints ?? []) {
    const page = Math.floor(address / L.PAGE_SIZE) * L.PAGE_SIZE
    const offset = address - page
    parcels[offset >> 1] = 1
    const others = pages.get(page)
    if (others === undefined) pages.set(page, [offset])
    else others.push(offset)
  }
  const before = machine.debug
  const passed = { passedHart: before?.passedHart ?? -1, passedAt: before?.passedAt ?? -1 }
  machine.debug =
    points === null ? null : { ...points, parcels, pages, looks: points.watches.length > 0 || points.tlbMisses, hit: null, ...passed }
  markPages(machine)
  pruneMarks(machine)
  watchEntries(machine)
}

/** Is the hart before an instruction at which it shall stop? */
export function atBreakpoint(machine: Machine, hart: Hart): boolean {
  const { debug } = machine
  if (debug === null || debug.parcels[(hart.pc[0] & (L.PAGE_SIZE - 1)) >> 1] === 0) return false
  if (!debug.breakpoints.has(hart.pc[1] * TWO_32 + (hart.pc[0] >>> 0))) return false
  const at = hart.counters[L.COUNTERS.instret]
  if (debug.passedHart === hart.id && debug.passedAt === at) return false
  debug.passedHart = hart.id
  debug.passedAt = at
  return true
}

/** Going on must not stop at the instruction that this hart is before. */
export function passHere(machine: Machine, hart: Hart): void {
  if (machine.debug === null) return
  machine.debug.passedHart = hart.id
  machine.debug.passedAt = hart.counters[L.COUNTERS.instret]
}

/** An access of a program's that was made: is it one that is watched? */
export function noteAccess(debug: DebugState, hart: Hart, va: number, physical: number, bytes: number, access: 'read' | 'write'): void {
  for (const watch of debug.watches) {
    const at = watch.physical ? physical : va
    if (at >= watch.end || at + bytes <= watch.start || !(access === 'read' ? watch.reads : watch.writes)) continue
    debug.hit = { kind: 'watch', hart: hart.id, va, bytes, access }
    return
  }
}
