// inotify: what is told to whom, and what it may cost. The order of events is compared with Linux by test/oracle.
import { beforeEach, expect, test } from 'vitest'
import {
  AT_FDCWD,
  INOTIFY_MASK,
  IN_ALL_EVENTS,
  IN_EXCL_UNLINK,
  IN_MASK_ADD,
  IN_NONBLOCK,
  IN_ONESHOT,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
} from '../abi/index.ts'
import { copyIn } from '../mm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { auditFiles } from '../vfs/index.ts'
import { BUFFER, fileKernel, outcome } from '../vfs/testing.ts'

let k: Kernel
let task: Task
const run = (name: string, ...args: (number | string)[]) => outcome(k, task, name, ...args)
beforeEach(() => {
  ;({ k, task } = fileKernel())
  run('mkdirat', AT_FDCWD, '/tmp/d', 0o700)
  run('inotify_init1', IN_NONBLOCK)
})

/** What there is to be read: `1 CREATE f`. */
function events(): string[] | string {
  const got = run('read', 0, BUFFER, 4096)
  if (typeof got === 'string') return got
  const bytes = copyIn(k, task, BUFFER, got)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const found: string[] = []
  for (let at = 0; at < got; at += 16 + view.getUint32(at + 12, true)) {
    const mask = view.getInt32(at + 4, true)
    const names = Object.entries(INOTIFY_MASK).filter(([, bit]) => mask & bit)
    const name = String.fromCharCode(...bytes.subarray(at + 16, at + 16 + view.getUint32(at + 12, true))).replace(/\0+$/, '')
    found.push(`${view.getInt32(at, true)} ${names.map(([n]) => n.slice(3)).join(' ')} ${name}`.trim())
  }
  return found
}
const watch = (path: string, mask: number = IN_ALL_EVENTS) => run('inotify_add_watch', 0, path, mask)
const make = (path: string) => run('openat', AT_FDCWD, path, O_RDWR | O_CREAT, 0o600) as number

test('directories hear of their files by name, files of themselves, and like events once', () => {
  expect(watch('/tmp/d')).toBe(1)
  const fd = make('/tmp/d/f')
  expect(watch('/tmp/d/f')).toBe(2)
  run('write', fd, 'x', 1)
  run('write', fd, 'y', 1)
  run('close', fd)
  expect(events()).toEqual([
    '1 CREATE f',
    '1 OPEN f',
    '1 MODIFY f',
    '2 MODIFY',
    '1 MODIFY f',
    '2 MODIFY',
    '1 CLOSE_WRITE f',
    '2 CLOSE_WRITE',
  ])
  run('renameat2', AT_FDCWD, '/tmp/d/f', AT_FDCWD, '/tmp/d/g', 0)
  expect(events()).toEqual(['1 MOVED_FROM f', '1 MOVED_TO g', '2 MOVE_SELF'])
  run('unlinkat', AT_FDCWD, '/tmp/d/g', 0)
  expect([events(), run('inotify_rm_watch', 0, 2), events()]).toEqual([
    ['2 ATTRIB', '2 DELETE_SELF', '2 IGNORED', '1 DELETE g'],
    'EINVAL',
    'EAGAIN',
  ])
  expect(auditFiles(k)).toEqual([])
})

test('masks: added to, once, not below what was unlinked', () => {
  watch('/tmp/d', INOTIFY_MASK.IN_DELETE)
  watch('/tmp/d', INOTIFY_MASK.IN_CLOSE_WRITE | IN_MASK_ADD | IN_EXCL_UNLINK)
  const fd = make('/tmp/d/f')
  run('unlinkat', AT_FDCWD, '/tmp/d/f', 0)
  run('close', fd)
  expect(events()).toEqual(['1 DELETE f'])
  watch('/tmp/d', INOTIFY_MASK.IN_CREATE | IN_ONESHOT)
  run('mkdirat', AT_FDCWD, '/tmp/d/one', 0o700)
  run('mkdirat', AT_FDCWD, '/tmp/d/two', 0o700)
  expect(events()).toEqual(['1 CREATE ISDIR one', '1 IGNORED'])
})

test('bounds: instances, watches, events; all is given back', () => {
  const { sysctl, vfs } = k.state
  sysctl.inotifyUserInstances = 2
  sysctl.inotifyQueuedEvents = 3
  sysctl.inotifyUserWatches = 1
  expect([run('inotify_init1', IN_NONBLOCK), run('inotify_init1', 0)]).toEqual([1, 'EMFILE'])
  expect([run('inotify_add_watch', 1, '/tmp/d', IN_ALL_EVENTS), run('inotify_add_watch', 1, '/tmp', IN_ALL_EVENTS)]).toEqual([1, 'ENOSPC'])
  run('dup3', 1, 0, 0)
  run('close', 1)
  for (const name of ['a', 'b', 'c', 'd']) run('mkdirat', AT_FDCWD, `/tmp/d/${name}`, 0o700)
  expect(events()).toEqual(['1 CREATE ISDIR a', '1 CREATE ISDIR b', '1 CREATE ISDIR c', '-1 Q_OVERFLOW'])
  expect([run('openat', AT_FDCWD, '/proc/self/fdinfo/0', O_RDONLY), run('read', 1, BUFFER, 200) as number]).toEqual([1, expect.any(Number)])
  run('close', 0)
  expect([vfs.inotifyInstances.size, vfs.inotifyWatches.size, auditFiles(k)]).toEqual([0, 0, []])
})
