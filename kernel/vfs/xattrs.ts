// Extended attributes (xattr(7)): named bytes beside a file's own. A name's first part says who may do what, by a row each.
import {
  CAP_SYS_ADMIN,
  CAP_SETFCAP,
  EACCES,
  EEXIST,
  EINVAL,
  ENODATA,
  ENOSPC,
  EOPNOTSUPP,
  EPERM,
  S_ISGID,
  S_ISVTX,
  VFS_CAP_FLAGS_EFFECTIVE,
  VFS_CAP_REVISION_2,
  VFS_CAP_REVISION_3,
  VFS_CAP_SIZES,
  XATTR_CREATE,
  XATTR_REPLACE,
} from '../abi/index.ts'
import { capable } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { checkAccess, checkMutable, checkOwner, MAY_READ, MAY_WRITE, mayGiveGroup } from './access.ts'
import { checkAcl, decodeAcl, encodeAcl, modeOfAcl } from './acl.ts'
import { fileSystemOps } from './ops.ts'
import { touchChanged } from './time.ts'
import type { AclEntry, Inode } from './types.ts'

const CAPABILITY = 'security.capability'
const ACL_ACCESS = 'system.posix_acl_access'
const ACL_DEFAULT = 'system.posix_acl_default'
const isAcl = (name: string): boolean => name === ACL_ACCESS || name === ACL_DEFAULT

/** All attributes together may take an eighth of memory, as tmpfs's inodes may: bytes of a page frame. */
const BYTES_PER_FRAME = 512
/** What an attribute costs besides its bytes. */
const OVERHEAD = 64

/** Sets or (null) removes a list: the owner's. EACCES: only directories have defaults. */
function setAcl(k: Kernel, task: Task, inode: Inode, isDefault: boolean, acl: AclEntry[] | null): void {
  if (inode.kind === 'symlink') throw EOPNOTSUPP
  checkMutable(inode)
  if (isDefault && inode.kind !== 'directory') {
    if (acl) throw EACCES
    return
  }
  checkOwner(task, inode)
  if (acl) checkAcl(acl)
  if (isDefault) inode.defaultAcl = acl
  else if (acl === null) inode.acl = null
  else {
    const { mode, extended } = modeOfAcl(acl)
    const special = inode.mode & ~0o777
    inode.mode = mode | (mayGiveGroup(task.credentials, inode.gid) ? special : special & ~S_ISGID)
    inode.acl = extended ? acl : null
  }
  touchChanged(k, inode)
}

interface Namespace {
  prefix: string
  /** Who may, before the file system is asked: EPERM to change, ENODATA to read. */
  permit(k: Kernel, task: Task, inode: Inode, may: number, name: string): void
}

const privileged = (task: Task): boolean => capable(task.credentials, CAP_SYS_ADMIN)
const refuse = (may: number): never => {
  throw may === MAY_WRITE ? EPERM : ENODATA
}

const NAMESPACES: readonly Namespace[] = [
  {
    prefix: 'user.',
    permit(k, task, inode, may) {
      if (inode.kind !== 'regular' && inode.kind !== 'directory') refuse(may)
      if (inode.kind === 'directory' && inode.mode & S_ISVTX && may === MAY_WRITE) checkOwner(task, inode)
      checkAccess(k, task, inode, may)
    },
  },
  {
    prefix: 'trusted.',
    permit(_k, task, _inode, may) {
      if (!privileged(task)) refuse(may)
    },
  },
  {
    prefix: 'security.',
    permit(_k, task, _inode, may, name) {
      if (may === MAY_READ) return
      if (name === CAPABILITY ? !capable(task.credentials, CAP_SETFCAP) : !privileged(task)) throw EPERM
    },
  },
]

/** struct vfs_ns_cap_data has the root of a user namespace behind what vfs_cap_data has. */
const ROOT_ID = VFS_CAP_SIZES[VFS_CAP_REVISION_2]

/** A magic word of revision 2 or 3 without unknown flags, and the size that goes with it. */
function checkCapability(value: Uint8Array): void {
  const magic = value.length >= 4 ? wordAt(value, 0) : 0
  const revision = magic - (magic & VFS_CAP_FLAGS_EFFECTIVE)
  if (revision !== VFS_CAP_REVISION_2 && revision !== VFS_CAP_REVISION_3) throw EINVAL
  if (VFS_CAP_SIZES[revision] !== value.length) throw EINVAL
}

const wordAt = (value: Uint8Array, at: number): number => new DataView(value.buffer, value.byteOffset + at, 4).getUint32(0, true)

/** What belongs to the root of the one user namespace is shown in the form that names none (cap_inode_getsecurity). */
function shownCapability(value: Uint8Array): Uint8Array {
  if (value.length !== VFS_CAP_SIZES[VFS_CAP_REVISION_3] || wordAt(value, ROOT_ID) !== 0) return value
  const shown = value.slice(0, ROOT_ID)
  new DataView(shown.buffer).setUint32(0, VFS_CAP_REVISION_2 | (value[0] & VFS_CAP_FLAGS_EFFECTIVE), true)
  return shown
}

