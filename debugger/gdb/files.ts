// vFile: gdb reads the guest's files (the program, its libraries) through the connection, and needs no copy of the root. It writes none.
// Looking leaves no trace: nothing is read into the guest's page cache, no access time changes.
import {
  findTask,
  findChild,
  isErrno,
  mapsText,
  peekMm,
  smapsText,
  type Mm,
  type Dentry,
  type Inode,
  type Kernel,
  type Mount,
  type Task,
} from '../../kernel/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { bytesOf, fromHex, hexNumber, latin1 } from './framing.ts'
import { currentThread, taskOf } from './threads.ts'
import type { GdbServer, OpenFile } from './types.ts'

/** File-I/O errno values of the protocol, which are its own. */
const ERRNO = { ENOENT: 2, EBADF: 9, EACCES: 13, EINVAL: 22, EMFILE: 24, EROFS: 30 } as const
const failed = (errno: keyof typeof ERRNO): string => `F-1,${ERRNO[errno].toString(16)}`
const MOST_LINKS = 40
const MOST_READ = 0x8000
const ACCESS_MODE = 3
const O_CREAT = 0x200
const S_IFREG = 0o100000
/** As if there were standard streams. */
const FIRST_FILE = 3
const MOST_FILES = 256

interface Place {
  mount: Mount
  dentry: Dentry
}

/** Across mounts at a place, and back. */
function downMounts(k: Kernel, at: Place): Place {
  let here = at
  while (here.dentry.mounted > 0) {
    const above = k.state.ns.mnt.mounts.find(m => m.mountpoint === here.dentry && m.parent === here.mount)
    if (above === undefined) break
    here = { mount: above, dentry: above.root }
  }
  return here
}

function upFrom(at: Place): Place {
  let { mount, dentry } = at
  while (dentry === mount.root && mount.parent !== null && mount.mountpoint !== null) {
    dentry = mount.mountpoint
    mount = mount.parent
  }
  return { mount, dentry: dentry.parent ?? dentry }
}

/** File systems whose names are all in memory: looking one up makes nothing, and asks the host for nothing. */
const isInMemory = (k: Kernel, dentry: Dentry): boolean => k.kinds.fileSystems[dentry.inode.fs.kind].inMemory === true

function childOf(k: Kernel, dir: Dentry, name: string): Dentry | null {
  const known = dir.children?.get(name)
  if (known !== undefined) return known
  return dir.children !== null && isInMemory(k, dir) ? findChild(k, null, dir, name) : null
}

/** Where a path leads for a task; null: nowhere that can be looked at. `last`: follow a link at the end. */
function find(k: Kernel, task: Task, path: string, last: boolean): Place | null {
  const root = task.fs?.root
  if (root === undefined) return null
  let here: Place = root
  let links = 0
  const names = path.split('/').filter(name => name !== '' && name !== '.')
  while (names.length > 0) {
    const name = names.shift() as string
    if (name === '..') {
      if (here.dentry !== root.dentry || here.mount !== root.mount) here = upFrom(here)
      continue
    }
    const child = childOf(k, here.dentry, name)
    if (child === null) return null
    const { inode } = child
    if (inode.kind === 'symlink' && (last || names.length > 0)) {
      if (++links > MOST_LINKS) return null
      names.unshift(...inode.target.split('/').filter(part => part !== '' && part !== '.'))
      if (inode.target.startsWith('/')) here = root
      continue
    }
    here = downMounts(k, { mount: here.mount, dentry: child })
  }
  return here
}

/** Of a file of the host that the guest has not read yet: asked for past the journal, as it is our question and not the guest's. */
function peekHost(k: Kernel, { host }: Inode, offset: number, length: number): Uint8Array {
  const bytes = host === null ? '' : k.host.files.read(host, offset, length)
  return typeof bytes === 'string' ? new Uint8Array(0) : bytes.subarray(0, length)
}

/** Bytes of a regular file as they are now, without touching it. */
function peekFile(k: Kernel, inode: Inode, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, inode.size - offset)))
  for (let done = 0; done < bytes.length;) {
    const at = offset + done
    const within = at % PAGE_SIZE
    const part = Math.min(bytes.length - done, PAGE_SIZE - within)
    const frame = inode.pages.get(Math.floor(at / PAGE_SIZE))
    if (frame !== undefined) {
      const from = frame * PAGE_SIZE + within
      bytes.set(k.machine.ram.subarray(from, from + part), done)
    } else if (inode.backing?.kind === 'bytes') bytes.set(inode.backing.bytes.subarray(at, at + part), done)
    else if (inode.backing?.kind === 'host') bytes.set(peekHost(k, inode, at, part), done)
    done += part
  }
  return bytes
}

const isReadable = (inode: Inode): boolean => inode.kind === 'regular' && inode.proc === null

