// What engines and the kernel call: an access of the program's own, or one that the kernel makes for itself, at the addresses it has.
import type { Machine } from '../machine.ts'
import { find, type Assoc } from './assoc.ts'
import { BARE, DATA, NO_LINE, NONE, type Core, type Timing } from './core.ts'
import { accessData, fetchLine } from './hierarchy.ts'
import { C_FETCH } from './ledger.ts'
import { forgetLine } from './lines.ts'
import { KERNEL_ASID } from './tags.ts'
import { translateKernel, translateUser } from './translate.ts'

/** What number the hart's current address space has in TLB tags, seen from its own code or from the kernel's. */
const userAsid = (core: Core): number => core.asid
const kernelViewAsid = (t: Timing, core: Core): number => (t.config.kpti === 'on' ? KERNEL_ASID + core.asid : core.asid)

function accessUser(
  t: Timing,
  core: Core,
  machine: Machine,
  asid: number,
  lo: number,
  hi: number,
  physical: number,
  bytes: number,
  write: boolean,
): void {
  const { lineShift } = t
  const size = 1 << lineShift
  const first = physical / size
  const lines = Math.floor((physical + bytes - 1) / size) - Math.floor(first)
  for (let n = 0; n <= lines; n++) {
    const virtual = ((lo & -size) + n * size) | 0
    const line = Math.floor(first) + n
    const at = 2 * (line & t.setMask)
    const buffer = write ? core.writeLines : core.readLines
    if (buffer[at] === virtual && buffer[at + 1] === hi) continue
    if (core.root !== BARE) translateUser(t, core, machine, core.dtlb, asid, virtual, hi)
    accessData(t, core, line, write, C_FETCH + DATA)
    rememberLine(core, at, line, virtual, hi)
  }
}

/** The line buffer of the set is this virtual line's, for writing too when the line is dirty. */
function rememberLine(core: Core, at: number, line: number, lo: number, hi: number): void {
  const { l1d, readLines, writeLines } = core
  readLines[at] = l1d === null ? NO_LINE : lo
  readLines[at + 1] = hi
  const inCache = l1d === null ? NONE : find(l1d, line, line)
  writeLines[at] = inCache >= 0 && (l1d as Assoc).dirty[inCache] !== 0 ? lo : NO_LINE
  writeLines[at + 1] = hi
}

/**
 * A program's own access of `bytes` bytes (within a page) at virtual {lo, hi}, which is at `physical`. What a load waits for its value
 * even when everything hits is not in it (loadUse).
 */
export function timeAccess(
  machine: Machine,
  t: Timing,
  core: Core,
  lo: number,
  hi: number,
  physical: number,
  bytes: number,
  write: boolean,
): void {
  accessUser(t, core, machine, userAsid(core), lo, hi, physical, bytes, write)
}

/** Cycles that a load waits for its value from the first-level cache. */
export const loadUse = (t: Timing): number => (t.config['l1d.size'] === 0 ? 0 : t.config['l1d.latency'] - 1)

/** Fetches the line of code at virtual {lo, hi}, which is at `physical`. */
export function timeFetch(machine: Machine, t: Timing, core: Core, lo: number, hi: number, physical: number): void {
  if (core.root !== BARE) translateUser(t, core, machine, core.itlb, userAsid(core), lo, hi)
  fetchLine(t, core, Math.floor(physical / t.config.line))
}

/** The kernel's access to memory of the program that runs, by its address. */
export function timeUserCopy(
  machine: Machine,
  t: Timing,
  core: Core,
  lo: number,
  hi: number,
  physical: number,
  bytes: number,
  write: boolean,
): void {
  accessUser(t, core, machine, kernelViewAsid(t, core), lo, hi, physical, bytes, write)
}

/** The kernel's access to `bytes` bytes of its own memory. */
export function timeKernelData(t: Timing, core: Core, physical: number, bytes: number, write: boolean): void {
  const { line: size } = t.config
  const last = Math.floor((physical + bytes - 1) / size)
  for (let line = Math.floor(physical / size); line <= last; line++) {
    translateKernel(t, core, core.dtlb, line * size)
    accessData(t, core, line, write, C_FETCH + DATA)
    forgetLine(t, core, line)
  }
}

/** The same for a block that is copied or cleared: misses follow each other so regularly that several are under way at once. */
export function timeKernelBlock(t: Timing, core: Core, physical: number, bytes: number, write: boolean): void {
  core.overlap = t.config.copyOverlap
  timeKernelData(t, core, physical, bytes, write)
  core.overlap = 1
}

/** The kernel runs the code in `bytes` bytes at `physical`, once through. */
export function timeKernelFetch(t: Timing, core: Core, physical: number, bytes: number): void {
  const { line: size } = t.config
  const last = Math.floor((physical + bytes - 1) / size)
  for (let line = Math.floor(physical / size); line <= last; line++) {
    translateKernel(t, core, core.itlb, line * size)
    fetchLine(t, core, line)
  }
}
