// What a thread's end, or exec, does to the futexes that it held (get_robust_list(2), set_tid_address(2)).
import { EINVAL, FUTEX_OWNER_DIED, FUTEX_TID_MASK, FUTEX_WAITERS, isErrno } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getI64, getU32, getU64, putU32 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { futexWake } from './futex.ts'
import { futexKey, WORD_BYTES } from './futex-key.ts'
import { releasePiLocks } from './futex-pi.ts'

/** Entries of a robust list that are looked at: a program could make it endless (Linux ROBUST_LIST_LIMIT). */
const ROBUST_LIMIT = 2048

/** What a thread leaves behind in its address space, at exit and at exec: locks it held are marked and passed on, and the word that pthread_join waits for is cleared. */
export function futexExit(k: Kernel, task: Task): void {
  if (task.robustList !== 0) ignoringFaults(() => releaseRobustLocks(k, task))
  if (task.sched.contended !== null) releasePiLocks(k, task)
  if (task.clearChildTid !== 0) ignoringFaults(() => clearTid(k, task, task.clearChildTid))
  task.robustList = 0
  task.clearChildTid = 0
}

/** The program's own lists may point anywhere: a bad address ends the walk and nothing else. */
function ignoringFaults(action: () => unknown): void {
  try {
    action()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function clearTid(k: Kernel, task: Task, address: number): void {
  putU32(k, task, address, 0)
  futexWake(k, futexKey(k, task, address, false), 1, -1)
}

/** Bit 0 of a link marks a lock with an owner that the kernel knows (futex-pi.ts). */
const isPi = (link: number): boolean => link % 2 !== 0
const entryOf = (link: number): number => link - (link % 2)

/** The list that set_robust_list(2) told of: from each entry the lock lies at a signed offset. */
function releaseRobustLocks(k: Kernel, task: Task): void {
  const head = task.robustList
  let link = getU64(k, task, head)
  const offset = getI64(k, task, head + 8)
  const pending = getU64(k, task, head + 16)
  for (let i = 0; i < ROBUST_LIMIT && entryOf(link) !== head; i++) {
    const entry = entryOf(link)
    // The next link is read first: once it is free the lock's memory may be used for something else.
    let next: number | null = null
    ignoringFaults(() => {
      next = getU64(k, task, entry)
    })
    if (entry !== entryOf(pending)) releaseLock(k, task, entry + offset, isPi(link), false)
    if (next === null) return
    link = next
  }
  if (entryOf(pending) !== 0) releaseLock(k, task, entryOf(pending) + offset, isPi(pending), true)
}

/** handle_futex_death: a lock that is the task's is marked. `wasPending`: it was about to be taken or was just given up. */
function releaseLock(k: Kernel, task: Task, address: number, pi: boolean, wasPending: boolean): void {
  if (address % WORD_BYTES !== 0) throw EINVAL
  const word = getU32(k, task, address)
  const wake = (): void => ignoringFaults(() => futexWake(k, futexKey(k, task, address, false), 1, -1))
  // It was given up but nobody was woken yet.
  if (wasPending && !pi && word === 0) wake()
  if ((word & FUTEX_TID_MASK) !== task.pid) return
  putU32(k, task, address, ((word & FUTEX_WAITERS) | FUTEX_OWNER_DIED) >>> 0)
  if (!pi && word & FUTEX_WAITERS) wake()
}
