// The machine's and the kernel's own tables as rows of text: `info os NAME` and `monitor NAME` show the same ones. To add one, add a row.
import { FRAME_USES, pathOf, walkMm, type Kernel, type Task } from '../../kernel/index.ts'
import { frameAddress, PAGE_SIZE, PTE_A, PTE_D, PTE_G, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, tlbEntries } from '../../vm/index.ts'
import { hex } from '../hex.ts'

export interface Table {
  name: string
  title: string
  doc: string
  columns: readonly string[]
  rows(k: Kernel): (string | number)[][]
}

const MOST_ROWS = 5000

const PTE_LETTERS: readonly (readonly [number, string])[] = [
  [PTE_V, 'V'],
  [PTE_R, 'R'],
  [PTE_W, 'W'],
  [PTE_X, 'X'],
  [PTE_U, 'U'],
  [PTE_G, 'G'],
  [PTE_A, 'A'],
  [PTE_D, 'D'],
]
export const pteText = (flags: number): string => PTE_LETTERS.map(([bit, letter]) => (flags & bit ? letter : '-')).join('')

const liveTasks = (k: Kernel): Task[] => [...k.state.tasks.values()]
const commandOf = (k: Kernel, task: Task): string => (task.mm?.exePath ? pathOf(k, task.mm.exePath) : task.comm)

/** Every page that a live process has mapped, one row for each run of pages of one kind. */
function pageRows(k: Kernel): (string | number)[][] {
  const rows: (string | number)[][] = []
  const seen = new Set<unknown>()
  for (const { mm, pid } of liveTasks(k)) {
    if (mm === null || seen.has(mm)) continue
    seen.add(mm)
    for (const region of mm.regions) {
      for (let va = region.start; va < region.end && rows.length < MOST_ROWS;) {
        const steps = walkMm(k, mm, va)
        const { level, lo, hi } = steps[steps.length - 1]
        const span = PAGE_SIZE * 512 ** level
        if ((lo & PTE_V) !== 0) {
          const physical = ((hi & 0x3fffff) * 0x400000 + (lo >>> 10)) * PAGE_SIZE
          const count = k.state.frames.count[(physical - frameAddress(0)) / PAGE_SIZE] ?? 0
          rows.push([pid, mm.asid, hex(va), hex(physical), level, pteText(lo), count])
        }
        va = Math.floor(va / span) * span + span
      }
    }
  }
  return rows
}

function frameRows({ state: { frames } }: Kernel): (string | number)[][] {
  const rows: (string | number)[][] = []
  for (let frame = 0; frame < frames.total && rows.length < MOST_ROWS; frame++)
    if (frames.count[frame] > 0) rows.push([frame, hex(frameAddress(frame)), FRAME_USES[frames.use[frame]], frames.count[frame]])
  return rows
}

export const TABLES: readonly Table[] = [
  {
    name: 'processes',
    title: 'Processes',
    doc: 'Running processes',
    columns: ['pid', 'user', 'command', 'cores'],
    rows: k =>
      [...k.state.groups.values()].map(({ tgid, leader, threads }) => [
        tgid,
        leader.credentials.euid === 0 ? 'root' : leader.credentials.euid,
        commandOf(k, leader),
        threads
          .map(task => task.onHart)
          .filter(hart => hart >= 0)
          .join(',') || '-',
      ]),
  },
  {
    name: 'threads',
    title: 'Threads',
    doc: 'Tasks and what they do',
    columns: ['pid', 'command', 'tid', 'core'],
    rows: k => liveTasks(k).map(task => [task.group.tgid, task.comm, task.pid, task.onHart < 0 ? '-' : task.onHart]),
  },
  {
    name: 'files',
    title: 'Files',
    doc: 'File descriptors of every process',
    columns: ['pid', 'command', 'file descriptor', 'name'],
    rows: k =>
      liveTasks(k)
        .filter(task => task.group.leader === task)
        .flatMap(task =>
          (task.files?.files ?? []).flatMap((file, fd) =>
            file ? [[task.pid, task.comm, fd, file.path ? pathOf(k, file.path) : file.inode.kind]] : [],
          ),
        ),
  },
  {
    name: 'procs',
    title: 'Process table',
    doc: 'Process table: state, family, groups, time, memory',
    columns: ['pid', 'ppid', 'pgid', 'sid', 'state', 'instructions', 'pages', 'command'],
    rows: k =>
      liveTasks(k).map(task => {
        const { group, sched, mm, state } = task
        const pages = mm === null ? 0 : mm.anonPages + mm.filePages + mm.shmemPages
        return [task.pid, group.parent?.tgid ?? 0, group.pgid, group.sid, state, sched.instructions, pages, task.comm]
      }),
  },
  {
    name: 'runqueue',
    title: 'Runqueues',
    doc: 'Who runs and who waits for each hart',
    columns: ['hart', 'role', 'tid', 'vruntime', 'command'],
    rows: k =>
      k.state.harts.flatMap(hart => [
        ...(hart.current === null ? [] : [[hart.id, 'runs', hart.current.pid, hart.current.sched.vruntime, hart.current.comm]]),
        ...hart.queue.map(task => [hart.id, 'waits', task.pid, task.sched.vruntime, task.comm]),
      ]),
  },
  {
    name: 'tlb',
    title: 'TLB',
    doc: 'Valid entries of the translation lookaside buffers',
    columns: ['hart', 'for', 'set', 'va', 'asid', 'frame', 'flags', 'current'],
    rows: ({ machine }) =>
      machine.harts.flatMap(hart =>
        tlbEntries(machine, hart).map(e => [
          hart.id,
          e.access,
          e.index,
          hex(e.va),
          e.asid,
          e.frame < 0 ? '-' : e.frame,
          pteText(e.flags),
          e.current ? 'yes' : 'no',
        ]),
      ),
  },
  {
    name: 'pagetables',
    title: 'Page tables',
    doc: 'Mapped pages of every address space',
    columns: ['pid', 'asid', 'va', 'physical', 'level', 'flags', 'references'],
    rows: pageRows,
  },
  {
    name: 'frames',
    title: 'Frames',
    doc: 'Physical frames in use',
    columns: ['frame', 'physical', 'use', 'references'],
    rows: frameRows,
  },
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
