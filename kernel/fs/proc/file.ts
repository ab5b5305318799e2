// An open file of /proc: its text is made at the first read and kept while reading goes on; from offset 0 it is made anew.
import { EACCES, EINVAL, EIO, EPERM } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import type { FileDescription, FileOps, ProcNode } from '../../vfs/types.ts'
import { bytesOf, textOf } from '../bytes.ts'
import { checkInspect, fdinfoText, processFiles } from './process.ts'
import { systemFiles } from './system.ts'
import { taskOf } from './tree.ts'

/** Files that show what is inside of a program: for those who could debug it. */
const INSPECTED: ReadonlySet<string> = new Set(['environ', 'auxv', 'maps', 'smaps', 'smaps_rollup', 'io', 'syscall', 'personality'])

const SYSCTL = 'sys/'

const nodeOf = (file: FileDescription): ProcNode => {
  if (!file.inode.proc) throw new Error('an open file of /proc that has no row')
  return file.inode.proc
}

function generate(k: Kernel, reader: Task, node: ProcNode): string {
  if (node.scope === 'system') return systemFiles[node.row].text(k, reader)
  const task = taskOf(k, node)
  if (node.fd >= 0) return fdinfoText(k, task, node.fd)
  return processFiles[node.row].text(k, task, node.scope === 'thread', reader)
}

export const procFileOps: FileOps = {
  open(k, task, file) {
    const node = nodeOf(file)
    if (node.scope !== 'system' && (node.fd >= 0 || INSPECTED.has(node.row))) {
      try {
        checkInspect(task, taskOf(k, node))
      } catch (e) {
        if (e === EPERM) throw EACCES
        throw e
      }
    }
    file.data = { kind: 'proc', text: null }
  },
  read(k, task, file, max, offset) {
    const data = file.data
    if (data?.kind !== 'proc') throw new Error('an open file of /proc without its text')
    const at = offset ?? file.pos
    if (data.text === null || at === 0) data.text = generate(k, task, nodeOf(file))
    return bytesOf(data.text.slice(at, at + max))
  },
  // Linux's sysctl files are copied out whole or not at all.
  arrived: (file, moved) => (nodeOf(file).row.startsWith(SYSCTL) ? 0 : moved),
  consume(_k, file, count) {
    file.pos += count
  },
  writePiece: Infinity,
  write(k, task, file, bytes, offset, done, length) {
    if (done + bytes.length < length) return 0
    const node = nodeOf(file)
    const text = textOf(bytes)
    if (node.scope === 'system') {
      const row = systemFiles[node.row]
      if (!row.write) throw EIO
      // A setting is written whole, from its beginning; the rest of a longer text is taken and does nothing (sysctl_writes_strict).
      if ((offset ?? file.pos) === 0 || !node.row.startsWith('sys/')) row.write(k, text, task)
    } else {
      const row = processFiles[node.row]
      if (!row?.write) throw EINVAL
      row.write(k, taskOf(k, node), text, task)
    }
    file.pos += bytes.length
    return bytes.length
  },
}
