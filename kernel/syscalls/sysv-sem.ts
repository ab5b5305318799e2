// semget, semctl, semtimedop, semop (System V semaphores).
import {
  E2BIG,
  EINVAL,
  ENOMEM,
  ERANGE,
  GETALL,
  GETNCNT,
  GETPID,
  GETVAL,
  GETZCNT,
  IPC_CREAT,
  IPC_EXCL,
  IPC_INFO,
  IPC_NOWAIT,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  readStruct,
  SEMAEM,
  SEMBUF,
  SEMID_DS,
  SEMINFO,
  SEMVMX,
  SEM_COMMANDS,
  SEM_FLAGS,
  SEM_INFO,
  SEM_STAT,
  SEM_STAT_ANY,
  SETALL,
  SETVAL,
} from '../abi/index.ts'
import {
  checkOwner,
  checkUse,
  countWaiters,
  highestPlace,
  ipcAtPlace,
  ipcObject,
  permOf,
  removeSet,
  semGet,
  semOp,
  setOwner,
  setSemaphores,
  type SemaphoreSet,
  type SemOperation,
} from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, peekUser } from '../mm/index.ts'
import { alarmAt, later } from '../time/index.ts'
import type { Task } from '../state.ts'
import { keeping, keptOr, type SyscallResult } from '../waiting.ts'
import { address, int, pointer, size } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { commandText, controlText, getFlags, getStruct, inside, key, newPermText, permText, putStruct } from './sysv-args.ts'
import { flagsText } from './text.ts'
import { ktimeOf, timeIn, timespec, type Timespec } from './times.ts'

const READ = 0o444
const WRITE = 0o222
const SHORT = 2
/** Linux's constants of seminfo that bound nothing. */
const SEMUSZ = 20
/** More operations than memory can be had for. */
const MOST_OPERATIONS = 2 ** 20

function operationsAt(k: Kernel, task: Task, at: number, count: number): SemOperation[] {
  if (count > task.ns.ipc.limits.sem[2]) throw E2BIG
  if (count < 1) throw EINVAL
  if (count > MOST_OPERATIONS) throw ENOMEM
  const bytes = copyIn(k, task, at, count * SEMBUF.size)
  return Array.from({ length: count }, (_, i) => readStruct(SEMBUF, bytes, i * SEMBUF.size))
}

function timedop(k: Kernel, task: Task, id: number, at: number, count: number, timeout: Timespec | null): SyscallResult {
  const kept = keptOr(task, () => {
    const operations = operationsAt(k, task, at, count)
    if (id < 0) throw EINVAL
    return { operations, deadline: timeout === null ? Infinity : alarmAt(later(k.state.time, ktimeOf(timeIn(timeout)))) }
  })
  return keeping(semOp(k, task, id, kept.operations, kept.deadline), kept)
}

type Control = (k: Kernel, task: Task, id: number, num: number, at: number) => number
const setOf = (task: Task, id: number): SemaphoreSet => ipcObject(task.ns.ipc.sem, id)

/** What one semaphore, or its set, is asked by who may read it. */
const asked =
  (answer: (set: SemaphoreSet, num: number) => number): Control =>
  (_k, task, id, num) => {
    const set = setOf(task, id)
    checkUse(task, set, READ)
    if (num < 0 || num >= set.values.length) throw EINVAL
    return answer(set, num)
  }

function getAll(k: Kernel, task: Task, id: number, at: number): number {
  const set = setOf(task, id)
  checkUse(task, set, READ)
  copyOut(k, task, at, new Uint8Array(set.values.slice().buffer))
  return 0
}

function setAll(k: Kernel, task: Task, id: number, at: number): number {
  const set = setOf(task, id)
  checkUse(task, set, WRITE)
  const bytes = copyIn(k, task, at, set.values.length * SHORT)
  const values = Array.from({ length: set.values.length }, (_, i) => bytes[SHORT * i] | (bytes[SHORT * i + 1] << 8))
  if (values.some(value => value > SEMVMX)) throw ERANGE
  setSemaphores(k, task, set, 0, values)
  return 0
}

function setValue(k: Kernel, task: Task, id: number, num: number, value: number): number {
  if (value < 0 || value > SEMVMX) throw ERANGE
  const set = setOf(task, id)
  if (num < 0 || num >= set.values.length) throw EINVAL
  checkUse(task, set, WRITE)
  setSemaphores(k, task, set, num, [value])
  return 0
}

function stat(k: Kernel, task: Task, set: SemaphoreSet, at: number, checked = true): void {
  if (checked) checkUse(task, set, READ)
  const { otime, ctime, values } = set
  putStruct(k, task, at, SEMID_DS, { perm: permOf(set), otime, ctime, nsems: values.length, unused3: 0, unused4: 0 })
}

/** Limits; or, in two of their places, how many sets and semaphores there are. */
const info =
  (used: boolean): Control =>
  (k, task, _id, _num, at) => {
    const { sem, limits, semaphores } = task.ns.ipc
    const [semmsl, semmns, semopm, semmni] = limits.sem
    const most = 32000 * 32000
    putStruct(k, task, at, SEMINFO, {
      semmap: most,
      semmni,
      semmns,
      semmnu: most,
      semmsl,
      semopm,
      semume: 500,
      semusz: used ? sem.objects.size : SEMUSZ,
      semvmx: SEMVMX,
      semaem: used ? semaphores : SEMAEM,
    })
    return highestPlace(sem)
  }

