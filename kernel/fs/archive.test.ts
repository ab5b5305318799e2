// Images: what a list of files, a cpio and a tar archive make of a tree.
import { describe, expect, test } from 'vitest'
import { AT_FDCWD } from '../abi/index.ts'
import { lookup, pathOf } from '../vfs/index.ts'
import { readInode } from './regular.ts'
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

describe('a number of a tar header', () => {
  /** An archive of one file with a field of its header as given. */
  function archive(at: number, text: string): Uint8Array {
    const tar = writeTar([FILES[1]])
    tar.set(bytesOf(text), at)
    let sum = 0
    for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 32 : tar[i]
    tar.set(bytesOf(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
    return tar
  }
  test.each([
    ['hexadecimal', 124, '0x000000010\0', /its size is '0x000000010', which is no octal number/],
    ['negative', 124, '-0000000010\0', /its size is '-0000000010'/],
    ['negative in base 256', 124, '\xff'.repeat(12), /its size is out of range/],
    ['huge in base 256', 124, `\x80${'\x7f'.repeat(11)}`, /its size is out of range/],
    ['longer than the archive', 124, '77777777777\0', /ends beyond the archive/],
    ['no number', 108, 'root\0\0\0\0', /its uid is 'root'/],
    ['a decimal', 136, '00000000089\0', /its mtime is '00000000089'/],
  ])('that is %s is refused', (_name, at, text, message) => expect(() => readTar(archive(at, text))).toThrow(message))

  test('may lie before 1970 if it is a time', () => {
    expect(readTar(archive(136, `${'\xff'.repeat(11)}\xfe`))[0].mtime).toEqual({ sec: -2, nsec: 0 })
  })

  const pax = (record: string): Uint8Array => {
    const tar = writeTar([{ ...FILES[1], path: 'pax', data: bytesOf(record) }, FILES[1]])
    tar[156] = 'x'.charCodeAt(0)
    let sum = 0
    for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 32 : tar[i]
    tar.set(bytesOf(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
    return tar
  }
  test('in a pax record is a decimal one, and records are whole', () => {
    expect(readTar(pax('19 path=other/name\n'))[0].path).toBe('other/name')
    for (const value of ['NaN', '-512', '0x10', '1e3', '99999999999999999999', ''])
      expect(() => readTar(pax(`${9 + value.length - 1} size=${value}\n`)), value).toThrow(/its size is|malformed/)
    for (const record of ['99 path=x\n', '0 path=x\n', '-9 path=x\n', 'path=x\n', '9 path=xyz\n', '8 nothing', '7 path\n'])
      expect(() => readTar(pax(record)), record).toThrow(/pax record is malformed/)
  })
})

describe('an image', () => {
  const at = (k: ReturnType<typeof fileKernel>['k'], task: ReturnType<typeof fileKernel>['task'], path: string) =>
    lookup(k, task, AT_FDCWD, path).dentry.inode

  test('becomes a tree, with missing directories made', () => {
    const { k, task } = fileKernel()
    buildImage(k, k.state.ns.mnt.root.root, FILES)
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
    const root = k.state.ns.mnt.root.root
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
    expect(() => buildImage(k, root, [{ path: '/usr', kind: 'regular', mode: 0o644 }])).toThrow("'/usr': a directory is in its place")
    expect(() => buildImage(k, root, [{ path: '/bin/a/x', kind: 'regular', mode: 0o644 }])).toThrow(
      "'/bin/a/x': a file is where it needs a directory",
    )
  })

  const file = (path: string, more: Partial<ImageFile> = {}): ImageFile => ({ path, kind: 'regular', mode: 0o644, ...more })
  const directory = (path: string): ImageFile => ({ path, kind: 'directory', mode: 0o755 })
  const link = (path: string, target: string): ImageFile => ({ path, kind: 'symlink', mode: 0o777, target })
  test.each<[string, ImageFile[], RegExp]>([
    ['a hard link to nothing', [file('a', { link: 'b' })], /'a': it is a link to 'b', which is not before it/],
    ['a hard link to a directory', [directory('d'), file('a', { link: 'd' })], /'a': it is a hard link to the directory 'd'/],
    ['a hard link to the root', [file('a', { link: '/' })], /'a': it is a link to '\/'/],
    ['a hard link through a file', [file('f'), file('a', { link: 'f/x' })], /'a': a file is where/],
    ['a name outside', [file('../../etc/passwd')], /'\.\.\/\.\.\/etc\/passwd': a name with '\.\.' in it/],
    ['a name that is dots', [directory('a/..')], /with '\.\.' in it/],
    ['a file as root', [file('/')], /'\/': a directory is in its place/],
    ['a directory over a file', [file('a'), directory('a')], /'a': a file is where/],
    ['a loop of links', [link('a', 'b'), link('b', 'a'), file('a/x')], /'a\/x': a file is where/],
    [
      'links that multiply',
      [...'abcdefgh'].map((name, i) => link(name, Array(50).fill(`/${'bcdefghi'[i]}`).join('/..'))).concat(file('a/x')),
      /'a\/x': /,
    ],
    ['a name too long', [file('n'.repeat(256))], /File name too long/],
    ['a path too long', [file('n/'.repeat(3000))], /File name too long/],
    ['a target too long', [link('l', 't'.repeat(5000))], /File name too long/],
  ])('with %s is refused in words', (_name, files, message) => {
    const { k } = fileKernel()
    expect(() => buildImage(k, k.state.ns.mnt.root.root, files)).toThrow(message)
  })

  test('links to itself and takes names twice', () => {
    const { k, task } = fileKernel()
    buildImage(k, k.state.ns.mnt.root.root, [
      file('a', { data: bytesOf('1') }),
      file('a', { link: 'a' }),
      file('b', { link: '/a' }),
      file('a', { data: bytesOf('2') }),
      directory('d'),
      directory('d'),
      link('l', '/d'),
      file('l/c', { link: 'l/../b' }),
    ])
    expect(textOf(readInode(k, at(k, task, '/b'), 0, 9))).toBe('1')
    expect(at(k, task, '/b').nlink).toBe(2)
    expect(at(k, task, '/d/c')).toBe(at(k, task, '/b'))
    expect(at(k, task, '/a').nlink).toBe(1)
  })
})
