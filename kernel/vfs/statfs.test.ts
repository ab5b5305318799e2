// Each mount answers for itself.
import { expect, test } from 'vitest'
import { AT_FDCWD, FS_MAGIC, O_CREAT, O_RDWR, readStruct, STATFS } from '../abi/index.ts'
import { mountHost } from '../fs/index.ts'
import { NO_HOST_FILES } from '../host.ts'
import { copyIn, roomForFiles } from '../mm/index.ts'
import { BUFFER, call, fileKernel } from './testing.ts'

const host = {
  files: {
    ...NO_HOST_FILES,
    root: () => ({ id: '1:1', kind: 'directory', mode: 0o755, size: 0, mtime: 0 }) as const,
    lookup: () => 'ENOENT',
    space: () => ({ bsize: 512, blocks: 1000, bfree: 400, bavail: 300, files: 50, ffree: 20 }),
  },
}

function machine() {
  const { k, task } = fileKernel(host)
  return {
    k,
    task,
    statfs(path: string) {
      call(k, task, 'statfs', path, BUFFER)
      return readStruct(STATFS, copyIn(k, task, BUFFER, STATFS.size))
    },
  }
}

test('a file system in memory has what it holds, and what there is for files still', () => {
  const { k, task, statfs } = machine()
  statfs('/tmp')
  const before = statfs('/tmp')
  const { kmem } = k.state.frames
  expect([before.bfree, before.bavail]).toEqual([roomForFiles(k.state.frames), roomForFiles(k.state.frames)])
  const fd = call(k, task, 'openat', AT_FDCWD, '/tmp/f', O_CREAT | O_RDWR, 0o600) as number
  call(k, task, 'pwrite64', fd, BUFFER, 10 * 4096, 0)
  const after = statfs('/tmp')
  const used = ({ blocks, bfree }: typeof after) => blocks - bfree
  // What the kernel took for them is no file's.
  expect([used(after) - used(before), before.bfree - after.bfree]).toEqual([10, 10 + k.state.frames.kmem - kmem])
  expect(after.files - after.ffree - (before.files - before.ffree)).toBe(1)
  expect(used(statfs('/dev'))).toBe(0)
})

test('what the kernel makes up has no blocks', () => {
  const { statfs } = machine()
  expect(['/proc', '/sys', '/dev/pts'].map(path => Object.values(statfs(path)).slice(0, 7))).toEqual([
    [FS_MAGIC.PROC_SUPER_MAGIC, 4096, 0, 0, 0, 0, 0],
    [FS_MAGIC.SYSFS_MAGIC, 4096, 0, 0, 0, 0, 0],
    [FS_MAGIC.DEVPTS_SUPER_MAGIC, 4096, 0, 0, 0, 0, 0],
  ])
})

test("a share is as full as the host's file system; a layer over a directory of the host is in memory", () => {
  const { k, task, statfs } = machine()
  for (const [path, writes] of [
    ['/tmp/s', true],
    ['/tmp/r', false],
  ] as const) {
    call(k, task, 'mkdirat', AT_FDCWD, path, 0o755)
    mountHost(k, path, path, writes)
  }
  expect(statfs('/tmp/s')).toMatchObject({
    type: FS_MAGIC.HOSTFS_SUPER_MAGIC,
    bsize: 512,
    frsize: 512,
    blocks: 1000,
    bfree: 400,
    bavail: 300,
    files: 50,
    ffree: 20,
  })
  const layer = statfs('/tmp/r')
  expect([layer.type, layer.blocks, layer.bfree]).toEqual([
    FS_MAGIC.OVERLAYFS_SUPER_MAGIC,
    roomForFiles(k.state.frames),
    roomForFiles(k.state.frames),
  ])
})
