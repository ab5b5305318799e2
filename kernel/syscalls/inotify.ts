// inotify_init1, inotify_add_watch, inotify_rm_watch.
import {
  EINVAL,
  IN_CLOEXEC,
  IN_DONT_FOLLOW,
  INOTIFY_INIT,
  INOTIFY_MASK,
  IN_MASK_ADD,
  IN_MASK_CREATE,
  IN_ONLYDIR,
  AT_FDCWD,
  ENOTDIR,
} from '../abi/index.ts'
import { addWatch, inotifyOf, makeInotify, removeWatch } from '../ipc/index.ts'
import { checkAccess, freeFd, getFile, installFd, lookup, MAY_READ, releaseFile } from '../vfs/index.ts'
import { fd, flags, int, path } from './args.ts'
import { syscall, type Syscall } from './define.ts'

const KNOWN = Object.values(INOTIFY_MASK).reduce<number>((all, bit) => all | bit, 0)

export const inotifyCalls: Syscall[] = [
  syscall(26, 'inotify_init1', { flags: flags(INOTIFY_INIT) }, (k, task, { flags: how }) => {
    if (how & ~(INOTIFY_INIT.IN_NONBLOCK | IN_CLOEXEC)) throw EINVAL
    freeFd(task)
    const file = makeInotify(k, task, how)
    try {
      return installFd(k, task, file, (how & IN_CLOEXEC) !== 0)
    } catch (error) {
      releaseFile(k, file)
      throw error
    }
  }),
  syscall(27, 'inotify_add_watch', { fd, pathname: path, mask: flags(INOTIFY_MASK) }, (k, task, { fd: number, pathname, mask }) => {
    if (mask & ~KNOWN || mask === 0) throw EINVAL
    const file = getFile(task, number)
    if (mask & IN_MASK_ADD && mask & IN_MASK_CREATE) throw EINVAL
    inotifyOf(file)
    const { inode } = lookup(k, task, AT_FDCWD, pathname, { follow: !(mask & IN_DONT_FOLLOW) }).dentry
    if (mask & IN_ONLYDIR && inode.kind !== 'directory') throw ENOTDIR
    checkAccess(k, task, inode, MAY_READ)
    return addWatch(k, file, inode, mask)
  }),
  syscall(28, 'inotify_rm_watch', { fd, wd: int }, (k, task, { fd: number, wd }) => {
    removeWatch(k, getFile(task, number), wd)
    return 0
  }),
]
