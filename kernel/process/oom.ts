// When no frame is left and none can be given back, a process dies for the others (Linux's mm/oom_kill.c): the one with the most
// memory, as its administrator moved it by oom_score_adj. What asked for the frame is then simply done again.
import { PAGE_SIZE } from '../../vm/index.ts'
import { OOM_SCORE_ADJ_MAX, OOM_SCORE_ADJ_MIN, SIGKILL, killedStatus } from '../abi/index.ts'
import { emit } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import { LOG_EMERG, LOG_ERR, LOG_INFO, LOG_WARNING, log, mayLog } from '../klog.ts'
import { mmStatistics, releaseKmem, type Mm } from '../mm/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { exitGroup } from './exit.ts'

const KIB_PER_PAGE = PAGE_SIZE / 1024

/** A thread that has the process's memory still, for its leader may be gone before the others. */
const holder = (group: ThreadGroup): Task | undefined => group.threads.find(({ mm }) => mm !== null)

/** Pages that would come free with a process, moved by the adjustment in thousandths of RAM; -Infinity: it is not to be killed. */
export function badness(k: Kernel, group: ThreadGroup): number {
  const task = holder(group)
  if (!task?.mm || group.oomScoreAdj === OOM_SCORE_ADJ_MIN || isInVfork(task)) return -Infinity
  const { resident, tables } = mmStatistics(task.mm)
  return resident + tables + group.oomScoreAdj * Math.floor(k.state.frames.total / OOM_SCORE_ADJ_MAX)
}

/** Until it has a space of its own, all of it is its parent's. */
const isInVfork = ({ vforkDone, mm, group }: Task): boolean => vforkDone !== null && group.parent?.leader.mm === mm

const isInit = (k: Kernel, group: ThreadGroup): boolean => group === k.state.init?.group

/** The worst of all; among equals the youngest. */
function worst(k: Kernel): ThreadGroup | null {
  let chosen: ThreadGroup | null = null
  let most = -Infinity
  for (const group of k.state.groups.values()) {
    if (isInit(k, group)) continue
    const points = badness(k, group)
    if (points === -Infinity || points < most) continue
    chosen = group
    most = points
  }
  return chosen
}

const kib = (pages: number): string => `${pages * KIB_PER_PAGE}kB`

/** Who asked, and what everybody has. */
function logState(k: Kernel, asking: Task, everybody: boolean): void {
  const { frames, groups } = k.state
  log(k, LOG_WARNING, `${asking.comm} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=${asking.group.oomScoreAdj}`)
  log(k, LOG_WARNING, 'Mem-Info:')
  log(k, LOG_WARNING, `${frames.total} pages RAM`)
  if (!everybody) return
  log(k, LOG_INFO, 'Tasks state (memory values in pages):')
  log(k, LOG_INFO, '[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name')
  for (const group of groups.values()) {
    const task = holder(group)
    if (!task?.mm || isInit(k, group)) continue
    const m = mmStatistics(task.mm)
    const cells: [number, number][] = [
      [task.credentials.uid, 5],
      [group.tgid, 5],
      [m.size, 8],
      [m.resident, 8],
      [m.anon, 8],
      [m.file, 8],
      [m.shmem, 9],
      [m.tables * PAGE_SIZE, 8],
      [0, 8],
      [group.oomScoreAdj, 13],
    ]
    const row = cells.map(([value, width]) => String(value).padStart(width)).join(' ')
    log(k, LOG_INFO, `[${String(task.pid).padStart(7)}] ${row} ${task.comm}`)
  }
}

/** The process and whoever shares its memory, init excepted. The log's last line is for people: a shell finds it by the pid. */
function kill(k: Kernel, victim: ThreadGroup, task: Task, mm: Mm): void {
  const { tgid, oomScoreAdj } = victim
  const { uid } = task.credentials
  const m = mmStatistics(mm)
  log(
    k,
    LOG_INFO,
    'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,' +
      `task=${task.comm},pid=${tgid},uid=${uid}`,
  )
  log(
    k,
    LOG_ERR,
    `Out of memory: Killed process ${tgid} (${task.comm}) total-vm:${kib(m.size)}, anon-rss:${kib(m.anon)}, file-rss:${kib(m.file)}, ` +
      `shmem-rss:${kib(m.shmem)}, UID:${uid} pgtables:${kib(m.tables)} oom_score_adj:${oomScoreAdj}`,
  )
  log(k, LOG_INFO, `${task.comm}[${tgid}]: out of memory: it had ${kib(m.resident)} of ${kib(k.state.frames.total)}`)
  k.state.counts.oomKills++
  if (k.events.oomKill !== undefined) emit(k, { kind: 'oomKill', task, bytes: m.resident * PAGE_SIZE })
  for (const group of [...k.state.groups.values()]) {
    const sharer = holder(group)
    if (sharer?.mm === mm && !isInit(k, group)) exitGroup(k, sharer, killedStatus(SIGKILL, false))
  }
}

/** The machine stops, as init's death stops it. */
function panic(k: Kernel, why: string): void {
  log(k, LOG_EMERG, `Kernel panic - not syncing: ${why}`)
  k.state.halted ??= { status: killedStatus(SIGKILL, false) }
}

/**
 * After a frame was asked for and there was none (Frames.starved): makes room. True: there is some, or somebody died, perhaps the one that
 * asked, and what it wanted is to be tried again. False: there is nobody that may be killed.
 */
export function relieveMemory(k: Kernel, asking: Task): boolean {
  k.state.frames.starved = false
  if (releaseKmem(k) > 0) return true
  const { sysctl } = k.state
  const own = sysctl.oomKillAllocatingTask && !isInit(k, asking.group) && badness(k, asking.group) > -Infinity
  const victim = own ? asking.group : worst(k)
  if (mayLog(k)) logState(k, asking, sysctl.oomDumpTasks !== 0)
  if (sysctl.panicOnOom > 0) {
    panic(k, 'Out of memory: system-wide panic_on_oom is enabled')
    return true
  }
  const task = victim && holder(victim)
  if (!victim || !task?.mm) {
    log(k, LOG_WARNING, 'Out of memory and no killable processes...')
    return false
  }
  kill(k, victim, task, task.mm)
  return true
}

/** Nobody can go on, and nobody may be killed. */
export const panicForMemory = (k: Kernel): void => panic(k, 'System is deadlocked on memory')
