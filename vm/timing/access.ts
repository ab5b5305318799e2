// What engines and the kernel call: an access of the program's own, or one that the kernel makes for itself, at the addresses it has.
import type { Machine } from '../state.ts'
import { BARE, DATA, NO_LINE, type Core, type Timing } from './core.ts'
import { accessData, fetchLine } from './hierarchy.ts'
import { C_FETCH } from './ledger.ts'
import { forgetLine } from './lines.ts'
import { KERNEL_ASID } from './tags.ts'
import { translateKernel, translateUser } from './translate.ts'

/** What number the current address space has in TLB tags when the kernel looks at a program's memory. */
export const kernelAsid = (t: Timing, core: Core): number => (t.config.kpti === 'on' ? KERNEL_ASID + core.asid : core.asid)

/**
 * An access of `bytes` bytes (within a page) at virtual {lo, hi}, which is at `physical`: a program's own, or the kernel's to memory of the
 * program (`asid` is kernelAsid then). What a load waits for its value even when everything hits is not in it (loadUse).
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
  asid = core.asid,
): void {
  const { lineShift } = t
  const size = 1 << lineShift
  const line = Math.floor(physical / size)
  const start = lo & -size
  accessLine(machine, t, core, start, hi, line, write, asid)
  if ((lo & (size - 1)) + bytes > size) accessLine(machine, t, core, (start + size) | 0, hi, line + 1, write, asid)
}

function accessLine(machine: Machine, t: Timing, core: Core, lo: number, hi: number, line: number, write: boolean, asid: number): void {
  const { readLines, writeLines, l1d } = core
  const at = 2 * (line & t.setMask)
  const buffer = write ? writeLines : readLines
  if (buffer[at] === lo && buffer[at + 1] === hi) return
  if (core.root !== BARE) translateUser(t, core, machine, core.dtlb, asid, lo, hi)
  const place = accessData(t, core, line, write, C_FETCH + DATA)
  // The buffer of the set is this virtual line's, for writing too when the line is dirty.
  readLines[at] = l1d === null ? NO_LINE : lo
  readLines[at + 1] = hi
  writeLines[at] = l1d !== null && l1d.dirty[place] !== 0 ? lo : NO_LINE
  writeLines[at + 1] = hi
}

/** Cycles that a load waits for its value from the first-level cache. */
export const loadUse = (t: Timing): number => (t.config['l1d.size'] === 0 ? 0 : t.config['l1d.latency'] - 1)

/** Fetches the line of code at virtual {lo, hi}, which is at `physical`. */
export function timeFetch(machine: Machine, t: Timing, core: Core, lo: number, hi: number, physical: number): void {
  if (core.root !== BARE) translateUser(t, core, machine, core.itlb, core.asid, lo, hi)
  fetchLine(t, core, Math.floor(physical / t.config.line))
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
