// System V semaphores: operations that are done all or none, who waits in which order, and what the end of a process undoes (ipc/sem.c).
import {
  EAGAIN,
  EFBIG,
  EIDRM,
  EINTR,
  EINVAL,
  ENOMEM,
  ENOSPC,
  ERANGE,
  errnoByCode,
  IPC_NOWAIT,
  SEMAEM,
  SEM_UNDO,
  SEMVMX,
  type Errno,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem, KMEM } from '../../mm/index.ts'
import { newQueue, wakeAll } from '../../sched/index.ts'
import type { Task } from '../../state.ts'
import { blocked, progressOf, type Blocked } from '../../waiting.ts'
import { checkUse, ipcGet, ipcObject, removeObject, secondsNow } from './ids.ts'
import type { SemaphoreLists, SemaphoreSet, SemOperation, SemUndo, SemUndoList, SemWaiter } from './types.ts'

const READ = 0o444
const WRITE = 0o222
/** A semaphore's value and its last process. */
const SEMAPHORE_BYTES = 8
const ADJUST_BYTES = 2

/** semget(2). EINVAL, ENOSPC, ENOMEM and those of ipcGet. */
export function semGet(k: Kernel, task: Task, key: number, count: number, flags: number): number {
  const ns = task.ns.ipc
  const [perSet, all, , sets] = ns.limits.sem
  if (count < 0 || count > perSet) throw EINVAL
  return ipcGet<SemaphoreSet>(k, task, key, flags, {
    kind: 'sem',
    table: ns.sem,
    most: sets,
    check() {
      if (count === 0) throw EINVAL
      if (ns.semaphores + count > all) throw ENOSPC
      chargeKmem(k, KMEM.inode + count * SEMAPHORE_BYTES, ENOMEM)
    },
    make(_id, base) {
      ns.semaphores += count
      const values = new Uint16Array(count)
      const pids = new Int32Array(count)
      return { ...base, values, pids, lists: new Map(), otime: 0, changers: [], zeroes: [], complex: 0, undos: [] }
    },
    fits(found) {
      if (count > found.values.length) throw EINVAL
    },
  })
}

/** A call that still waits: it was not cut short by its task's end. */
const isWaiting = (waiter: SemWaiter): boolean => waiter.outcome === null && progressOf(waiter.task, 'semop')?.waiter === waiter

const NO_LISTS: SemaphoreLists = { changers: [], zeroes: [] }
const listsOf = (set: SemaphoreSet, num: number): Readonly<SemaphoreLists> => set.lists.get(num) ?? NO_LISTS

/** What a waiter was told, as an error. */
const errnoOf = (outcome: number): Errno => errnoByCode(-outcome) ?? EINVAL

/** Does all the operations, or none. 0; a negative errno; or which of them (from 1 on) cannot be done yet. */
function perform(set: SemaphoreSet, pid: number, operations: readonly SemOperation[], undo: SemUndo | null): number {
  const { values } = set
  let failure = 0
  let done = 0
  for (; done < operations.length && failure === 0; done++) {
    const { num, op, flags } = operations[done]
    const value = values[num] + op
    if ((op === 0 && value !== 0) || value < 0) failure = flags & IPC_NOWAIT ? -EAGAIN.code : done + 1
    else if (value > SEMVMX) failure = -ERANGE.code
    else if (flags & SEM_UNDO && undo !== null) {
      const adjust = undo.adjust[num] - op
      if (adjust < -SEMAEM - 1 || adjust > SEMAEM) failure = -ERANGE.code
      else undo.adjust[num] = adjust
    }
    if (failure === 0) values[num] = value
  }
  if (failure === 0) {
    for (const { num } of operations) set.pids[num] = pid
    return 0
  }
  // The one that failed has changed nothing.
  for (let i = done - 2; i >= 0; i--) {
    const { num, op, flags } = operations[i]
    values[num] -= op
    if (flags & SEM_UNDO && undo !== null) undo.adjust[num] += op
  }
  return failure
}

/** A waiter tries again; true: it is over, and its task hears of it. */
function retry(k: Kernel, set: SemaphoreSet, waiter: SemWaiter): boolean {
  const result = perform(set, waiter.pid, waiter.operations, waiter.undo)
  if (result > 0) {
    waiter.blocking = result - 1
    return false
  }
  waiter.outcome = result
  wakeAll(k, waiter.queue)
  return true
}

