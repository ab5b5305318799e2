// The tree of /proc: which names exist for whom. Nothing of it is kept: inodes and names are made when they are looked up, and say by
// their row what they are (Inode.proc).
import { EACCES, ENOENT, EPERM, ESRCH, PROC_SUPER_MAGIC } from '../abi/index.ts'
import { findTask } from '../task/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { newDentry, newFileSystem, newInode, newRoot, noSpace, timestampNow } from '../vfs/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { Dentry, DirectoryEntry, FileKind, FileSystemOps, Inode, Path } from '../vfs/types.ts'
import { mapFileLink, mapFileMode, mapFileNames } from './memory.ts'
import type { ProcessLink } from './nodes.ts'
import { checkInspect, fileText, processFiles, processLinks } from './process.ts'
import { systemFiles, systemLinks } from './system.ts'
import type { ProcNode } from './types.ts'

/** What stands behind a name: enough to make its inode. */
interface Entry {
  kind: FileKind
  mode: number
  node: ProcNode
}

const LINK_MODE = 0o777
const DIRECTORY_MODE = 0o555
/** Descriptors are their owner's business. */
const FD_DIRECTORY_MODE = 0o500
const READABLE = 0o400
const WRITABLE = 0o200

/** Inode numbers: the same for the same file every time. Rows of a process get a block of numbers each. */
const SYSTEM_INO = 4026531840
const INOS_PER_TASK = 2 ** 24
const FD_INO = 2 ** 12
const MAP_INO = 2 ** 23
const ROOT_INO = 1

const systemNames = [...Object.keys(systemFiles), ...Object.keys(systemLinks)]
const rowNames = [...Object.keys(processFiles), ...Object.keys(processLinks)]
/** Directories that the process itself has, and those that the rows' names make. */
const PROCESS_DIRECTORIES = ['task', 'fd', 'fdinfo', 'map_files'] as const
const THREAD_DIRECTORIES = ['fd', 'fdinfo'] as const
const rowDirectories = [...new Set(rowNames.filter(name => name.includes('/')).map(name => name.split('/')[0]))]
const processNames = [...rowNames.filter(name => !name.includes('/')), ...rowDirectories]

const isOf = (scope: 'process' | 'thread', row: string): boolean => (processFiles[row]?.only ?? scope) === scope

export function newProcRoot(k: Kernel): Dentry {
  const root = newRoot(newFileSystem(k.state.vfs, 'proc', 'proc'), DIRECTORY_MODE, timestampNow(k))
  root.inode.ino = ROOT_INO
  root.inode.size = 0
  root.inode.proc = { scope: 'system', row: '', pid: 0, fd: -1 }
  return root
}

/** The task a node is about; ESRCH once it is gone. */
export function taskOf(k: Kernel, node: ProcNode): Task {
  const task = findTask(k.state.ns, node.pid)
  if (!task) throw ESRCH
  return task
}

function inoOf(node: ProcNode): number {
  if (node.scope === 'system') return node.row === '' ? ROOT_INO : SYSTEM_INO + systemNames.indexOf(node.row) + node.row.length
  const base = node.pid * INOS_PER_TASK * 2 + (node.scope === 'thread' ? INOS_PER_TASK : 0)
  if (node.fd >= 0) return base + (node.row === 'fd' ? 1 : 2) * FD_INO + node.fd * 4
  if (node.row.startsWith(MAP_FILES)) return base + MAP_INO + ((parseInt(node.row.slice(MAP_FILES.length), 16) / PAGE_SIZE) % MAP_INO)
  const row = rowNames.indexOf(node.row)
  return base + (row >= 0 ? row + 64 : node.row.length)
}

/** Names directly in a directory of the system table: "sys/kernel" holds what follows it up to the next slash. */
function systemChildren(dir: string): Map<string, Entry> {
  const found = new Map<string, Entry>()
  const prefix = dir === '' ? '' : `${dir}/`
  for (const row of systemNames) {
    if (!row.startsWith(prefix)) continue
    const name = row.slice(prefix.length).split('/')[0]
    const path = prefix + name
    const node: ProcNode = { scope: 'system', row: path, pid: 0, fd: -1 }
    if (path !== row) found.set(name, { kind: 'directory', mode: DIRECTORY_MODE, node })
    else if (systemFiles[row]) found.set(name, { kind: 'regular', mode: systemFiles[row].mode, node })
    else found.set(name, { kind: 'symlink', mode: LINK_MODE, node })
  }
  return found
}

