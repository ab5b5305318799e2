// The host directories that were given to a guest, over Node. A guest can put links, pipes and other directories wherever it may write, and
// other machines and people change things meanwhile: so files are found from the given directory's own descriptor, one name at a time and
// through no link, and what was found counts only if it is the inode that was asked for. Descriptors of what is in use are kept, in bounds.
import * as fs from 'node:fs'
import type { HostFileKind, HostFiles, HostNode, HostStat } from '../kernel/index.ts'
import { descriptorPlaces, pathPlaces, type Directory, type Places } from './host-places.ts'

const bytes = (path: string): Buffer => Buffer.from(path, 'latin1')
const text = (buffer: Buffer): string => buffer.toString('latin1')

const KINDS: readonly [HostFileKind, (s: fs.BigIntStats) => boolean][] = [
  ['regular', s => s.isFile()],
  ['directory', s => s.isDirectory()],
  ['symlink', s => s.isSymbolicLink()],
  ['fifo', s => s.isFIFO()],
  ['socket', s => s.isSocket()],
  ['chardev', s => s.isCharacterDevice()],
]
const kindOf = (s: fs.BigIntStats): HostFileKind => KINDS.find(([, is]) => is(s))?.[0] ?? 'blockdev'

const PERMISSIONS = 0o7777n
const statOf = (s: fs.BigIntStats): HostStat => ({
  id: idOf(s),
  kind: kindOf(s),
  mode: Number(s.mode & PERMISSIONS),
  size: Number(s.size),
  mtime: Number(s.mtimeNs),
})
const idOf = (s: fs.BigIntStats): string => `${s.dev}:${s.ino}`

/** What the host refuses, as the kernel wants it: the name of an errno. */
const refuse = (code: string): never => {
  throw Object.assign(new Error(code), { code })
}

/** Runs a file operation; a failure is its errno's name. */
function attempt<T>(what: () => T): T | string {
  try {
    return what()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Offsets, lengths and names that Node itself will not have.
    if (code === undefined || code.startsWith('ERR_')) {
      if (error instanceof TypeError || error instanceof RangeError) return 'EINVAL'
      throw error
    }
    return code
  }
}

/** A regular file that is open. */
interface OpenFile {
  fd: number
  writable: boolean
  /** How many guests' inodes are open on it: 0 when it is only kept because it may be asked for again. */
  users: number
}

/** Most descriptors that are kept of files, and of directories. */
const KEPT = 192

