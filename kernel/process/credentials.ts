// Who a task acts as (credentials(7)): user and group ids, and the capabilities that root's ids bring.
import {
  CAP_CHOWN,
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
  CAP_LINUX_IMMUTABLE,
  CAP_MAC_OVERRIDE,
  CAP_MKNOD,
  CAP_SETGID,
  CAP_SETUID,
  CAPABILITIES,
  EINVAL,
  EPERM,
} from '../abi/index.ts'
import type { Task } from '../state.ts'
import type { Credentials } from './types.ts'

export const ROOT = 0
/** Linux's invalid id: "leave it as it is" where a call takes several. */
export const NO_ID = 0xffff_ffff
export const ALL_CAPABILITIES = 2 ** Object.keys(CAPABILITIES).length - 1

export const rootCredentials = (): Credentials => ({
  uid: ROOT,
  euid: ROOT,
  suid: ROOT,
  fsuid: ROOT,
  gid: ROOT,
  egid: ROOT,
  sgid: ROOT,
  fsgid: ROOT,
  groups: [],
  capEffective: ALL_CAPABILITIES,
  capPermitted: ALL_CAPABILITIES,
  capInheritable: 0,
  noNewPrivileges: false,
})

const hasBit = (set: number, bit: number): boolean => Math.floor(set / 2 ** bit) % 2 === 1

export const capable = (credentials: Credentials, capability: number): boolean => hasBit(credentials.capEffective, capability)

/** A supplementary group, or the effective one. */
export const inGroup = (credentials: Credentials, gid: number): boolean => credentials.fsgid === gid || credentials.groups.includes(gid)

/** Replaces some fields; capabilities follow the user ids as capabilities(7), "Effect of user ID changes", says. */
export function changeCredentials(task: Task, change: Partial<Credentials>): void {
  const old = task.credentials
  const now = { ...old, ...change }
  const wasRoot = old.uid === ROOT || old.euid === ROOT || old.suid === ROOT
  const isRoot = now.uid === ROOT || now.euid === ROOT || now.suid === ROOT
  if (wasRoot && !isRoot) now.capPermitted = 0
  if (old.euid === ROOT && now.euid !== ROOT) now.capEffective = 0
  if (old.euid !== ROOT && now.euid === ROOT) now.capEffective = now.capPermitted
  if (!isRoot && wasRoot) now.capEffective = 0
  task.credentials = now
}

/** The user ids or the group ids, by the names they have in Credentials. */
const FAMILIES = {
  user: { real: 'uid', effective: 'euid', saved: 'suid', fs: 'fsuid', capability: CAP_SETUID },
  group: { real: 'gid', effective: 'egid', saved: 'sgid', fs: 'fsgid', capability: CAP_SETGID },
} as const
export type IdFamily = keyof typeof FAMILIES

/** setuid(2), setgid(2). */
export function setId(task: Task, family: IdFamily, id: number): void {
  const f = FAMILIES[family]
  const c = task.credentials
  if (id === NO_ID) throw EINVAL
  if (capable(c, f.capability)) changeCredentials(task, { [f.real]: id, [f.effective]: id, [f.saved]: id, [f.fs]: id })
  else if (id === c[f.real] || id === c[f.saved]) changeCredentials(task, { [f.effective]: id, [f.fs]: id })
  else throw EPERM
}

/** setreuid(2), setregid(2): the saved id follows when the real one is given or the effective one departs from the real. */
export function setRealEffective(task: Task, family: IdFamily, real: number, effective: number): void {
  const f = FAMILIES[family]
  const c = task.credentials
  const privileged = capable(c, f.capability)
  if (!privileged && real !== NO_ID && real !== c[f.real] && real !== c[f.effective]) throw EPERM
  if (!privileged && effective !== NO_ID && effective !== c[f.real] && effective !== c[f.effective] && effective !== c[f.saved]) throw EPERM
  const newReal = real === NO_ID ? c[f.real] : real
  const newEffective = effective === NO_ID ? c[f.effective] : effective
  const follows = real !== NO_ID || (effective !== NO_ID && effective !== c[f.real])
  changeCredentials(task, {
    [f.real]: newReal,
    [f.effective]: newEffective,
    [f.saved]: follows ? newEffective : c[f.saved],
    [f.fs]: newEffective,
  })
}

/** setresuid(2), setresgid(2). */
export function setAllIds(task: Task, family: IdFamily, real: number, effective: number, saved: number): void {
  const f = FAMILIES[family]
  const c = task.credentials
  const known = [NO_ID, c[f.real], c[f.effective], c[f.saved]]
  if (!capable(c, f.capability) && ![real, effective, saved].every(id => known.includes(id))) throw EPERM
  const or = (id: number, old: number): number => (id === NO_ID ? old : id)
  const newEffective = or(effective, c[f.effective])
  changeCredentials(task, {
    [f.real]: or(real, c[f.real]),
    [f.effective]: newEffective,
    [f.saved]: or(saved, c[f.saved]),
    [f.fs]: newEffective,
  })
}

/** setfsuid(2), setfsgid(2): answers the old one and never fails. */
export function setFsId(task: Task, family: IdFamily, id: number): number {
  const f = FAMILIES[family]
  const c = task.credentials
  const old = c[f.fs]
  const known = [c[f.real], c[f.effective], c[f.saved], old]
  if (id === NO_ID || !(capable(c, f.capability) || known.includes(id))) return old
  const turns = family === 'user' && (old === ROOT) !== (id === ROOT)
  changeCredentials(task, { [f.fs]: id, capEffective: turns ? withFileCapabilities(c, id === ROOT) : c.capEffective })
  return old
}

/** What root may do to files: leaves the effective set with the file system's id of root, and comes back from the permitted set with it. */
const FILE_CAPABILITIES = [
  CAP_CHOWN,
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
  CAP_LINUX_IMMUTABLE,
  CAP_MKNOD,
  CAP_MAC_OVERRIDE,
]

function withFileCapabilities({ capEffective, capPermitted }: Credentials, on: boolean): number {
  let set = capEffective
  for (const capability of FILE_CAPABILITIES) {
    if (hasBit(set, capability)) set -= 2 ** capability
    if (on && hasBit(capPermitted, capability)) set += 2 ** capability
  }
  return set
}
