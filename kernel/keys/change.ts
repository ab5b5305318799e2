// What is done with keys and keyrings once they are found: adding, updating, linking, unlinking (security/keys/key.c, keyring.c).
import { EACCES, EDEADLK, EEXIST, EINVAL, ELOOP, ENODEV, ENOENT, ENOMEM, ENOTDIR, EOPNOTSUPP, KEY_NEED } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, KMEM } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { permits, type Found } from './lookup.ts'
import { checkQuota, linkName, makeKey, PERMS } from './store.ts'
import type { Key, KeyType } from './types.ts'

/** What a type takes as payload: so many bytes. */
interface TypeRow {
  least: number
  most: number
  reads: boolean
  updates: boolean
}
const TYPES: Readonly<Record<KeyType, TypeRow>> = {
  user: { least: 1, most: 32767, reads: true, updates: true },
  logon: { least: 1, most: 32767, reads: false, updates: true },
  big_key: { least: 1, most: 2 ** 20, reads: true, updates: true },
  keyring: { least: 0, most: 0, reads: true, updates: false },
}
const isType = (name: string): name is KeyType => name in TYPES
/** null: there is no such type. */
export const typeNamed = (name: string): KeyType | null => (isType(name) ? name : null)
export const reads = ({ type }: Key): boolean => TYPES[type].reads

/** A link takes so much of the quota of a keyring's owner (KEYQUOTA_LINK_BYTES). */
const LINK_BYTES = 4
const MAX_DEPTH = 6

function checkPayload(type: KeyType, length: number): void {
  const { least, most } = TYPES[type]
  if (length < least || length > most) throw EINVAL
}

function linksOf(key: Key): Map<string, Key> {
  if (key.links === null) throw ENOTDIR
  return key.links
}

/** Puts a link into a keyring; what has the name there goes. EDQUOT. */
function putLink(k: Kernel, ring: Key, key: Key): void {
  const links = linksOf(ring)
  const name = linkName(key.type, key.description)
  if (!links.has(name)) {
    if (ring.quota > 0) checkQuota(k, ring.uid, 0, LINK_BYTES)
    chargeKmem(k, KMEM.element, ENOMEM)
    if (ring.quota > 0) ring.quota += LINK_BYTES
  }
  links.set(name, key)
}

/** Makes a key in a keyring, or gives the one of that name there another payload. ENODEV, EINVAL, ENOTDIR, EACCES, EDQUOT. */
export function addKey(k: Kernel, task: Task, ring: Found, typeName: string, description: string | null, payload: Uint8Array): Key {
  const type = typeNamed(typeName)
  if (type === null) throw ENODEV
  linksOf(ring.key)
  checkPayload(type, payload.length)
  if (description === null) throw EINVAL
  if (type === 'logon' && description.indexOf(':') <= 0) throw EINVAL
  const known = linksOf(ring.key).get(linkName(type, description))
  if (known !== undefined && TYPES[type].updates && !known.invalidated && !known.revoked) {
    if (!permits(task, { key: known, possessed: ring.possessed }, KEY_NEED.WRITE)) throw EACCES
    setPayload(k, known, payload)
    return known
  }
  const made = makeKey(k, task, type, description, TYPES[type].reads ? PERMS.key : PERMS.unreadable, payload)
  try {
    putLink(k, ring.key, made)
  } catch (error) {
    k.state.keys.byId.delete(made.serial)
    throw error
  }
  return made
}

function setPayload(k: Kernel, key: Key, payload: Uint8Array): void {
  const more = payload.length - key.payload.length
  if (more > 0) checkQuota(k, key.uid, 0, more)
  if (more > 0) chargeKmem(k, more, ENOMEM)
  key.quota += more
  key.payload = payload
  key.expires = Infinity
}

export function update(k: Kernel, key: Key, payload: Uint8Array): void {
  if (!TYPES[key.type].updates) throw EOPNOTSUPP
  checkPayload(key.type, payload.length)
  setPayload(k, key, payload)
}

/** How deep keyrings below one nest; Infinity where `target` is among them. */
function depth(key: Key, target: Key | null, level = 1): number {
  if (key === target || level > MAX_DEPTH) return key === target ? Infinity : level
  let most = level
  for (const next of key.links?.values() ?? []) if (next.links !== null) most = Math.max(most, depth(next, target, level + 1))
  return most
}

/** EDEADLK: it would lead to itself; ELOOP: deeper than that may be. */
export function link(k: Kernel, ring: Key, key: Key): void {
  linksOf(ring)
  if (key.links !== null) {
    const below = depth(key, ring)
    if (below === Infinity) throw EDEADLK
    if (below > MAX_DEPTH) throw ELOOP
  }
  putLink(k, ring, key)
}

/** ENOENT: it is not there. */
export function unlink(ring: Key, key: Key): void {
  const links = linksOf(ring)
  const name = linkName(key.type, key.description)
  if (links.get(name) !== key) throw ENOENT
  links.delete(name)
  if (ring.quota > 0) ring.quota -= LINK_BYTES
}

export function clear(ring: Key): void {
  const links = linksOf(ring)
  if (ring.quota > 0) ring.quota -= links.size * LINK_BYTES
  links.clear()
}

/** From one keyring to another. `exclusive`: not over a key of that name. */
export function move(k: Kernel, key: Key, from: Key, to: Key, exclusive: boolean): void {
  const name = linkName(key.type, key.description)
  linksOf(to)
  if (linksOf(from).get(name) !== key) throw ENOENT
  if (from === to) return
  if (exclusive && to.links?.has(name)) throw EEXIST
  link(k, to, key)
  unlink(from, key)
}
