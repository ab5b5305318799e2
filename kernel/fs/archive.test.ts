// Images: what a list of files, a cpio and a tar archive make of a tree.
import { describe, expect, test } from 'vitest'
import { AT_FDCWD } from '../abi/index.ts'
import { lookup, pathOf, readInode } from '../vfs/index.ts'
import { fileKernel, outcome } from '../vfs/testing.ts'
import { bytesOf, textOf } from './bytes.ts'
import { buildImage, readCpio, readTar, writeCpio, writeTar, type ImageFile } from './index.ts'

const mtime = { sec: 1_700_000_000, nsec: 0 }
const FILES: ImageFile[] = [
  { path: 'bin', kind: 'directory', mode: 0o755, uid: 1, gid: 2, mtime },
  { path: 'bin/tool', kind: 'regular', mode: 0o4755, uid: 0, gid: 0, mtime, data: bytesOf('\x7fELF and so on') },
  { path: 'bin/again', kind: 'regular', mode: 0o4755, uid: 0, gid: 0, mtime, link: 'bin/tool' },
  { path: 'bin/short', kind: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime, target: 'tool' },
  { path: 'null', kind: 'chardev', mode: 0o666, uid: 0, gid: 0, mtime, rdev: 0x103 },
  { path: 'pipe', kind: 'fifo', mode: 0o600, uid: 0, gid: 0, mtime },
  { path: 'empty', kind: 'regular', mode: 0o600, uid: 0, gid: 0, mtime, data: new Uint8Array(0) },
  { path: `long/${'n'.repeat(120)}`, kind: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime, target: 't'.repeat(130) },
]

const known = ({ data, ...rest }: ImageFile) => ({ ...rest, ...(data ? { data: textOf(data) } : {}) })

test('cpio: what is written is read', () => {
  expect(readCpio(writeCpio(FILES)).map(known)).toEqual(FILES.map(known))
})

test('tar: what is written is read', () => {
  const read = readTar(writeTar(FILES)).map(f => known({ ...f, path: f.path.replace(/\/$/, '') }))
  expect(read).toEqual(FILES.map(known))
})

test('damaged archives are refused where they are damaged', () => {
  const cpio = writeCpio(FILES)
  expect(() => readCpio(cpio.subarray(0, 200))).toThrow(/cpio archive/)
  expect(() => readCpio(bytesOf('x'.repeat(200)))).toThrow(/no "newc" header at offset 0/)
  const tar = writeTar(FILES)
  tar[600] ^= 1
  expect(() => readTar(tar)).toThrow(/wrong checksum at offset 512/)
  expect(() => readTar(writeTar([FILES[1]]).subarray(0, 512))).toThrow(/beyond the archive/)
})

describe('an image', () => {
  const at = (k: ReturnType<typeof fileKernel>['k'], task: ReturnType<typeof fileKernel>['task'], path: string) =>
    lookup(k, task, AT_FDCWD, path).dentry.inode

  test('becomes a tree, with missing directories made', () => {
    const { k, task } = fileKernel()
    buildImage(k, k.state.vfs.root.root, FILES)
    const tool = at(k, task, '/bin/short')
    expect(tool).toMatchObject({ mode: 0o4755, nlink: 2, mtime, size: 14 })
    expect(textOf(readInode(k, tool, 0, 100))).toBe('\x7fELF and so on')
    expect(at(k, task, '/bin/again')).toBe(tool)
    expect(at(k, task, '/bin')).toMatchObject({ kind: 'directory', uid: 1, gid: 2, nlink: 2 })
    expect(at(k, task, '/null').rdev).toBe(0x103)
    expect(outcome(k, task, 'readlinkat', AT_FDCWD, `/long/${'n'.repeat(120)}`, 0x10000, 200)).toBe(130)
  })

  test('is laid over what is there, through links to directories', () => {
    const { k, task } = fileKernel()
    const root = k.state.vfs.root.root
    buildImage(k, root, [
      { path: '/usr/bin/a', kind: 'regular', mode: 0o644, data: bytesOf('old') },
      { path: '/bin', kind: 'symlink', mode: 0o777, target: 'usr/bin' },
    ])
    buildImage(k, root, [
      { path: '/bin/a', kind: 'regular', mode: 0o755, data: bytesOf('new') },
      { path: '/bin/b', kind: 'regular', mode: 0o755, data: bytesOf('b') },
    ])
    expect(textOf(readInode(k, at(k, task, '/usr/bin/a'), 0, 9))).toBe('new')
    expect(pathOf(k, lookup(k, task, AT_FDCWD, '/bin/b'))).toBe('/usr/bin/b')
    expect(() => buildImage(k, root, [{ path: '/usr', kind: 'regular', mode: 0o644 }])).toThrow(expect.objectContaining({ name: 'EEXIST' }))
    expect(() => buildImage(k, root, [{ path: '/bin/a/x', kind: 'regular', mode: 0o644 }])).toThrow(
      expect.objectContaining({ name: 'ENOTDIR' }),
    )
  })
})
