// All keys of the machine: making them within their owner's quota, and dropping those that nothing leads to any more.
import { EDQUOT, ENOMEM, KEY_NEED, KEY_POS_SHIFT, KEY_USR_SHIFT } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, KMEM } from '../mm/index.ts'
import type { Task } from '../state.ts'
import type { Key, KeyStore, KeyType, TaskKeyrings } from './types.ts'

export const newKeyStore = (): KeyStore => ({
  byId: new Map(),
  users: new Map(),
  made: 0,
  swept: 0,
  maxKeys: 200,
  maxBytes: 20_000,
  rootMaxKeys: 1_000_000,
  rootMaxBytes: 25_000_000,
})

const POS_ALL = 0x3f << KEY_POS_SHIFT
const USR_VIEW = KEY_NEED.VIEW << KEY_USR_SHIFT
export const PERMS = {
  /** Of what add_key makes. */
  key: POS_ALL | USR_VIEW,
  unreadable: (POS_ALL & ~(KEY_NEED.READ << KEY_POS_SHIFT)) | USR_VIEW,
  session: POS_ALL | USR_VIEW | (KEY_NEED.READ << KEY_USR_SHIFT),
  namedSession: POS_ALL | USR_VIEW | ((KEY_NEED.READ | KEY_NEED.LINK) << KEY_USR_SHIFT),
  user: (POS_ALL & ~(KEY_NEED.SETATTR << KEY_POS_SHIFT)) | (0x3f << KEY_USR_SHIFT),
} as const

/** Serial numbers are spread over 31 bits, and none is given twice. */
const FIRST = 0x0c50_71e5
const STEP = 0x1e37_79b1
const SERIAL_BITS = 0x7fff_ffff

const NO_KEYRINGS: TaskKeyrings = Object.freeze({ session: null, process: null, thread: null, requests: 0 })
export const keyringsOf = (task: Task): TaskKeyrings => task.keyrings ?? NO_KEYRINGS

export const linkName = (type: string, description: string): string => `${type}:${description}`

function reach(key: Key | null, seen: Set<Key>): void {
  if (key === null || seen.has(key)) return
  seen.add(key)
  const rest = [...(key.links?.values() ?? [])]
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    if (next.links !== null) rest.push(...next.links.values())
  }
}

/** Drops keys that no task, user or keyring names, and links to those that were invalidated. */
export function sweep({ state }: Kernel): void {
  const { keys } = state
  for (const { links } of keys.byId.values()) for (const [name, key] of links ?? []) if (key.invalidated) links?.delete(name)
  const seen = new Set<Key>()
  for (const task of state.tasks.values()) {
    const { session, process, thread } = keyringsOf(task)
    for (const key of [session, process, thread]) reach(key, seen)
  }
  for (const { user, session } of keys.users.values()) for (const key of [user, session]) reach(key, seen)
  for (const [serial, key] of keys.byId) if (!seen.has(key)) keys.byId.delete(serial)
  keys.swept = keys.byId.size
}

export interface Quota {
  keys: number
  bytes: number
}

export function quotaOf({ state }: Kernel, uid: number): Quota {
  const quota = { keys: 0, bytes: 0 }
  for (const key of state.keys.byId.values()) {
    if (key.uid !== uid) continue
    quota.keys++
    quota.bytes += key.quota
  }
  return quota
}

export const quotaLimit = ({ state: { keys } }: Kernel, uid: number): Quota =>
  uid === 0 ? { keys: keys.rootMaxKeys, bytes: keys.rootMaxBytes } : { keys: keys.maxKeys, bytes: keys.maxBytes }

/** May so many keys and bytes more be charged to a user? EDQUOT. Root's limits are beyond what memory holds. */
export function checkQuota(k: Kernel, uid: number, keys: number, bytes: number): void {
  const limit = quotaLimit(k, uid)
  const fits = (): boolean => {
    const used = quotaOf(k, uid)
    return used.keys + keys <= limit.keys && used.bytes + bytes <= limit.bytes
  }
  if (fits()) return
  sweep(k)
  if (!fits()) throw EDQUOT
}

/** Linux keeps a NUL behind the description. */
const quotaFor = (description: string, payload: number): number => description.length + 1 + payload

/** A key of the task's user. EDQUOT, ENOMEM. `free` ones count for nobody. */
export function makeKey(
  k: Kernel,
  task: Pick<Task, 'credentials'>,
  type: KeyType,
  description: string,
  perm: number,
  payload: Uint8Array = new Uint8Array(0),
  free = false,
): Key {
  const { keys } = k.state
  if (keys.byId.size > 2 * keys.swept + 64) sweep(k)
  const { fsuid: uid, fsgid: gid } = task.credentials
  const quota = free ? 0 : quotaFor(description, payload.length)
  if (!free) checkQuota(k, uid, 1, quota)
  chargeKmem(k, KMEM.key + description.length + payload.length, ENOMEM)
  keys.made++
  const serial = ((FIRST + Math.imul(STEP, keys.made)) & SERIAL_BITS) | 1
  const links = type === 'keyring' ? new Map<string, Key>() : null
  const key: Key = {
    serial,
    type,
    description,
    uid,
    gid,
    perm,
    payload,
    links,
    expires: Infinity,
    revoked: false,
    invalidated: false,
    quota,
  }
  keys.byId.set(serial, key)
  return key
}

/** How a group that is none is told. */
const NO_GROUP = 65534

/** The keyrings of a user, made when they are first asked for. */
export function userKeyrings(k: Kernel, uid: number): { user: Key; session: Key } {
  const { users } = k.state.keys
  const known = users.get(uid)
  if (known !== undefined) return known
  const as = { credentials: { fsuid: uid, fsgid: NO_GROUP } } as Pick<Task, 'credentials'>
  const user = makeKey(k, as, 'keyring', `_uid.${uid}`, PERMS.user)
  const session = makeKey(k, as, 'keyring', `_uid_ses.${uid}`, PERMS.user)
  session.links?.set(linkName(user.type, user.description), user)
  const made = { user, session }
  users.set(uid, made)
  return made
}
