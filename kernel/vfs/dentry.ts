// Names in directories. For file systems that live in memory the dentries are the directory: there is no other list of names.
import { ENOENT, ENOTDIR } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { countName } from './inode.ts'
import { fileSystemOps } from './ops.ts'
import type { Dentry, Inode } from './types.ts'

/** A name in a directory; not in its list of children yet. */
export function newDentry(name: string, parent: Dentry | null, inode: Inode): Dentry {
  const children = inode.kind === 'directory' ? new Map<string, Dentry | null>() : null
  return { name, parent, inode, children, listed: null, deleted: false, mounted: 0 }
}

/** Puts a name into a directory in memory. The directory's times and link counts are the caller's. */
export function addChild(dir: Dentry, name: string, inode: Inode): Dentry {
  const dentry = newDentry(name, dir, inode)
  if (!dir.children) throw new Error(`adding '${name}' to '${dir.name}', which is not a directory`)
  dir.children.set(name, dentry)
  countName(dir.inode, 1)
  return dentry
}

/** The entry called `name` ('.' and '..' are the walk's), or null. ENOTDIR when `dir` is no directory. */
export function findChild(k: Kernel, task: Task | null, dir: Dentry, name: string): Dentry | null {
  if (!dir.children) throw ENOTDIR
  const known = dir.children.get(name)
  if (known !== undefined) return known
  if (dir.deleted) throw ENOENT
  return fileSystemOps(k, dir.inode.fs).lookup?.(k, task, dir, name) ?? null
}

/** Every name of a directory besides '.' and '..', in the order they were made; those of which the host only told the name come last. */
export function childNames(k: Kernel, task: Task, dir: Dentry): string[] {
  if (!dir.children) throw ENOTDIR
  const own = dir.deleted ? null : fileSystemOps(k, dir.inode.fs).list?.(k, task, dir)
  if (own) return own.map(({ name }) => name)
  const names: string[] = []
  for (const child of dir.children.values()) if (child) names.push(child.name)
  for (const name of dir.listed ?? []) names.push(name)
  return names
}

/** Whether a directory holds no names (rmdir, rename over it). */
export const isEmptyDirectory = (k: Kernel, task: Task, dir: Dentry): boolean => childNames(k, task, dir).length === 0