const taskDirectory = (scope: 'process' | 'thread', pid: number): Entry => ({
  kind: 'directory',
  mode: DIRECTORY_MODE,
  node: { scope, row: '', pid, fd: -1 },
})

/** One name of /proc/PID or /proc/PID/task/TID, or of a directory that rows' names make: `row` is the whole name. */
function processEntry(scope: 'process' | 'thread', pid: number, row: string): Entry | null {
  const node: ProcNode = { scope, row, pid, fd: -1 }
  if (Object.hasOwn(processFiles, row)) return isOf(scope, row) ? { kind: 'regular', mode: processFiles[row].mode, node } : null
  if (Object.hasOwn(processLinks, row)) return { kind: 'symlink', mode: LINK_MODE, node }
  if (rowDirectories.includes(row)) return { kind: 'directory', mode: DIRECTORY_MODE, node }
  const own: readonly string[] = scope === 'process' ? PROCESS_DIRECTORIES : THREAD_DIRECTORIES
  if (!own.includes(row)) return null
  return { kind: 'directory', mode: row === 'task' ? DIRECTORY_MODE : FD_DIRECTORY_MODE, node }
}

const MAP_FILES = 'map_files/'

/** A mapping of a file. */
function mapEntry(task: Task, dir: ProcNode, name: string): Entry | null {
  const mode = mapFileMode(task, name)
  return mode === null ? null : { kind: 'symlink', mode, node: { ...dir, row: MAP_FILES + name } }
}

const linkOf = (row: string): ProcessLink => (row.startsWith(MAP_FILES) ? mapFileLink(row.slice(MAP_FILES.length)) : processLinks[row])

/** One open descriptor: a link (fd) or a file (fdinfo). */
function descriptorEntry(task: Task, dir: ProcNode, fd: number): Entry | null {
  const file = task.files?.files[fd]
  if (!file) return null
  const node: ProcNode = { ...dir, fd }
  if (dir.row === 'fdinfo') return { kind: 'regular', mode: READABLE, node }
  const access = [READABLE, WRITABLE, READABLE | WRITABLE, 0][file.flags & 3]
  return { kind: 'symlink', mode: access | 0o100, node }
}

/** A decimal number without leading zeros, or -1. */
const numberOf = (name: string): number => (/^(0|[1-9][0-9]{0,9})$/.test(name) ? Number(name) : -1)

function find(k: Kernel, reader: Task | null, dir: ProcNode, name: string): Entry | null {
  if (dir.scope === 'system') {
    const own = systemChildren(dir.row).get(name)
    if (own || dir.row !== '') return own ?? null
    const task = findTask(k.state.ns, numberOf(name))
    // Threads can be looked up though they are not listed.
    return task ? taskDirectory('process', task.pid) : null
  }
  const task = findTask(k.state.ns, dir.pid)
  if (!task) throw ENOENT
  if (dir.row === '') return processEntry(dir.scope, dir.pid, name)
  if (dir.row === 'task') {
    const thread = task.group.threads.find(t => t.pid === numberOf(name))
    return thread ? taskDirectory('thread', thread.pid) : null
  }
  if (rowDirectories.includes(dir.row)) return processEntry(dir.scope, dir.pid, `${dir.row}/${name}`)
  if (reader) inspect(reader, task)
  return dir.row === 'map_files' ? mapEntry(task, dir, name) : descriptorEntry(task, dir, numberOf(name))
}

function inspect(reader: Task, task: Task): void {
  try {
    checkInspect(reader, task)
  } catch (e) {
    if (e === EPERM) throw EACCES
    throw e
  }
}

