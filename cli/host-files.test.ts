// A guest with a share tries to get out of it: whatever it, another view of the directory, another machine or the host itself does to names,
// nothing outside is read or written, and nothing but regular files is opened.
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AT_FDCWD, AT_REMOVEDIR, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../kernel/abi/index.ts'
import { mountHost } from '../kernel/fs/index.ts'
import type { HostFiles, HostNode, HostStat } from '../kernel/host.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Task } from '../kernel/state.ts'
import { buffer, BUFFER, fileKernel, outcome } from '../kernel/vfs/testing.ts'
import { spawnSync } from '../test/spawn.ts'
import { hostFilesOver } from './host-files.ts'
import { descriptorPlaces, pathPlaces, type Places } from './host-places.ts'

let work: string
let share: string
let secret: string
beforeEach(() => {
  work = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'hartbeat-share-')))
  share = join(work, 'share')
  secret = join(work, 'secret')
  fs.mkdirSync(share)
  fs.mkdirSync(join(share, 'sub'))
  fs.mkdirSync(join(work, 'outside'))
  fs.writeFileSync(join(share, 'f'), 'inside')
  fs.writeFileSync(join(share, 'sub', 'f'), 'inside')
  fs.writeFileSync(join(work, 'outside', 'f'), 'SECRET')
  fs.writeFileSync(secret, 'SECRET')
})
afterEach(() => {
  // Nothing that was outside changed, and nothing was added.
  expect(fs.readdirSync(work).sort()).toEqual(['outside', 'secret', 'share'])
  expect([fs.readFileSync(secret, 'utf8'), fs.readFileSync(join(work, 'outside', 'f'), 'utf8')]).toEqual(['SECRET', 'SECRET'])
  expect(fs.readdirSync(join(work, 'outside'))).toEqual(['f'])
  fs.rmSync(work, { recursive: true, force: true })
})

type Guest = { k: Kernel; task: Task }

/** A machine that sees the directory at each of these places. */
function guest(files: HostFiles, mounts: Record<string, 'ro' | 'rw'>, root = share): Guest {
  const { k, task } = fileKernel({ files })
  for (const [at, mode] of Object.entries(mounts)) mountHost(k, root, at, mode === 'rw')
  return { k, task }
}

const open = ({ k, task }: Guest, path: string, flags: number = O_RDONLY, mode = 0o644): number | string =>
  outcome(k, task, 'openat', AT_FDCWD, path, flags, mode)

function read({ k, task }: Guest, fd: number | string): string {
  if (typeof fd === 'string') return fd
  const count = outcome(k, task, 'pread64', fd, BUFFER, 4096, 0)
  return typeof count === 'string' ? count : buffer(k, task, count)
}

const write = ({ k, task }: Guest, fd: number | string, text: string): number | string =>
  typeof fd === 'string' ? fd : outcome(k, task, 'pwrite64', fd, text, text.length, 0)
const unlink = ({ k, task }: Guest, path: string, flags = 0): number | string => outcome(k, task, 'unlinkat', AT_FDCWD, path, flags)
const symlink = ({ k, task }: Guest, target: string, path: string): number | string => outcome(k, task, 'symlinkat', target, AT_FDCWD, path)
const rename = ({ k, task }: Guest, from: string, to: string): number | string =>
  outcome(k, task, 'renameat2', AT_FDCWD, from, AT_FDCWD, to, 0)

const WAYS: [string, () => Places | null][] = [
  ['through descriptors', descriptorPlaces],
  ['by path', pathPlaces],
]

