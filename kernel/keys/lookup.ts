// Finding keys: by number, by what a keyring is to the caller, by type and description; and whether the caller may use them so.
import {
  EACCES,
  EINVAL,
  EKEYEXPIRED,
  EKEYREVOKED,
  ENOKEY,
  ENOTDIR,
  KEY_GRP_ALL,
  KEY_GRP_SHIFT,
  KEY_POS_SHIFT,
  KEY_SPECS,
  KEY_USR_SHIFT,
  type Errno,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { inGroup } from '../task/index.ts'
import { keyringsOf, linkName, makeKey, PERMS, userKeyrings } from './store.ts'
import type { Key, TaskKeyrings } from './types.ts'

/** A key, and whether the caller possesses it: it is found from his keyrings. */
export interface Found {
  key: Key
  possessed: boolean
}

/** Why it cannot be used any more; null: it can. */
export function wrongWith(k: Kernel, key: Key): Errno | null {
  if (key.invalidated) return ENOKEY
  if (key.revoked) return EKEYREVOKED
  return k.state.time >= key.expires ? EKEYEXPIRED : null
}

/** KEY_NEED_*: all of the bits of `need`. */
export function permits(task: Task, { key, possessed }: Found, need: number): boolean {
  const { credentials } = task
  let perm = key.perm
  if (key.uid === credentials.fsuid) perm >>>= KEY_USR_SHIFT
  else if (key.perm & KEY_GRP_ALL && inGroup(credentials, key.gid)) perm >>>= KEY_GRP_SHIFT
  if (possessed) perm |= key.perm >>> KEY_POS_SHIFT
  return (perm & need) === need
}

function setKeyrings(task: Task, change: Partial<TaskKeyrings>): void {
  task.keyrings = { ...keyringsOf(task), ...change }
}

/** A session of one's own: without a name always a new one. EDQUOT. */
export function joinSession(k: Kernel, task: Task, name: string | null): Key {
  const { keys } = k.state
  const named = (): Key | undefined =>
    [...keys.byId.values()].find(
      key => key.type === 'keyring' && key.description === name && !wrongWith(k, key) && permits(task, { key, possessed: false }, 8),
    )
  const session =
    name === null ? makeKey(k, task, 'keyring', '_ses', PERMS.session) : (named() ?? makeKey(k, task, 'keyring', name, PERMS.namedSession))
  setKeyrings(task, { session })
  return session
}

/** One of the caller's own keyrings. `create`: where there is none, it is made. ENOKEY, EINVAL. */
function special(k: Kernel, task: Task, id: number, create: boolean): Key {
  const { uid } = task.credentials
  const rings = keyringsOf(task)
  switch (id) {
    case KEY_SPECS.KEY_SPEC_THREAD_KEYRING: {
      if (rings.thread !== null) return rings.thread
      if (!create) throw ENOKEY
      const thread = makeKey(k, task, 'keyring', '_tid', PERMS.key)
      setKeyrings(task, { thread })
      return thread
    }
    case KEY_SPECS.KEY_SPEC_PROCESS_KEYRING: {
      const known = rings.process
      if (known !== null) return known
      if (!create) throw ENOKEY
      const process = makeKey(k, task, 'keyring', '_pid', PERMS.key)
      setKeyrings(task, { process })
      return process
    }
    case KEY_SPECS.KEY_SPEC_SESSION_KEYRING: {
      const user = userKeyrings(k, uid).session
      if (create && (rings.session === null || rings.session === user)) return joinSession(k, task, null)
      if (rings.session === null) setKeyrings(task, { session: user })
      return rings.session ?? user
    }
    case KEY_SPECS.KEY_SPEC_USER_KEYRING:
      return userKeyrings(k, uid).user
    case KEY_SPECS.KEY_SPEC_USER_SESSION_KEYRING:
      return userKeyrings(k, uid).session
    case KEY_SPECS.KEY_SPEC_REQKEY_AUTH_KEY:
      throw ENOKEY
    default:
      throw EINVAL
  }
}

/** The caller's keyrings in the order in which they are searched. */
function own(k: Kernel, task: Task): Key[] {
  const { thread, process, session } = keyringsOf(task)
  return [thread, process, session ?? userKeyrings(k, task.credentials.uid).session].filter(key => key !== null)
}

/** Those that can be searched from a keyring on, nearest first: itself, and what is linked as far as the caller may search. */
function* below(k: Kernel, task: Task, ring: Found): Generator<Key> {
  const seen = new Set<Key>([ring.key])
  const left = [ring.key]
  for (let at = left.shift(); at !== undefined; at = left.shift()) {
    for (const key of at.links?.values() ?? []) {
      if (seen.has(key) || key.invalidated) continue
      seen.add(key)
      yield key
      if (key.links !== null && wrongWith(k, key) === null && permits(task, { key, possessed: ring.possessed }, 8)) left.push(key)
    }
  }
}

const isPossessed = (k: Kernel, task: Task, key: Key): boolean => {
  for (const ring of own(k, task)) {
    if (ring === key) return true
    if (!permits(task, { key: ring, possessed: true }, 8)) continue
    for (const found of below(k, task, { key: ring, possessed: true })) if (found === key) return permits(task, { key, possessed: true }, 8)
  }
  return false
}

/** lookup_user_key. `unchecked`: one that is revoked or expired does too. ENOKEY, EINVAL, EKEYREVOKED, EKEYEXPIRED, EACCES. */
export function lookup(k: Kernel, task: Task, id: number, need: number, { create = false, unchecked = false } = {}): Found {
  let found: Found
  if (id < 0) {
    found = { key: special(k, task, id, create), possessed: true }
  } else {
    if (id < 1) throw EINVAL
    const key = k.state.keys.byId.get(id)
    if (key === undefined) throw ENOKEY
    found = { key, possessed: isPossessed(k, task, key) }
  }
  const wrong = unchecked ? null : wrongWith(k, found.key)
  if (wrong !== null) throw wrong
  if (!permits(task, found, need)) throw EACCES
  return found
}

/** A key below a keyring by type and description, which the caller may search; or why there is none that can be used. */
export function searchRing(k: Kernel, task: Task, ring: Found, type: string, description: string): Found | Errno {
  if (ring.key.links === null) return ENOTDIR
  let why: Errno = ENOKEY
  for (const key of below(k, task, ring)) {
    if (linkName(key.type, key.description) !== linkName(type, description)) continue
    const wrong = wrongWith(k, key)
    if (wrong !== null) {
      if (wrong !== ENOKEY) why = wrong
      continue
    }
    const found = { key, possessed: ring.possessed }
    if (permits(task, found, 8)) return found
    why = EACCES
  }
  return why
}

/** The same from all of the caller's keyrings. */
export function searchOwn(k: Kernel, task: Task, type: string, description: string): Found | Errno {
  let why: Errno = ENOKEY
  for (const key of own(k, task)) {
    const found = searchRing(k, task, { key, possessed: true }, type, description)
    if ('key' in found) return found
    if (found !== ENOKEY) why = found
  }
  return why
}
