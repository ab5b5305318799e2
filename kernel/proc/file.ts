// An open file of /proc: its text is made at the first read and kept while reading goes on; from offset 0 it is made anew. Long texts
// come in pieces, so that no read takes long; the memory of a process is bytes at addresses.
import {
  CAP_SYS_ADMIN,
  EACCES,
  EINVAL,
  EIO,
  ENOMEM,
  ENOTTY,
  EPERM,
  POLLERR,
  POLLIN,
  POLLOUT,
  POLLPRI,
  POLLRDNORM,
  POLLWRNORM,
} from '../abi/index.ts'
import { chargeKmem } from '../mm/index.ts'
import { capable } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { FileDescription, FileOps } from '../vfs/types.ts'
import { bytesOf, textOf } from '../fs/index.ts'
import { PROCMAP_QUERY, queryMap } from './map-query.ts'
import type { ProcessFile } from './nodes.ts'
import { checkInspect, fdinfoText, processFiles } from './process.ts'
import { systemFiles } from './system.ts'
import { taskOf } from './tree.ts'
import type { ProcData, ProcNode } from './types.ts'

/** Text of pieces that is made for one read, at most. */
const READ_TEXT = 65536

const SYSCTL = 'sys/'

const nodeOf = (file: FileDescription): ProcNode => {
  if (!file.inode.proc) throw new Error('an open file of /proc that has no row')
  return file.inode.proc
}

function dataOf(file: FileDescription): ProcData {
  if (file.data?.kind !== 'proc') throw new Error('an open file of /proc without its text')
  return file.data
}

/** The row of a file about a process, null for files about the system and about a descriptor. */
const processRow = (node: ProcNode): ProcessFile | null => (node.scope === 'system' || node.fd >= 0 ? null : processFiles[node.row])

function generate(k: Kernel, reader: Task, node: ProcNode): string {
  if (node.scope === 'system') return systemFiles[node.row].text(k, reader)
  const task = taskOf(k, node)
  if (node.fd >= 0) return fdinfoText(k, task, node.fd)
  const row = processFiles[node.row]
  // Only to be written.
  if (!row.text) throw EINVAL
  return row.text(k, task, node.scope === 'thread', reader)
}

/** The text that an open file keeps, where it was shorter `before`. ENOMEM: then it keeps none. */
function chargeText(k: Kernel, data: ProcData, before: number): void {
  const more = (data.text?.length ?? 0) - before
  if (more <= 0) return
  try {
    chargeKmem(k, more, ENOMEM)
  } catch (error) {
    data.text = null
    throw error
  }
}

/** Text from offset `at` on of a file in pieces. What lies before that is forgotten. */
function readPieces(data: ProcData, at: number, max: number, piece: (cursor: number) => { text: string; next: number | null }): string {
  if (data.text === null || at === 0 || at < data.start) Object.assign(data, { text: '', start: 0, cursor: 0 })
  const before = Math.min(at - data.start, data.text?.length ?? 0)
  let text = data.text?.slice(before) ?? ''
  data.start += before
  const wanted = Math.min(max, READ_TEXT)
  while (data.cursor !== null && data.start + text.length < at + wanted) {
    if (data.start + text.length <= at) {
      data.start += text.length
      text = ''
    }
    const next = piece(data.cursor)
    text += next.text
    data.cursor = next.next
  }
  data.text = text
  return text.slice(at - data.start, at - data.start + max)
}

/** /proc/mounts can be waited for: there is an exceptional condition while the mounts changed since they were read last. */
const isMounts = ({ scope, row }: ProcNode): boolean =>
  scope !== 'system' && (row === 'mounts' || row === 'mountinfo' || row === 'mountstats')

