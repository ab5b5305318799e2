// Keys and keyrings (add_key(2), request_key(2), keyctl(2)): a row for each operation, checked in Linux's order.
import {
  CAP_SYS_ADMIN,
  EACCES,
  EINVAL,
  ENOKEY,
  EOPNOTSUPP,
  EPERM,
  KEYCTL,
  KEYCTL_MOVE_EXCL,
  KEY_MAX_DESC_SIZE,
  KEY_NEED,
  KEY_PERM_MASK,
  KEY_TYPE_MAX,
  ENAMETOOLONG,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import {
  addKey,
  checkQuota,
  clear,
  joinSession,
  keyringsOf,
  link,
  lookup,
  move,
  permits,
  reads,
  searchOwn,
  searchRing,
  typeNamed,
  unlink,
  update,
  wrongWith,
  type Found,
  type Key,
} from '../keys/index.ts'
import { copyIn, copyInString, copyOut } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { capable, inGroup, NO_ID } from '../task/index.ts'
import { address, argument, oneOf, size } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { keyctlText, nameIn, serial } from './keys-text.ts'

const MOST_PAYLOAD = 2 ** 20 - 1
const PAGE = 4096
const NS_PER_SECOND = 1e9
const { VIEW, READ, WRITE, SEARCH, LINK, SETATTR } = KEY_NEED

/** A text; one that is longer than may be is EINVAL. */
function text(k: Kernel, task: Task, at: number, most: number): string {
  try {
    return copyInString(k, task, at, most)
  } catch (error) {
    throw error === ENAMETOOLONG ? EINVAL : error
  }
}

/** EINVAL, EPERM: types of the kernel's own begin with a dot. */
function typeIn(k: Kernel, task: Task, at: number): string {
  const name = text(k, task, at, KEY_TYPE_MAX)
  if (name === '') throw EINVAL
  if (name.startsWith('.')) throw EPERM
  return name
}

/** Names longer than that are told by their length. */
const bytesOf = (value: string): Uint8Array => Uint8Array.from(`${value}\0`, c => c.charCodeAt(0))

/** Fills a buffer if all of it fits; answers how long it is. */
function put(k: Kernel, task: Task, at: number, room: number, bytes: Uint8Array): number {
  if (at !== 0 && room >= bytes.length) copyOut(k, task, at, bytes)
  return bytes.length
}

type Operation = (k: Kernel, task: Task, a: number, b: number, c: number, d: number) => number

const int32 = (value: number): number => value | 0

/** Who owns a key, or administers the machine, changes what it is. */
const mayChange = (task: Task, { uid }: Key): boolean => uid === task.credentials.fsuid || capable(task.credentials, CAP_SYS_ADMIN)

function chown(k: Kernel, task: Task, id: number, uid: number, gid: number): number {
  if (uid === NO_ID && gid === NO_ID) return 0
  const { key } = lookup(k, task, id, SETATTR, { create: true })
  if (!capable(task.credentials, CAP_SYS_ADMIN)) {
    if (uid !== NO_ID && uid !== key.uid) throw EACCES
    if (gid !== NO_ID && gid !== key.gid && !inGroup(task.credentials, gid)) throw EACCES
  }
  if (uid !== NO_ID && uid !== key.uid) {
    if (key.quota > 0) checkQuota(k, uid, 1, key.quota)
    key.uid = uid
  }
  if (gid !== NO_ID) key.gid = gid
  return 0
}

/** Who may not write it may take it back all the same, if he may change it. */
function revocable(k: Kernel, task: Task, id: number): Found {
  try {
    return lookup(k, task, id, WRITE)
  } catch (error) {
    if (error !== EACCES) throw error
    return lookup(k, task, id, SETATTR)
  }
}

function payloadOf({ payload, links }: Key): Uint8Array {
  if (links === null) return payload
  const bytes = new Uint8Array(links.size * 4)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const key of links.values()) view.setInt32(4 * at++, key.serial, true)
  return bytes
}

function read(k: Kernel, task: Task, id: number, at: number, room: number): number {
  const found = lookup(k, task, id, 0, { unchecked: true })
  if (!permits(task, found, READ) && !found.possessed) throw EACCES
  const wrong = wrongWith(k, found.key)
  if (wrong !== null) throw wrong
  if (!reads(found.key)) throw EOPNOTSUPP
  return put(k, task, at, room, payloadOf(found.key))
}

/** Only who instantiates a key for somebody has an authority; nobody is ever asked to. */
const noAuthority: Operation = () => {
  throw EPERM
}

