// Files that are handed in as a map from paths to contents, and one file of a machine handed out.
import { peekFile, type Dentry, type ImageFile, type Kernel } from '../kernel/index.ts'
import { byteString, bytesOf } from './text.ts'

/** A file by its contents: text is UTF-8. `mode`: its 07777 bits; default 0644. */
type FileContent = string | Uint8Array | { data: string | Uint8Array; mode: number }

/** Files of a machine: contents by absolute path. Directories on the way are made. */
export type FileMap = Readonly<Record<string, FileContent>>

const PLAIN = 0o644

/** The map as the kernel's list of files. */
export const imageOf = (files: FileMap): ImageFile[] =>
  Object.entries(files).map(([path, content]) => {
    const { data, mode } = typeof content === 'string' || content instanceof Uint8Array ? { data: content, mode: PLAIN } : content
    return { path: byteString(path), kind: 'regular', mode, data: bytesOf(data) }
  })

/** As Linux: more links on the way to a file are a circle. */
const MOST_LINKS = 40
const namesOf = (path: string): string[] => path.split('/').filter(name => name !== '' && name !== '.')

function find(k: Kernel, path: string): Dentry | null {
  const { root } = k.state.ns.mnt.root
  let here = root
  let links = 0
  for (let names = namesOf(path); names.length > 0;) {
    const [name, ...rest] = names
    names = rest
    if (name === '..') {
      here = here.parent ?? root
      continue
    }
    const child: Dentry | null | undefined = here.mounted === 0 ? here.children?.get(name) : null
    if (!child) return null
    if (child.inode.kind !== 'symlink') here = child
    else {
      if (++links > MOST_LINKS) return null
      names = [...namesOf(child.inode.target), ...rest]
      if (child.inode.target.startsWith('/')) here = root
    }
  }
  return here
}

/**
 * The bytes of a regular file as programs would read them now, without leaving a trace in the machine. Links are followed.
 * @returns null where no regular file is at `path` in the root file system (what is mounted over it, as /proc, is not looked into).
 */
export function readFile(k: Kernel, path: string): Uint8Array | null {
  const inode = find(k, byteString(path))?.inode
  return inode?.kind === 'regular' ? peekFile(k, inode, 0, inode.size) : null
}
