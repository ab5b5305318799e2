// Who a task acts as (credentials(7)): user and group ids, and the capabilities that root's ids bring.
import { CAP_SETGID, CAP_SETUID, CAP_SYS_PTRACE, EINVAL, EPERM } from '../abi/index.ts'
import type { Task } from '../state.ts'
import { afterFileId, afterUserIds, ALL_CAPABILITIES, hasBit, isSubset } from './capabilities.ts'
import type { Credentials } from './types.ts'

export const ROOT = 0
/** Linux's invalid id: "leave it as it is" where a call takes several. */
export const NO_ID = 0xffff_ffff

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
  capBounding: ALL_CAPABILITIES,
  capAmbient: 0,
  securebits: 0,
  noNewPrivileges: false,
})

export const capable = (credentials: Credentials, capability: number): boolean => hasBit(credentials.capEffective, capability)

/** A supplementary group, or the effective one. */
export const inGroup = (credentials: Credentials, gid: number): boolean => credentials.fsgid === gid || credentials.groups.includes(gid)

/** Who else may look into a process that took on another identity, and what is sent when its parent ends: nobody, nothing (commit_creds). */
export function commitCredentials(task: Task, now: Credentials): void {
  const old = task.credentials
  task.credentials = now
  const same = old.euid === now.euid && old.egid === now.egid && old.fsuid === now.fsuid && old.fsgid === now.fsgid
  if (same && isSubset(now.capPermitted, old.capPermitted)) return
  if (task.mm) task.mm.dumpable = 0
  task.parentDeathSignal = 0
}

/** Replaces some fields; capabilities follow the user ids. */
export function changeCredentials(task: Task, change: Partial<Credentials>): void {
  const old = task.credentials
  commitCredentials(task, afterUserIds(old, { ...old, ...change }))
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
  const now = { ...c, [f.fs]: id }
  commitCredentials(task, family === 'user' ? afterFileId(c, now) : now)
  return old
}

/**
 * May a task look into another one, or take things out of it, as its tracer could (ptrace(2), "access mode checking")? `by`: its real ids
 * (PTRACE_MODE_REALCREDS) or, as a reader of files, those that files go by (PTRACE_MODE_FSCREDS).
 */
export function mayInspect(task: Task, target: Task, by: 'real' | 'files' = 'real'): boolean {
  const mine = task.credentials
  const theirs = target.credentials
  if (task.group === target.group || capable(mine, CAP_SYS_PTRACE)) return true
  const [uid, gid, capabilities] = by === 'real' ? [mine.uid, mine.gid, mine.capPermitted] : [mine.fsuid, mine.fsgid, mine.capEffective]
  if (theirs.uid !== uid || theirs.euid !== uid || theirs.suid !== uid) return false
  if (theirs.gid !== gid || theirs.egid !== gid || theirs.sgid !== gid) return false
  return (target.mm?.dumpable ?? 1) === 1 && isSubset(theirs.capPermitted, capabilities)
}

/** May it attach to it (PTRACE_MODE_ATTACH_REALCREDS)? The same is asked of who would only look. */
export const mayAttach = (task: Task, target: Task): boolean => mayInspect(task, target)
