// /proc/sysvipc: the System V objects of the reader's namespace, and the sysctls that bound them.
import { CAP_SYS_ADMIN, EINVAL, EPERM } from '../abi/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { attachesOf, destroyOrphans, residentPages, type IpcLimits, type IpcObject, type MqState } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { capable } from '../task/index.ts'
import { READ_ONLY, WRITABLE, type SystemFile } from './nodes.ts'
import { readNumbers } from './numbers.ts'

const cell = (value: number | bigint, width: number): string => String(value).padStart(width)
const start = ({ key, id, mode }: IpcObject): string => `${cell(key, 10)} ${cell(id, 10)}  ${mode.toString(8).padStart(4)} `
const owners = ({ uid, gid, cuid, cgid }: IpcObject): string => [uid, gid, cuid, cgid].map(value => cell(value, 5)).join(' ')
const cells = (width: number, ...values: (number | bigint)[]): string => values.map(value => cell(value, width)).join(' ')

/** By place, as Linux walks them. */
const inOrder = <T>(objects: ReadonlyMap<number, T>): T[] => [...objects].sort(([a], [b]) => a - b).map(([, object]) => object)

const SHM_HEAD =
  '       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime' +
  '                   rss                  swap\n'
const SEM_HEAD = '       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n'
const MSG_HEAD = '       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n'

const list = (text: (k: Kernel, reader: Task) => string): SystemFile => ({ mode: READ_ONLY, text })

export const sysvFiles: Readonly<Record<string, SystemFile>> = {
  'sysvipc/msg': list(
    (_k, { ns }) =>
      MSG_HEAD +
      inOrder(ns.ipc.msg.objects)
        .map(
          q =>
            `${start(q)} ${cells(10, q.bytes, q.messages.length)} ${cells(5, q.lspid, q.lrpid)} ${owners(q)} ` +
            `${cells(10, q.stime, q.rtime, q.ctime)}\n`,
        )
        .join(''),
  ),
  'sysvipc/sem': list(
    (_k, { ns }) =>
      SEM_HEAD +
      inOrder(ns.ipc.sem.objects)
        .map(s => `${start(s)}${cell(s.values.length, 10)} ${owners(s)} ${cells(10, s.otime, s.ctime)}\n`)
        .join(''),
  ),
  'sysvipc/shm': list(
    (_k, { ns }) =>
      SHM_HEAD +
      inOrder(ns.ipc.shm.objects)
        .map(
          s =>
            `${start(s)}${cell(s.size, 21)} ${cells(5, s.cpid, s.lpid)}  ${cell(attachesOf(s), 5)} ${owners(s)} ` +
            `${cells(10, s.atime, s.dtime, s.ctime)} ${cells(21, residentPages(s) * PAGE_SIZE, 0)}\n`,
        )
        .join(''),
  ),
}

const INT_MAX = 2 ** 31 - 1
const INT_MIN = -(2 ** 31)
const ULONG_MAX = 2n ** 64n - 1n
/** Objects of a kind that ids can tell apart. */
const PLACES = 32768

type NumberKey = { [K in keyof IpcLimits]: IpcLimits[K] extends number ? K : never }[keyof IpcLimits]

const limit = (key: NumberKey, min = 0, max = INT_MAX, after?: (k: Kernel, task: Task) => void): SystemFile => ({
  mode: WRITABLE,
  text: (_k, { ns }) => `${ns.ipc.limits[key]}\n`,
  write(k, text, writer) {
    writer.ns.ipc.limits[key] = readNumbers(text, 1, min, max)[0]
    after?.(k, writer)
  },
})

/** Of unsigned longs, beyond what a number holds. */
const wide = (key: 'shmmax' | 'shmall'): SystemFile => ({
  mode: WRITABLE,
  text: (_k, { ns }) => `${ns.ipc.limits[key]}\n`,
  write(_k, text, { ns }) {
    const found = /^[ \t\n]*([0-9]{1,20})(?=[ \t\n]|$)/.exec(text)
    if (!found || BigInt(found[1]) > ULONG_MAX) throw EINVAL
    ns.ipc.limits[key] = BigInt(found[1])
  },
})

const nextId = (kind: 'shm' | 'sem' | 'msg'): SystemFile => ({
  mode: 0o666,
  text: (_k, { ns }) => `${ns.ipc.limits.nextIds[kind]}\n`,
  write(_k, text, writer) {
    if (!capable(writer.credentials, CAP_SYS_ADMIN)) throw EPERM
    writer.ns.ipc.limits.nextIds[kind] = readNumbers(text, 1, 0, INT_MAX)[0]
  },
})

type MqKey = { [K in keyof MqState]: MqState[K] extends number ? K : never }[keyof MqState]

const ofQueues = (key: MqKey, min = INT_MIN, max = INT_MAX): SystemFile => ({
  mode: WRITABLE,
  text: (_k, { ns }) => `${ns.ipc.mqueue[key]}\n`,
  write: (_k, text, { ns }) => void (ns.ipc.mqueue[key] = readNumbers(text, 1, min, max)[0]),
})
const MESSAGES_MAX = 65536
const LEAST_BYTES = 128
const MOST_BYTES = 16 * 2 ** 20

/** Rows of /proc/sys. */
export const sysvSettings: Readonly<Record<string, SystemFile>> = {
  'fs/mqueue/msg_default': ofQueues('msgDefault', 1, MESSAGES_MAX),
  'fs/mqueue/msg_max': ofQueues('msgMax', 1, MESSAGES_MAX),
  'fs/mqueue/msgsize_default': ofQueues('msgsizeDefault', LEAST_BYTES, MOST_BYTES),
  'fs/mqueue/msgsize_max': ofQueues('msgsizeMax', LEAST_BYTES, MOST_BYTES),
  'fs/mqueue/queues_max': ofQueues('queuesMax'),
  'kernel/auto_msgmni': { mode: WRITABLE, text: () => '0\n', write: (_k, text) => void readNumbers(text, 1, 0, 1) },
  'kernel/msg_next_id': nextId('msg'),
  'kernel/msgmax': limit('msgmax'),
  'kernel/msgmnb': limit('msgmnb'),
  'kernel/msgmni': limit('msgmni', 0, PLACES),
  'kernel/sem': {
    mode: WRITABLE,
    text: (_k, { ns }) => `${ns.ipc.limits.sem.join('\t')}\n`,
    write(_k, text, { ns }) {
      const { sem } = ns.ipc.limits
      const values = readNumbers(text, 4, 0, INT_MAX)
      if ((values[3] ?? 0) > PLACES) throw EINVAL
      values.forEach((value, i) => (sem[i] = value))
    },
  },
  'kernel/sem_next_id': nextId('sem'),
  'kernel/shm_next_id': nextId('shm'),
  'kernel/shm_rmid_forced': limit('shmRmidForced', 0, 1, (k, { ns }) => {
    if (ns.ipc.limits.shmRmidForced !== 0) destroyOrphans(k, ns.ipc)
  }),
  'kernel/shmall': wide('shmall'),
  'kernel/shmmax': wide('shmmax'),
  'kernel/shmmni': limit('shmmni', 0, PLACES),
}
