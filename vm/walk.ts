// The Sv48 page-table walk (Privileged spec 4.4 "Virtual address translation process"), over page tables that are bytes in RAM.
// The only translator: TLB refills, the reference engine, and views of page tables all come here.
import { PAGE_SHIFT, PAGE_SIZE, RAM_PPN } from './layout.ts'
import type { Access, Machine } from './state.ts'
import { isDevice } from './physical.ts'
import { PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, TWO_32 } from './isa/index.ts'

const LEVELS = 4
const ENTRIES_SHIFT = 9
const PTES = 512
const PPN_SHIFT = 10
/** The page number's bits in the high word of a PTE. */
const PPN_HIGH = 0x3fffff

/** What permits an access: privilege and the two sstatus bits that change the rules. */
export interface WalkMode {
  user: boolean
  sum: boolean
  mxr: boolean
}

/** Result of a translation, filled in place. `frame` counts pages of RAM, or from its first to a device's. */
export interface Translation {
  outcome: 'ok' | 'pageFault' | 'accessFault' | 'device'
  frame: number
  level: number
  flags: number
}

export const newTranslation = (): Translation => ({ outcome: 'pageFault', frame: 0, level: 0, flags: 0 })

/** Sv48 addresses are sign-extended from bit 47. `hi` is the high word of the address. */
const isCanonical = (hi: number): boolean => hi >> 15 === 0 || hi >> 15 === -1

/** The page-table index of an address at a level (3 = root). */
export function vpn(lo: number, hi: number, level: number): number {
  if (level === 3) return (hi >>> 7) & 511
  if (level === 2) return ((hi & 0x7f) << 2) | (lo >>> 30)
  return (lo >>> (PAGE_SHIFT + ENTRIES_SHIFT * level)) & 511
}

/** Physical page number of a PTE given as two words; up to 44 bits, so a double, but an integer of V8's where RAM is. */
export const ptePpn = (lo: number, hi: number): number =>
  (hi & PPN_HIGH) === 0 ? lo >>> PPN_SHIFT : (hi & PPN_HIGH) * 0x400000 + (lo >>> PPN_SHIFT)

/**
 * Translates the address {lo, hi} from the root frame for `access`, setting A and D bits in the PTE as hardware does.
 * A page table outside RAM is an access fault, and so is a leaf that is no device's either.
 */
export function translate(
  machine: Machine,
  rootFrame: number,
  lo: number,
  hi: number,
  access: Access,
  mode: WalkMode,
  out: Translation,
): Translation {
  out.outcome = 'pageFault'
  if (!isCanonical(hi)) return out
  const { ram32 } = machine
  const frames = machine.ramBytes >>> PAGE_SHIFT
  if (!(rootFrame >= 0 && rootFrame < frames)) {
    out.outcome = 'accessFault'
    return out
  }
  // Tables lie in RAM: from here on all is 32-bit arithmetic.
  let table = rootFrame | 0
  for (let level = LEVELS - 1; level >= 0; level--) {
    const at = ((table << ENTRIES_SHIFT) + vpn(lo, hi, level)) << 1
    const pteLo = ram32[at]
    const pteHi = ram32[at + 1]
    // Reserved bits, and W without R, are faults (Svnapot and Svpbmt are not there).
    if (!(pteLo & PTE_V) || (pteLo & (PTE_R | PTE_W)) === PTE_W || pteHi & 0xffc00000) return out
    if (pteLo & (PTE_R | PTE_X)) return leaf(machine, at, pteLo, pteHi, level, lo, access, mode, out)
    if (pteLo & (PTE_A | PTE_D | PTE_U)) return out
    table = ((pteLo >>> PPN_SHIFT) - RAM_PPN) | 0
    if ((pteHi & PPN_HIGH) !== 0 || table < 0 || table >= frames) {
      // Below the last level nothing more is looked at.
      if (level > 0) out.outcome = 'accessFault'
      return out
    }
  }
  return out
}

function permitted(flags: number, access: Access, mode: WalkMode): boolean {
  if (mode.user !== ((flags & PTE_U) !== 0)) {
    // Supervisor code may touch user pages when SUM allows, and never runs them.
    if (mode.user || access === 'fetch' || !mode.sum) return false
  }
  if (access === 'fetch') return (flags & PTE_X) !== 0
  if (access === 'write') return (flags & PTE_W) !== 0
  return (flags & PTE_R) !== 0 || (mode.mxr && (flags & PTE_X) !== 0)
}

function leaf(
  machine: Machine,
  at: number,
  pteLo: number,
  pteHi: number,
  level: number,
  lo: number,
  access: Access,
  mode: WalkMode,
  out: Translation,
): Translation {
  if (!permitted(pteLo, access, mode)) return out
  const ppn = ptePpn(pteLo, pteHi)
  const pagesInLeaf = level === 0 ? 1 : 2 ** (ENTRIES_SHIFT * level)
  if (level !== 0 && ppn % pagesInLeaf !== 0) return out
  const within = level === 0 ? 0 : (lo >>> PAGE_SHIFT) % pagesInLeaf
  // At level 3 a leaf has more pages than the low word of the address can count; RAM never reaches so far.
  const frame = ppn - RAM_PPN + within
  const inRam = frame >= 0 && frame < machine.ramBytes >>> PAGE_SHIFT
  if (level === 3 || (!inRam && !isDevice(machine, frame))) {
    out.outcome = 'accessFault'
    return out
  }
  const flags = pteLo | PTE_A | (access === 'write' ? PTE_D : 0)
  if (flags !== pteLo) machine.ram32[at] = flags
  out.outcome = inRam ? 'ok' : 'device'
  out.frame = frame
  out.level = level
  out.flags = flags & 0x3ff
  return out
}

/** One PTE that a walk reads. */
export interface WalkStep {
  level: number
  /** Physical frame of the table and index in it. */
  table: number
  index: number
  /** Offset of the PTE in RAM, bytes. */
  offset: number
  lo: number
  hi: number
}

/** The PTEs that a walk of a virtual address reads, root first, ending at a leaf or an invalid one. Changes nothing: for views and invariants. */
export function walk(machine: Machine, rootFrame: number, va: number): WalkStep[] {
  const lo = va | 0
  const hi = Math.floor(va / TWO_32) | 0
  const steps: WalkStep[] = []
  let table = rootFrame
  for (let level = LEVELS - 1; level >= 0 && table >= 0 && table < machine.ramBytes / PAGE_SIZE; level--) {
    const index = vpn(lo, hi, level)
    const at = (table * PTES + index) * 2
    steps.push({ level, table, index, offset: at * 4, lo: machine.ram32[at], hi: machine.ram32[at + 1] })
    const pteLo = machine.ram32[at]
    if (!(pteLo & PTE_V) || pteLo & (PTE_R | PTE_X)) break
    table = ptePpn(pteLo, machine.ram32[at + 1]) - RAM_PPN
  }
  return steps
}