/** It waits no more. */
function unlink(set: SemaphoreSet, list: SemWaiter[], waiter: SemWaiter): void {
  const at = list.indexOf(waiter)
  if (at < 0) return
  list.splice(at, 1)
  if (waiter.operations.length > 1) set.complex--
}

/** Who waits for zero in a list. True: somebody went on. */
function wakeZeroes(k: Kernel, set: SemaphoreSet, list: SemWaiter[]): boolean {
  let woke = false
  for (const waiter of [...list]) {
    if (isWaiting(waiter) && !retry(k, set, waiter)) continue
    unlink(set, list, waiter)
    woke ||= waiter.outcome === 0
  }
  return woke
}

/** ... of all semaphores that the operations (null: unknown ones) may have brought to zero. */
function wakeForZero(k: Kernel, set: SemaphoreSet, operations: readonly SemOperation[] | null): boolean {
  let woke = false
  let zero = false
  for (const num of operations === null ? [...set.lists.keys()] : operations.map(({ num }) => num)) {
    if (set.values[num] !== 0) continue
    zero = true
    woke = wakeZeroes(k, set, listsOf(set, num).zeroes) || woke
  }
  if (zero || operations === null) woke = wakeZeroes(k, set, set.zeroes) || woke
  return woke
}

/** Who waits to change values, in a semaphore's list or (null) the set's. Those that go on may let others before them go on. */
function wakeChangers(k: Kernel, set: SemaphoreSet, num: number | null): boolean {
  const list = num === null ? set.changers : listsOf(set, num).changers
  let woke = false
  for (let i = 0; i < list.length;) {
    const waiter = list[i]
    if (num !== null && set.values[num] === 0) break
    if (!isWaiting(waiter)) {
      unlink(set, list, waiter)
      continue
    }
    if (!retry(k, set, waiter)) {
      i++
      continue
    }
    unlink(set, list, waiter)
    if (waiter.outcome !== 0) continue
    woke = true
    wakeForZero(k, set, waiter.operations)
    if (set.changers.length > 0 || waiter.operations.length > 1) i = 0
  }
  return woke
}

/** Values changed, by these operations or (null) otherwise: whoever can go on now does. */
function update(k: Kernel, set: SemaphoreSet, operations: readonly SemOperation[] | null, changed: boolean): void {
  let woke = wakeForZero(k, set, operations)
  if (set.changers.length > 0) woke = wakeChangers(k, set, null) || woke
  else if (operations === null) for (const num of [...set.lists.keys()]) woke = wakeChangers(k, set, num) || woke
  else for (const { num, op } of operations) if (op > 0) woke = wakeChangers(k, set, num) || woke
  if (woke || changed) set.otime = secondsNow(k)
  if (set.complex === 0 && set.changers.length > 0) {
    // Only single operations are left: each waits for its semaphore alone again.
    for (const waiter of set.changers.splice(0)) ownLists(set, waiter.operations[0].num).changers.push(waiter)
  }
}

function ownLists(set: SemaphoreSet, num: number): SemaphoreLists {
  const lists = set.lists.get(num) ?? { changers: [], zeroes: [] }
  set.lists.set(num, lists)
  return lists
}

/** At the end of its list. */
function enqueue(set: SemaphoreSet, waiter: SemWaiter): void {
  const { operations, alters } = waiter
  if (operations.length === 1) {
    const own = ownLists(set, operations[0].num)
    if (!alters) own.zeroes.push(waiter)
    else (set.complex > 0 ? set.changers : own.changers).push(waiter)
    return
  }
  if (set.complex === 0) {
    // As Linux merges them: those of the last semaphore come first.
    const lists = [...set.lists].sort(([a], [b]) => a - b)
    for (const [, own] of lists) set.changers.unshift(...own.changers.splice(0))
  }
  ;(alters ? set.changers : set.zeroes).push(waiter)
  set.complex++
}

function forget(set: SemaphoreSet, waiter: SemWaiter): void {
  const own = listsOf(set, waiter.operations[0].num)
  for (const list of [set.changers, set.zeroes, own.changers, own.zeroes]) unlink(set, list, waiter)
}

/** What the task's end will undo in the set. ENOMEM. */
function undoFor(k: Kernel, task: Task, set: SemaphoreSet): SemUndo {
  task.semUndo ??= { refs: 1, undos: [] }
  const known = task.semUndo.undos.find(undo => undo.set === set)
  if (known) return known
  chargeKmem(k, KMEM.element + set.values.length * ADJUST_BYTES, ENOMEM)
  const undo = { set, adjust: new Int16Array(set.values.length) }
  task.semUndo.undos.unshift(undo)
  set.undos.push(undo)
  return undo
}

