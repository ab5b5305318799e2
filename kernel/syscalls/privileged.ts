// What only an administrator may ask, and what there is nothing of here: mounts, swap, accounting, hanging up, tuning the clock.
// Everybody else is told EPERM, where Linux says it; with the capability the row's note tells what is refused, and how.
import { AT_FDCWD, CAP_SYS_ADMIN, CAP_SYS_PACCT, CAP_SYS_TTY_CONFIG, EBUSY, EINVAL, ENODEV, ENOSYS, EPERM, PATH_MAX } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyInString } from '../mm/index.ts'
import { capable } from '../task/index.ts'
import type { Task } from '../state.ts'
import { lookup } from '../vfs/index.ts'
import { address, flags, long, path, pathOrNull } from './args.ts'
import { syscall, type Syscall } from './define.ts'

function demand(task: Task, capability: number): void {
  if (!capable(task.credentials, capability)) throw EPERM
}

const UMOUNT_FLAGS = { MNT_FORCE: 1, MNT_DETACH: 2, MNT_EXPIRE: 4, UMOUNT_NOFOLLOW: 8 } as const
const UMOUNT_KNOWN = 0xf
const SWAP_FLAGS = {
  SWAP_FLAG_PREFER: 0x8000,
  SWAP_FLAG_DISCARD: 0x10000,
  SWAP_FLAG_DISCARD_ONCE: 0x20000,
  SWAP_FLAG_DISCARD_PAGES: 0x40000,
} as const
const SWAP_KNOWN = 0x7ffff

function mount(k: Kernel, task: Task, target: string, type: number): number {
  if (type !== 0) copyInString(k, task, type, PATH_MAX)
  lookup(k, task, AT_FDCWD, target)
  demand(task, CAP_SYS_ADMIN)
  throw type === 0 ? EINVAL : ENODEV
}

/** EINVAL unless something is mounted there; what is stays. */
function umount(k: Kernel, task: Task, target: string, how: number): number {
  if (how & ~UMOUNT_KNOWN) throw EINVAL
  const { mount: place, dentry } = lookup(k, task, AT_FDCWD, target, { follow: !(how & UMOUNT_FLAGS.UMOUNT_NOFOLLOW) })
  demand(task, CAP_SYS_ADMIN)
  throw dentry === place.root ? EBUSY : EINVAL
}

export const privilegedCalls: Syscall[] = [
  syscall(39, 'umount2', { target: path, flags: flags(UMOUNT_FLAGS) }, (k, task, a) => umount(k, task, a.target, a.flags), {
    note: 'EPERM without CAP_SYS_ADMIN. What the machine starts with stays mounted: EBUSY.',
  }),
  syscall(
    40,
    'mount',
    { source: pathOrNull, target: path, filesystemtype: address, mountflags: long, data: address },
    (k, task, a) => mount(k, task, a.target, a.filesystemtype),
    { note: 'EPERM without CAP_SYS_ADMIN; with it no file system can be mounted: ENODEV.' },
  ),
  syscall(
    58,
    'vhangup',
    {},
    (_k, task) => {
      demand(task, CAP_SYS_TTY_CONFIG)
      if (task.group.tty !== null) throw ENOSYS
      return 0
    },
    { note: 'EPERM without CAP_SYS_TTY_CONFIG; ENOSYS on a terminal, which cannot be hung up by this call.' },
  ),
  syscall(
    89,
    'acct',
    { filename: address },
    (_k, task, { filename }) => {
      demand(task, CAP_SYS_PACCT)
      if (filename !== 0) throw ENOSYS
      return 0
    },
    { note: 'EPERM without CAP_SYS_PACCT. Nothing is accounted: switching it off succeeds, on is ENOSYS.' },
  ),
  syscall(
    224,
    'swapon',
    { path: address, swapflags: flags(SWAP_FLAGS) },
    (k, task, a) => {
      if (a.swapflags & ~SWAP_KNOWN) throw EINVAL
      demand(task, CAP_SYS_ADMIN)
      lookup(k, task, AT_FDCWD, path.read(a.path, k, task))
      throw EINVAL
    },
    { note: 'EPERM without CAP_SYS_ADMIN; with it nothing can be swapped to: EINVAL.' },
  ),
  syscall(
    225,
    'swapoff',
    { path: address },
    (k, task, a) => {
      demand(task, CAP_SYS_ADMIN)
      lookup(k, task, AT_FDCWD, path.read(a.path, k, task))
      throw EINVAL
    },
    { note: 'EPERM without CAP_SYS_ADMIN; nothing is swapped to: EINVAL.' },
  ),
]