/** New contents or a new owner: what the program was trusted with is gone. */
export function dropCapability(k: Kernel, inode: Inode): void {
  const old = inode.xattrs?.get(CAPABILITY)
  if (!old) return
  inode.xattrs?.delete(CAPABILITY)
  k.state.vfs.xattrBytes -= costOf(CAPABILITY, old)
}

/** Whether files there have any: those in memory, and pages of a host's file that are kept in memory. */
const hasAttributes = (k: Kernel, { fs, kind }: Inode): boolean =>
  kind !== 'anon' && !fs.writeThrough && fileSystemOps(k, fs).xattrs === true

/** Asks the name's row, then the file system. EOPNOTSUPP: no such name space; EINVAL: nothing after its dot. */
function judge(k: Kernel, task: Task, inode: Inode, may: number, name: string): void {
  if (may === MAY_WRITE) checkMutable(inode)
  const space = NAMESPACES.find(({ prefix }) => name.startsWith(prefix))
  if (space) space.permit(k, task, inode, may, name)
  else if (!name.startsWith('system.')) checkAccess(k, task, inode, may)
  if (!space || !hasAttributes(k, inode)) throw EOPNOTSUPP
  if (name === space.prefix) throw EINVAL
}

const costOf = (name: string, value: Uint8Array): number => name.length + value.length + OVERHEAD

/** Sets an extended attribute; `how` is 0, XATTR_CREATE or XATTR_REPLACE. Throws EEXIST, ENODATA, ENOSPC, EOPNOTSUPP, EPERM, EACCES. */
export function setAttribute(k: Kernel, task: Task, inode: Inode, name: string, value: Uint8Array, how: number): void {
  if (isAcl(name)) {
    const acl = decodeAcl(value)
    if (!hasAttributes(k, inode)) throw EOPNOTSUPP
    return setAcl(k, task, inode, name === ACL_DEFAULT, acl)
  }
  if (name === CAPABILITY) checkCapability(value)
  judge(k, task, inode, MAY_WRITE, name)
  const old = inode.xattrs?.get(name)
  if (old && how & XATTR_CREATE) throw EEXIST
  if (!old && how & XATTR_REPLACE) throw ENODATA
  const { vfs, frames } = k.state
  const cost = costOf(name, value) - (old ? costOf(name, old) : 0)
  if (cost > 0 && vfs.xattrBytes + cost > frames.total * BYTES_PER_FRAME) throw ENOSPC
  vfs.xattrBytes += cost
  const attributes = (inode.xattrs ??= new Map<string, Uint8Array>())
  attributes.set(name, value)
  touchChanged(k, inode)
}

/** The value of an extended attribute, access lists included. Throws ENODATA, EOPNOTSUPP, EPERM, EACCES. */
export function getAttribute(k: Kernel, task: Task, inode: Inode, name: string): Uint8Array {
  if (isAcl(name)) {
    if (!hasAttributes(k, inode) || inode.kind === 'symlink') throw EOPNOTSUPP
    const acl = name === ACL_DEFAULT ? inode.defaultAcl : inode.acl
    if (!acl) throw ENODATA
    return encodeAcl(acl)
  }
  judge(k, task, inode, MAY_READ, name)
  const value = inode.xattrs?.get(name)
  if (!value) throw ENODATA
  return name === CAPABILITY ? shownCapability(value) : value
}

/** Removes an extended attribute. Throws ENODATA, EOPNOTSUPP, EPERM, EACCES. */
export function removeAttribute(k: Kernel, task: Task, inode: Inode, name: string): void {
  if (isAcl(name)) {
    if (!hasAttributes(k, inode)) throw EOPNOTSUPP
    return setAcl(k, task, inode, name === ACL_DEFAULT, null)
  }
  judge(k, task, inode, MAY_WRITE, name)
  const old = inode.xattrs?.get(name)
  if (!old) throw ENODATA
  inode.xattrs!.delete(name)
  k.state.vfs.xattrBytes -= costOf(name, old)
  touchChanged(k, inode)
}

/** The names that a task may know of, each with a NUL after it: access lists first, the others from the last to the first. */
export function listAttributes(task: Task, inode: Inode): string {
  const names = [...(inode.xattrs?.keys() ?? [])].filter(name => privileged(task) || !name.startsWith('trusted.'))
  names.sort((a, b) => (a < b ? 1 : -1))
  if (inode.defaultAcl) names.unshift(ACL_DEFAULT)
  if (inode.acl) names.unshift(ACL_ACCESS)
  return names.map(name => `${name}\0`).join('')
}

/** The inode is gone, and what it held. */
export function dropAttributes(k: Kernel, inode: Inode): void {
  for (const [name, value] of inode.xattrs ?? []) k.state.vfs.xattrBytes -= costOf(name, value)
  inode.xattrs = null
}
