// Physical memory: how many frames there are for each use, whose they are, which are shared, and everything that holds one of them.
import { PAGE_SIZE, frameAddress } from '../../vm/index.ts'
import {
  allInodes,
  countFreeRuns,
  eachLeaf,
  FRAME_DIRTY,
  FRAME_SHMEM,
  FRAME_USES,
  frameOf,
  HUGE_FRAMES,
  PTE_HUGE,
  USE_ANON,
  USE_HUGETLB,
  USER_END,
  type Kernel,
} from '../../kernel/index.ts'
import { countOf, spaces } from './ask.ts'
import { view } from './define.ts'
import { hex } from '../hex.ts'
import { digits, fit, listed, plural, right, left, sizeText, table, ADDRESS_DIGITS } from './layout.ts'
import { ownersOf, type Owner } from './owners.ts'
import { ViewError } from './types.ts'

export interface FrameData {
  frame: number
  physical: number
  use: string
  count: number
  dirty: boolean
  shmem: boolean
  owners: Owner[]
}

export interface FramesData {
  total: number
  /** Frames by use. */
  uses: { use: string; frames: number }[]
  /** By address space: pages of programs, their own and shared ones, and page tables. */
  owners: { pids: number[]; comm: string; anon: number; file: number; shmem: number; hugetlb: number; tables: number; zero: number }[]
  /** Frames with so many references, those in use only. */
  counts: { count: number; frames: number }[]
  /** Frames of private memory that more than one page maps: what copy-on-write has still to copy. */
  sharedAnonymous: number
  /** Runs of frames in use as whole huge pages, and aligned runs that are free for one. */
  hugePages: number
  freeRuns: number
  cache: { frames: number; dirty: number }
  /** The frame that was asked about. */
  detail: FrameData | null
  /** The first so many frames in use, if they were asked for. */
  listed: Pick<FrameData, 'frame' | 'physical' | 'use' | 'count'>[]
}

const MOST_LISTED = 5000

export const framesView = view<FramesData>({
  name: 'frames',
  doc: 'Physical frames by use, owner and count; of one frame, everything that holds it.',
  arguments: ['frame', 'count'],

  data(k, args) {
    const { frames } = k.state
    const counts = new Map<number, number>()
    let sharedAnonymous = 0
    for (let frame = 0; frame < frames.total; frame++) {
      const count = frames.count[frame]
      if (count === 0) continue
      counts.set(count, (counts.get(count) ?? 0) + 1)
      if (count > 1 && (frames.use[frame] === USE_ANON || frames.use[frame] === USE_HUGETLB)) sharedAnonymous++
    }
    return {
      total: frames.total,
      uses: FRAME_USES.map((use, i) => ({ use, frames: frames.used[i] })),
      ...ownersAndHuge(k),
      counts: [...counts].sort((a, b) => a[0] - b[0]).map(([count, n]) => ({ count, frames: n })),
      sharedAnonymous,
      freeRuns: countFreeRuns(frames),
      cache: cacheOf(k),
      detail: args.frame === undefined ? null : frameData(k, args.frame),
      listed: listedFrames(k, countOf(args.count, 0, MOST_LISTED)),
    }
  },

  text(d, width) {
    if (d.detail !== null) return frameText(d.detail).map(line => fit(line, width))
    const owners = d.owners.map(o => [o.pids.join(','), o.comm, o.anon, o.file, o.shmem, o.hugetlb, o.tables, o.zero])
    return [
      `${d.total} frames (${sizeText(d.total * PAGE_SIZE)}): ${listed(d.uses.filter(u => u.frames > 0).map(u => `${u.frames} ${u.use}`))}`,
      `page cache: ${plural(d.cache.frames, 'frame')}, ${d.cache.dirty} dirty; huge pages: ${d.hugePages}, room for ${d.freeRuns} more`,
      `references: ${listed(d.counts.map(c => `${c.frames} with ${c.count}`))}; ${d.sharedAnonymous} shared copy-on-write`,
      ...table(
        [left('PID'), left('COMMAND'), right('ANON'), right('FILE'), right('SHMEM'), right('HUGETLB'), right('TABLES'), right('ZERO')],
        owners,
        width,
      ),
      ...d.listed.map(f => `frame ${f.frame} at ${hex(f.physical)}: ${f.use}, ${plural(f.count, 'reference')}`),
    ].map(line => fit(line, width))
  },
})

