// shmget, shmctl, shmat, shmdt (System V shared memory).
import {
  EINVAL,
  ENOMEM,
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  SHMID_DS,
  SHMINFO,
  SHM_AT_FLAGS,
  SHM_COMMANDS,
  SHM_EXEC,
  SHM_GET_FLAGS,
  SHM_INFO,
  SHM_INFO_DS,
  SHM_LOCK,
  SHM_RDONLY,
  SHM_REMAP,
  SHM_RND,
  SHM_STAT,
  SHM_STAT_ANY,
  SHM_UNLOCK,
} from '../abi/index.ts'
import {
  attachesOf,
  checkOwner,
  checkUse,
  highestPlace,
  ipcAtPlace,
  ipcObject,
  lockSegment,
  permOf,
  removeSegment,
  residentPages,
  setOwner,
  shmGet,
  type Segment,
} from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { checkGrowth, findFree, HUGE_PAGE, mapRegion, overlaps, pageUp, regionIndex, unmapRange, USER_END, type Mm } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { address, flags, int, size } from './args.ts'
import { syscall, type Syscall } from './define.ts'
import { commandText, controlText, getFlags, getStruct, inside, key, newPermText, permText, putStruct } from './sysv-args.ts'

const PAGE = 4096
const READ = 0o444
const WRITE = 0o222
const EXECUTE = 0o111
const PROT_ALL = PROT_READ | PROT_WRITE | PROT_EXEC

const space = (task: Task): Mm => {
  if (task.mm === null) throw new Error(`a memory call of task ${task.pid}, which has no address space`)
  return task.mm
}

/** Where it goes: rounded down with SHM_RND; not over anything else unless SHM_REMAP says so. EINVAL, ENOMEM. */
function attachPlace(mm: Mm, at: number, length: number, options: number, unit: number): number {
  if (at === 0) {
    if (options & SHM_REMAP) throw EINVAL
    const start = findFree(mm, length, 0, unit)
    if (start < 0) throw ENOMEM
    return start
  }
  if (at % PAGE !== 0 && !(options & SHM_RND)) throw EINVAL
  const start = at - (((at % PAGE) + PAGE) % PAGE)
  if (start === 0 && options & SHM_REMAP) throw EINVAL
  if (start < 0 || start + length > USER_END) throw options & SHM_REMAP || start > 0 ? ENOMEM : EINVAL
  if (start % unit !== 0) throw EINVAL
  if (!(options & SHM_REMAP) && overlaps(mm, start, start + length)) throw EINVAL
  return start
}

function shmat(k: Kernel, task: Task, id: number, at: number, options: number): number {
  if (id < 0) throw EINVAL
  const mm = space(task)
  if (at !== 0 && at % PAGE !== 0 && !(options & SHM_RND)) throw EINVAL
  if (at === 0 && options & SHM_REMAP) throw EINVAL
  const segment = ipcObject(task.ns.ipc.shm, id)
  const reads = (options & SHM_RDONLY) !== 0
  const executes = (options & SHM_EXEC) !== 0
  checkUse(task, segment, READ | (reads ? 0 : WRITE) | (executes ? EXECUTE : 0))
  const unit = segment.hugetlb ? HUGE_PAGE : PAGE
  const length = Math.ceil(segment.size / unit) * unit
  const start = attachPlace(mm, at, length, options, unit)
  checkGrowth(task, mm, length, false)
  mapRegion(k, mm, {
    start,
    length,
    prot: PROT_READ | (reads ? 0 : PROT_WRITE) | (executes ? PROT_EXEC : 0),
    maxProt: reads ? PROT_ALL & ~PROT_WRITE : PROT_ALL,
    shared: true,
    inode: segment.inode,
    label: segment.label,
    hugetlb: segment.hugetlb,
  })
  return start
}

/** The segment of which [at, ...) is the beginning, wherever in memory its parts are; they all go. EINVAL: there is none. */
function shmdt(k: Kernel, task: Task, at: number): number {
  if (at % PAGE !== 0) throw EINVAL
  const mm = space(task)
  let segment: Segment | null = null
  let end = Infinity
  for (let i = regionIndex(mm, at); i >= 0 && i < mm.regions.length;) {
    const region = mm.regions[i]
    if (region.start >= end) break
    const own = region.inode?.segment ?? null
    const isPart = own !== null && region.start - at === region.offset && (segment === null || own === segment)
    if (!isPart || region.end > end) {
      i++
      continue
    }
    segment = own
    end = at + pageUp(segment.size)
    unmapRange(k, mm, region.start, region.end)
  }
  if (segment === null) throw EINVAL
  return 0
}

const stateOf = (segment: Segment) => ({
  perm: permOf(segment),
  segsz: segment.size,
  atime: segment.atime,
  dtime: segment.dtime,
  ctime: segment.ctime,
  cpid: segment.cpid,
  lpid: segment.lpid,
  nattch: attachesOf(segment),
  unused4: 0,
  unused5: 0,
})

type Control = (k: Kernel, task: Task, id: number, at: number) => number

function stat(k: Kernel, task: Task, segment: Segment, at: number, checked = true): void {
  if (checked) checkUse(task, segment, READ)
  putStruct(k, task, at, SHMID_DS, stateOf(segment))
}

