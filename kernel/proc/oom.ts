// Who is killed first when memory runs out: oom_score, and what a process or its administrator adds to it (oom_score_adj).
import { CAP_SYS_RESOURCE, EACCES, EINVAL, OOM_SCORE_ADJ_MAX } from '../abi/index.ts'
import { capable } from '../task/index.ts'
import { badness } from '../process/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { READ_ONLY, WRITABLE, type ProcessFile } from './nodes.ts'
import { readInteger } from './numbers.ts'

const MAX = OOM_SCORE_ADJ_MAX
/** The older scale, -17..15. */
const LEGACY_MAX = 15
const LEGACY_DISABLE = -17

/** Resident pages and page tables, moved by the adjustment in thousandths of RAM, on Linux's scale of 0 to 2000 thirds. */
function scoreText(k: Kernel, task: Task): string {
  const points = badness(k, task.group)
  if (points === -Infinity) return '0\n'
  return `${Math.max(0, Math.floor(((MAX + Math.trunc((points * MAX) / k.state.frames.total)) * 2) / 3))}\n`
}

/**
 * Below the least value that a privileged one ever set, only CAP_SYS_RESOURCE may go. Processes that share memory, other than for a
 * vfork, live and die together: what is set for one is set for all.
 */
function setAdj(k: Kernel, task: Task, writer: Task, adj: number, floor: number): void {
  const privileged = capable(writer.credentials, CAP_SYS_RESOURCE)
  if (adj < floor && !privileged) throw EACCES
  const set = (group: ThreadGroup): void => {
    group.oomScoreAdj = adj
    if (privileged) group.oomScoreAdjMin = adj
  }
  set(task.group)
  if (task.mm === null || task.vforkDone !== null) return
  for (const group of k.state.groups.values()) {
    const { leader } = group
    if (leader.mm === task.mm && leader.vforkDone === null && leader !== k.state.init) set(group)
  }
}

export const oomFiles: Readonly<Record<string, ProcessFile>> = {
  oom_score: { mode: READ_ONLY, text: scoreText },
  oom_score_adj: {
    mode: WRITABLE,
    text: (_k, task) => `${task.group.oomScoreAdj}\n`,
    write(k, task, text, writer) {
      const adj = readInteger(text)
      if (Math.abs(adj) > MAX) throw EINVAL
      setAdj(k, task, writer, adj, task.group.oomScoreAdjMin)
    },
  },
  oom_adj: {
    mode: WRITABLE,
    text: (_k, { group }) => `${group.oomScoreAdj === MAX ? LEGACY_MAX : Math.trunc((group.oomScoreAdj * -LEGACY_DISABLE) / MAX)}\n`,
    write(k, task, text, writer) {
      const level = readInteger(text)
      if (level < LEGACY_DISABLE || level > LEGACY_MAX) throw EINVAL
      const adj = level === LEGACY_MAX ? MAX : Math.trunc((level * MAX) / -LEGACY_DISABLE)
      setAdj(k, task, writer, adj, task.group.oomScoreAdj)
    },
  },
}
