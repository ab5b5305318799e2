// The open files of a task, as /proc/PID/fd and fdinfo tell of them, and what is behind each.
import {
  fileText,
  isCloexec,
  openFlagsText,
  pathOf,
  showSigset,
  type FileData,
  type FileDescription,
  type Kernel,
  type Task,
} from '../../kernel/index.ts'
import { taskOf } from './ask.ts'
import { view } from './define.ts'
import { fit, left, right, span, table } from './layout.ts'
import { openFiles } from './names.ts'
import { pipesOf, type PipeData } from './pipes.ts'

export interface DescriptorData {
  fd: number
  /** Where /proc/PID/fd/N leads. */
  name: string
  kind: string
  ino: number
  flags: string
  cloexec: boolean
  offset: number
  /** Descriptors that share the open file, this one too; and how many holders it counts. */
  sharedBy: { pid: number; fd: number }[]
  refs: number
  pipe: PipeData | null
  /** What the kind of file says of itself. */
  note: string
}

export interface DescriptorsData {
  pid: number
  comm: string
  /** Tasks that use the same table. */
  tableUsers: number
  cwd: string | null
  descriptors: DescriptorData[]
}

export const descriptorsView = view<DescriptorsData>({
  name: 'descriptors',
  doc: 'Open files of a task: flags, offset, who shares them, pipe ends and who waits at them.',
  arguments: ['pid'],

  data: (k, args) => descriptorsData(k, taskOf(k, args), allOpen(k)),

  text(d, width) {
    const rows = d.descriptors.map(f => [
      f.fd,
      f.name,
      f.flags + (f.cloexec ? '|O_CLOEXEC' : ''),
      f.offset,
      f.refs,
      f.pipe === null ? f.note : `${f.pipe.used}/${f.pipe.capacity}${waitersText(f.pipe)}`,
    ])
    return [
      `pid ${d.pid} (${d.comm})${d.tableUsers > 1 ? `, ${d.tableUsers} tasks share the table` : ''}${d.cwd === null ? '' : `, in ${d.cwd}`}`,
      ...table([right('FD'), left('FILE'), left('FLAGS'), right('OFFSET'), right('REFS'), left('STATE')], rows, width),
    ].map(line => fit(line, width))
  },
})

/** What is open in the whole machine: made once for several questions. */
interface AllOpen {
  holders: ReturnType<typeof openFiles>
  pipes: Map<number, PipeData>
}
const allOpen = (k: Kernel): AllOpen => ({ holders: openFiles(k), pipes: new Map(pipesOf(k).map(p => [p.ino, p])) })

/** The same of every process. */
export function descriptorsOfAll(k: Kernel): DescriptorsData[] {
  const open = allOpen(k)
  return [...k.state.tasks.values()].filter(task => task.group.leader === task).map(task => descriptorsData(k, task, open))
}

function descriptorsData(k: Kernel, task: Task, { holders, pipes }: AllOpen): DescriptorsData {
  const { files } = task
  if (files === null) return { pid: task.pid, comm: task.comm, tableUsers: 0, cwd: null, descriptors: [] }
  const descriptors = files.files.flatMap((file, fd): DescriptorData[] => {
    if (file === null) return []
    return [
      {
        fd,
        name: fileText(k, file),
        kind: file.kind,
        ino: file.inode.ino,
        flags: openFlagsText(file.flags),
        cloexec: isCloexec(files, fd),
        offset: file.pos,
        sharedBy: holders.get(file) ?? [],
        refs: file.refs,
        pipe: file.inode.pipe === null ? null : (pipes.get(file.inode.ino) ?? null),
        note: noteOf(k, file),
      },
    ]
  })
  return { pid: task.pid, comm: task.comm, tableUsers: files.refs, cwd: task.fs && pathOf(k, task.fs.cwd), descriptors }
}

function waitersText({ waitForData, waitForRoom }: PipeData): string {
  const all = [...waitForData, ...waitForRoom]
  return all.length === 0 ? '' : `, ${all.join(' ')} waits`
}

const NOTES: { [K in FileData['kind']]?: (data: Extract<FileData, { kind: K }>, k: Kernel) => string } = {
  eventfd: ({ count, semaphore }) => `count ${count}${semaphore ? ', semaphore' : ''}`,
  epoll: ({ items }) => `${items.size} watched: ${[...items].map(i => i.fd).join(' ')}`,
  timerfd: ({ expires }, k) => (expires === 0 ? 'disarmed' : `in ${span(Number(expires) - k.state.time)}`),
  signalfd: ({ mask }) => showSigset(mask),
  pidfd: ({ group }) => `process ${group.tgid}`,
}

function noteOf(k: Kernel, { data, inode }: FileDescription): string {
  const stream = inode.stream
  if (stream !== null) return `host stream ${stream.stream}${stream.ended ? ', ended' : ''}`
  const note = data === null ? undefined : (NOTES[data.kind] as ((data: FileData, k: Kernel) => string) | undefined)
  return data === null || note === undefined ? '' : note(data, k)
}
