// Tables of the kernel and the machine for `info os NAME` and `monitor NAME`, made from the data of the views: a row says which records of a
// view's are its rows, and which of their fields its columns. To add one, add a row.
import type { Kernel } from '../../kernel/index.ts'
import { frameAddress, leafSize } from '../../vm/index.ts'
import { hex } from '../hex.ts'
import {
  descriptorsOfAll,
  framesView,
  runqueuesView,
  spacesOf,
  tablesView,
  tasksView,
  tlbView,
  type LeafRun,
  type TableNode,
  type TaskData,
} from '../views/index.ts'

type Cell = string | number

export interface Table {
  name: string
  title: string
  doc: string
  columns: readonly string[]
  rows(k: Kernel): Cell[][]
}

const MOST_ROWS = 5000

/** A table of records that a view answers: a column for each of these fields. */
function tableOf<R>(
  name: string,
  title: string,
  doc: string,
  records: (k: Kernel) => readonly R[],
  fields: Readonly<Record<string, (record: R) => Cell | boolean>>,
): Table {
  const cell = (value: Cell | boolean): Cell => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : value)
  return {
    name,
    title,
    doc,
    columns: Object.keys(fields),
    rows: k =>
      records(k)
        .slice(0, MOST_ROWS)
        .map(record => Object.values(fields).map(field => cell(field(record)))),
  }
}

const tasks = (k: Kernel): TaskData[] => tasksView.data(k, {}).tasks
const orNone = (hart: number): Cell => (hart < 0 ? '-' : hart)

/** The leaders of processes, each with the harts that its threads run on. */
function processes(k: Kernel): { leader: TaskData; harts: string }[] {
  const all = tasks(k)
  const harts = new Map<number, number[]>()
  for (const { tgid, onHart } of all) if (onHart >= 0) harts.set(tgid, [...(harts.get(tgid) ?? []), onHart])
  return all.filter(({ pid, tgid }) => pid === tgid).map(leader => ({ leader, harts: harts.get(leader.tgid)?.join(',') ?? '-' }))
}

/** The leaves of page tables. */
const leaves = (node: TableNode): LeafRun[] => node.below.flatMap(below => (below.kind === 'leaves' ? [below] : leaves(below)))

const pages = (k: Kernel): { pid: number; asid: number | null; leaf: LeafRun }[] =>
  spacesOf(k).flatMap(pid => {
    const { asid, root } = tablesView.data(k, { pid })
    return leaves(root).map(leaf => ({ pid, asid, leaf }))
  })

export const TABLES: readonly Table[] = [
  tableOf('processes', 'Processes', 'Running processes', processes, {
    pid: ({ leader }) => leader.pid,
    user: ({ leader }) => (leader.uid === 0 ? 'root' : leader.uid),
    command: ({ leader }) => leader.exe || leader.comm,
    cores: ({ harts }) => harts,
  }),
  tableOf('threads', 'Threads', 'Tasks and what they do', tasks, {
    pid: t => t.tgid,
    command: t => t.comm,
    tid: t => t.pid,
    core: t => orNone(t.onHart),
    'waits for': t => t.wait.words,
  }),
  tableOf(
    'files',
    'Files',
    'File descriptors of every process',
    k => descriptorsOfAll(k).flatMap(({ pid, comm, descriptors }) => descriptors.map(d => ({ ...d, pid, comm }))),
    { pid: d => d.pid, command: d => d.comm, 'file descriptor': d => d.fd, name: d => d.name },
  ),
  tableOf('procs', 'Process table', 'Process table: state, family, groups, time, memory', tasks, {
    pid: t => t.pid,
    ppid: t => t.ppid,
    pgid: t => t.pgid,
    sid: t => t.sid,
    state: t => t.state,
    instructions: t => t.instructions,
    pages: t => (t.mm === null ? 0 : t.mm.residentBytes / leafSize(0)),
    command: t => t.comm,
  }),
  tableOf(
    'runqueue',
    'Runqueues',
    'Who runs and who waits for each hart',
    k =>
      runqueuesView
        .data(k, {})
        .harts.flatMap(({ hart, current, queue }) => [
          ...(current === null ? [] : [{ ...current, hart, role: 'runs' }]),
          ...queue.map(waiter => ({ ...waiter, hart, role: 'waits' })),
        ]),
    { hart: t => t.hart, role: t => t.role, tid: t => t.pid, vruntime: t => t.vruntime, command: t => t.comm },
  ),
  tableOf('tlb', 'TLB', 'Valid entries of the translation lookaside buffers', k => tlbView.data(k, {}).rows, {
    hart: e => e.hart,
    for: e => e.access,
    set: e => e.index,
    va: e => hex(e.va),
    asid: e => e.asid,
    pids: e => e.pids.join(',') || '-',
    frame: e => (e.frame < 0 ? '-' : e.frame),
    flags: e => e.flags,
    current: e => e.active,
    state: e => e.state,
  }),
  tableOf('pagetables', 'Page tables', 'Mapped pages of every address space', pages, {
    pid: ({ pid }) => pid,
    asid: ({ asid }) => asid ?? '-',
    va: ({ leaf }) => hex(leaf.va),
    pages: ({ leaf }) => leaf.count,
    physical: ({ leaf }) => hex(frameAddress(leaf.frame)),
    level: ({ leaf }) => leaf.level,
    flags: ({ leaf }) => leaf.flags,
    references: ({ leaf: { references } }) =>
      references.least === references.most ? references.most : `${references.least}-${references.most}`,
  }),
  tableOf('frames', 'Frames', 'Physical frames in use', k => framesView.data(k, { count: MOST_ROWS }).listed, {
    frame: f => f.frame,
    physical: f => hex(f.physical),
    use: f => f.use,
    references: f => f.count,
  }),
]

export const tableByName = (name: string): Table | undefined => TABLES.find(table => table.name === name)

/** As lines of text, columns aligned. */
export function tableText({ columns, rows }: Table, k: Kernel): string {
  const all = [columns, ...rows(k).map(row => row.map(String))]
  const widths = columns.map((_, n) => Math.max(...all.map(row => row[n].length)))
  return all
    .map(
      row =>
        row
          .map((cell, n) => cell.padEnd(widths[n]))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('')
}
