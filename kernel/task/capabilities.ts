// Capabilities as sets (capabilities(7)), and what becomes of them when a program changes its user ids or starts another program.
// A set is a number below 2^53, one bit for each capability.
import {
  CAP_CHOWN,
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
  CAP_LINUX_IMMUTABLE,
  CAP_MAC_OVERRIDE,
  CAP_MKNOD,
  CAP_SETUID,
  CAPABILITIES,
  EPERM,
  SECBIT_KEEP_CAPS,
  SECBIT_NO_SETUID_FIXUP,
  SECBIT_NOROOT,
  TWO_32,
} from '../abi/index.ts'
import type { Credentials } from './types.ts'

const ROOT = 0
const COUNT = Object.keys(CAPABILITIES).length
export const ALL_CAPABILITIES = 2 ** COUNT - 1

/** A capability that there is. */
export const isCapability = (n: number): boolean => Number.isInteger(n) && n >= 0 && n < COUNT

export const hasBit = (set: number, bit: number): boolean => Math.floor(set / 2 ** bit) % 2 === 1

/** Sets are wider than the 32 bits of JavaScript's operators. */
const halves = (a: number, b: number, op: (x: number, y: number) => number): number =>
  (op(Math.floor(a / TWO_32), Math.floor(b / TWO_32)) >>> 0) * TWO_32 + (op(a | 0, b | 0) >>> 0)
export const both = (a: number, b: number): number => halves(a, b, (x, y) => x & y)
export const either = (a: number, b: number): number => halves(a, b, (x, y) => x | y)
export const without = (a: number, b: number): number => halves(a, b, (x, y) => x & ~y)
export const isSubset = (set: number, of: number): boolean => without(set, of) === 0

const isRoot = ({ uid, euid, suid }: Credentials): boolean => uid === ROOT || euid === ROOT || suid === ROOT

/** "Effect of user ID changes on capabilities": what root's ids had brought goes with the last of them. */
export function afterUserIds(old: Credentials, now: Credentials): Credentials {
  if (old.securebits & SECBIT_NO_SETUID_FIXUP) return now
  let { capPermitted, capEffective, capAmbient } = now
  if (isRoot(old) && !isRoot(now)) {
    if (!(old.securebits & SECBIT_KEEP_CAPS)) capPermitted = capEffective = 0
    capAmbient = 0
  }
  if (old.euid === ROOT && now.euid !== ROOT) capEffective = 0
  if (old.euid !== ROOT && now.euid === ROOT) capEffective = capPermitted
  return { ...now, capPermitted, capEffective, capAmbient }
}

/** What root may do to files. */
const FILE_CAPABILITIES = [
  CAP_CHOWN,
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
  CAP_LINUX_IMMUTABLE,
  CAP_MKNOD,
  CAP_MAC_OVERRIDE,
].reduce((set: number, capability) => set + 2 ** capability, 0)

/** It leaves the effective set with the file system's id of root, and comes back from the permitted set with it (setfsuid(2)). */
export function afterFileId(old: Credentials, now: Credentials): Credentials {
  if (old.securebits & SECBIT_NO_SETUID_FIXUP || (old.fsuid === ROOT) === (now.fsuid === ROOT)) return now
  const others = without(now.capEffective, FILE_CAPABILITIES)
  return { ...now, capEffective: now.fsuid === ROOT ? either(others, both(now.capPermitted, FILE_CAPABILITIES)) : others }
}

/** What a file's security.capability attribute says (VFS_CAP_REVISION_*). */
export interface FileCapabilities {
  readonly permitted: number
  readonly inheritable: number
  readonly effective: boolean
}

/** What a program that is being executed may change. */
export interface ExecRights {
  /** Of its set-id bits: the ids of its owner and group, or the caller's. */
  readonly euid: number
  readonly egid: number
  readonly file: FileCapabilities | null
  /** The caller forswore privileges, or shares its working directory: then nothing is gained (LSM_UNSAFE_*). */
  readonly unsafe: boolean
}

/** How a new program starts. `secure`: AT_SECURE, it must not trust its environment. */
export interface Rights {
  readonly now: Credentials
  readonly secure: boolean
}

/** "Transformation of capabilities during execve()". EPERM: the file insists on what the bounding set forbids. */
export function afterExec(old: Credentials, { euid: askedUid, egid: askedGid, file, unsafe }: ExecRights): Rights {
  let euid = askedUid
  let egid = askedGid
  let permitted = 0
  let effective = file?.effective ?? false
  if (file) {
    permitted = either(both(file.permitted, old.capBounding), both(file.inheritable, old.capInheritable))
    if (effective && !isSubset(file.permitted, permitted)) throw EPERM
  }
  const setRoot = file !== null && euid === ROOT && old.uid !== ROOT
  if (!(old.securebits & SECBIT_NOROOT) && !setRoot) {
    if (euid === ROOT || old.uid === ROOT) permitted = either(old.capBounding, old.capInheritable)
    if (euid === ROOT) effective = true
  }
  const setId = euid !== old.uid || egid !== old.gid
  if ((setId || !isSubset(permitted, old.capPermitted)) && unsafe) {
    if (!hasBit(old.capEffective, CAP_SETUID) || old.noNewPrivileges) {
      euid = old.uid
      egid = old.gid
    }
    permitted = both(permitted, old.capPermitted)
  }
  const ambient = file || setId ? 0 : old.capAmbient
  permitted = either(permitted, ambient)
  const now: Credentials = {
    ...old,
    euid,
    egid,
    suid: euid,
    sgid: egid,
    fsuid: euid,
    fsgid: egid,
    capPermitted: permitted,
    capEffective: effective ? permitted : ambient,
    capAmbient: ambient,
    securebits: old.securebits & ~SECBIT_KEEP_CAPS,
  }
  return { now, secure: setId || (old.uid !== ROOT && (effective || !isSubset(permitted, ambient))) }
}
