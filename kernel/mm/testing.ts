// For unit tests of memory: a kernel with a real machine and just the parts of its state that memory uses, and tasks to match.
import { createMachine, run, setPc, setX, type StopKind } from '../../vm/index.ts'
import { PROT_EXEC, PROT_READ, PROT_WRITE, RLIMITS } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { mappedFiles } from '../mapped-files.ts'
import { newKernelLog } from '../klog.ts'
import { newSysctls } from '../sysctl.ts'
import { newInode, newVfs, type Inode } from '../vfs/index.ts'
import {
  auditMemory,
  copyOut,
  createAsids,
  createFrames,
  findRegion,
  mapRegion,
  newKmem,
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

export function memoryKernel(options: MemoryOptions = {}): Kernel {
  const ramBytes = (options.frames ?? 1024) * 4096
  const machine = createMachine({ ramBytes, harts: options.harts ?? 1, engine: 'reference' })
  const state = {
    time: 0,
    bootEpoch: { sec: 0, nsec: 0 },
    tasks: new Map(),
    harts: machine.harts.map(hart => ({ id: hart.id, mm: null, flushCalls: 0 })),
    round: { hart: 0, start: 0, end: 0, open: false, ran: false },
    frames: createFrames(ramBytes, options),
    kmem: newKmem(),
    groups: new Map(),
    ttys: [],
    thp: options.thp ?? 'never',
    asids: createAsids(options.asidLimit),
    trapFrames: { taken: new Map(), partial: new Set() },
    vfs: newVfs(EPOCH),
    sysctl: newSysctls(ramBytes),
    klog: newKernelLog(),
    counts: { minorFaults: 0, majorFaults: 0, cowCopies: 0 },
  }
  const vdso = newInode(state.vfs.anon, 'regular', 0o600, 0, 0, EPOCH)
  return { machine, state: { ...state, vdso }, mappedFiles, events: {} } as unknown as Kernel
}

/** A task with an address space: the given one, or a new empty one. */
export function memoryTask(k: Kernel, mm: Mm = newMm(k)): Task {
  const soft = new Float64Array(Object.keys(RLIMITS).length).fill(Infinity)
  soft[RLIMITS.RLIMIT_STACK] = 8 * 2 ** 20
  const pid = k.state.tasks.size + 1
  const task = {
    pid,
    mm,
    usage: { minorFaults: 0, majorFaults: 0 },
    group: { rlimits: { soft, hard: soft } },
    files: null,
    fs: null,
    call: null,
  } as unknown as Task
  k.state.tasks.set(pid, task)
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
  setX(h, 10, va)
  return run(k.machine, h, 1).kind
}

/** A nameless file in memory that holds these bytes; the test holds it. */
export function fileOf(k: Kernel, bytes: Uint8Array): Inode {
  const inode = newInode(k.state.vfs.root.fs, 'regular', 0o644, 0, 0, EPOCH)
  inode.nlink = 0
  inode.refs = 1
  writeCached(k, inode, 0, bytes)
  inode.size = bytes.length
  k.state.frames.reclaimable.add(inode)
  return inode
}

/** A file whose bytes come from an image when they are first needed. */
export function imageOf(k: Kernel, bytes: Uint8Array): Inode {
  const inode = newInode(k.state.vfs.root.fs, 'regular', 0o644, 0, 0, EPOCH)
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
