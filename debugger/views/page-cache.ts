// The page cache by file: which pages are in memory, how many of them programs map, and which differ from where they came from.
import { allInodes, FRAME_DIRTY, type Inode, type Kernel } from '../../kernel/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { view } from './define.ts'
import { fit, left, plural, right, table } from './layout.ts'
import { inodeName, inodeNames } from './names.ts'

export interface CachedFile {
  name: string
  fs: string
  ino: number
  size: number
  /** Pages in memory, of them changed, and mapped by somebody. */
  pages: number
  dirty: number
  mapped: number
  /** Where missing pages come from: an image, a host file, or nowhere (it is only in memory). */
  backing: 'image' | 'host' | 'memory'
  /** Clean pages can be given back when memory runs out. */
  reclaimable: boolean
}

export interface PageCacheData {
  files: CachedFile[]
}

export const pageCacheView = view<PageCacheData>({
  name: 'pagecache',
  doc: 'Files in the page cache: pages in memory, dirty and mapped ones.',
  arguments: [],

  data(k) {
    const names = inodeNames(k)
    const files = [...allInodes(k)].filter(inode => inode.pages.size > 0).map(inode => cachedFile(k, inode, inodeName(names, inode)))
    return { files: files.sort((a, b) => b.pages - a.pages || (a.name < b.name ? -1 : 1)) }
  },

  text({ files }, width) {
    const total = files.reduce((sum, f) => sum + f.pages, 0)
    const rows = files.map(f => [f.pages, f.dirty, f.mapped, f.size, f.backing, f.name])
    return [
      `${plural(total, 'page')} (${(total * PAGE_SIZE) / 1024}K) of ${plural(files.length, 'file')}`,
      ...table([right('PAGES'), right('DIRTY'), right('MAPPED'), right('SIZE'), left('FROM'), left('FILE')], rows, width),
    ].map(line => fit(line, width))
  },
})

const BACKINGS = { bytes: 'image', host: 'host' } as const

function cachedFile(k: Kernel, inode: Inode, name: string): CachedFile {
  const { flags, count } = k.state.frames
  const frames = [...inode.pages.values()]
  return {
    name,
    fs: inode.fs.kind,
    ino: inode.ino,
    size: inode.size,
    pages: frames.length,
    dirty: frames.filter(frame => flags[frame] & FRAME_DIRTY).length,
    // The cache itself is one holder.
    mapped: frames.filter(frame => count[frame] > 1).length,
    backing: inode.backing === null ? 'memory' : BACKINGS[inode.backing.kind],
    reclaimable: k.state.frames.reclaimable.has(inode),
  }
}
