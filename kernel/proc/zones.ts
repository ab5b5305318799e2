// Memory as Linux lists it by zone and by kind of kernel object: one zone has all frames; a kind of object has as many as the kernel's
// accounts say (mm/kmem.ts), which lie in pages by themselves.
import { PAGE_SIZE, RAM_PPN } from '../../vm/index.ts'
import { freeFrames, kmemObjects, USE_ANON, USE_CACHE, USE_FREE, USE_TABLE } from '../mm/index.ts'
import type { Kernel } from '../kernel.ts'

const ORDERS = 11
const ZONE = 'DMA32'

/** Free memory as the largest aligned blocks of 2^n pages that it makes. What the kernel's objects take is not free: the lowest pages. */
function freeBlocks({ state: { frames } }: Kernel): number[] {
  const counts = new Array<number>(ORDERS).fill(0)
  let taken = Math.min(frames.kmem, frames.freeCount)
  for (let frame = 0; frame < frames.total;) {
    if (frames.use[frame] !== USE_FREE || taken > 0) {
      if (frames.use[frame] === USE_FREE) taken--
      frame++
      continue
    }
    let order = 0
    while (order + 1 < ORDERS && frame % 2 ** (order + 1) === 0 && isFree(frames.use, frame, 2 ** (order + 1))) order++
    counts[order]++
    frame += 2 ** order
  }
  return counts
}

function isFree(use: Uint8Array, first: number, count: number): boolean {
  for (let frame = first + (count >> 1); frame < first + count; frame++) if (use[frame] !== USE_FREE) return false
  return true
}

export const buddyText = (k: Kernel): string =>
  `Node 0, zone ${ZONE.padStart(8)} ${freeBlocks(k)
    .map(count => String(count).padStart(6))
    .join(' ')} \n`

/** Watermarks as Linux makes them of min_free_kbytes: a quarter more, and half more. */
export function zoneText(k: Kernel): string {
  const { frames, harts } = k.state
  const free = freeFrames(frames)
  const min = frames.fileReserve
  const step = Math.floor(min / 4)
  const node: [string, number][] = [
    ['nr_inactive_anon', 0],
    ['nr_active_anon', frames.used[USE_ANON]],
    ['nr_inactive_file', frames.used[USE_CACHE]],
    ['nr_active_file', 0],
    ['nr_unevictable', 0],
    ['nr_slab_reclaimable', 0],
    ['nr_slab_unreclaimable', frames.kmem],
    ['nr_anon_pages', frames.used[USE_ANON]],
    ['nr_file_pages', frames.used[USE_CACHE]],
    ['nr_dirty', 0],
    ['nr_writeback', 0],
    ['nr_page_table_pages', frames.used[USE_TABLE]],
  ]
  const zone: [string, number][] = [
    ['boost', 0],
    ['min', min],
    ['low', min + step],
    ['high', min + 2 * step],
    ['spanned', frames.total],
    ['present', frames.total],
    ['managed', frames.total],
    ['cma', 0],
  ]
  const sets = harts.map(({ id }) => `    cpu: ${id}\n              count:    0\n              high:     0\n              batch:    1\n`)
  return (
    `Node 0, zone ${ZONE.padStart(8)}\n  per-node stats\n` +
    node.map(([name, value]) => `      ${name.padEnd(12)} ${value}\n`).join('') +
    `  pages free     ${free}\n` +
    zone.map(([name, value]) => `        ${name.padEnd(8)} ${value}\n`).join('') +
    `        protection: (0)\n      nr_free_pages ${free}\n  pagesets\n${sets.join('')}  node_unreclaimable:  0\n  start_pfn:           ${RAM_PPN}\n`
  )
}

/** slabinfo(5), version 2.1. */
export function slabText(k: Kernel): string {
  const head =
    'slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> ' +
    ': tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n'
  const rows = kmemObjects(k).map(({ name, count, size }) => {
    const pages = Math.max(1, 2 ** Math.ceil(Math.log2(size / PAGE_SIZE)))
    const inSlab = Math.floor((pages * PAGE_SIZE) / size)
    const slabs = Math.ceil(count / inSlab)
    const column = (value: number, width: number): string => String(value).padStart(width)
    return (
      `${name.padEnd(17)} ${column(count, 6)} ${column(slabs * inSlab, 6)} ${column(size, 6)} ${column(inSlab, 4)} ${column(pages, 4)}` +
      ` : tunables    0    0    0 : slabdata ${column(slabs, 6)} ${column(slabs, 6)} ${column(0, 6)}\n`
    )
  })
  return head + rows.join('')
}
