// The initial root: a list of files becomes a tree in memory. Missing directories on the way are made. Contents stay in the
// list's own bytes until a page of them is touched.
import { EEXIST, ENOTDIR } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { addChild, countName, findChild, newInode, timestampNow } from '../vfs/index.ts'
import type { Dentry, FileKind, Inode, Timestamp } from '../vfs/types.ts'

/** One file of an image. Paths are byte strings, with or without a leading slash. */
export interface ImageFile {
  path: string
  kind: FileKind
  /** 07777 bits. */
  mode: number
  uid?: number
  gid?: number
  mtime?: Timestamp
  /** Regular files. */
  data?: Uint8Array
  /** Symbolic links: where to; hard links: kind 'regular' with `link`, the path of an earlier file. */
  target?: string
  link?: string
  /** Device nodes: major << 8 | minor. */
  rdev?: number
}

const DIRECTORY_MODE = 0o755

const namesOf = (path: string): string[] => path.split('/').filter(name => name !== '' && name !== '.')

/** The entry at a path below `root`, not following links; null when there is none. */
function find(k: Kernel, root: Dentry, path: string): Dentry | null {
  let at: Dentry | null = root
  for (const name of namesOf(path)) at = at?.children ? findChild(k, null, at, name) : null
  return at
}

/** Links followed on the way into an image's directory. */
const MAX_LINKS = 8

/** The directory at a path, made with all that lead to it. A link on the way that leads to a directory is followed (`/bin -> usr/bin`). */
export function makeDirectories(k: Kernel, root: Dentry, names: readonly string[], start = root, links = 0): Dentry {
  let dir = start
  for (const name of names) {
    if (name === '..') {
      dir = dir.parent ?? root
      continue
    }
    let child =
      findChild(k, null, dir, name) ?? addNode(dir, name, newInode(dir.inode.fs, 'directory', DIRECTORY_MODE, 0, 0, timestampNow(k)))
    if (child.inode.kind === 'symlink' && links < MAX_LINKS) {
      const { target } = child.inode
      child = makeDirectories(k, root, namesOf(target), target.startsWith('/') ? root : dir, links + 1)
    }
    if (child.inode.kind !== 'directory') throw ENOTDIR
    dir = child
  }
  return dir
}

function addNode(dir: Dentry, name: string, inode: Inode): Dentry {
  if (inode.kind === 'directory') dir.inode.nlink++
  return addChild(dir, name, inode)
}

function fill(inode: Inode, file: ImageFile): void {
  inode.mode = file.mode
  inode.uid = file.uid ?? 0
  inode.gid = file.gid ?? 0
  if (file.mtime) inode.mtime = inode.ctime = inode.atime = file.mtime
}

/**
 * Lays files over the tree at `root`: a directory that is there already gets the image's mode and owner, another file is replaced.
 * EEXIST: a file would have to replace a directory; ENOTDIR: one stands where a directory is needed.
 */
export function buildImage(k: Kernel, root: Dentry, files: readonly ImageFile[]): void {
  for (const file of files) {
    const names = namesOf(file.path)
    const name = names.pop()
    if (name === undefined) {
      fill(root.inode, file)
      continue
    }
    const dir = makeDirectories(k, root, names)
    const old = findChild(k, null, dir, name)
    if (old) {
      if (file.kind === 'directory') {
        if (old.inode.kind !== 'directory') throw ENOTDIR
        fill(old.inode, file)
        continue
      }
      if (old.inode.kind === 'directory') throw EEXIST
      old.inode.nlink--
      countName(dir.inode, -1)
    }
    if (file.link !== undefined) {
      const other = find(k, root, file.link)
      if (!other) throw new Error(`making the image: '${file.path}' is a link to '${file.link}', which is not before it`)
      other.inode.nlink++
      addChild(dir, name, other.inode)
      continue
    }
    const inode = newInode(dir.inode.fs, file.kind, file.mode, 0, 0, timestampNow(k))
    fill(inode, file)
    inode.rdev = file.rdev ?? 0
    if (file.kind === 'symlink') {
      inode.target = file.target ?? ''
      inode.size = inode.target.length
    }
    if (file.kind === 'regular' && file.data) {
      inode.size = file.data.length
      inode.backing = Object.freeze({ kind: 'bytes', bytes: file.data })
    }
    addNode(dir, name, inode)
  }
}
