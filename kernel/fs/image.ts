// The initial root: a list of files becomes a tree in memory. Missing directories on the way are made. Contents stay in the
// list's own bytes until a page of them is touched.
import { EEXIST, ENAMETOOLONG, ENOTDIR, isErrno } from '../abi/index.ts'
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

/** An archive or a list of files that makes no tree: says what is wrong with which file. */
export class ImageError extends Error {
  override name = 'ImageError'
}

const DIRECTORY_MODE = 0o755
/** As Linux has them: a longer name or path could not be asked for. */
const LONGEST_NAME = 255
const LONGEST_PATH = 4096

const namesOf = (path: string): string[] => path.split('/').filter(name => name !== '' && name !== '.')

/** Links followed on the way to one file, in all. */
const MAX_LINKS = 40

/**
 * The directory at a path. A link on the way that leads to a directory is followed (`/bin -> usr/bin`), within the image. What is missing is
 * made, or with `make` false: null. ENOTDIR: something else is in the way.
 */
function walkTo(k: Kernel, root: Dentry, names: readonly string[], make: boolean): Dentry | null {
  let dir = root
  let links = 0
  const left = [...names].reverse()
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (name === '..') {
      dir = dir.parent ?? root
      continue
    }
    let child = findChild(k, null, dir, name)
    if (child === null) {
      if (!make) return null
      child = addNode(dir, name, newInode(dir.inode.fs, 'directory', DIRECTORY_MODE, 0, 0, timestampNow(k)))
    }
    if (child.inode.kind === 'symlink' && links++ < MAX_LINKS) {
      const { target } = child.inode
      if (target.startsWith('/')) dir = root
      left.push(...namesOf(target).reverse())
      continue
    }
    if (child.inode.kind !== 'directory') throw ENOTDIR
    dir = child
  }
  return dir
}

/** The directory at a path, made with all that lead to it. */
export const makeDirectories = (k: Kernel, root: Dentry, names: readonly string[]): Dentry => walkTo(k, root, names, true) ?? root

/** The file that a hard link is another name of. */
function linked(k: Kernel, root: Dentry, link: string): Dentry {
  const names = namesOf(link)
  const last = names.pop()
  const dir = last === undefined ? null : walkTo(k, root, names, false)
  const other = dir !== null && last !== undefined ? findChild(k, null, dir, last) : null
  if (other === null) throw new ImageError(`it is a link to '${link}', which is not before it`)
  if (other.inode.kind === 'directory') throw new ImageError(`it is a hard link to the directory '${link}'`)
  return other
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
 * Lays files over the tree at `root`: a directory that is there already gets the image's mode and owner, another file is replaced. Throws an
 * ImageError that names the file which cannot be there.
 */
export function buildImage(k: Kernel, root: Dentry, files: readonly ImageFile[]): void {
  for (const file of files) {
    try {
      layFile(k, root, file)
    } catch (error) {
      if (!isErrno(error) && !(error instanceof ImageError)) throw error
      const what =
        error === EEXIST ? 'a directory is in its place' : error === ENOTDIR ? 'a file is where it needs a directory' : error.message
      throw new ImageError(`the image's file '${file.path}': ${what}`)
    }
  }
}

function checkPath(path: string): string[] {
  const names = namesOf(path)
  if (names.includes('..')) throw new ImageError("a name with '..' in it could be anywhere")
  if (path.includes('\0') || path.length >= LONGEST_PATH || names.some(name => name.length > LONGEST_NAME)) throw ENAMETOOLONG
  return names
}

function layFile(k: Kernel, root: Dentry, file: ImageFile): void {
  const names = checkPath(file.path)
  const name = names.pop()
  if (name === undefined) {
    if (file.kind !== 'directory') throw EEXIST
    fill(root.inode, file)
    return
  }
  const dir = makeDirectories(k, root, names)
  const old = findChild(k, null, dir, name)
  if (old && file.kind === 'directory') {
    if (old.inode.kind !== 'directory') throw ENOTDIR
    fill(old.inode, file)
    return
  }
  if (old?.inode.kind === 'directory') throw EEXIST
  // Before the old file goes: it may be the one that the link is to.
  const other = file.link === undefined ? null : linked(k, root, file.link)
  if (old) {
    old.inode.nlink--
    countName(dir.inode, -1)
  }
  if (other !== null) {
    other.inode.nlink++
    addChild(dir, name, other.inode)
    return
  }
  const inode = newInode(dir.inode.fs, file.kind, file.mode, 0, 0, timestampNow(k))
  fill(inode, file)
  inode.rdev = file.rdev ?? 0
  if (file.kind === 'symlink') {
    inode.target = file.target ?? ''
    if (inode.target.length >= LONGEST_PATH) throw ENAMETOOLONG
    inode.size = inode.target.length
  }
  if (file.kind === 'regular' && file.data) {
    inode.size = file.data.length
    inode.backing = Object.freeze({ kind: 'bytes', bytes: file.data })
  }
  addNode(dir, name, inode)
}