function ownersAndHuge(k: Kernel): Pick<FramesData, 'owners' | 'hugePages'> {
  const heads = new Set<number>()
  const owners: FramesData['owners'] = []
  for (const [mm, tasks] of spaces(k)) {
    let zero = 0
    eachLeaf(k, mm, 0, USER_END, (_va, _at, entry) => {
      if (entry & PTE_HUGE) heads.add(frameOf(entry))
      else if (frameOf(entry) === k.state.frames.zero) zero++
    })
    owners.push({
      pids: tasks.map(t => t.pid),
      comm: tasks[0].comm,
      anon: mm.anonPages,
      file: mm.filePages,
      shmem: mm.shmemPages,
      hugetlb: mm.hugetlbPages,
      tables: mm.tablePages,
      zero,
    })
  }
  return { owners, hugePages: heads.size }
}

function cacheOf(k: Kernel): FramesData['cache'] {
  const cache = { frames: 0, dirty: 0 }
  for (const inode of allInodes(k)) {
    for (const frame of inode.pages.values()) {
      cache.frames++
      if (k.state.frames.flags[frame] & FRAME_DIRTY) cache.dirty++
    }
  }
  return cache
}

function listedFrames({ state: { frames } }: Kernel, most: number): FramesData['listed'] {
  const rows: FramesData['listed'] = []
  for (let frame = 0; frame < frames.total && rows.length < most; frame++) {
    const count = frames.count[frame]
    if (count > 0) rows.push({ frame, physical: frameAddress(frame), use: FRAME_USES[frames.use[frame]], count })
  }
  return rows
}

function frameData(k: Kernel, frame: number): FrameData {
  const { total, use, count, flags } = k.state.frames
  if (!(Number.isInteger(frame) && frame >= 0 && frame < total))
    throw new ViewError(`there is no frame ${frame}: they are 0 to ${total - 1}`)
  return {
    frame,
    physical: frameAddress(frame),
    use: FRAME_USES[use[frame]],
    count: count[frame],
    dirty: (flags[frame] & FRAME_DIRTY) !== 0,
    shmem: (flags[frame] & FRAME_SHMEM) !== 0,
    owners: ownersOf(k, frame),
  }
}

const ownerText: { [K in Owner['kind']]: (owner: Extract<Owner, { kind: K }>) => string } = {
  page: o =>
    `pid ${o.pids.join(',')} ${digits(o.va, ADDRESS_DIGITS)} ${o.flags}${o.level > 0 ? ` (part of a ${HUGE_FRAMES * 4}K page)` : ''}`,
  table: o => `page table of level ${o.level} of pid ${o.pids.join(',')}, for ${sizeText(o.bytes)} at ${hex(o.va)}`,
  cache: o => `page ${o.index} of ${o.file}`,
  registers: o => `saved registers of pid ${o.pids.join(',')}`,
  'zero page': () => 'the page of zeroes',
}

function frameText(d: FrameData): string[] {
  const marks = [d.dirty ? 'dirty' : '', d.shmem ? 'in memory only' : ''].filter(Boolean).map(mark => `, ${mark}`)
  return [
    `frame ${d.frame} at ${hex(d.physical)}: ${d.use}, ${plural(d.count, 'reference')}${marks.join('')}`,
    ...d.owners.map(owner => `  ${(ownerText[owner.kind] as (o: Owner) => string)(owner)}`),
  ]
}