/** semtimedop(2), with operations that were read already. `deadline` is an instant (ns). */
export function semOp(k: Kernel, task: Task, id: number, operations: readonly SemOperation[], deadline: number): number | Blocked {
  const waiting = progressOf(task, 'semop')
  if (waiting !== null) return goOn(k, task, waiting.waiter, deadline)
  const set = ipcObject(task.ns.ipc.sem, id)
  const alters = operations.some(({ op }) => op !== 0)
  const undo = operations.some(({ flags }) => flags & SEM_UNDO) ? undoFor(k, task, set) : null
  if (operations.some(({ num }) => num >= set.values.length)) throw EFBIG
  checkUse(task, set, alters ? WRITE : READ)
  const pid = task.group.tgid
  const result = perform(set, pid, operations, undo)
  if (result === 0) {
    if (alters) update(k, set, operations, true)
    else set.otime = secondsNow(k)
    return 0
  }
  if (result < 0) throw errnoOf(result)
  const waiter: SemWaiter = { task, pid, operations, undo, alters, outcome: null, blocking: result - 1, queue: newQueue() }
  enqueue(set, waiter)
  return { ...blocked([waiter.queue], EINTR, deadline), progress: { call: 'semop', waiter, set } }
}

function goOn(k: Kernel, task: Task, waiter: SemWaiter, deadline: number): number | Blocked {
  if (waiter.outcome !== null) {
    if (waiter.outcome < 0) throw errnoOf(waiter.outcome)
    return waiter.outcome
  }
  const set = progressOf(task, 'semop')?.set
  const isOver = k.state.time >= deadline
  if (set && (isOver || task.signalPending)) {
    forget(set, waiter)
    throw isOver ? EAGAIN : EINTR
  }
  return blocked([waiter.queue], EINTR, deadline)
}

/** SETVAL, SETALL: values are set, nothing of them is undone any more, and whoever can go on does. ERANGE. */
export function setSemaphores(k: Kernel, task: Task, set: SemaphoreSet, first: number, values: readonly number[]): void {
  values.forEach((value, i) => {
    set.values[first + i] = value
    set.pids[first + i] = task.group.tgid
    for (const undo of set.undos) undo.adjust[first + i] = 0
  })
  set.ctime = secondsNow(k)
  update(k, set, null, false)
}

/** GETNCNT and GETZCNT: how many calls wait for a semaphore to grow, or to be zero. */
export function countWaiters(set: SemaphoreSet, num: number, forZero: boolean): number {
  const own = listsOf(set, num)
  const single = (forZero ? own.zeroes : own.changers).filter(isWaiting).length
  const several = [...set.changers, ...(forZero ? set.zeroes : [])].filter(waiter => {
    const { num: at, op } = waiter.operations[waiter.blocking]
    return at === num && (forZero ? op === 0 : op < 0) && isWaiting(waiter)
  })
  return single + several.length
}

/** IPC_RMID: whoever waits hears that the set is gone. */
export function removeSet(k: Kernel, task: Task, set: SemaphoreSet): void {
  const ns = task.ns.ipc
  set.undos = []
  const all = [...set.changers, ...set.zeroes, ...[...set.lists.values()].flatMap(own => [...own.changers, ...own.zeroes])]
  removeObject(ns.sem, set)
  ns.semaphores -= set.values.length
  for (const waiter of all) {
    if (!isWaiting(waiter)) continue
    waiter.outcome = -EIDRM.code
    wakeAll(k, waiter.queue)
  }
  set.changers = []
  set.zeroes = []
  set.lists.clear()
}

/** The last task of those that share it ends (or leaves them): what was to be undone is. */
export function releaseUndo(k: Kernel, task: Task, list: SemUndoList): void {
  task.semUndo = null
  if (--list.refs > 0) return
  for (const { set, adjust } of list.undos) {
    if (set.removed) continue
    set.undos = set.undos.filter(undo => undo.adjust !== adjust)
    adjust.forEach((change, num) => {
      if (change === 0) return
      set.values[num] = Math.min(SEMVMX, Math.max(0, set.values[num] + change))
      set.pids[num] = task.group.tgid
    })
    update(k, set, null, true)
  }
}