export const procFileOps: FileOps = {
  holds: ({ data }) => ({ bytes: data?.kind === 'proc' ? (data.text?.length ?? 0) : 0 }),
  // As Linux's files have it: those of the system as a whole, and of a process's its mounts.
  spliceFrom(file) {
    const node = nodeOf(file)
    return node.scope === 'system' ? systemFiles[node.row].stream === undefined : isMounts(node)
  },
  spliceTo: file => nodeOf(file).scope === 'system',
  open(k, task, file) {
    const node = nodeOf(file)
    if (node.scope !== 'system' && (node.fd >= 0 || processRow(node)?.inspect)) {
      try {
        checkInspect(task, taskOf(k, node))
      } catch (e) {
        if (e === EPERM) throw EACCES
        throw e
      }
    }
    if (node.scope === 'system') systemFiles[node.row].open?.(k, task)
    const mm = processRow(node)?.bytes ? taskOf(k, node).mm : null
    const admin = capable(task.credentials, CAP_SYS_ADMIN)
    file.data = { kind: 'proc', text: null, start: 0, cursor: 0, mm, admin, seen: k.state.ns.mnt.mountChanges.count }
  },
  read(k, task, file, max, offset) {
    const node = nodeOf(file)
    const data = dataOf(file)
    const at = offset ?? file.pos
    const row = processRow(node)
    const stream = node.scope === 'system' ? systemFiles[node.row].stream : undefined
    if (stream) return stream(k, file, max)
    if (row?.bytes) return row.bytes(k, task, data, at, max)
    if (row?.piece) {
      const about = taskOf(k, node)
      const { piece } = row
      const before = data.text?.length ?? 0
      const text = readPieces(data, at, max, cursor => piece(k, about, cursor))
      chargeText(k, data, before)
      return bytesOf(text)
    }
    if (data.text === null || at === 0) {
      const before = data.text?.length ?? 0
      data.text = generate(k, task, node)
      chargeText(k, data, before)
      data.seen = k.state.ns.mnt.mountChanges.count
    }
    return bytesOf(data.text.slice(at, at + max))
  },
  ioctl(k, task, file, request, argument) {
    const node = nodeOf(file)
    if (node.scope === 'system' || node.row !== 'maps' || request !== PROCMAP_QUERY) throw ENOTTY
    return queryMap(k, task, taskOf(k, node), argument)
  },
  // Files that are written out as they are read have no end; settings and command lines are empty files that can be read.
  seekEnd(_k, file) {
    const { row } = nodeOf(file)
    if (!row.startsWith(SYSCTL) && row !== 'cmdline') throw EINVAL
    return 0
  },
  // Linux's sysctl files are copied out whole or not at all.
  arrived: (file, moved) => (nodeOf(file).row.startsWith(SYSCTL) ? 0 : moved),
  consume(_k, file, count) {
    file.pos += count
  },
  sought(file) {
    if (file.pos === 0) dataOf(file).text = null
  },
  writePiece: Infinity,
  takesEach: file => !nodeOf(file).row.startsWith(SYSCTL),
  write(k, task, file, bytes, offset, done, length) {
    if (done + bytes.length < length) return 0
    const node = nodeOf(file)
    const row = processRow(node)
    if (row?.poke) {
      const count = row.poke(k, task, dataOf(file), offset ?? file.pos, bytes)
      if (offset === null) file.pos += count
      return count
    }
    const text = textOf(bytes)
    if (node.scope === 'system') {
      const { write } = systemFiles[node.row]
      if (!write) throw EIO
      // A setting is written whole, from its beginning; the rest of a longer text is taken and does nothing (sysctl_writes_strict).
      if ((offset ?? file.pos) === 0 || !node.row.startsWith('sys/')) write(k, text, task)
    } else {
      if (!row?.write) throw EINVAL
      row.write(k, taskOf(k, node), text, task)
    }
    if (offset === null) file.pos += bytes.length
    return bytes.length
  },
  poll(k, file, queues) {
    const node = nodeOf(file)
    const always = POLLIN | POLLRDNORM
    const poll = node.scope === 'system' ? systemFiles[node.row].poll : undefined
    if (poll) return poll(k, queues)
    if (!isMounts(node)) return always | POLLOUT | POLLWRNORM
    const { count, queue } = k.state.ns.mnt.mountChanges
    queues?.push(queue)
    return dataOf(file).seen === count ? always : always | POLLERR | POLLPRI
  },
}