const DEFAULTS = { least: 0, most: 7, group: 6 } as const

function setDefault(task: Task, which: number): number {
  const rings = keyringsOf(task)
  if (which === -1) return rings.requests
  if (which < DEFAULTS.least || which > DEFAULTS.most || which === DEFAULTS.group) throw EINVAL
  task.keyrings = { ...rings, requests: which }
  return rings.requests
}

/** What there is (KEYCTL_CAPABILITIES): big keys, invalidation, restrictions no, moving. */
const CAPABILITIES = Uint8Array.from([0x01 | 0x10 | 0x20 | 0x80, 0])

const OPERATIONS: Readonly<Record<number, Operation>> = {
  [KEYCTL.KEYCTL_GET_KEYRING_ID]: (k, task, id, create) => lookup(k, task, int32(id), SEARCH, { create: int32(create) !== 0 }).key.serial,
  [KEYCTL.KEYCTL_JOIN_SESSION_KEYRING](k, task, at) {
    const name = at === 0 ? null : text(k, task, at, KEY_MAX_DESC_SIZE)
    if (name?.startsWith('.')) throw EPERM
    return joinSession(k, task, name).serial
  },
  [KEYCTL.KEYCTL_UPDATE](k, task, id, at, length) {
    if (length < 0 || length > PAGE) throw EINVAL
    const payload = length > 0 ? copyIn(k, task, at, length).slice() : new Uint8Array(0)
    update(k, lookup(k, task, int32(id), WRITE).key, payload)
    return 0
  },
  [KEYCTL.KEYCTL_REVOKE](k, task, id) {
    const { key } = revocable(k, task, int32(id))
    key.revoked = true
    key.payload = new Uint8Array(0)
    key.links?.clear()
    return 0
  },
  [KEYCTL.KEYCTL_CHOWN]: (k, task, id, uid, gid) => chown(k, task, int32(id), uid >>> 0, gid >>> 0),
  [KEYCTL.KEYCTL_SETPERM](k, task, id, perm) {
    if ((perm >>> 0) & ~KEY_PERM_MASK) throw EINVAL
    const { key } = lookup(k, task, int32(id), SETATTR, { create: true })
    if (!mayChange(task, key)) throw EACCES
    key.perm = perm >>> 0
    return 0
  },
  [KEYCTL.KEYCTL_DESCRIBE](k, task, id, at, room) {
    const { type, uid, gid, perm, description } = lookup(k, task, int32(id), VIEW).key
    const what = `${type};${uid};${gid};${(perm >>> 0).toString(16).padStart(8, '0')};${description}`
    return put(k, task, at, room, bytesOf(what))
  },
  [KEYCTL.KEYCTL_CLEAR](k, task, id) {
    clear(lookup(k, task, int32(id), WRITE, { create: true }).key)
    return 0
  },
  [KEYCTL.KEYCTL_LINK](k, task, id, ring) {
    const to = lookup(k, task, int32(ring), WRITE, { create: true }).key
    link(k, to, lookup(k, task, int32(id), LINK, { create: true }).key)
    return 0
  },
  [KEYCTL.KEYCTL_UNLINK](k, task, id, ring) {
    const from = lookup(k, task, int32(ring), WRITE).key
    unlink(from, lookup(k, task, int32(id), 0, { unchecked: true }).key)
    return 0
  },
  [KEYCTL.KEYCTL_SEARCH](k, task, ring, typeAt, descriptionAt, destination) {
    const type = typeIn(k, task, typeAt)
    const description = text(k, task, descriptionAt, KEY_MAX_DESC_SIZE)
    const from = lookup(k, task, int32(ring), SEARCH)
    const to = int32(destination) === 0 ? null : lookup(k, task, int32(destination), WRITE, { create: true })
    if (typeNamed(type) === null) throw ENOKEY
    const found = searchRing(k, task, from, type, description)
    if (!('key' in found)) throw found
    if (to !== null) {
      if (!permits(task, found, LINK)) throw EACCES
      link(k, to.key, found.key)
    }
    return found.key.serial
  },
  [KEYCTL.KEYCTL_READ]: (k, task, id, at, room) => read(k, task, int32(id), at, room),
  [KEYCTL.KEYCTL_INSTANTIATE]: noAuthority,
  [KEYCTL.KEYCTL_NEGATE]: noAuthority,
  [KEYCTL.KEYCTL_REJECT]: noAuthority,
  [KEYCTL.KEYCTL_INSTANTIATE_IOV]: noAuthority,
  [KEYCTL.KEYCTL_SET_REQKEY_KEYRING]: (_k, task, which) => setDefault(task, int32(which)),
  [KEYCTL.KEYCTL_SET_TIMEOUT](k, task, id, seconds) {
    const { key } = lookup(k, task, int32(id), SETATTR, { create: true })
    key.expires = seconds >>> 0 === 0 ? Infinity : k.state.time + (seconds >>> 0) * NS_PER_SECOND
    return 0
  },
  [KEYCTL.KEYCTL_ASSUME_AUTHORITY](_k, _task, id) {
    if (int32(id) < 0) throw EINVAL
    if (int32(id) !== 0) throw ENOKEY
    return 0
  },
  // No security module labels keys.
  [KEYCTL.KEYCTL_GET_SECURITY](k, task, id, at, room) {
    try {
      lookup(k, task, int32(id), VIEW)
    } catch (error) {
      throw error === EACCES ? ENOKEY : error
    }
    return put(k, task, at, room, new Uint8Array(1))
  },
  [KEYCTL.KEYCTL_INVALIDATE](k, task, id) {
    lookup(k, task, int32(id), SEARCH).key.invalidated = true
    return 0
  },
  [KEYCTL.KEYCTL_MOVE](k, task, id, from, to, flags) {
    if (flags & ~KEYCTL_MOVE_EXCL) throw EINVAL
    const { key } = lookup(k, task, int32(id), LINK, { create: true })
    const source = lookup(k, task, int32(from), WRITE).key
    const target = lookup(k, task, int32(to), WRITE, { create: true }).key
    move(k, key, source, target, (flags & KEYCTL_MOVE_EXCL) !== 0)
    return 0
  },
  [KEYCTL.KEYCTL_CAPABILITIES](k, task, at, room) {
    const length = Math.min(room, CAPABILITIES.length)
    if (length > 0) copyOut(k, task, at, CAPABILITIES.subarray(0, length))
    return CAPABILITIES.length
  },
}

