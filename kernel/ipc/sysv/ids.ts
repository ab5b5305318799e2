// How System V objects are made, found and guarded: keys, ids, permissions (ipc/util.c of Linux).
import {
  CAP_IPC_OWNER,
  CAP_SYS_ADMIN,
  EACCES,
  EEXIST,
  EINVAL,
  ENOENT,
  ENOSPC,
  EPERM,
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  type Int64,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { capable } from '../../task/index.ts'
import { timestampNow } from '../../vfs/index.ts'
import type { IpcNamespace, IpcObject, IpcTable } from './types.ts'

const PLACE_BITS = 15
const PLACES = 1 << PLACE_BITS
const SEQUENCES = 1 << (31 - PLACE_BITS)
/** Places are not begun anew before so many were used, or half as many again as there are objects. */
const LEAST_CYCLE = 64
const RWX = 0o777

const ULONG_MAX = 2n ** 64n - 1n
const SHM_DEFAULT = ULONG_MAX - 2n ** 24n

const newTable = <T extends IpcObject>(): IpcTable<T> => ({ objects: new Map(), keys: new Map(), next: 0, last: -1, sequence: 0 })

/** Nothing in it yet; limits are Linux's defaults. */
export const newIpcNamespace = (): IpcNamespace => ({
  shm: newTable(),
  sem: newTable(),
  msg: newTable(),
  shmPages: 0,
  semaphores: 0,
  limits: {
    shmmax: SHM_DEFAULT,
    shmall: SHM_DEFAULT,
    shmmni: 4096,
    shmRmidForced: 0,
    sem: [32000, 1024000000, 500, 32000],
    msgmax: 8192,
    msgmnb: 16384,
    msgmni: 32000,
    nextIds: { shm: -1, sem: -1, msg: -1 },
  },
  fs: null,
  mqueue: {
    count: 0,
    userBytes: new Map(),
    msgDefault: 10,
    msgMax: 10,
    msgsizeDefault: 8192,
    msgsizeMax: 8192,
    queuesMax: 256,
    wanted: null,
  },
})

/** Now, in seconds. */
export const secondsNow = (k: Kernel): Int64 => timestampNow(k).sec

type Kind = 'shm' | 'sem' | 'msg'

/** The lowest place from `from` on, below `end`, that is free; -1: none. */
function freePlace(objects: ReadonlyMap<number, unknown>, from: number, end: number): number {
  for (let place = from; place < end; place++) if (!objects.has(place)) return place
  return -1
}

/** A place and the count that goes with it, in turn. */
function nextId<T extends IpcObject>(table: IpcTable<T>, most: number): number {
  const { objects } = table
  const end = Math.min(Math.max(Math.floor((objects.size * 3) / 2), LEAST_CYCLE), most)
  let place = freePlace(objects, table.next < end ? table.next : 0, end)
  if (place < 0) place = freePlace(objects, 0, end)
  if (place < 0) throw ENOSPC
  table.next = place + 1
  if (place <= table.last) table.sequence = (table.sequence + 1) % SEQUENCES
  table.last = place
  return table.sequence * PLACES + place
}

/** Gives the object its id and enters it. ENOSPC: there are `most` already. */
function enter<T extends IpcObject>(ns: IpcNamespace, kind: Kind, table: IpcTable<T>, most: number, make: (id: number) => T): T {
  if (table.objects.size >= most) throw ENOSPC
  const wanted = ns.limits.nextIds[kind]
  ns.limits.nextIds[kind] = -1
  const place = wanted < 0 ? -1 : freePlace(table.objects, wanted % PLACES, most)
  if (wanted >= 0 && place < 0) throw ENOSPC
  const object = make(wanted < 0 ? nextId(table, most) : Math.floor(wanted / PLACES) * PLACES + place)
  table.objects.set(object.id % PLACES, object)
  if (object.key !== IPC_PRIVATE) table.keys.set(object.key, object)
  return object
}

export interface Getting<T extends IpcObject> {
  kind: Kind
  table: IpcTable<T>
  /** How many there may be. */
  most: number
  /** Refuses what cannot be made. */
  check(): void
  make(id: number, base: IpcObject): T
  /** Refuses an object that is there and does not fit. */
  fits(found: T): void
}

/** shmget, semget, msgget: the id of the object of a key, or of a new one. */
export function ipcGet<T extends IpcObject>(k: Kernel, task: Task, key: number, flags: number, how: Getting<T>): number {
  const { table } = how
  const found = key === IPC_PRIVATE ? undefined : table.keys.get(key)
  if (found) {
    if (flags & IPC_CREAT && flags & IPC_EXCL) throw EEXIST
    how.fits(found)
    if (!mayUse(task, found, flags)) throw EACCES
    return found.id
  }
  if (key !== IPC_PRIVATE && !(flags & IPC_CREAT)) throw ENOENT
  how.check()
  const { euid, egid } = task.credentials
  return enter(task.ns.ipc, how.kind, table, how.most, id =>
    how.make(id, { id, key, uid: euid, gid: egid, cuid: euid, cgid: egid, mode: flags & RWX, ctime: secondsNow(k), removed: false }),
  ).id
}

/** May a task do what the permission bits of `wanted`, for whomever they are, say? */
function mayUse({ credentials: c }: Task, object: IpcObject, wanted: number): boolean {
  const requested = (wanted >> 6) | (wanted >> 3) | wanted
  const isMember = (gid: number): boolean => gid === c.egid || c.groups.includes(gid)
  let granted = object.mode
  if (c.euid === object.cuid || c.euid === object.uid) granted >>= 6
  else if (isMember(object.cgid) || isMember(object.gid)) granted >>= 3
  return (requested & ~granted & 7) === 0 || capable(c, CAP_IPC_OWNER)
}

/** EACCES unless it may. */
export function checkUse(task: Task, object: IpcObject, wanted: number): void {
  if (!mayUse(task, object, wanted)) throw EACCES
}

/** By id. EINVAL: there is none. */
export function ipcObject<T extends IpcObject>(table: IpcTable<T>, id: number): T {
  const object = id < 0 ? undefined : table.objects.get(id % PLACES)
  if (object?.id !== id) throw EINVAL
  return object
}

/** By place (SHM_STAT and its like). EINVAL. */
export function ipcAtPlace<T extends IpcObject>(table: IpcTable<T>, place: number): T {
  const object = place < 0 ? undefined : table.objects.get(place % PLACES)
  if (!object) throw EINVAL
  return object
}

/** The highest place in use, which IPC_INFO answers; 0 when there is none. */
export const highestPlace = ({ objects }: IpcTable<IpcObject>): number => Math.max(0, ...objects.keys())

/** For who owns it (IPC_SET, IPC_RMID). EPERM. */
export function checkOwner({ credentials }: Task, object: IpcObject): void {
  const { euid } = credentials
  if (euid !== object.cuid && euid !== object.uid && !capable(credentials, CAP_SYS_ADMIN)) throw EPERM
}

/** IPC_SET. EINVAL: nobody has such an id. */
export function setOwner(k: Kernel, object: IpcObject, { uid, gid, mode }: { uid: number; gid: number; mode: number }): void {
  if (uid === 0xffff_ffff || gid === 0xffff_ffff) throw EINVAL
  object.uid = uid
  object.gid = gid
  object.mode = (object.mode & ~RWX) | (mode & RWX)
  object.ctime = secondsNow(k)
}

/** It is found by its key no more. */
export function forgetKey<T extends IpcObject>(table: IpcTable<T>, object: T): void {
  if (object.key !== IPC_PRIVATE) table.keys.delete(object.key)
  object.key = IPC_PRIVATE
}

/** It is found no more at all. */
export function removeObject<T extends IpcObject>(table: IpcTable<T>, object: T): void {
  object.removed = true
  table.objects.delete(object.id % PLACES)
  if (object.key !== IPC_PRIVATE) table.keys.delete(object.key)
}

/** struct ipc64_perm of an object. */
export const permOf = ({ key, uid, gid, cuid, cgid, mode, id }: IpcObject) => ({
  key,
  uid,
  gid,
  cuid,
  cgid,
  mode,
  seq: Math.floor(id / PLACES),
  pad: 0,
  unused1: 0,
  unused2: 0,
})
