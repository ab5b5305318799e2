// Where a file's bytes come from before anybody touched them: a page is filled when the page cache first needs it.
import { readHostFile } from './host.ts'
import type { Kernel } from '../kernel.ts'
import type { Backing, Inode } from '../vfs/types.ts'

type Fill<B> = (k: Kernel, backing: B, offset: number, into: Uint8Array, inode: Inode) => void

const fills: { [K in Backing['kind']]: Fill<Extract<Backing, { kind: K }>> } = {
  bytes(_k, { bytes }, offset, into) {
    into.set(bytes.subarray(offset, offset + into.length))
  },
  host(k, { size }, offset, into, inode) {
    const count = Math.min(into.length, size - offset)
    if (count > 0) into.set(readHostFile(k, inode, offset, count))
  },
}

/**
 * Fills one page from the inode's backing (zeros beyond it), zeroed before or not. Called by the page cache, also for several pages at once:
 * `index` then counts in units of `into`'s length.
 */
export function fillPage(k: Kernel, inode: Inode, index: number, into: Uint8Array): void {
  into.fill(0)
  const backing = inode.backing
  if (!backing) return
  const fill = fills[backing.kind] as Fill<Backing>
  fill(k, backing, index * into.length, into, inode)
}
