// Extended attributes (xattr(7)): no file has any, and none can be set. The calls are here so that programs that copy them find out.
import { AT_FDCWD, ENODATA, EOPNOTSUPP, ERANGE, XATTR } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { getFile, lookup } from '../vfs/index.ts'
import { address, fd, flags, path, size } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'

/** The name spaces of xattr(7). */
const XATTR_NAME_MAX = 255
const XATTR_PREFIXES = ['user.', 'trusted.', 'security.', 'system.']

function checkXattrName(name: string): void {
  if (name === '' || name.length > XATTR_NAME_MAX) throw ERANGE
  if (!XATTR_PREFIXES.some(prefix => name.startsWith(prefix))) throw EOPNOTSUPP
}

type Find = (k: Kernel, task: Task, place: string | number) => unknown
const byPath: Find = (k, task, place) => lookup(k, task, AT_FDCWD, place as string)
const byLink: Find = (k, task, place) => lookup(k, task, AT_FDCWD, place as string, { follow: false })
const byFd: Find = (_k, task, place) => getFile(task, place as number)

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
      { place, name: path, value: address, size, flags: flags(XATTR) },
      (k, task, a) => {
        find(k, task, a.place)
        checkXattrName(a.name)
        throw EOPNOTSUPP
      },
      { note: NO_XATTRS },
    ),
    syscall(
      numbers.get,
      `${prefix}getxattr`,
      { place, name: path, value: address, size },
      (k, task, a) => {
        find(k, task, a.place)
        checkXattrName(a.name)
        throw a.name.startsWith('user.') || a.name.startsWith('system.') ? EOPNOTSUPP : ENODATA
      },
      { note: NO_XATTRS },
    ),
    syscall(
      numbers.list,
      `${prefix}listxattr`,
      { place, list: address, size },
      (k, task, a) => {
        find(k, task, a.place)
        return 0
      },
      { note: NO_XATTRS },
    ),
    syscall(
      numbers.remove,
      `${prefix}removexattr`,
      { place, name: path },
      (k, task, a) => {
        find(k, task, a.place)
        checkXattrName(a.name)
        throw EOPNOTSUPP
      },
      { note: NO_XATTRS },
    ),
  ]
}
const NO_XATTRS = 'No file has extended attributes, and none can be set (EOPNOTSUPP).'

export const xattrCalls: Syscall[] = [
  ...callsFor({ set: 5, get: 8, list: 11, remove: 14 }, '', path, byPath),
  ...callsFor({ set: 6, get: 9, list: 12, remove: 15 }, 'l', path, byLink),
  ...callsFor({ set: 7, get: 10, list: 13, remove: 16 }, 'f', fd, byFd),
]