/** Files of /proc/PID that gdb opens by itself. */
const PROC = /^\/proc\/(\d+)\/(?:task\/\d+\/)?(maps|smaps|auxv|cmdline)$/
const PROC_TEXTS: Readonly<Record<string, (k: Kernel, mm: Mm) => string>> = {
  maps: mapsText,
  smaps: smapsText,
  auxv: (_k, mm) => latin1(mm.auxv),
  cmdline: (k, mm) => latin1(peekMm(k, mm, mm.argStart, mm.argEnd - mm.argStart)),
}

/** A file of /proc as it is now; null: it is none of them. */
function procFile(k: Kernel, path: string): OpenFile | null {
  const [, pid, name] = PROC.exec(path) ?? []
  const mm = findTask(k.state.ns, Number(pid))?.mm
  if (name === undefined || !mm) return null
  const bytes = bytesOf(PROC_TEXTS[name](k, mm))
  return { size: bytes.length, ino: 0, mode: S_IFREG, read: (offset, length) => bytes.slice(offset, offset + length) }
}

function open(g: GdbServer, args: readonly string[]): string {
  const path = fromHex(args[0] ?? '')
  const flags = hexNumber(args[1])
  if (path === null || flags === null) return failed('EINVAL')
  if ((flags & ACCESS_MODE) !== 0 || (flags & O_CREAT) !== 0) return failed('EROFS')
  const { k } = g.session
  const task = taskOf(g, currentThread(g)) ?? k.state.main
  const inode = task === null ? undefined : find(k, task, latin1(path), true)?.dentry.inode
  const file = procFile(k, latin1(path)) ?? (inode !== undefined && isReadable(inode) ? regularFile(k, inode) : null)
  if (file === null) return failed(inode === undefined ? 'ENOENT' : 'EACCES')
  if (g.files.size >= MOST_FILES) return failed('EMFILE')
  let number = FIRST_FILE
  while (g.files.has(number)) number++
  g.files.set(number, file)
  return `F${number.toString(16)}`
}

const regularFile = (k: Kernel, inode: Inode): OpenFile => ({
  size: inode.size,
  ino: inode.ino,
  mode: S_IFREG | inode.mode,
  read: (offset, length) => peekFile(k, inode, offset, length),
})

const fileOf = (g: GdbServer, digits: string | undefined): OpenFile | undefined => g.files.get(hexNumber(digits) ?? -1)

function pread(g: GdbServer, args: readonly string[]): string {
  const [count, offset] = [hexNumber(args[1]), hexNumber(args[2])]
  const file = fileOf(g, args[0])
  if (file === undefined) return failed('EBADF')
  if (count === null || offset === null) return failed('EINVAL')
  const bytes = file.read(offset, Math.min(count, MOST_READ))
  return `F${bytes.length.toString(16)};${latin1(bytes)}`
}

/** The protocol's struct stat: big-endian, 64 bytes. */
function fstat(g: GdbServer, args: readonly string[]): string {
  const file = fileOf(g, args[0])
  if (file === undefined) return failed('EBADF')
  const view = new DataView(new ArrayBuffer(64))
  const INO = 4
  const MODE = 8
  const NLINK = 12
  const SIZE = 28
  const BLKSIZE = 36
  const BLOCKS = 44
  view.setUint32(INO, file.ino)
  view.setUint32(MODE, file.mode)
  view.setUint32(NLINK, 1)
  view.setBigUint64(SIZE, BigInt(file.size))
  view.setBigUint64(BLKSIZE, BigInt(PAGE_SIZE))
  view.setBigUint64(BLOCKS, BigInt(Math.ceil(file.size / 512)))
  return `F40;${latin1(new Uint8Array(view.buffer))}`
}

function readlink(g: GdbServer, args: readonly string[]): string {
  const path = fromHex(args[0] ?? '')
  const { k } = g.session
  const task = taskOf(g, currentThread(g)) ?? k.state.main
  const inode = path === null || task === null ? undefined : find(k, task, latin1(path), false)?.dentry.inode
  if (inode === undefined) return failed('ENOENT')
  return inode.kind === 'symlink' ? `F${inode.target.length.toString(16)};${inode.target}` : failed('EINVAL')
}

const OPERATIONS: Readonly<Record<string, (g: GdbServer, args: readonly string[]) => string>> = {
  setfs: () => 'F0',
  open,
  pread,
  fstat,
  readlink,
  close: (g, [number]) => (g.files.delete(hexNumber(number) ?? -1) ? 'F0' : failed('EBADF')),
  pwrite: () => failed('EROFS'),
  unlink: () => failed('EROFS'),
}

export function vFile(g: GdbServer, rest: string): string {
  const colon = rest.indexOf(':')
  const name = colon < 0 ? rest : rest.slice(0, colon)
  if (!Object.hasOwn(OPERATIONS, name)) return ''
  try {
    return OPERATIONS[name](g, rest.slice(colon + 1).split(','))
  } catch (error) {
    if (isErrno(error)) return failed('ENOENT')
    throw error
  }
}
