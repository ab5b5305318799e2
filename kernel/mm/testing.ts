// For unit tests of memory: a kernel with as much of it as the test wants, tasks with address spaces, and what a program does to them.
import { REG, run, setPc, setX, type StopKind } from '../../vm/index.ts'
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { enrol } from '../process/newborn.ts'
import { bareKernel, fakeTask } from '../process/testing.ts'
import { newInode, type Inode } from '../vfs/index.ts'
import {
  auditMemory,
  copyOut,
  createAsids,
  findRegion,
  mapRegion,
  newMm,
  useMm,
  writeCached,
  type Mm,
  type FramePlacement,
  type RegionSpec,
  type ThpPolicy,
} from './index.ts'

const EPOCH = { sec: 0, nsec: 0 }

interface MemoryOptions {
  frames?: number
  harts?: number
  asidLimit?: number
  thp?: ThpPolicy
  placement?: FramePlacement
  colours?: number
  seed?: number
}

export function memoryKernel({ frames = 1024, asidLimit, placement, ...options }: MemoryOptions = {}): Kernel {
  const k = bareKernel({ ...options, ramBytes: frames * 4096, epoch: 0, ...(placement && { frames: placement }) })
  k.state.asids = createAsids(asidLimit)
  return k
}

/** A task with an address space: the given one, or a new empty one. */
export function memoryTask(k: Kernel, mm: Mm = newMm(k)): Task {
  const task = fakeTask(k, { mm })
  enrol(k, task)
  return task
}

/** The address space of a task, which has one. */
export function space(task: Task): Mm {
  if (task.mm === null) throw new Error('the task has no address space')
  return task.mm
}

export const READ_WRITE = PROT_READ | PROT_WRITE

/** Maps pages, readable and writable, private and anonymous unless `spec` says otherwise. */
export const map = (k: Kernel, task: Task, start: number, pages: number, spec: Partial<RegionSpec> = {}) =>
  mapRegion(k, space(task), { prot: READ_WRITE, ...spec, start, length: pages * 4096 })

const CODE = 0x7000_0000
/** `lb a1, 0(a0)` and `sb zero, 0(a0)`. */
const TOUCH = { read: 0x0005_0583, write: 0x0005_0023 }

/** One instruction of the task's, on a hart, reads or writes `va`: 'fuel' when it could, else how it trapped. The first call maps a page for it. */
export function touch(k: Kernel, task: Task, hart: number, va: number, access: 'read' | 'write'): StopKind {
  if (findRegion(space(task), CODE) === null) {
    map(k, task, CODE, 1, { prot: PROT_READ | PROT_WRITE | PROT_EXEC })
    copyOut(k, task, CODE, new Uint8Array(new Uint32Array([TOUCH.read, TOUCH.write]).buffer))
  }
  useMm(k, hart, space(task))
  const h = k.machine.harts[hart]
  setPc(h, CODE + (access === 'read' ? 0 : 4))
  setX(h, REG.a0, va)
  return run(k.machine, h, 1).kind
}

/** A nameless file in memory that holds these bytes; the test holds it. */
export function fileOf(k: Kernel, bytes: Uint8Array): Inode {
  const inode = newInode(k.state.ns.mnt.root.fs, 'regular', 0o644, 0, 0, EPOCH)
  inode.nlink = 0
  inode.refs = 1
  writeCached(k, inode, 0, bytes)
  inode.size = bytes.length
  k.state.frames.reclaimable.add(inode)
  return inode
}

/** A file whose bytes come from an image when they are first needed. */
export function imageOf(k: Kernel, bytes: Uint8Array): Inode {
  const inode = newInode(k.state.ns.mnt.root.fs, 'regular', 0o644, 0, 0, EPOCH)
  inode.nlink = 0
  inode.refs = 1
  inode.size = bytes.length
  inode.backing = { kind: 'bytes', bytes }
  return inode
}

/** Fails with every inconsistency there is. */
export function expectSound(k: Kernel): void {
  const problems = auditMemory(k)
  if (problems.length > 0) throw new Error(problems.join('\n'))
}