function inodeFor(k: Kernel, fs: Inode['fs'], { kind, mode, node }: Entry): Inode {
  const task = node.scope === 'system' ? null : findTask(k.state.ns, node.pid)
  const inode = newInode(fs, kind, mode, task?.credentials.euid ?? 0, task?.credentials.egid ?? 0, timestampNow(k))
  inode.proc = node
  inode.ino = inoOf(node)
  inode.size = 0
  // A link's size is not known before it is read; Linux shows 64 for those of descriptors.
  if (kind === 'symlink' && node.fd >= 0) inode.size = 64
  if (kind === 'directory' && node.row === '' && task) inode.nlink = 2 + PROCESS_DIRECTORIES.length + rowDirectories.length
  return inode
}

function nodeOf(dentry: Dentry): ProcNode {
  if (!dentry.inode.proc) throw new Error(`'${dentry.name}' in /proc has no row`)
  return dentry.inode.proc
}

const processNumbers = (k: Kernel): number[] => [...k.state.groups.values()].map(({ tgid }) => tgid).sort((a, b) => a - b)

function names(k: Kernel, reader: Task, node: ProcNode): string[] {
  if (node.scope === 'system') {
    const own = [...systemChildren(node.row).keys()]
    return node.row === '' ? [...own, ...processNumbers(k).map(String)] : own
  }
  const task = findTask(k.state.ns, node.pid)
  if (!task) throw ENOENT
  const { scope, row } = node
  if (row === '') return [...(scope === 'process' ? PROCESS_DIRECTORIES : THREAD_DIRECTORIES), ...processNames]
  if (rowDirectories.includes(row)) return rowNames.filter(name => name.startsWith(`${row}/`)).map(name => name.slice(row.length + 1))
  if (node.row === 'task') return task.group.threads.map(t => String(t.pid))
  inspect(reader, task)
  if (row === 'map_files') return mapFileNames(task)
  return (task.files?.files ?? []).flatMap((file, fd) => (file ? [String(fd)] : []))
}

/** A name for what an open file without a place is: only to be opened again. */
function namelessPlace(k: Kernel, inode: Inode, label: string): Path {
  const root = k.state.ns.mnt.root
  return {
    mount: { id: 0, parent: null, mountpoint: null, root: root.root, fs: inode.fs, readOnly: false },
    dentry: newDentry(label, null, inode),
  }
}

export const procFs: FileSystemOps = {
  fixed: ENOENT,
  generated: true,
  blockSize: 1024,
  noTemporary: ENOENT,
  space: noSpace(PROC_SUPER_MAGIC),
  opens: ({ kind }) => (kind === 'regular' ? 'proc' : null),
  lookup(k, reader, dir, name) {
    const entry = find(k, reader, nodeOf(dir), name)
    return entry ? newDentry(name, dir, inodeFor(k, dir.inode.fs, entry)) : null
  },
  list(k, reader, dir): DirectoryEntry[] {
    const node = nodeOf(dir)
    const entries: DirectoryEntry[] = []
    for (const name of names(k, reader, node)) {
      const entry = find(k, reader, node, name)
      if (entry) entries.push({ name, ino: inoOf(entry.node), kind: entry.kind })
    }
    return entries
  },
  readlink(k, reader, link) {
    const node = nodeOf(link)
    if (node.scope === 'system') return systemLinks[node.row](reader)
    const task = taskOf(k, node)
    inspect(reader, task)
    if (node.fd < 0) {
      const text = linkOf(node.row).text(k, task)
      if (text === '') throw ENOENT
      return text
    }
    const file = task.files?.files[node.fd]
    if (!file) throw ENOENT
    return fileText(k, file)
  },
  jump(k, reader, link) {
    const node = nodeOf(link)
    if (node.scope === 'system') return null
    const task = taskOf(k, node)
    inspect(reader, task)
    if (node.fd < 0) {
      const place = linkOf(node.row).jump(k, task, reader)
      if (!place) throw ENOENT
      return place
    }
    const file = task.files?.files[node.fd]
    if (!file) throw ENOENT
    return file.path ?? namelessPlace(k, file.inode, file.label)
  },
}
