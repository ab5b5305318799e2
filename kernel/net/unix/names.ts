// Names of AF_UNIX sockets (unix(7)): paths, which are inodes, and abstract ones, which are the kernel's; bind(2), and who is found by a name.
import { AF_UNIX, AT_FDCWD, EADDRINUSE, ECONNREFUSED, EEXIST, EINVAL, ENOSPC, EPROTOTYPE, SUN_BYTES, SUN_PATH } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { checkAccess, createNode, lookup, lookupParent, MAY_WRITE, touchAccessed } from '../../vfs/index.ts'
import type { Socket, UnixSocket } from '../types.ts'

/** The unix part of a socket that is one. */
export function unixOf({ own, family }: Socket): UnixSocket {
  if (own.kind !== 'unix') throw new Error(`an AF_UNIX operation on a socket of family ${family}`)
  return own
}

/** What stands for no name. */
export const UNNAMED: Uint8Array = Uint8Array.of(AF_UNIX, 0)

const familyOf = (address: Uint8Array): number => address[0] | (address[1] << 8)

/** EINVAL: it is no address of this family that names anything. */
export function checkAddress(address: Uint8Array): void {
  if (address.length <= SUN_PATH || address.length > SUN_BYTES || familyOf(address) !== AF_UNIX) throw EINVAL
}

const isAbstract = (address: Uint8Array): boolean => address[SUN_PATH] === 0

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
/** The path of an address: up to its NUL, or its end. */
function pathOf(address: Uint8Array): string {
  const end = address.indexOf(0, SUN_PATH)
  return textOf(address.subarray(SUN_PATH, end < 0 ? address.length : end))
}
/** Each type has abstract names of its own. */
const keyOf = (type: number, address: Uint8Array): string => `${type}:${textOf(address.subarray(SUN_PATH))}`

/** The socket that a name leads to. ECONNREFUSED: none; EPROTOTYPE: one of another type; and what a path's walk finds. */
export function findNamed(k: Kernel, task: Task, address: Uint8Array, type: number): Socket {
  const { unix } = task.ns.net
  if (isAbstract(address)) {
    const found = unix.abstract.get(keyOf(type, address))
    if (found === undefined) throw ECONNREFUSED
    return found
  }
  const at = lookup(k, task, AT_FDCWD, pathOf(address))
  const { inode } = at.dentry
  checkAccess(k, task, inode, MAY_WRITE)
  const found = inode.kind === 'socket' ? unix.paths.get(inode) : undefined
  if (found === undefined) throw ECONNREFUSED
  if (found.type !== type) throw EPROTOTYPE
  touchAccessed(k, inode)
  return found
}

/** bind(2): EINVAL for a second name, EADDRINUSE for one that is taken. */
export function bindSocket(k: Kernel, task: Task, socket: Socket, address: Uint8Array, mode: number): void {
  if (address.length === SUN_PATH && familyOf(address) === AF_UNIX) return chooseName(task, socket)
  checkAddress(address)
  if (isAbstract(address)) bindAbstract(task, socket, address)
  else bindPath(k, task, socket, pathOf(address), mode)
}

function bindAbstract(task: Task, socket: Socket, address: Uint8Array): void {
  const own = unixOf(socket)
  const names = task.ns.net.unix.abstract
  if (own.name !== null) throw EINVAL
  const key = keyOf(socket.type, address)
  if (names.has(key)) throw EADDRINUSE
  names.set(key, socket)
  own.name = address.slice()
}

function bindPath(k: Kernel, task: Task, socket: Socket, path: string, mode: number): void {
  const own = unixOf(socket)
  const parent = lookupParent(k, task, AT_FDCWD, path)
  if (own.name !== null) {
    // As Linux does it: the node is made first, and taken away again.
    if (parent.dir.children?.get(parent.name)) throw EADDRINUSE
    throw EINVAL
  }
  try {
    const dentry = createNode(k, task, parent, { kind: 'socket', mode })
    own.path = { mount: parent.mount, dentry }
    task.ns.net.unix.paths.set(dentry.inode, socket)
  } catch (error) {
    throw error === EEXIST ? EADDRINUSE : error
  }
  own.name = Uint8Array.from(`\x01\0${path}\0`, c => c.charCodeAt(0))
}

/** Names that the kernel chooses have five digits. */
const CHOSEN = 0x100000

/** autobind: a socket without a name gets one. ENOSPC: all are taken. */
export function chooseName(task: Task, socket: Socket): void {
  const own = unixOf(socket)
  if (own.name !== null) return
  const { unix } = task.ns.net
  for (let tries = 0; tries < CHOSEN; tries++) {
    unix.lastChosen = (unix.lastChosen + 1) % CHOSEN
    const address = Uint8Array.from(`\x01\0\0${unix.lastChosen.toString(16).padStart(5, '0')}`, c => c.charCodeAt(0))
    const key = keyOf(socket.type, address)
    if (unix.abstract.has(key)) continue
    unix.abstract.set(key, socket)
    own.name = address
    return
  }
  throw ENOSPC
}

/** Its name leads nowhere any more; an inode stays. */
export function dropName(k: Kernel, socket: Socket): void {
  const own = unixOf(socket)
  const { unix } = k.state.ns.net
  if (own.path !== null) {
    const { inode } = own.path.dentry
    if (unix.paths.get(inode) === socket) unix.paths.delete(inode)
    own.path = null
  } else if (own.name !== null) {
    const key = keyOf(socket.type, own.name)
    if (unix.abstract.get(key) === socket) unix.abstract.delete(key)
  }
}
