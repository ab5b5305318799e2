// Extended attributes (xattr(7)): the calls, three ways of naming the file. What a name means is in vfs/xattrs.ts.
import { AT_FDCWD, E2BIG, EINVAL, ERANGE, EROFS, IN_ATTRIB, PATH_MAX, XATTR, XATTR_CREATE, XATTR_REPLACE } from '../abi/index.ts'
import { bytesOf } from '../fs/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyInString, copyOut } from '../mm/index.ts'
import type { Task } from '../state.ts'
import {
  getAttribute,
  getIoFile,
  listAttributes,
  lookup,
  mountOf,
  notifyFile,
  removeAttribute,
  setAttribute,
  type Dentry,
  type Inode,
  type Mount,
} from '../vfs/index.ts'
import { address, fd, flags, path, size } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'

const NAME_MAX = 255
/** XATTR_SIZE_MAX, XATTR_LIST_MAX. */
const VALUE_MAX = 65536

interface Place {
  inode: Inode
  mount: Mount
  dentry: Dentry | undefined
}

type Find = (k: Kernel, task: Task, place: string | number) => Place
const byName =
  (follow: boolean): Find =>
  (k, task, place) => {
    const { dentry, mount } = lookup(k, task, AT_FDCWD, place as string, { follow })
    return { inode: dentry.inode, mount, dentry }
  }
const byFd: Find = (k, task, place) => {
  const file = getIoFile(task, place as number)
  return { inode: file.inode, mount: mountOf(k, file), dentry: file.path?.dentry }
}

function changeable({ inode, mount }: Place): Inode {
  if (mount.readOnly || inode.fs.readOnly) throw EROFS
  return inode
}

/** ERANGE for a name that is empty or too long. */
function checkName(name: string): string {
  if (name === '' || name.length > NAME_MAX) throw ERANGE
  return name
}

/** Hands bytes over; a size of 0 asks for how many there are. */
function give(k: Kernel, task: Task, bytes: Uint8Array, at: number, room: number): number {
  if (room === 0) return bytes.length
  if (bytes.length > room) throw ERANGE
  copyOut(k, task, at, bytes)
  return bytes.length
}

/** A name, shown as strace shows it; judged only when the file was found. */
const xattrName: Arg<string> = { ...path, read: (raw, k, task) => copyInString(k, task, raw, PATH_MAX) }

/** The four calls for one way of naming the file: path, link or descriptor. */
function callsFor(
  numbers: { set: number; get: number; list: number; remove: number },
  prefix: string,
  arg: Arg<string> | Arg<number>,
  find: Find,
): Syscall[] {
  const place = arg as Arg<string | number>
  return [
    syscall(
      numbers.set,
      `${prefix}setxattr`,
      { place, name: xattrName, value: address, size, flags: flags(XATTR) },
      (k, task, a) => {
        const found = find(k, task, a.place)
        const inode = changeable(found)
        if (a.flags & ~(XATTR_CREATE | XATTR_REPLACE)) throw EINVAL
        checkName(a.name)
        if (a.size > VALUE_MAX) throw E2BIG
        setAttribute(k, task, inode, a.name, a.size === 0 ? new Uint8Array(0) : copyIn(k, task, a.value, a.size).slice(), a.flags)
        notifyFile(k, found.dentry, inode, IN_ATTRIB)
        return 0
      },
      { note: NOTE },
    ),
    syscall(numbers.get, `${prefix}getxattr`, { place, name: xattrName, value: address, size }, (k, task, a) => {
      const { inode } = find(k, task, a.place)
      return give(k, task, getAttribute(k, task, inode, checkName(a.name)), a.value, a.size)
    }),
    syscall(numbers.list, `${prefix}listxattr`, { place, list: address, size }, (k, task, a) =>
      give(k, task, bytesOf(listAttributes(task, find(k, task, a.place).inode)), a.list, a.size),
    ),
    syscall(numbers.remove, `${prefix}removexattr`, { place, name: xattrName }, (k, task, a) => {
      const found = find(k, task, a.place)
      const inode = changeable(found)
      removeAttribute(k, task, inode, checkName(a.name))
      notifyFile(k, found.dentry, inode, IN_ATTRIB)
      return 0
    }),
  ]
}
const NOTE = 'Files of a share that is written through have none (EOPNOTSUPP).'

export const xattrCalls: Syscall[] = [
  ...callsFor({ set: 5, get: 8, list: 11, remove: 14 }, '', path, byName(true)),
  ...callsFor({ set: 6, get: 9, list: 12, remove: 15 }, 'l', path, byName(false)),
  ...callsFor({ set: 7, get: 10, list: 13, remove: 16 }, 'f', fd, byFd),
]
