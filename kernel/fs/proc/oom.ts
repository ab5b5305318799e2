// Who is killed first when memory runs out: oom_score, and what a process or its administrator adds to it (oom_score_adj).
import { CAP_SYS_RESOURCE, EACCES, EINVAL } from '../../abi/index.ts'
import { capable } from '../../process/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { READ_ONLY, WRITABLE, type ProcessFile } from './nodes.ts'
import { readInteger } from './numbers.ts'
import { memoryOf } from './status.ts'

const MAX = 1000
/** The older scale, -17..15. */
const LEGACY_MAX = 15
const LEGACY_DISABLE = -17

/** Resident pages and page tables, moved by the adjustment in thousandths of RAM, on Linux's scale of 0 to 2000 thirds. */
function scoreText(k: Kernel, task: Task): string {
  const adj = task.group.oomScoreAdj
  if (adj === -MAX || !task.mm) return '0\n'
  const { total } = k.state.frames
  const { resident, tables } = memoryOf(task)
  const points = resident + tables + adj * Math.floor(total / MAX)
  return `${Math.max(0, Math.floor(((MAX + Math.trunc((points * MAX) / total)) * 2) / 3))}\n`
}

/** Below the least value that a privileged one ever set, only CAP_SYS_RESOURCE may go. */
function setAdj(task: Task, writer: Task, adj: number, floor: number): void {
  const privileged = capable(writer.credentials, CAP_SYS_RESOURCE)
  if (adj < floor && !privileged) throw EACCES
  task.group.oomScoreAdj = adj
  if (privileged) task.group.oomScoreAdjMin = adj
}

export const oomFiles: Readonly<Record<string, ProcessFile>> = {
  oom_score: { mode: READ_ONLY, text: scoreText },
  oom_score_adj: {
    mode: WRITABLE,
    text: (_k, task) => `${task.group.oomScoreAdj}\n`,
    write(_k, task, text, writer) {
      const adj = readInteger(text)
      if (Math.abs(adj) > MAX) throw EINVAL
      setAdj(task, writer, adj, task.group.oomScoreAdjMin)
    },
  },
  oom_adj: {
    mode: WRITABLE,
    text: (_k, { group }) => `${group.oomScoreAdj === MAX ? LEGACY_MAX : Math.trunc((group.oomScoreAdj * -LEGACY_DISABLE) / MAX)}\n`,
    write(_k, task, text, writer) {
      const level = readInteger(text)
      if (level < LEGACY_DISABLE || level > LEGACY_MAX) throw EINVAL
      const adj = level === LEGACY_MAX ? MAX : Math.trunc((level * MAX) / -LEGACY_DISABLE)
      setAdj(task, writer, adj, task.group.oomScoreAdj)
    },
  },
}
