// Where a program of the host lies in the guest: at the name by which it was called, as seen from the guest's root, unless something of the
// guest's is in the way.
import { lstatSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { ImageFile } from '../kernel/index.ts'
import type { Program } from './locate-program.ts'

/** The guest's file system before anything is laid over it. */
export interface Root {
  root: readonly ImageFile[]
  hostRoot?: string
  /** Directories that something is mounted on. */
  mounts: readonly string[]
}

type Kind = 'directory' | 'other' | null

/** What there is at paths of a root. */
function kindsOf({ root, hostRoot }: Root): (path: string) => Kind {
  const kinds = new Map<string, Kind>()
  for (const file of root) {
    const path = posix.join('/', file.path)
    kinds.set(path, file.kind === 'directory' ? 'directory' : 'other')
    for (let up = posix.dirname(path); up !== '/'; up = posix.dirname(up)) if (!kinds.has(up)) kinds.set(up, 'directory')
  }
  return path => {
    const known = kinds.get(path)
    if (known !== undefined || hostRoot === undefined) return known ?? null
    const found = lstatSync(Buffer.from(join(hostRoot, path), 'latin1'), { throwIfNoEntry: false })
    return found === undefined ? null : found.isDirectory() ? 'directory' : 'other'
  }
}

/** Is anything there? */
export const isThere = (path: string, root: Root): boolean => kindsOf(root)(path) !== null

/** A directory of the guest's, below a file of its own or a link, or under a mount: no file can be put there, or it would not be seen. */
function isTaken(path: string, root: Root): boolean {
  if (root.mounts.some(mount => path === mount || path.startsWith(`${mount}/`))) return true
  const kindAt = kindsOf(root)
  for (let up = posix.dirname(path); up !== '/'; up = posix.dirname(up)) if (kindAt(up) === 'other') return true
  return kindAt(path) === 'directory'
}

/** The program where it can be: in /tmp where its own place is taken. */
export function placed(program: Program, root: Root): Program {
  if (program.files.length === 0 || !isTaken(program.path, root)) return program
  const path = posix.join('/tmp', posix.basename(program.path))
  return { ...program, path, files: program.files.map(file => ({ ...file, path })) }
}
