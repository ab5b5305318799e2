// Where a file's bytes come from before anybody touched them: a page is filled when the page cache first needs it.
import { readHostFile } from './host.ts'
import type { Kernel } from '../kernel.ts'
import type { Backing, Inode } from '../vfs/types.ts'

/** Answers with the bytes that there are. */
type Fill<B> = (k: Kernel, backing: B, offset: number, into: Uint8Array, inode: Inode) => number

const fills: { [K in Backing['kind']]: Fill<Extract<Backing, { kind: K }>> } = {
  bytes(_k, { bytes }, offset, into) {
    const found = bytes.subarray(offset, offset + into.length)
    into.set(found)
    return found.length
  },
  host(k, { size }, offset, into, inode) {
    const count = Math.min(into.length, size - offset)
    if (count <= 0) return 0
    const found = readHostFile(k, inode, offset, count)
    into.set(found)
    return found.length
  },
}

/** Fills pages from the inode's backing at `offset` (zeros beyond it), zeroed before or not. Called by the page cache. */
export function fillPages(k: Kernel, inode: Inode, offset: number, into: Uint8Array): void {
  const { backing } = inode
  const fill = backing && (fills[backing.kind] as Fill<Backing>)
  into.fill(0, backing && fill ? fill(k, backing, offset, into, inode) : 0)
}
