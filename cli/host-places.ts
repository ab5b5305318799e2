// How a name in a directory of the host is reached without following a link. On Linux through the directory's own descriptor, so that nobody
// can put another directory in its place; elsewhere by path, and what was reached must be the inode that was seen, before and after.
import * as fs from 'node:fs'

export interface Directory {
  id: string
  /** Of an open directory; -1: it is known by its path only. */
  fd: number
  path: Buffer
  stat: fs.BigIntStats
}

/** Each throws Node's error, with its code. A name is a single one, never '.' or '..'. */
export interface Places {
  /** Flags for whatever is opened: neither through a link, nor waiting, nor taking a terminal. */
  careful: number
  root(path: Buffer): Directory
  /** A directory in a directory; ENOTDIR for anything else. */
  enter(dir: Directory, name: string): Directory
  close(dir: Directory): void
  lstat(dir: Directory, name: string): fs.BigIntStats
  readdir(dir: Directory): Buffer[]
  readlink(dir: Directory, name: string): Buffer
  space(dir: Directory): fs.StatsFs
  /** A descriptor of the regular file that is this inode; ESTALE when the name is another's. Nothing else is opened, not even for a moment. */
  open(dir: Directory, name: string, id: string, writable: boolean): number
  /** A path that leads to what a descriptor is open on, if there is one. */
  again(fd: number): string | null
  create(dir: Directory, name: string, mode: number): number
  mkdir(dir: Directory, name: string, mode: number): void
  symlink(dir: Directory, name: string, target: Buffer): void
  remove(dir: Directory, name: string, kind: 'regular' | 'directory'): void
  rename(dir: Directory, name: string, to: Directory, newName: string): void
}

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = fs.constants
/** Linux's, which Node does not name: a descriptor that only says which file it is. */
const O_PATH = 0o10000000
/** Windows has none of these. */
const CAREFUL = (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0) | (fs.constants.O_NOCTTY ?? 0)
const O_DIRECTORY = fs.constants.O_DIRECTORY ?? 0

const idOf = (s: fs.BigIntStats): string => `${s.dev}:${s.ino}`
const nameBytes = (name: string): Buffer => Buffer.from(name, 'latin1')
const failWith = (code: string): never => {
  throw Object.assign(new Error(code), { code })
}

const kindCheck = (s: fs.BigIntStats, id: string): void => {
  if (idOf(s) !== id) failWith('ESTALE')
  if (!s.isFile()) failWith('EIO')
}

/** What both ways do once they know the path of a name that is good now. */
function operations(at: (dir: Directory, name: string) => Buffer, self: (dir: Directory) => Buffer | string) {
  return {
    lstat: (dir: Directory, name: string) => fs.lstatSync(at(dir, name), { bigint: true }),
    readdir: (dir: Directory) => fs.readdirSync(self(dir), { encoding: 'buffer' }),
    readlink: (dir: Directory, name: string) => fs.readlinkSync(at(dir, name), { encoding: 'buffer' }),
    space: (dir: Directory) => fs.statfsSync(self(dir)),
    create: (dir: Directory, name: string, mode: number) => fs.openSync(at(dir, name), O_RDWR | O_CREAT | O_EXCL | CAREFUL, mode),
    mkdir: (dir: Directory, name: string, mode: number) => void fs.mkdirSync(at(dir, name), mode),
    symlink: (dir: Directory, name: string, target: Buffer) => fs.symlinkSync(target, at(dir, name)),
    remove(dir: Directory, name: string, kind: 'regular' | 'directory') {
      if (kind === 'directory') fs.rmdirSync(at(dir, name))
      else fs.unlinkSync(at(dir, name))
    },
    rename: (dir: Directory, name: string, to: Directory, newName: string) => fs.renameSync(at(dir, name), at(to, newName)),
  }
}

const DESCRIPTORS = '/proc/self/fd'

/** Linux: a directory is its descriptor, whatever happens to names. null: this host does not show descriptors by name. */
export function descriptorPlaces(): Places | null {
  if (process.platform !== 'linux' || !fs.existsSync(DESCRIPTORS)) return null
  const self = ({ fd }: Directory): string => `${DESCRIPTORS}/${fd}`
  const at = (dir: Directory, name: string): Buffer => Buffer.concat([Buffer.from(`${self(dir)}/`), nameBytes(name)])
  function opened(path: Buffer, flags: number): Directory {
    const fd = fs.openSync(path, O_PATH | O_DIRECTORY | flags)
    const stat = fs.fstatSync(fd, { bigint: true })
    return { id: idOf(stat), fd, path, stat }
  }
  return {
    careful: fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY,
    ...operations(at, self),
    root: path => opened(path, 0),
    enter: (dir, name) => opened(at(dir, name), fs.constants.O_NOFOLLOW),
    close: dir => fs.closeSync(dir.fd),
    open(dir, name, id, writable) {
      // Named first: a pipe or a device is not opened by that.
      const named = fs.openSync(at(dir, name), O_PATH | fs.constants.O_NOFOLLOW)
      try {
        kindCheck(fs.fstatSync(named, { bigint: true }), id)
        return fs.openSync(`${DESCRIPTORS}/${named}`, (writable ? O_RDWR : O_RDONLY) | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY)
      } finally {
        fs.closeSync(named)
      }
    },
    again: fd => `${DESCRIPTORS}/${fd}`,
  }
}

/** Any host: a directory is its path, which must lead to the same inode before and after it is used. */
export function pathPlaces(): Places {
  const joined = (path: Buffer, name: string): Buffer => Buffer.concat([path, Buffer.from('/'), nameBytes(name)])
  function known(path: Buffer): Directory {
    const stat = fs.lstatSync(path, { bigint: true })
    if (!stat.isDirectory()) failWith('ENOTDIR')
    return { id: idOf(stat), fd: -1, path, stat }
  }
  /** The path leads there and through no link. */
  function checkPlace(dir: Directory): void {
    const real = fs.realpathSync.native(dir.path, { encoding: 'buffer' })
    if (!real.equals(dir.path) || idOf(fs.lstatSync(dir.path, { bigint: true })) !== dir.id) failWith('ESTALE')
  }
  const at = (dir: Directory, name: string): Buffer => {
    checkPlace(dir)
    return joined(dir.path, name)
  }
  const plain = operations(at, dir => {
    checkPlace(dir)
    return dir.path
  })
  return {
    careful: CAREFUL,
    ...plain,
    lstat(dir, name) {
      const stat = plain.lstat(dir, name)
      checkPlace(dir)
      return stat
    },
    readdir(dir) {
      const names = plain.readdir(dir)
      checkPlace(dir)
      return names
    },
    root: path => known(fs.realpathSync.native(path, { encoding: 'buffer' })),
    enter: (dir, name) => known(at(dir, name)),
    close: () => {},
    open(dir, name, id, writable) {
      const path = at(dir, name)
      kindCheck(fs.lstatSync(path, { bigint: true }), id)
      const fd = fs.openSync(path, (writable ? O_RDWR : O_RDONLY) | CAREFUL)
      try {
        kindCheck(fs.fstatSync(fd, { bigint: true }), id)
        return fd
      } catch (error) {
        fs.closeSync(fd)
        throw error
      }
    },
    again: () => null,
  }
}
