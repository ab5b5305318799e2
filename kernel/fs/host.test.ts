// Host directories: read through, changed in memory or written through, replayed from the journal. The host is a table of files.
import { describe, expect, test } from 'vitest'
import { AT_FDCWD, O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../abi/index.ts'
import type { HostFiles, HostNode, HostStat } from '../host.ts'
import { replayOf } from '../journal.ts'
import type { Kernel } from '../kernel.ts'
import { KMEM } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { chargeCall } from '../syscalls/kernel-memory.ts'
import { retainFile } from '../vfs/index.ts'
import { buffer, BUFFER, BUFFER_BYTES, call, fileKernel, outcome } from '../vfs/testing.ts'
import { concatBytes } from '../abi/index.ts'
import { bytesOf, textOf } from './bytes.ts'
import { makeHostStream, mountHost } from './index.ts'

type Node = { stat: HostStat; data: Uint8Array; target: string }

/** Files by host path; a directory is a path that others begin with. `asked` counts the questions. What is open stays open: a node is found by what it is. */
function tableHost(contents: Record<string, string>) {
  const nodes = new Map<string, Node>()
  const byId = new Map<string, Node>()
  const add = (path: string, kind: HostStat['kind'], text = ''): HostStat => {
    const size = kind === 'regular' ? text.length : 0
    const stat: HostStat = { id: `n${byId.size}`, kind, mode: kind === 'directory' ? 0o755 : 0o644, size, mtime: 1.7e18 }
    const node = { stat, data: bytesOf(kind === 'regular' ? text : ''), target: text }
    nodes.set(path, node)
    byId.set(stat.id, node)
    return stat
  }
  add('/h', 'directory')
  for (const [path, text] of Object.entries(contents)) {
    if (text === '<dir>') add(path, 'directory')
    else if (text.startsWith('-> ')) add(path, 'symlink', text.slice(3))
    else add(path, 'regular', text)
  }
  const host = { asked: 0, nodes, open: 0, created: [] as number[] }
  const pathOf = ({ root, path }: HostNode): string => (path === '' ? root : `${root}/${path}`)
  const at = (dir: HostNode, name: string): string => `${pathOf(dir)}/${name}`
  const bytesAt = (node: HostNode): Node | undefined => byId.get(node.id)
  const files: HostFiles = {
    root: path => (host.asked++, nodes.get(path)?.stat ?? 'ENOENT'),
    lookup: (dir, name) => (host.asked++, nodes.get(at(dir, name))?.stat ?? 'ENOENT'),
    readdir: dir => (
      host.asked++,
      [...nodes.keys()].filter(p => p.slice(0, p.lastIndexOf('/')) === pathOf(dir)).map(p => p.slice(pathOf(dir).length + 1))
    ),
    readlink: (dir, name) => ({ target: nodes.get(at(dir, name))?.target ?? '' }),
    space: () => ({ bsize: 512, blocks: 1000, bfree: 400, bavail: 300, files: 50, ffree: 20 }),
    open: (_node, _writable, first) => ((host.open += first ? 1 : 0), 0),
    close: () => (host.open--, 0),
    read: (node, offset, length) => (host.asked++, bytesAt(node)?.data.slice(offset, offset + length) ?? 'EIO'),
    write(node, offset, bytes) {
      const found = bytesAt(node)
      if (!found) return 'ENOENT'
      const grown = new Uint8Array(Math.max(found.data.length, offset + bytes.length))
      grown.set(found.data)
      grown.set(bytes, offset)
      found.data = grown
      return bytes.length
    },
    truncate(node, size) {
      const found = bytesAt(node)
      if (found) found.data = concatBytes([found.data.slice(0, size), new Uint8Array(Math.max(0, size - found.data.length))])
      return 0
    },
    create: (dir, name, kind, mode, target) => (
      host.created.push(mode),
      nodes.has(at(dir, name)) ? 'EEXIST' : add(at(dir, name), kind, target)
    ),
    remove: (dir, name) => (nodes.delete(at(dir, name)) ? 0 : 'ENOENT'),
    rename(dir, name, _node, toDir, newName) {
      const [from, to] = [at(dir, name), at(toDir, newName)]
      for (const [path, node] of [...nodes]) {
        if (path !== from && !path.startsWith(`${from}/`)) continue
        nodes.delete(path)
        nodes.set(to + path.slice(from.length), node)
      }
      return 0
    },
  }
  return { host, files, text: (path: string) => textOf(nodes.get(path)?.data ?? bytesOf('<none>')) }
}

const CONTENTS = { '/h/a': 'alpha', '/h/d': '<dir>', '/h/d/b': 'beta', '/h/l': '-> d/b', '/h/big': 'x'.repeat(10000) }

function shared(writable: boolean) {
  const { host, files, text } = tableHost(CONTENTS)
  const { k, task } = fileKernel({ files })
  mountHost(k, '/h', '/mnt/h', writable)
  return { k, task, host, text }
}

function read(k: Kernel, task: Task, path: string): string {
  const fd = call(k, task, 'openat', AT_FDCWD, path, O_RDONLY, 0) as number
  const count = call(k, task, 'read', fd, BUFFER, 20000) as number
  call(k, task, 'close', fd)
  return buffer(k, task, count)
}

function write(k: Kernel, task: Task, path: string, text: string, flags = O_WRONLY | O_CREAT): void {
  const fd = call(k, task, 'openat', AT_FDCWD, path, flags, 0o644) as number
  call(k, task, 'write', fd, text, text.length)
  call(k, task, 'close', fd)
}

function names(k: Kernel, task: Task, path: string): string[] {
  const fd = call(k, task, 'openat', AT_FDCWD, path, O_RDONLY, 0) as number
  const count = call(k, task, 'getdents64', fd, BUFFER, 4096) as number
  call(k, task, 'close', fd)
  const bytes = bytesOf(buffer(k, task, count))
  const found: string[] = []
  for (let at = 0; at < count; at += bytes[at + 16]) found.push(textOf(bytes.subarray(at + 19, bytes.indexOf(0, at + 19))))
  return found.sort()
}

describe('a host directory', () => {
  test('with very many names tells them all, and asks what they are as they are read', () => {
    const MANY = 200_000
    const { k, task, host } = shared(false)
    let stats = 0
    const stat: HostStat = { id: 'one', kind: 'regular', mode: 0o644, size: 0, mtime: 1.7e18 }
    k.host.files = { ...k.host.files, readdir: () => Array.from({ length: MANY }, (_, i) => `f${i}`), lookup: () => (stats++, stat) }
    const fd = call(k, task, 'openat', AT_FDCWD, '/mnt/h', O_RDONLY, 0) as number
    expect(call(k, task, 'getdents64', fd, BUFFER, 1024)).toBeGreaterThan(900)
    expect(stats).toBeLessThan(50)
    // Nor does a buffer of any size have it ask for all at once.
    expect(call(k, task, 'getdents64', fd, BUFFER, BUFFER_BYTES)).toBeLessThan(BUFFER_BYTES / 2)
    expect(stats).toBeLessThan(2100)
    let more = 0
    for (let i = 0; i < 3; i++) more += call(k, task, 'getdents64', fd, BUFFER, BUFFER_BYTES) as number
    expect(more).toBe(3 * 2000 * 32)
    expect(stats).toBeLessThan(8100)
    const { listed, children } = task.files!.files[fd]!.path!.dentry
    expect(listed!.size + children!.size).toBe(MANY)
    // What is not among the names is not there, without a question.
    const before = stats + host.asked
    expect(outcome(k, task, 'openat', AT_FDCWD, '/mnt/h/none', O_RDONLY, 0)).toBe('ENOENT')
    expect(stats + host.asked).toBe(before)
    // A second list of the names is paid for.
    const again = call(k, task, 'openat', AT_FDCWD, '/mnt/h', O_RDONLY, 0) as number
    const { since } = k.state.kmem
    chargeCall(k, task, 61, { fd: again })
    expect(k.state.kmem.since - since).toBe(MANY * KMEM.element)
  })

  test('is read through, once', () => {
    const { k, task, host } = shared(false)
    expect(read(k, task, '/mnt/h/l')).toBe('beta')
    expect(read(k, task, '/mnt/h/big')).toBe('x'.repeat(10000))
    const { asked } = host
    expect(read(k, task, '/mnt/h/big').length).toBe(10000)
    expect(outcome(k, task, 'openat', AT_FDCWD, '/mnt/h/none', O_RDONLY, 0)).toBe('ENOENT')
    expect(outcome(k, task, 'openat', AT_FDCWD, '/mnt/h/none', O_RDONLY, 0)).toBe('ENOENT')
    expect(host.asked).toBe(asked + 1)
    expect(names(k, task, '/mnt/h')).toEqual(['.', '..', 'a', 'big', 'd', 'l'])
  })

  test('keeps changes in memory', () => {
    const { k, task, host, text } = shared(false)
    write(k, task, '/mnt/h/a', 'ALP')
    expect(read(k, task, '/mnt/h/a')).toBe('ALPha')
    write(k, task, '/mnt/h/a', 'x', O_WRONLY | O_APPEND)
    write(k, task, '/mnt/h/new', 'n')
    call(k, task, 'unlinkat', AT_FDCWD, '/mnt/h/big', 0)
    call(k, task, 'renameat2', AT_FDCWD, '/mnt/h/d', AT_FDCWD, '/mnt/h/e', 0)
    expect(names(k, task, '/mnt/h')).toEqual(['.', '..', 'a', 'e', 'l', 'new'])
    expect(read(k, task, '/mnt/h/e/b')).toBe('beta')
    expect(read(k, task, '/mnt/h/a')).toBe('ALPhax')
    expect(outcome(k, task, 'openat', AT_FDCWD, '/mnt/h/l', O_RDONLY, 0)).toBe('ENOENT')
    expect([...host.nodes.keys()]).toEqual(['/h', ...Object.keys(CONTENTS)])
    expect(text('/h/a')).toBe('alpha')
  })

  test('what is cut off and grown again is zeros', () => {
    const { k, task } = shared(false)
    call(k, task, 'truncate', '/mnt/h/big', 5000)
    call(k, task, 'truncate', '/mnt/h/big', 9000)
    expect(read(k, task, '/mnt/h/big')).toBe('x'.repeat(5000) + '\0'.repeat(4000))
  })

  test('shared read-write is changed on the host too', () => {
    const { k, task, host, text } = shared(true)
    write(k, task, '/mnt/h/a', 'ALP')
    expect(text('/h/a')).toBe('ALPha')
    write(k, task, '/mnt/h/a', 'z', O_WRONLY | O_TRUNC)
    expect(text('/h/a')).toBe('z')
    call(k, task, 'mkdirat', AT_FDCWD, '/mnt/h/m', 0o755)
    call(k, task, 'renameat2', AT_FDCWD, '/mnt/h/d', AT_FDCWD, '/mnt/h/m/d', 0)
    write(k, task, '/mnt/h/m/d/b', 'B', O_WRONLY)
    expect(text('/h/m/d/b')).toBe('Beta')
    call(k, task, 'unlinkat', AT_FDCWD, '/mnt/h/m/d/b', 0)
    call(k, task, 'unlinkat', AT_FDCWD, '/mnt/h/m/d', 0x200)
    call(k, task, 'symlinkat', 'a', AT_FDCWD, '/mnt/h/s')
    expect([...host.nodes.keys()].sort()).toEqual(['/h', '/h/a', '/h/big', '/h/l', '/h/m', '/h/s'])
    expect(outcome(k, task, 'linkat', AT_FDCWD, '/mnt/h/a', AT_FDCWD, '/mnt/h/x', 0)).toBe('EPERM')
  })

  test('answers from the journal when replayed', () => {
    const first = shared(false)
    read(first.k, first.task, '/mnt/h/l')
    const { k, task } = fileKernel({})
    Object.assign(k, { journal: replayOf(first.k.journal) })
    mountHost(k, '/h', '/mnt/h', false)
    expect(read(k, task, '/mnt/h/l')).toBe('beta')
  })
})

describe("the host's streams", () => {
  const streams = (input: string, kind: 'pipe' | 'regular') => {
    let at = 0
    const out: string[] = []
    const { k, task } = fileKernel({
      readInput: max => bytesOf(input.slice(at, (at += Math.min(max, 10)))),
      readInputAt: (offset, max) => bytesOf(input.slice(offset, offset + Math.min(max, 7))),
      inputSize: () => input.length,
      write: (_stream, bytes) => (out.push(textOf(bytes)), 0),
    })
    task.files!.files = [makeHostStream(k, 0, kind), makeHostStream(k, 1, kind)]
    task.files!.lowest = 2
    return { k, task, out }
  }

  test('as pipes give what the host gives', () => {
    const { k, task, out } = streams('0123456789abcdef', 'pipe')
    expect(call(k, task, 'read', 0, BUFFER, 4)).toBe(4)
    expect([100, 100, 100].map(max => call(k, task, 'read', 0, BUFFER, max))).toEqual([10, 2, 0])
    expect(outcome(k, task, 'lseek', 0, 0, 0)).toBe('ESPIPE')
    call(k, task, 'write', 1, 'out', 3)
    expect(out).toEqual(['out'])
    expect(outcome(k, task, 'write', 0, 'x', 1)).toBe('EBADF')
  })

  test('as regular files can be read again', () => {
    const { k, task } = streams('0123456789abcdef', 'regular')
    expect(call(k, task, 'read', 0, BUFFER, 12)).toBe(12)
    expect(call(k, task, 'lseek', 0, -2, 1)).toBe(10)
    expect(call(k, task, 'read', 0, BUFFER, 100)).toBe(6)
    expect(buffer(k, task, 6)).toBe('abcdef')
    expect(call(k, task, 'lseek', 0, 0, 2)).toBe(16)
    expect(call(k, task, 'pread64', 0, BUFFER, 2, 3)).toBe(2)
    expect(buffer(k, task, 2)).toBe('34')
  })

  test('as regular files are kept no more of than a window', () => {
    const size = 300_000
    const byteAt = (at: number): string => String.fromCharCode(at % 251)
    const text = Array.from({ length: size }, (_, at) => byteAt(at)).join('')
    const { k, task } = streams(text, 'regular')
    const { stream } = task.files!.files[0]!.inode
    for (let left = size; left > 0; left -= 5000) expect(call(k, task, 'read', 0, BUFFER, 5000)).toBe(5000)
    expect([call(k, task, 'read', 0, BUFFER, 1), call(k, task, 'lseek', 0, -1, 2)]).toEqual([0, size - 1])
    for (const at of [70_000, 3, 299_000, 65_534]) {
      expect(call(k, task, 'pread64', 0, BUFFER, 20, at)).toBe(20)
      expect(buffer(k, task, 20)).toBe(text.slice(at, at + 20))
    }
    expect(call(k, task, 'pread64', 0, BUFFER, 20, 2 ** 52)).toBe(0)
    expect(stream!.seen.buffer.byteLength).toBeLessThanOrEqual(65536)
  })

  test.each(['ENOSPC', 'EIO', 'EPIPE'])('refuse output with the %s of the host', name => {
    const { k, task } = fileKernel({ write: () => name })
    task.files!.files = [makeHostStream(k, 1, 'pipe')]
    task.files!.lowest = 1
    expect(outcome(k, task, 'write', 0, 'x', 1)).toBe(name)
    expect(task.files!.files[0]!.pos).toBe(0)
  })

  test('can be opened again through /dev/stdin', () => {
    const { k, task } = streams('0123456789abcdef', 'pipe')
    retainFile(task.files!.files[0]!)
    const fd = call(k, task, 'openat', AT_FDCWD, '/dev/stdin', O_RDONLY, 0) as number
    expect(call(k, task, 'read', fd, BUFFER, 4)).toBe(4)
    expect(call(k, task, 'read', 0, BUFFER, 4)).toBe(4)
    expect(buffer(k, task, 4)).toBe('4567')
    expect(outcome(k, task, 'openat', AT_FDCWD, '/dev/stdin', O_RDWR, 0)).toBe(fd + 1)
  })
})
