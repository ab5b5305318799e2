// execve: a task gives up its program for another one. The new address space is built whole before the old one goes, so whatever
// is wrong with the new program, the old one lives to hear of it.
import { REG } from '../../vm/index.ts'
import {
  ADDR_COMPAT_LAYOUT,
  ADDR_NO_RANDOMIZE,
  AT_FDCWD,
  MMAP_PAGE_ZERO,
  PER_MASK,
  PF,
  PTRACE_EVENT_EXEC,
  PT,
  READ_IMPLIES_EXEC,
  RLIMIT_STACK,
  SIGCHLD,
  S_ISGID,
  S_ISUID,
  S_IXGRP,
  TASK_COMM_LEN,
} from '../abi/index.ts'
import { emit } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import { STACK_GUARD_GAP, USER_END, inheritFlags, newMm, releaseMm, type Mm } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { MAY_READ, mayAccess, pathOf, retainInode, type LookupOptions } from '../vfs/index.ts'
import {
  afterExec,
  controlAfterExec,
  isSubset,
  type Rights,
  commitCredentials,
  rlimit,
  clearRegisters,
  setRegPc,
  setRegX,
  addUsage,
} from '../task/index.ts'
import { exitTask } from './exit.ts'
import { trapAtExec } from './tracer.ts'
import { holdAtEvent, untrace } from './tracing.ts'
import { fileCapabilities } from './file-capabilities.ts'
import { LEAVERS } from './leavers.ts'
import { loadImage, PIE_BASE } from './load.ts'
import { strikeOff, takePlaceOf } from './newborn.ts'
import { findExecutable, findInterpreter, requireName, resolveProgram, type Executable, type Image, type Program } from './program.ts'
import { buildStack, checkArguments } from './startstack.ts'
import { mapVdso } from './vdso.ts'

/** The mmap area starts at least this far below the top, however small the stack's limit... */
const STACK_GAP_MIN = 128 * 2 ** 20
/** ... and leaves itself at least this part of the address space, however large. */
const MMAP_SHARE = 1 / 6

interface Start {
  mm: Mm
  pc: number
  sp: number
}

/**
 * Replaces the program of a task by the one at `path`. On return its registers are those of the new program's first instruction.
 * Throws what execve(2) fails with, and then nothing has changed. `dirfd` and `options` as execveat(2) gives them.
 */
export function execve(
  k: Kernel,
  task: Task,
  path: string,
  argv: readonly string[],
  envp: readonly string[],
  dirfd = AT_FDCWD,
  options: LookupOptions = {},
): void {
  if (!options.empty) requireName(path)
  const asked = findExecutable(k, task, dirfd, path, options)
  const name = nameFor(k, asked, path, dirfd)
  const args = argv.length === 0 ? [''] : argv
  checkArguments(task, args, envp, name)
  const program = resolveProgram(k, task, asked, name, args)
  const linker = findInterpreter(k, task, program.image)
  const rights = rightsFor(task, program.image)
  const start = buildProgram(k, task, program, linker, name, envp, rights)
  const { pid } = task
  becomeOnlyThread(k, task)
  commit(k, task, start, program, name, rights)
  if (k.events.exec !== undefined) emit(k, { kind: 'exec', task, path: name })
  if (task.tracer !== null && !holdAtEvent(k, task, PTRACE_EVENT_EXEC, pid)) trapAtExec(k, task)
}

/** What AT_EXECFN and scripts are told: the path, or for execveat one through /dev/fd. */
function nameFor(_k: Kernel, _asked: Executable, path: string, dirfd: number): string {
  if (dirfd === AT_FDCWD || path.startsWith('/')) return path
  return path === '' ? `/dev/fd/${dirfd}` : `/dev/fd/${dirfd}/${path}`
}

/**
 * Set-id bits give the file's owner's rights, unless the task forswore that; capabilities follow, and the file may bring some of its
 * own. `unsafe`: someone who keeps running shares the working directory.
 */
function rightsFor(task: Task, { inode }: Image): Rights {
  const old = task.credentials
  const mayGain = !old.noNewPrivileges
  const euid = mayGain && inode.mode & S_ISUID ? inode.uid : old.euid
  const egid = mayGain && inode.mode & S_ISGID && inode.mode & S_IXGRP ? inode.gid : old.egid
  const unsafe = old.noNewPrivileges || isFsShared(task) || task.tracer?.privileged === false
  return afterExec(old, { euid, egid, file: fileCapabilities(inode), unsafe })
}

