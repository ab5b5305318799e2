// Faults of files and of what processes talk through.
import type { Fault } from './fault.ts'

const APPEND = ['kernel/vfs/append.test.ts']
const WAKE = ['kernel/ipc/wake.test.ts']

export const fileFaults: readonly Fault[] = [
  {
    what: 'pwrite to an O_APPEND descriptor writes at its offset',
    file: 'kernel/fs/regular.ts',
    find: 'const at = file.flags & O_APPEND ? inode.size : (offset ?? file.pos)',
    put: 'const at = offset ?? (file.flags & O_APPEND ? inode.size : file.pos)',
    near: APPEND,
  },
  {
    what: 'pwrite moves the position',
    file: 'kernel/fs/regular.ts',
    find: 'if (offset === null) file.pos = at + count',
    put: 'file.pos = at + count',
    near: APPEND,
  },
  {
    what: 'a write that appends leaves the position',
    file: 'kernel/fs/regular.ts',
    find: 'if (offset === null) file.pos = at + count',
    put: 'if (offset === null) file.pos += count',
    near: APPEND,
  },
  {
    what: 'a write behind the end does not grow the file',
    file: 'kernel/fs/regular.ts',
    find: 'if (offset + count > inode.size) inode.size = offset + count\n  dropPrivileges',
    put: 'if (offset + count > inode.size && offset <= inode.size) inode.size = count\n  dropPrivileges',
    near: APPEND,
  },
  {
    what: 'truncation keeps what was cut off',
    file: 'kernel/fs/regular.ts',
    find: '  truncateCached(k, inode, size)\n',
    put: '',
    near: APPEND,
  },
  {
    what: 'a futex wake wakes one too many',
    file: 'kernel/ipc/futex.ts',
    find: 'if (woken > 0 && woken >= count) break',
    put: 'if (woken > 0 && woken > count) break',
    near: WAKE,
  },
  {
    what: 'a futex wake of none wakes none',
    file: 'kernel/ipc/futex.ts',
    find: 'if (woken > 0 && woken >= count) break',
    put: 'if (woken >= count) break',
    near: WAKE,
  },
  {
    what: 'bits are not looked at',
    file: 'kernel/ipc/futex.ts',
    find: 'if ((progress.bitset & bitset) === 0) continue',
    put: '',
    near: WAKE,
  },
  {
    what: 'requeue moves one too many',
    file: 'kernel/ipc/futex.ts',
    find: 'queue.waiters.splice(0, move)',
    put: 'queue.waiters.splice(0, move + 1)',
    near: WAKE,
  },
  {
    what: 'who was moved still goes by the old name',
    file: 'kernel/ipc/futex.ts',
    find: '    if (task.waiting) task.waiting.queues = [target]\n',
    put: '',
    near: WAKE,
  },
  {
    what: 'requeue counts only those that it wakes',
    file: 'kernel/ipc/futex.ts',
    find: 'return woken + moved.length',
    put: 'return woken',
    near: WAKE,
  },
  {
    what: 'a robust lock is found at an unsigned offset',
    file: 'kernel/ipc/futex-exit.ts',
    find: 'const offset = getI64(k, task, head + 8)',
    put: 'const offset = getU64(k, task, head + 8)',
    near: ['kernel/ipc/futex.test.ts'],
  },
  {
    what: 'a wait does not look at the word',
    file: 'kernel/ipc/futex.ts',
    find: '  if (getI32(k, task, address) !== (value | 0)) throw EAGAIN\n',
    put: '',
    near: ['kernel/ipc/futex.test.ts'],
  },
]