/** Host directories as guests see them. `places`: how the host reaches a name without following links. */
export function hostFilesOver(places: Places): HostFiles {
  const roots = new Map<string, Directory>()
  // In the order of their last use.
  const files = new Map<string, OpenFile>()
  const directories = new Map<string, Directory>()

  function closeFile(id: string, file: OpenFile): void {
    files.delete(id)
    fs.closeSync(file.fd)
  }

  function closeDirectory(id: string, directory: Directory): void {
    directories.delete(id)
    places.close(directory)
  }

  /** Leaves at most so many of each: what nobody uses goes first, then what was not used for the longest time. */
  function makeRoom(most: number): void {
    while (files.size > most) {
      const idle = [...files].find(([, file]) => file.users === 0) ?? [...files][0]
      closeFile(...idle)
    }
    while (directories.size > most) closeDirectory(...[...directories][0])
  }

  /** When the process has no descriptors left, ours are fewer from now on. */
  function withRoom<T>(open: () => T): T {
    try {
      return open()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EMFILE' && code !== 'ENFILE') throw error
      makeRoom(Math.floor(Math.min(files.size, KEPT) / 2))
      return open()
    }
  }

  /** The directory that holds a node, and the node's name there. Intermediate directories are the caller's to close. */
  function walk<T>(node: HostNode, use: (dir: Directory, name: string) => T): T {
    const names = node.path.split('/')
    const passed: Directory[] = []
    let dir = roots.get(node.root) ?? refuse('ESTALE')
    try {
      for (const name of names.slice(0, -1)) {
        const from = dir
        dir = gone(() => withRoom(() => places.enter(from, single(name))))
        passed.push(dir)
      }
      return use(dir, single(names[names.length - 1]))
    } finally {
      for (const one of passed) places.close(one)
    }
  }

  function directoryOf(node: HostNode): Directory {
    const root = roots.get(node.root) ?? refuse('ESTALE')
    if (node.path === '') return root.id === node.id ? root : refuse('ESTALE')
    const known = directories.get(node.id)
    if (known !== undefined) {
      directories.delete(node.id)
      directories.set(node.id, known)
      return known
    }
    const found = walk(node, (dir, name) => gone(() => withRoom(() => places.enter(dir, name))))
    if (found.id !== node.id) {
      places.close(found)
      refuse('ESTALE')
    }
    makeRoom(KEPT - 1)
    directories.set(node.id, found)
    return found
  }

  function fileOf(node: HostNode, writable: boolean): OpenFile {
    const known = files.get(node.id)
    if (known !== undefined && (known.writable || !writable)) {
      files.delete(node.id)
      files.set(node.id, known)
      return known
    }
    const again = known === undefined ? null : places.again(known.fd)
    const fd = again === null ? openFound(node, writable) : withRoom(() => fs.openSync(again, fs.constants.O_RDWR | places.careful))
    return keepFile(node.id, fd, writable)
  }

  const openFound = (node: HostNode, writable: boolean): number =>
    walk(node, (dir, name) => gone(() => withRoom(() => places.open(dir, name, node.id, writable))))

  function keepFile(id: string, fd: number, writable: boolean): OpenFile {
    const known = files.get(id)
    if (known !== undefined) closeFile(id, known)
    const file = { fd, writable, users: known?.users ?? 0 }
    makeRoom(KEPT - 1)
    files.set(id, file)
    return file
  }

  /** Nobody has it open: its bytes need not outlive its name. */
  function letGo(id: string): void {
    const file = files.get(id)
    if (file?.users === 0) closeFile(id, file)
    const directory = directories.get(id)
    if (directory !== undefined) closeDirectory(id, directory)
  }

  const lstat = (dir: Directory, name: string): fs.BigIntStats => places.lstat(dir, single(name))

  /** The name is still this inode's. A race is lost within the directory at worst: names are never followed. */
  function checkIs(dir: Directory, name: string, node: HostNode): void {
    if (idOf(lstat(dir, name)) !== node.id) refuse('ESTALE')
  }

  return {
    root: path =>
      attempt(() => {
        const root = roots.get(path) ?? places.root(bytes(path))
        roots.set(path, root)
        return statOf(root.stat)
      }),
    lookup: (dir, name) => attempt(() => statOf(lstat(directoryOf(dir), name))),
    readdir: dir => attempt(() => places.readdir(directoryOf(dir)).map(text)),
    readlink: (dir, name) => attempt(() => ({ target: text(places.readlink(directoryOf(dir), single(name))) })),
    space: dir =>
      attempt(() => {
        const { bsize, blocks, bfree, bavail, files: all, ffree } = places.space(directoryOf(dir))
        return { bsize, blocks, bfree, bavail, files: all, ffree }
      }),
    open: (node, writable, first) => attempt(() => ((fileOf(node, writable).users += first ? 1 : 0), 0 as const)),
    close(node) {
      const file = files.get(node.id)
      if (file !== undefined && file.users > 0) file.users--
      return 0
    },
    read: (node, offset, length) =>
      attempt(() => {
        const { fd } = fileOf(node, false)
        const buffer = new Uint8Array(length)
        const count = fs.readSync(fd, buffer, 0, length, offset)
        return count === length ? buffer : buffer.slice(0, count)
      }),
    write: (node, offset, data) => attempt(() => fs.writeSync(fileOf(node, true).fd, data, 0, data.length, offset)),
    truncate: (node, size) => attempt(() => (fs.ftruncateSync(fileOf(node, true).fd, size), 0 as const)),
    create: (node, name, kind, mode, target) =>
      attempt(() => {
        const dir = directoryOf(node)
        if (kind !== 'regular') {
          if (kind === 'directory') places.mkdir(dir, single(name), directoryMode(mode))
          else places.symlink(dir, single(name), bytes(target ?? ''))
          return statOf(lstat(dir, name))
        }
        const fd = withRoom(() => places.create(dir, single(name), fileMode(mode)))
        const stat = statOf(fs.fstatSync(fd, { bigint: true }))
        keepFile(stat.id, fd, true)
        return stat
      }),
    remove: (node, name, victim, kind) =>
      attempt(() => {
        const dir = directoryOf(node)
        checkIs(dir, name, victim)
        places.remove(dir, single(name), kind)
        letGo(victim.id)
        return 0 as const
      }),
    rename: (from, name, node, to, newName) =>
      attempt(() => {
        const dir = directoryOf(from)
        checkIs(dir, name, node)
        const toDir = directoryOf(to)
        const replaced = attempt(() => idOf(lstat(toDir, newName)))
        places.rename(dir, single(name), toDir, single(newName))
        letGo(replaced)
        return 0 as const
      }),
  }
}

/** No set-id bits and no sticky bit, whoever asks. */
const fileMode = (mode: number): number => mode & 0o777
/** We must be able to go on in what we made. */
const directoryMode = (mode: number): number => (mode & 0o777) | 0o700

/** One name and no way out: neither a path nor the directory itself nor the one above. */
function single(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) refuse('EINVAL')
  return name
}

/** What is not there any more, or is something else now, is a stale handle. */
function gone<T>(find: () => T): T {
  try {
    return find()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') refuse('ESTALE')
    throw error
  }
}

/** Through descriptors where the host has them by name, else by paths that are looked at before and after. */
export const newHostFiles = (): HostFiles => hostFilesOver(descriptorPlaces() ?? pathPlaces())
