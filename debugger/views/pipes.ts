// Pipes and FIFOs: how full they are, who holds which end, and who waits at it.
import { findTask, isReadable, isWritable, type FileDescription, type Inode, type Kernel, type Pipe } from '../../kernel/index.ts'
import { tasksOf } from './ask.ts'
import { view } from './define.ts'
import { fit, left, right, table } from './layout.ts'
import { inodeName, inodeNames, openFiles } from './names.ts'

export interface PipeEnd {
  pid: number
  fd: number
}

export interface PipeData {
  ino: number
  name: string
  used: number
  capacity: number
  readers: PipeEnd[]
  writers: PipeEnd[]
  /** Tasks asleep until there is data, and until there is room. */
  waitForData: number[]
  waitForRoom: number[]
}

export interface PipesData {
  pipes: PipeData[]
}

export const pipesView = view<PipesData>({
  name: 'pipes',
  doc: 'Pipes and FIFOs: bytes in them, who holds each end, who waits.',
  arguments: ['pid'],

  data(k, args) {
    const open = pipesOf(k)
    const pids = args.pid === undefined ? null : tasksOf(k, args).map(t => t.group.tgid)
    const isOf = (p: PipeData): boolean =>
      pids === null || [...p.readers, ...p.writers].some(end => pids.includes(findTask(k.state.ns, end.pid)?.group.tgid ?? -1))
    return { pipes: open.filter(isOf) }
  },

  text({ pipes }, width) {
    if (pipes.length === 0) return ['no pipe is open']
    const ends = (list: readonly PipeEnd[]): string => list.map(e => `${e.pid}:${e.fd}`).join(' ') || '-'
    const waiters = (p: PipeData): string =>
      [
        p.waitForData.length > 0 ? `${p.waitForData.join(' ')} for data` : '',
        p.waitForRoom.length > 0 ? `${p.waitForRoom.join(' ')} for room` : '',
      ]
        .filter(Boolean)
        .join(', ')
    const rows = pipes.map(p => [p.name, p.used, p.capacity, ends(p.readers), ends(p.writers), waiters(p)])
    return table([left('PIPE'), right('USED'), right('SIZE'), left('READ pid:fd'), left('WRITE pid:fd'), left('WAITING')], rows, width).map(
      line => fit(line, width),
    )
  },
})

/** Every pipe that has an open end, in the order of inode numbers. */
export function pipesOf(k: Kernel): PipeData[] {
  const names = inodeNames(k)
  const found = new Map<Inode, PipeData>()
  for (const [file, holders] of openFiles(k)) {
    const { inode } = file
    if (inode.pipe === null) continue
    const data = found.get(inode) ?? pipeData(inode, inode.pipe, inodeName(names, inode))
    found.set(inode, data)
    addEnds(data, file, holders)
  }
  return [...found.values()].sort((a, b) => a.ino - b.ino)
}

function addEnds(data: PipeData, file: FileDescription, holders: readonly PipeEnd[]): void {
  if (isReadable(file)) data.readers.push(...holders)
  if (isWritable(file)) data.writers.push(...holders)
}

const pipeData = ({ ino }: Inode, pipe: Pipe, name: string): PipeData => ({
  ino,
  name,
  used: pipe.used,
  capacity: pipe.capacity,
  readers: [],
  writers: [],
  waitForData: pipe.readable.waiters.map(t => t.pid),
  waitForRoom: pipe.writable.waiters.map(t => t.pid),
})
