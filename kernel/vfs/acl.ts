// POSIX access control lists (acl(5)): entries for users and groups besides the mode's three, held under a mask. The mode's group bits
// are the mask where there is one. A list that says no more than the mode is not kept.
import { EINVAL, EOPNOTSUPP } from '../abi/index.ts'
import { inGroup } from '../task/index.ts'
import type { Credentials } from '../task/types.ts'
import type { AclEntry, Inode } from './types.ts'

/** Tags (linux/posix_acl.h). */
const USER_OBJ = 1
const USER = 2
const GROUP_OBJ = 4
const GROUP = 8
const MASK = 16
const OTHER = 32
const NO_ID = 0xffff_ffff

const VERSION = 2
const HEADER_BYTES = 4
const ENTRY_BYTES = 8
const RWX = 7

/** The value of system.posix_acl_access or _default: EINVAL for what is no list, EOPNOTSUPP for another version. null: no list. */
export function decodeAcl(bytes: Uint8Array): AclEntry[] | null {
  if (bytes.length === 0) return null
  if (bytes.length < HEADER_BYTES) throw EINVAL
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== VERSION) throw EOPNOTSUPP
  if ((bytes.length - HEADER_BYTES) % ENTRY_BYTES !== 0) throw EINVAL
  const acl: AclEntry[] = []
  for (let at = HEADER_BYTES; at < bytes.length; at += ENTRY_BYTES) {
    const tag = view.getUint16(at, true)
    const named = tag === USER || tag === GROUP
    const id = named ? view.getUint32(at + 4, true) : NO_ID
    if (!KNOWN_TAGS.has(tag) || (named && id === NO_ID)) throw EINVAL
    acl.push({ tag, perm: view.getUint16(at + 2, true), id })
  }
  return acl.length === 0 ? null : acl
}
const KNOWN_TAGS: ReadonlySet<number> = new Set([USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER])

export function encodeAcl(acl: readonly AclEntry[]): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + acl.length * ENTRY_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, VERSION, true)
  acl.forEach(({ tag, perm, id }, i) => {
    const at = HEADER_BYTES + i * ENTRY_BYTES
    view.setUint16(at, tag, true)
    view.setUint16(at + 2, perm, true)
    view.setUint32(at + 4, id, true)
  })
  return bytes
}

/** EINVAL unless it is USER_OBJ, users, GROUP_OBJ, groups, a mask where there are any of them, and OTHER. */
export function checkAcl(acl: readonly AclEntry[]): void {
  const named = acl.some(({ tag }) => tag === USER || tag === GROUP)
  const order = acl.map(({ tag }) => tag)
  const expected = [USER_OBJ, ...order.filter(t => t === USER), GROUP_OBJ, ...order.filter(t => t === GROUP)]
  if (named || order.includes(MASK)) expected.push(MASK)
  expected.push(OTHER)
  if (expected.length !== order.length || expected.some((tag, i) => tag !== order[i])) throw EINVAL
  if (acl.some(({ perm }) => perm & ~RWX)) throw EINVAL
}

/** The mode's nine bits that a list amounts to, and whether it says more than they can. */
export function modeOfAcl(acl: readonly AclEntry[]): { mode: number; extended: boolean } {
  const of = (tag: number): number => acl.find(entry => entry.tag === tag)?.perm ?? 0
  const extended = acl.some(({ tag }) => tag === USER || tag === GROUP || tag === MASK)
  const group = acl.some(({ tag }) => tag === MASK) ? of(MASK) : of(GROUP_OBJ)
  return { mode: (of(USER_OBJ) << 6) | (group << 3) | of(OTHER), extended }
}

/** The list as a mode makes it: chmod, and creation with `mask` (no bit comes that the list does not have). */
function withMode(acl: readonly AclEntry[], mode: number, mask: boolean): AclEntry[] {
  const group = acl.some(({ tag }) => tag === MASK) ? MASK : GROUP_OBJ
  const shifts: Readonly<Record<number, number>> = { [USER_OBJ]: 6, [group]: 3, [OTHER]: 0 }
  return acl.map(entry => {
    const shift = shifts[entry.tag]
    if (shift === undefined) return entry
    const bits = (mode >> shift) & RWX
    return { ...entry, perm: mask ? entry.perm & bits : bits }
  })
}

/** chmod: the list follows the mode. */
export function followMode(inode: Inode): void {
  if (inode.acl) inode.acl = withMode(inode.acl, inode.mode, false)
}

/** A new file below a directory with a default list: its mode and lists come from there, and no umask is taken off. */
export function inheritAcl(dir: Inode, inode: Inode): void {
  const { defaultAcl } = dir
  if (!defaultAcl || inode.kind === 'symlink') return
  const acl = withMode(defaultAcl, inode.mode, true)
  const { mode, extended } = modeOfAcl(acl)
  inode.mode = (inode.mode & ~0o777) | mode
  if (extended) inode.acl = acl
  if (inode.kind === 'directory') inode.defaultAcl = defaultAcl
}

/** What a list grants to somebody who does not own the file. */
export function aclPermits(acl: readonly AclEntry[], credentials: Credentials, inode: Inode, may: number): boolean {
  const mask = acl.find(({ tag }) => tag === MASK)?.perm ?? RWX
  const grants = (perm: number): boolean => (perm & may) === may
  const user = acl.find(({ tag, id }) => tag === USER && id === credentials.fsuid)
  if (user) return grants(user.perm & mask)
  const mine = acl.filter(
    ({ tag, id }) => (tag === GROUP_OBJ && inGroup(credentials, inode.gid)) || (tag === GROUP && inGroup(credentials, id)),
  )
  if (mine.length > 0) return mine.some(({ perm }) => grants(perm) && grants(perm & mask))
  return grants(acl.find(({ tag }) => tag === OTHER)?.perm ?? 0)
}
