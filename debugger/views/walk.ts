// The page-table walk of one address, as the hardware does it: every entry it reads, decoded, and what the kernel knows about the page.
import { TWO_32 } from '../../kernel/abi/index.ts'
import {
  ASID_MAX,
  frameAddress,
  getPc,
  leafSize,
  PAGE_SIZE,
  PTE_LEAF,
  ptePpn,
  PTE_V,
  pteFlags,
  pteFlagsText,
  RAM_PPN,
  readCsr,
  rootFrame,
  SATP_ASID_SHIFT,
  tlbEntries,
  walk,
  type Machine,
  type WalkStep,
} from '../../vm/index.ts'
import { findRegion, FRAME_USES, regionLine, walkMm } from '../../kernel/index.ts'
import { translates } from '../target/index.ts'
import { asidOf, bareHart, mmOf, pageOf, taskOf, userAddress } from './ask.ts'
import { view } from './define.ts'
import { hex } from '../hex.ts'
import { fit, wrap } from './layout.ts'
import { explainPage, type Why } from './why-page.ts'

/** Whether an entry leads on, is the last, names a frame without being valid, or is empty. */
export type EntryKind = 'table' | 'leaf' | 'invalid' | 'empty'

export interface WalkEntry {
  /** 3 is the root. */
  level: number
  /** Frame of the table and place in it. */
  table: number
  index: number
  /** Physical address of the entry, and its 64 bits in hex. */
  physical: number
  pte: string
  kind: EntryKind
  /** DA-UXWRV, and each flag that is set in words. */
  flags: string
  meaning: string[]
  /** What it points to: a physical page number and its frame in RAM; null when the entry is empty. */
  ppn: number | null
  frame: number | null
}

export interface WalkData {
  /** 0: of a hart. */
  pid: number
  address: number
  root: number
  /** null: none in this generation of ASIDs. */
  asid: number | null
  steps: WalkEntry[]
  /** Where the walk ends well: bytes that the leaf maps, the frame of this very page, and how that is held (null: nobody says). */
  result: { physical: number; size: number; frame: number; use: string | null; count: number | null } | null
  /** The region's line of /proc/PID/maps. */
  region: string | null
  /** Entries of TLBs that translate this page for this address space. */
  tlb: { hart: number; access: string; flags: string; level: number }[]
  present: boolean
  writable: boolean
  sharers: { pids: number[]; va: number }[]
  why: Why[]
}

/** An entry's 64 bits from its two words. */
const pteHex = (lo: number, hi: number): string =>
  `0x${(BigInt(hi >>> 0) * BigInt(TWO_32) + BigInt(lo >>> 0)).toString(16).padStart(16, '0')}`

function entryKind(lo: number): EntryKind {
  if (lo === 0) return 'empty'
  if (!(lo & PTE_V)) return 'invalid'
  return lo & PTE_LEAF ? 'leaf' : 'table'
}

const wordsOfFlags = (lo: number): string[] => pteFlags.filter(f => lo & f.bit).map(f => f.doc)

export const walkView = view<WalkData>({
  name: 'walk',
  doc: 'The page-table walk of one address, every entry decoded, and why the page is as it is.',
  arguments: ['pid', 'address'],

  data(k, args) {
    const task = taskOf(k, args)
    const mm = mmOf(task)
    const address = args.address === undefined ? mm.startCode : userAddress(args.address)
    const steps = walkMm(k, mm, address).map(entryOf)
    const region = findRegion(mm, address)
    return {
      pid: task.pid,
      address,
      root: mm.root,
      asid: asidOf(k, mm),
      steps,
      result: resultOf(steps, address, frame => ({ use: FRAME_USES[k.state.frames.use[frame]], count: k.state.frames.count[frame] })),
      region: region && regionLine(k, mm, region),
      tlb: asidOf(k, mm) === null ? [] : tlbOf(k.machine, mm.asid, address),
      ...explainPage(k, task, mm, address),
    }
  },

  bare(machine, args) {
    const hart = bareHart(machine, args)
    const satp = readCsr(machine, hart, 'satp')
    const asid = Number((satp >> BigInt(SATP_ASID_SHIFT)) & BigInt(ASID_MAX))
    const address = args.address ?? Math.max(0, getPc(hart))
    const root = rootFrame(machine, hart)
    const steps = translates(machine, hart) ? walk(machine, root, address).map(entryOf) : []
    const last = steps.at(-1)
    return {
      pid: 0,
      address,
      root,
      asid: translates(machine, hart) ? asid : null,
      steps,
      result: resultOf(steps, address, () => ({ use: null, count: null })),
      region: null,
      tlb: tlbOf(machine, asid, address),
      present: last?.kind === 'leaf',
      writable: last?.kind === 'leaf' && last.flags.includes('W'),
      sharers: [],
      why: [],
    }
  },

  text(d, width) {
    const whose = d.pid === 0 ? '' : ` for pid ${d.pid}`
    const lines = [`walk of ${hex(d.address)}${whose}, ASID ${d.asid ?? 'none'}, root in frame ${d.root} (${hex(frameAddress(d.root))})`]
    for (const s of d.steps) {
      const target = s.frame === null ? 'empty' : `-> frame ${s.frame}`
      lines.push(`  level ${s.level} [${String(s.index).padStart(3)}] at ${hex(s.physical)}: ${s.pte} ${s.flags} ${target}`)
    }
    const { result } = d
    if (result)
      lines.push(
        result.use === null
          ? `  = ${hex(result.physical)}, frame ${result.frame}, in a page of ${result.size / PAGE_BYTES}K`
          : `  = ${hex(result.physical)}, ${result.use} frame ${result.frame} of count ${result.count}, in a page of ${result.size / PAGE_BYTES}K`,
      )
    if (d.pid !== 0) lines.push(`region: ${d.region?.replace(/ +/g, ' ').trim() ?? 'none'}`)
    lines.push(`TLB: ${d.tlb.map(e => `hart ${e.hart} ${e.access} ${e.flags}`).join(', ') || 'no entry'}`)
    for (const why of d.why) lines.push(...wrap(`${why.about}: ${why.text}`, width, '  '))
    return lines.map(line => fit(line, width))
  },
})

const PAGE_BYTES = 1024

function entryOf({ level, table, index, offset, lo, hi }: WalkStep): WalkEntry {
  return {
    level,
    table,
    index,
    physical: frameAddress(0) + offset,
    pte: pteHex(lo, hi),
    kind: entryKind(lo),
    flags: pteFlagsText(lo),
    meaning: wordsOfFlags(lo),
    ppn: lo === 0 ? null : ptePpn(lo, hi),
    frame: lo === 0 ? null : ptePpn(lo, hi) - RAM_PPN,
  }
}

type Held = Pick<NonNullable<WalkData['result']>, 'use' | 'count'>

function resultOf(steps: readonly WalkEntry[], address: number, heldBy: (frame: number) => Held): WalkData['result'] {
  const last = steps.at(-1)
  if (last?.kind !== 'leaf' || last.frame === null) return null
  const size = leafSize(last.level)
  const physical = frameAddress(last.frame) + (address % size)
  const frame = last.frame + Math.floor((address % size) / PAGE_SIZE)
  return { physical, size, frame, ...heldBy(frame) }
}

function tlbOf(machine: Machine, asid: number, address: number): WalkData['tlb'] {
  return machine.harts.flatMap(hart =>
    tlbEntries(machine, hart)
      .filter(e => e.asid === asid && e.va === pageOf(address))
      .map(e => ({ hart: hart.id, access: e.access, flags: pteFlagsText(e.flags), level: e.level })),
  )
}