const keyctlOf: Arg<number> = oneOf(KEYCTL)

export const keyCalls: Syscall[] = [
  syscall(
    217,
    'add_key',
    { type: nameIn, description: nameIn, payload: address, plen: size, keyring: serial },
    (k, task, a) => {
      if (a.plen > MOST_PAYLOAD) throw EINVAL
      const type = typeIn(k, task, a.type)
      const description = a.description === 0 ? null : text(k, task, a.description, KEY_MAX_DESC_SIZE) || null
      if (type === 'keyring' && description?.startsWith('.')) throw EPERM
      const payload = a.plen > 0 ? copyIn(k, task, a.payload, a.plen).slice() : new Uint8Array(0)
      const ring = lookup(k, task, a.keyring, WRITE, { create: true })
      return addKey(k, task, ring, type, description, payload).serial
    },
    { note: 'Types user, logon, big_key and keyring; others are ENODEV.' },
  ),
  syscall(
    218,
    'request_key',
    { type: nameIn, description: nameIn, callout_info: nameIn, dest_keyring: serial },
    (k, task, a) => {
      const type = typeIn(k, task, a.type)
      const description = text(k, task, a.description, KEY_MAX_DESC_SIZE)
      if (a.callout_info !== 0) text(k, task, a.callout_info, PAGE)
      const ring = a.dest_keyring === 0 ? null : lookup(k, task, a.dest_keyring, WRITE, { create: true })
      if (typeNamed(type) === null) throw ENOKEY
      const found = searchOwn(k, task, type, description)
      if (!('key' in found)) throw found
      if (ring !== null) link(k, ring.key, found.key)
      return found.key.serial
    },
    { note: 'Finds keys that are there: no program is started to make one (ENOKEY), as where /sbin/request-key is missing.' },
  ),
  syscall(
    219,
    'keyctl',
    { operation: keyctlOf, arg2: argument, arg3: argument, arg4: argument, arg5: argument },
    (k, task, { operation, arg2, arg3, arg4, arg5 }) => {
      const run = OPERATIONS[operation]
      if (run === undefined) throw EOPNOTSUPP
      return run(k, task, arg2, arg3, arg4, arg5)
    },
    {
      note:
        'Not there (EOPNOTSUPP): session to parent, persistent keyrings, Diffie-Hellman and public keys, restrictions, watching. Nobody is asked to ' +
        'instantiate keys: EPERM.',
      text: keyctlText,
    },
  ),
]