const CONTROLS: Readonly<Record<number, Control>> = {
  [IPC_INFO]: info(false),
  [SEM_INFO]: info(true),
  [IPC_STAT](k, task, id, _num, at) {
    stat(k, task, setOf(task, id), at)
    return 0
  },
  [SEM_STAT](k, task, id, _num, at) {
    const set = ipcAtPlace(task.ns.ipc.sem, id)
    stat(k, task, set, at)
    return set.id
  },
  [SEM_STAT_ANY](k, task, id, _num, at) {
    const set = ipcAtPlace(task.ns.ipc.sem, id)
    stat(k, task, set, at, false)
    return set.id
  },
  [GETALL]: (k, task, id, _num, at) => getAll(k, task, id, at),
  [SETALL]: (k, task, id, _num, at) => setAll(k, task, id, at),
  [GETVAL]: asked((set, num) => set.values[num]),
  [GETPID]: asked((set, num) => set.pids[num]),
  [GETNCNT]: asked((set, num) => countWaiters(set, num, false)),
  [GETZCNT]: asked((set, num) => countWaiters(set, num, true)),
  [SETVAL]: (k, task, id, num, value) => setValue(k, task, id, num, value | 0),
  [IPC_SET](k, task, id, _num, at) {
    const { perm } = getStruct(k, task, at, SEMID_DS)
    const set = setOf(task, id)
    checkOwner(task, set)
    setOwner(k, set, perm)
    return 0
  },
  [IPC_RMID](k, task, id) {
    const set = setOf(task, id)
    checkOwner(task, set)
    removeSet(k, task, set)
    return 0
  },
}

function semctl(k: Kernel, task: Task, id: number, num: number, command: number, at: number): number {
  const control = CONTROLS[command]
  if (id < 0 || !control) throw EINVAL
  return control(k, task, id, num, at)
}

const GET_FLAGS = { IPC_CREAT, IPC_EXCL, IPC_NOWAIT } as const
/** strace shows at most so many operations. */
const SHOWN_OPERATIONS = 32

const operationsArg: Arg<number> = {
  ...address,
  type: 'struct sembuf *',
  show(raw, k, task, all) {
    const count = all[2]
    if (count === 0) return '[]'
    const bytes = raw > 0 && count > 0 ? peekUser(k, task, raw, Math.min(count, SHOWN_OPERATIONS) * SEMBUF.size) : null
    if (bytes === null) return pointer(raw)
    const parts = Array.from({ length: bytes.length / SEMBUF.size }, (_, i) => readStruct(SEMBUF, bytes, i * SEMBUF.size))
    const text = parts.map(
      ({ num, op, flags }) => `{sem_num=${num}, sem_op=${op}, sem_flg=${flagsText(SEM_FLAGS, flags & 0xffff, '0', 'SEM_')}}`,
    )
    return `[${text.join(', ')}${count > SHOWN_OPERATIONS ? ', ...' : ''}]`
  },
}

const stateText = inside(SEMID_DS, s => `{sem_perm=${permText(s.perm)}, sem_otime=${s.otime}, sem_ctime=${s.ctime}, sem_nsems=${s.nsems}}`)
const infoText = inside(
  SEMINFO,
  s =>
    `{${(['semmap', 'semmni', 'semmns', 'semmnu', 'semmsl', 'semopm', 'semume', 'semusz', 'semvmx', 'semaem'] as const)
      .map(name => `${name}=${s[name]}`)
      .join(', ')}}`,
)
const SHOWN: Readonly<Record<number, { on?: typeof stateText; after?: typeof stateText }>> = {
  [IPC_STAT]: { after: stateText },
  [SEM_STAT]: { after: stateText },
  [SEM_STAT_ANY]: { after: stateText },
  [IPC_INFO]: { after: infoText },
  [SEM_INFO]: { after: infoText },
  [IPC_SET]: { on: inside(SEMID_DS, s => `{sem_perm=${newPermText(s.perm)}}`) },
}

export const semCalls: Syscall[] = [
  syscall(190, 'semget', { key, nsems: int, semflg: getFlags(GET_FLAGS) }, (k, task, { key, nsems, semflg }) =>
    semGet(k, task, key, nsems, semflg),
  ),
  syscall(
    191,
    'semctl',
    { semid: int, semnum: int, cmd: int, arg: address },
    (k, task, { semid, semnum, cmd, arg }) => semctl(k, task, semid, semnum, cmd, arg),
    {
      text: controlText(
        raw => `${raw[0] | 0}, ${raw[1] | 0}, ${commandText(SEM_COMMANDS, raw[2] | 0, 'SEM_')}`,
        3,
        command => SHOWN[command] ?? {},
        2,
      ),
    },
  ),
  syscall(
    192,
    'semtimedop',
    { semid: int, sops: operationsArg, nsops: size, timeout: timespec },
    (k, task, { semid, sops, nsops, timeout }) => timedop(k, task, semid, sops, nsops, timeout),
  ),
  syscall(193, 'semop', { semid: int, sops: operationsArg, nsops: size }, (k, task, { semid, sops, nsops }) =>
    timedop(k, task, semid, sops, nsops, null),
  ),
]
