// The initial root: a list of files becomes a tree in memory. Missing directories on the way are made. Contents stay in the
// list's own bytes until a page of them is touched.
import { EEXIST, ENOTDIR } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { addChild, findChild, newInode, timestampNow } from '../vfs/index.ts'
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

/** The directory at a path, made with all that lead to it. */
export function makeDirectories(k: Kernel, root: Dentry, names: readonly string[]): Dentry {
  let dir = root
  for (const name of names) {
    const child =
      findChild(k, null, dir, name) ?? addNode(dir, name, newInode(dir.inode.fs, 'directory', DIRECTORY_MODE, 0, 0, timestampNow(k)))
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

/** Adds files to the tree at `root`. A directory that is there already gets the image's mode and owner; anything else: EEXIST. */
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
      if (old.inode.kind !== 'directory' || file.kind !== 'directory') throw EEXIST
      fill(old.inode, file)
      continue
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
      inode.backing = { kind: 'bytes', bytes: file.data }
    }
    addNode(dir, name, inode)
  }
}
