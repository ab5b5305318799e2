// The TLBs entry by entry: whose translation it is, and whether a walk would still say the same. One that is out of date is a flush
// that the kernel forgot, or has not come to yet.
import {
  ASID_MAX,
  leafSize,
  PAGE_SIZE,
  PTE_D,
  PTE_R,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  pteFlagsText,
  ptePpn,
  RAM_PPN,
  readCsr,
  rootFrame,
  SATP_ASID_SHIFT,
  tlbEntries,
  walk,
  type Access,
  type Hart,
  type Machine,
  type TlbEntry,
  type WalkStep,
} from '../../vm/index.ts'
import { frameOf, peekPte, PTE_HUGE, type Kernel, type Mm } from '../../kernel/index.ts'
import { translates } from '../target/index.ts'
import { bareHart, hartsOf, pageOf, spaces, taskOf, userAddress } from './ask.ts'
import { view } from './define.ts'
import { hex } from '../hex.ts'
import { fit, left, right, table } from './layout.ts'

/**
 * `current`: what a walk would give. `stale`: not any more. `dead`: of an address space that is gone, whose number nobody has now. `other`: of
 * one that its hart is not in, on a machine where nobody knows where its tables are.
 */
export type TlbState = 'current' | 'stale' | 'dead' | 'other'

export interface TlbRow {
  hart: number
  access: Access
  index: number
  va: number
  asid: number
  /** Tasks of that address space. */
  pids: number[]
  level: number
  flags: string
  frame: number
  /** Of the address space and mode that the hart is in now: the others wait for their task to come back. */
  active: boolean
  state: TlbState
}

export interface TlbData {
  harts: { hart: number; asid: number | null; entries: number; stale: number }[]
  rows: TlbRow[]
}

const PERMISSIONS = PTE_R | PTE_W | PTE_X | PTE_U

export const tlbView = view<TlbData>({
  name: 'tlb',
  doc: 'TLB entries by hart, access and index, with the tasks behind their ASIDs, and whether they are still true.',
  arguments: ['hart', 'pid', 'address'],

  data(k, args) {
    const mm = args.pid === undefined ? null : taskOf(k, args).mm
    const byAsid = asids(k)
    const page = args.address === undefined ? null : pageOf(userAddress(args.address))
    const rows = hartsOf(k, args).flatMap(hart =>
      tlbEntries(k.machine, k.machine.harts[hart])
        .map(entry => tlbRow(k, byAsid, hart, entry))
        .filter(row => args.pid === undefined || (mm !== null && byAsid.get(row.asid)?.mm === mm))
        .filter(row => page === null || row.va === page),
    )
    return { harts: hartsOf(k, args).map(hart => headOf(hart, k.state.harts[hart].mm?.asid ?? null, rows)), rows }
  },

  bare(machine, args) {
    const page = args.address === undefined ? null : pageOf(args.address)
    const harts = args.hart === undefined ? machine.harts : [bareHart(machine, args)]
    const rows = harts.flatMap(hart =>
      tlbEntries(machine, hart)
        .filter(entry => page === null || entry.va === page)
        .map(entry => bareRow(machine, hart, entry)),
    )
    return { harts: harts.map(hart => headOf(hart.id, translates(machine, hart) ? asidOfHart(machine, hart) : null, rows)), rows }
  },

  text({ harts, rows }, width) {
    return [
      ...harts.map(h => `hart ${h.hart}: ASID ${h.asid ?? 'none'}, ${h.entries} entries${h.stale > 0 ? `, ${h.stale} stale` : ''}`),
      ...table(
        [
          right('HART'),
          left('FOR'),
          right('INDEX'),
          right('ADDRESS'),
          right('ASID'),
          left('PID'),
          left('FLAGS'),
          right('LVL'),
          right('FRAME'),
          left('STATE'),
        ],
        rows.map(r => [
          r.hart,
          r.access,
          r.index,
          hex(r.va),
          r.asid,
          r.pids.join(','),
          r.flags,
          r.level,
          r.frame,
          r.state + (r.active ? ' active' : ''),
        ]),
        width,
      ),
    ].map(line => fit(line, width))
  },
})

function headOf(hart: number, asid: number | null, rows: readonly TlbRow[]): TlbData['harts'][number] {
  const own = rows.filter(row => row.hart === hart)
  return { hart, asid, entries: own.length, stale: own.filter(row => row.state === 'stale').length }
}

const asidOfHart = (machine: Machine, hart: Hart): number =>
  Number((readCsr(machine, hart, 'satp') >> BigInt(SATP_ASID_SHIFT)) & BigInt(ASID_MAX))

function bareRow(machine: Machine, hart: Hart, entry: TlbEntry): TlbRow {
  const { access, index, va, asid, level, frame } = entry
  const known = entry.current && translates(machine, hart)
  const state = !known ? 'other' : isTrue(walk(machine, rootFrame(machine, hart), va).at(-1), entry) ? 'current' : 'stale'
  return { hart: hart.id, access, index, va, asid, pids: [], level, flags: pteFlagsText(entry.flags), frame, active: entry.current, state }
}

/** As isCurrent, of what a walk read last. */
function isTrue(leaf: WalkStep | undefined, { va, frame, flags, level, access }: TlbEntry): boolean {
  if (leaf === undefined || (leaf.lo & PTE_V) === 0 || leaf.level !== level) return false
  const first = ptePpn(leaf.lo, leaf.hi) - RAM_PPN
  const same = first + Math.floor((va % leafSize(level)) / PAGE_SIZE) === frame
  return same && (leaf.lo & PERMISSIONS) === (flags & PERMISSIONS) && (access !== 'write' || (leaf.lo & PTE_D) !== 0)
}

/** The living owners of ASIDs of this generation. */
function asids(k: Kernel): Map<number, { mm: Mm; pids: number[] }> {
  const found = new Map<number, { mm: Mm; pids: number[] }>()
  for (const [mm, tasks] of spaces(k)) {
    if (mm.asidGeneration === k.state.asids.generation) found.set(mm.asid, { mm, pids: tasks.map(t => t.pid) })
  }
  return found
}

function tlbRow(k: Kernel, byAsid: ReturnType<typeof asids>, hart: number, entry: TlbEntry): TlbRow {
  const owner = byAsid.get(entry.asid)
  return {
    hart,
    access: entry.access,
    index: entry.index,
    va: entry.va,
    asid: entry.asid,
    pids: owner?.pids ?? [],
    level: entry.level,
    flags: pteFlagsText(entry.flags),
    frame: entry.frame,
    active: entry.current,
    state: owner === undefined ? 'dead' : isCurrent(k, owner.mm, entry) ? 'current' : 'stale',
  }
}

/** A walk would end at the same frame with the same permissions; a write entry also stands for D. */
function isCurrent(k: Kernel, mm: Mm, entry: TlbEntry): boolean {
  const leaf = peekPte(k, mm, entry.va)
  return (
    (leaf & PTE_V) !== 0 &&
    frameOf(leaf) === entry.frame &&
    (leaf & PERMISSIONS) === (entry.flags & PERMISSIONS) &&
    entry.level === (leaf & PTE_HUGE ? 1 : 0) &&
    (entry.access !== 'write' || (leaf & PTE_D) !== 0)
  )
}
