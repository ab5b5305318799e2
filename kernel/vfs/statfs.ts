// statfs(2): what each mount has room for. File systems in memory share the machine's: one has what it uses and what there is for files
// still. So does a directory of the host that keeps changes in memory; one that is written to answers for the host's file system.
import { ANON_INODE_FS_MAGIC, EIO, errnoByName, FS_MAGIC, NAME_MAX, PIPEFS_MAGIC, PROC_SUPER_MAGIC, TMPFS_MAGIC } from '../abi/index.ts'
import type { HostSpace } from '../host.ts'
import { door } from '../journal.ts'
import type { Kernel } from '../kernel.ts'
import { allInodes, KMEM, roomForFiles } from '../mm/index.ts'
import type { FileSystem, FileSystemKind, Inode, Mount } from './types.ts'

const BLOCK = 4096
/** What a file takes besides its bytes. */
const FILE_BYTES = KMEM.inode + KMEM.dentry

const MAGIC: Readonly<Record<FileSystemKind, number>> = {
  tmpfs: TMPFS_MAGIC,
  devtmpfs: TMPFS_MAGIC,
  devpts: FS_MAGIC.DEVPTS_SUPER_MAGIC,
  proc: PROC_SUPER_MAGIC,
  sysfs: FS_MAGIC.SYSFS_MAGIC,
  host: FS_MAGIC.OVERLAYFS_SUPER_MAGIC,
  pipefs: PIPEFS_MAGIC,
  anon: ANON_INODE_FS_MAGIC,
}

const ST_RDONLY = 1
const ST_VALID = 0x20
const ST_RELATIME = 0x1000

export type FileSystemStat = Record<
  'type' | 'bsize' | 'blocks' | 'bfree' | 'bavail' | 'files' | 'ffree' | 'fsid' | 'namelen' | 'frsize' | 'flags',
  number
>

/** A directory of the host that is written to, not one under a layer of changes in memory. */
const isHosts = ({ fs }: Mount): boolean => fs.kind === 'host' && fs.writeThrough

/** Blocks of a file that nobody else holds: its pages in memory, or the bytes that its image has. What can be had from the host again is none. */
function blocksOf(k: Kernel, { kind, backing, pages, size }: Inode): number {
  if (kind !== 'regular') return 0
  if (backing?.kind === 'bytes') return Math.max(Math.ceil(size / BLOCK), pages.size)
  if (backing === null) return pages.size
  let changed = 0
  for (const frame of pages.values()) if (k.state.frames.flags[frame] !== 0) changed++
  return changed
}

function inMemory(k: Kernel, fs: FileSystem): Omit<HostSpace, 'bsize'> {
  const room = roomForFiles(k.state.frames)
  const more = Math.floor((room * BLOCK) / FILE_BYTES)
  let used = 0
  let files = 0
  for (const inode of allInodes(k)) {
    if (inode.fs !== fs) continue
    files++
    used += blocksOf(k, inode)
  }
  const names =
    fs.maxInodes > 0 ? { files: fs.maxInodes, ffree: Math.max(0, fs.maxInodes - fs.inodes) } : { files: files + more, ffree: more }
  return { blocks: used + room, bfree: room, bavail: room, ...names }
}

function ofHost(k: Kernel, { root }: Mount): HostSpace {
  const node = root.inode.host
  if (node === null) throw EIO
  const space = door(k, 'host.space', () => k.host.files.space(node))
  if (typeof space === 'string') throw errnoByName(space) ?? EIO
  return space
}

const NOTHING = { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 }

function spaceOf(k: Kernel, mount: Mount): HostSpace {
  const { fs } = mount
  if (isHosts(mount)) return ofHost(k, mount)
  if (fs.kind === 'tmpfs' || fs.kind === 'devtmpfs' || fs.kind === 'host') return { bsize: BLOCK, ...inMemory(k, fs) }
  return { bsize: BLOCK, ...NOTHING }
}

/** EIO, or what the host says. */
export function statFsOf(k: Kernel, mount: Mount): FileSystemStat {
  const { fs, readOnly } = mount
  const space = spaceOf(k, mount)
  return {
    type: isHosts(mount) ? FS_MAGIC.HOSTFS_SUPER_MAGIC : MAGIC[fs.kind],
    ...space,
    fsid: fs.dev,
    namelen: NAME_MAX,
    frsize: space.bsize,
    flags: ST_VALID | ST_RELATIME | (readOnly || fs.readOnly ? ST_RDONLY : 0),
  }
}