/** Who calls chdir or chroot there could mislead a program with more rights than his own. */
function isFsShared({ fs, group }: Task): boolean {
  if (fs === null) return false
  return fs.refs > group.threads.filter(thread => thread.fs === fs).length
}

/** Builds the new address space. An error on the way leaves nothing of it. */
function buildProgram(
  k: Kernel,
  task: Task,
  program: Program,
  linker: Image | null,
  name: string,
  envp: readonly string[],
  rights: Rights,
): Start {
  const old = task.mm
  const mm = newMm(k, old?.payer)
  if (old !== null) inheritFlags(mm, old)
  try {
    return buildSpace(k, task, mm, program, linker, name, envp, rights)
  } catch (error) {
    releaseMm(k, mm)
    throw error
  }
}

function buildSpace(
  k: Kernel,
  task: Task,
  mm: Mm,
  { image, argv }: Program,
  linkerImage: Image | null,
  name: string,
  envp: readonly string[],
  rights: Rights,
): Start {
  const gap = Math.min(Math.max(rlimit(task.group, RLIMIT_STACK) + STACK_GUARD_GAP, STACK_GAP_MIN), USER_END * (1 - MMAP_SHARE))
  mm.mmapBase = Math.floor((USER_END - gap) / 4096) * 4096
  const loaded = loadImage(k, task, mm, image, linkerImage !== null)
  const extent = { startCode: mm.startCode, endCode: mm.endCode, startData: mm.startData, endData: mm.endData }
  const linker = linkerImage && loadImage(k, task, mm, linkerImage, false)
  Object.assign(mm, extent)
  // A program that is its own linker sits among the libraries: its heap must not grow into them.
  const alone = linker === null && loaded.bias !== 0
  mm.brkStart = mm.brk = alone ? PIE_BASE : loaded.end
  mapVdso(k, mm)
  const executableStack = image.segments.some(s => s.type === PT.GNU_STACK && (s.flags & PF.X) !== 0)
  const { now: credentials, secure } = rights
  const sp = buildStack(k, task, mm, { argv, envp, name, image, loaded, linker, credentials, secure, executableStack })
  mm.exe = retainInode(image.inode)
  mm.exe.running++
  mm.exePath = image.path
  return { mm, pc: (linker ?? loaded).entry, sp }
}

/** The other threads end; the one that calls execve takes over the process's number. */
function becomeOnlyThread(k: Kernel, task: Task): void {
  const { group } = task
  if (group.threads.length === 1) return
  for (const other of [...group.threads]) if (other !== task) exitTask(k, other, 0)
  const { leader } = group
  if (leader === task) return
  // Who traced the leader hears no more of it.
  untrace(k, leader)
  leader.state = 'X'
  addUsage(group.exitedUsage, leader.usage)
  strikeOff(k, task)
  takePlaceOf(k, task, leader)
  task.startTime = leader.startTime
  task.exitSignal = leader.exitSignal
  group.leader = task
  // Others may be left for their tracers to wait for.
  group.threads = [task, ...group.threads.filter(other => other !== task && other !== leader)]
}

/** PER_CLEAR_ON_SETID. */
const UNSAFE_PERSONALITY = READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT | MMAP_PAGE_ZERO

/** A program that runs with more rights than its caller's is not open to the caller, nor led by what the caller set up. */
function takeRights(task: Task, mm: Mm, { inode }: Image, { now, secure }: Rights): void {
  const { uid, euid, gid, egid, capPermitted } = task.credentials
  const gains = !isSubset(now.capPermitted, capPermitted)
  mm.dumpable = uid === euid && gid === egid && !gains && mayAccess(task, inode, MAY_READ) ? 1 : 0
  task.personality &= ~PER_MASK
  if (secure || gains) task.personality &= ~UNSAFE_PERSONALITY
  if (secure) task.parentDeathSignal = 0
  commitCredentials(task, now)
}

/** From here on nothing can fail. */
function commit(k: Kernel, task: Task, start: Start, { image, asked }: Program, name: string, rights: Rights): void {
  const { group } = task
  for (const { exec } of LEAVERS) exec?.(k, task, start.mm)
  clearRegisters(k, task)
  task.vectorControl = controlAfterExec(task.vectorControl)
  setRegPc(k, task, start.pc)
  setRegX(k, task, REG.sp, start.sp)
  takeRights(task, start.mm, image, rights)
  task.exitSignal = SIGCHLD
  task.comm = (name.startsWith('/dev/fd/') ? asked.path.dentry.name : name.slice(name.lastIndexOf('/') + 1)).slice(0, TASK_COMM_LEN - 1)
  group.hasExeced = true
  group.exePath = pathOf(k, image.path)
}