describe.each(WAYS.filter(([, make]) => make() !== null))('%s', (_name, make) => {
  let files: HostFiles
  beforeEach(() => {
    files = hostFilesOver(make()!)
  })
  const rootNode = (): HostNode => ({ root: share, path: '', id: (files.root(share) as HostStat).id })
  const nodeAt = (path: string): HostNode => {
    const dir = path.includes('/') ? nodeAt(path.slice(0, path.lastIndexOf('/'))) : rootNode()
    const found = files.lookup(dir, path.slice(path.lastIndexOf('/') + 1))
    if (typeof found === 'string') throw new Error(`${path}: ${found}`)
    return { root: share, path, id: found.id }
  }

  test('a file that was unlinked while open is the old one, whatever has its name now', () => {
    const g = guest(files, { '/s': 'rw' })
    const fd = open(g, '/s/f', O_RDWR)
    expect(unlink(g, '/s/f')).toBe(0)
    expect(symlink(g, secret, '/s/f')).toBe(0)
    expect(read(g, fd)).toBe('inside')
    expect(write(g, fd, 'INS')).toBe(3)
    expect(read(g, fd)).toBe('INSide')
    expect(fs.readlinkSync(join(share, 'f'))).toBe(secret)
    // The link is the guest's own file: in the guest it leads to the guest's root.
    expect(open(g, '/s/f')).toBe('ENOENT')
  })

  test.each([
    ['ro', 'rw'],
    ['rw', 'rw'],
  ] as const)('a %s and a rw view of one directory', (one, other) => {
    const g = guest(files, { '/a': one, '/b': other })
    const early = open(g, '/a/f', one === 'rw' ? O_RDWR : O_RDONLY)
    expect(symlink(g, secret, '/b/t')).toBe(0)
    expect(rename(g, '/b/t', '/b/f')).toBe(0)
    expect(read(g, early)).toBe('inside')
    if (one === 'rw') expect(write(g, early, 'XX')).toBe(2)
    // Known by its name, but never opened: it is gone.
    expect(unlink(g, '/b/sub/f')).toBe(0)
    expect(outcome(g.k, g.task, 'newfstatat', AT_FDCWD, '/a/sub', BUFFER, 0)).toBe(0)
    expect(symlink(g, secret, '/b/sub/f')).toBe(0)
    expect(open(g, '/a/sub/f')).toBe('ENOENT')
  })

  test('a directory that another machine puts a link in place of', () => {
    const [a, b] = [guest(files, { '/s': 'rw' }), guest(hostFilesOver(make()!), { '/s': 'rw' })]
    const fd = open(a, '/s/sub/f', O_RDWR)
    expect(rename(b, '/s/sub', '/s/was')).toBe(0)
    expect(symlink(b, join(work, 'outside'), '/s/sub')).toBe(0)
    expect(read(a, fd)).toBe('inside')
    write(a, fd, 'XX')
    // The directory is where it was moved, or nowhere; what is made in it never lies outside.
    expect([0, 'ESTALE']).toContain(outcome(a.k, a.task, 'mkdirat', AT_FDCWD, '/s/sub/d', 0o755))
    open(a, '/s/sub/new', O_WRONLY | O_CREAT)
    open(a, '/s/sub/f', O_WRONLY | O_TRUNC)
    symlink(a, 'x', '/s/sub/l')
    unlink(a, '/s/sub/f')
    rename(a, '/s/f', '/s/sub/g')
    expect(fs.readlinkSync(join(share, 'sub'))).toBe(join(work, 'outside'))
  })

  test('an inode that is gone is stale for every question', () => {
    const file = nodeAt('sub/f')
    const dir = nodeAt('sub')
    fs.renameSync(join(share, 'sub'), join(share, 'moved'))
    fs.symlinkSync(join(work, 'outside'), join(share, 'sub'))
    fs.unlinkSync(join(share, 'f'))
    const fresh = hostFilesOver(make()!)
    fresh.root(share)
    expect(fresh.read(file, 0, 9)).toBe('ESTALE')
    expect(fresh.write(file, 0, new Uint8Array(3))).toBe('ESTALE')
    expect(fresh.truncate(file, 0)).toBe('ESTALE')
    expect(fresh.open(file, false, true)).toBe('ESTALE')
    expect(fresh.readdir(dir)).toBe('ESTALE')
    expect(fresh.lookup(dir, 'f')).toBe('ESTALE')
    expect(fresh.create(dir, 'x', 'regular', 0o644)).toBe('ESTALE')
    expect(fresh.create(dir, 'x', 'directory', 0o755)).toBe('ESTALE')
    expect(fresh.remove(dir, 'f', file, 'regular')).toBe('ESTALE')
    expect(fresh.rename(dir, 'f', file, dir, 'g')).toBe('ESTALE')
    // Another file under the name is not taken for it.
    fs.writeFileSync(join(share, 'f'), 'other')
    expect(fresh.read({ ...nodeAt('f'), id: file.id }, 0, 9)).toBe('ESTALE')
    expect(fresh.remove(rootNode(), 'f', file, 'regular')).toBe('ESTALE')
    expect(fs.readFileSync(join(share, 'f'), 'utf8')).toBe('other')
  })

  test('only what lies below a directory that was given is reached', () => {
    expect(files.lookup({ root: work, path: '', id: '1:1' }, 'secret')).toBe('ESTALE')
    expect(files.read({ root: share, path: '../secret', id: String(fs.statSync(secret).ino) }, 0, 9)).toBe('ESTALE')
    for (const name of ['..', '.', '', 'a/b', '../secret', 'a\0b']) {
      expect(files.lookup(rootNode(), name)).toMatch(/EINVAL|ESTALE/)
      expect(files.create(rootNode(), name, 'regular', 0o644)).toMatch(/EINVAL|ESTALE/)
    }
    // The given directory itself is replaced.
    const given = join(share, 'sub')
    const id = (files.root(given) as HostStat).id
    fs.renameSync(given, join(share, 'was'))
    fs.symlinkSync(join(work, 'outside'), given)
    expect(files.lookup({ root: given, path: '', id }, 'new')).toMatch(/ENOENT|ESTALE/)
    files.create({ root: given, path: '', id }, 'new', 'regular', 0o644)
  })

  test.skipIf(process.platform === 'win32')('pipes and links of the host are never opened', () => {
    const node = nodeAt('f')
    expect(spawnSync('mkfifo', [join(share, 'pipe')]).status).toBe(0)
    const g = guest(files, { '/s': 'rw' })
    // In the guest it is a pipe of the guest's.
    expect(open(g, '/s/pipe', O_RDWR)).toBeTypeOf('number')
    expect(files.read(nodeAt('pipe'), 0, 9)).toBe('EIO')
    expect(files.write(nodeAt('pipe'), 0, new Uint8Array(1))).toBe('EIO')
    fs.renameSync(join(share, 'pipe'), join(share, 'f'))
    expect(files.read(node, 0, 9)).toBe('ESTALE')
    fs.symlinkSync(secret, join(share, 'link'))
    expect(files.read(nodeAt('link'), 0, 9)).toMatch(/EIO|ESTALE/)
  })

  test.skipIf(process.platform === 'win32')('set-id bits, the sticky bit and devices stay in the guest', () => {
    const g = guest(files, { '/s': 'rw' })
    open(g, '/s/suid', O_WRONLY | O_CREAT, 0o6755)
    outcome(g.k, g.task, 'mkdirat', AT_FDCWD, '/s/sticky', 0o7777)
    for (const [name, mode] of [
      ['dev', 0o20666],
      ['block', 0o60666],
      ['fifo', 0o10666],
    ] as const)
      expect(outcome(g.k, g.task, 'mknodat', AT_FDCWD, `/s/${name}`, mode, 0x103)).toBe(0)
    outcome(g.k, g.task, 'fchmodat', AT_FDCWD, '/s/f', 0o6777)
    expect(files.create(rootNode(), 'direct', 'regular', 0o7755)).not.toBeTypeOf('string')
    for (const name of ['suid', 'sticky', 'direct', 'f']) expect(fs.statSync(join(share, name)).mode & 0o7000, name).toBe(0)
    expect(fs.readdirSync(share).sort()).toEqual(['direct', 'f', 'sticky', 'sub', 'suid'])
    // What is only in the guest takes a host file's name.
    expect(rename(g, '/s/fifo', '/s/f')).toBe(0)
    expect(fs.existsSync(join(share, 'f'))).toBe(false)
  })

  test('many files: the descriptors kept are bounded, and the files can still be read', () => {
    const COUNT = 450
    for (let i = 0; i < COUNT; i++) fs.writeFileSync(join(share, `n${i}`), `text ${i}`)
    const g = guest(files, { '/s': 'ro' })
    const fds = Array.from({ length: COUNT }, (_, i) => open(g, `/s/n${i}`))
    if (process.platform === 'linux') expect(fs.readdirSync('/proc/self/fd').length).toBeLessThan(COUNT)
    expect(read(g, fds[0])).toBe('text 0')
    // One that the host has let go of and that is removed cannot be had.
    fs.unlinkSync(join(share, 'n1'))
    expect(read(g, fds[1])).toBe('ESTALE')
    expect(read(g, fds[COUNT - 1])).toBe(`text ${COUNT - 1}`)
    expect(unlink(g, '/s/sub/f')).toBe(0)
    expect(unlink(g, '/s/sub', AT_REMOVEDIR)).toBe(0)
    expect(fs.existsSync(join(share, 'sub', 'f'))).toBe(true)
  })
})