const lockOrNot =
  (lock: boolean): Control =>
  (_k, task, id) => {
    lockSegment(task, ipcObject(task.ns.ipc.shm, id), lock)
    return 0
  }

const CONTROLS: Readonly<Record<number, Control>> = {
  [IPC_INFO](k, task, _id, at) {
    const { limits, shm } = task.ns.ipc
    const none = { unused1: 0, unused2: 0, unused3: 0, unused4: 0 }
    const { shmmax, shmall, shmmni } = limits
    putStruct(k, task, at, SHMINFO, { shmmax, shmmin: 1, shmmni, shmseg: shmmni, shmall, ...none })
    return highestPlace(shm)
  },
  [SHM_INFO](k, task, _id, at) {
    const { shm, shmPages } = task.ns.ipc
    const resident = [...shm.objects.values()].reduce((sum, segment) => sum + residentPages(segment), 0)
    const values = { usedIds: shm.objects.size, total: shmPages, resident, swapped: 0, attempts: 0, successes: 0 }
    putStruct(k, task, at, SHM_INFO_DS, values)
    return highestPlace(shm)
  },
  [IPC_STAT](k, task, id, at) {
    stat(k, task, ipcObject(task.ns.ipc.shm, id), at)
    return 0
  },
  [SHM_STAT](k, task, id, at) {
    const segment = ipcAtPlace(task.ns.ipc.shm, id)
    stat(k, task, segment, at)
    return segment.id
  },
  [SHM_STAT_ANY](k, task, id, at) {
    const segment = ipcAtPlace(task.ns.ipc.shm, id)
    stat(k, task, segment, at, false)
    return segment.id
  },
  [IPC_SET](k, task, id, at) {
    const { perm } = getStruct(k, task, at, SHMID_DS)
    const segment = ipcObject(task.ns.ipc.shm, id)
    checkOwner(task, segment)
    setOwner(k, segment, perm)
    return 0
  },
  [IPC_RMID](k, task, id) {
    const segment = ipcObject(task.ns.ipc.shm, id)
    checkOwner(task, segment)
    removeSegment(k, task, segment)
    return 0
  },
  [SHM_LOCK]: lockOrNot(true),
  [SHM_UNLOCK]: lockOrNot(false),
}

function shmctl(k: Kernel, task: Task, id: number, command: number, at: number): number {
  const control = CONTROLS[command]
  if (id < 0 || !control) throw EINVAL
  return control(k, task, id, at)
}

const stateText = inside(
  SHMID_DS,
  s =>
    `{shm_perm=${permText(s.perm)}, shm_segsz=${s.segsz}, shm_cpid=${s.cpid}, shm_lpid=${s.lpid}, shm_nattch=${s.nattch}, ` +
    `shm_atime=${s.atime}, shm_dtime=${s.dtime}, shm_ctime=${s.ctime}}`,
)
const SHOWN: Readonly<Record<number, { on?: typeof stateText; after?: typeof stateText }>> = {
  [IPC_STAT]: { after: stateText },
  [SHM_STAT]: { after: stateText },
  [SHM_STAT_ANY]: { after: stateText },
  [IPC_SET]: { on: inside(SHMID_DS, s => `{shm_perm=${newPermText(s.perm)}}`) },
  [IPC_INFO]: {
    after: inside(SHMINFO, s => `{shmmax=${s.shmmax}, shmmin=${s.shmmin}, shmmni=${s.shmmni}, shmseg=${s.shmseg}, shmall=${s.shmall}}`),
  },
  [SHM_INFO]: {
    after: inside(
      SHM_INFO_DS,
      s =>
        `{used_ids=${s.usedIds}, shm_tot=${s.total}, shm_rss=${s.resident}, shm_swp=${s.swapped}, swap_attempts=${s.attempts}, ` +
        `swap_successes=${s.successes}}`,
    ),
  },
}

export const shmCalls: Syscall[] = [
  syscall(
    194,
    'shmget',
    { key, size, shmflg: getFlags(SHM_GET_FLAGS) },
    (k, task, { key, size, shmflg }) => shmGet(k, task, key, size, shmflg),
    { note: 'SHM_HUGETLB has pages of 2 MiB alone (EINVAL for others), and asks for no group. SHM_NORESERVE as for mmap.' },
  ),
  syscall(195, 'shmctl', { shmid: int, cmd: int, buf: address }, (k, task, { shmid, cmd, buf }) => shmctl(k, task, shmid, cmd, buf), {
    text: controlText(
      raw => `${raw[0] | 0}, ${commandText(SHM_COMMANDS, raw[1] | 0, 'SHM_')}`,
      2,
      command => SHOWN[command] ?? {},
      1,
    ),
  }),
  syscall(
    196,
    'shmat',
    { shmid: int, shmaddr: address, shmflg: flags(SHM_AT_FLAGS) },
    (k, task, { shmid, shmaddr, shmflg }) => shmat(k, task, shmid, shmaddr, shmflg),
    { result: 'address' },
  ),
  syscall(197, 'shmdt', { shmaddr: address }, (k, task, { shmaddr }) => shmdt(k, task, shmaddr)),
]
