// The memory calls: brk, mmap and its family, locking, advice. Arguments are judged here as Linux judges them; the work is in mm/.
import {
  CAP_IPC_LOCK,
  CAP_SYS_RAWIO,
  EACCES,
  EAGAIN,
  EBADF,
  EBUSY,
  EEXIST,
  EINVAL,
  ENODEV,
  ENOMEM,
  EOPNOTSUPP,
  EOVERFLOW,
  EPERM,
  F_SEAL_FUTURE_WRITE,
  F_SEAL_WRITE,
  MADVISE,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_FLAGS,
  MAP_GROWSDOWN,
  MAP_HUGETLB,
  MAP_HUGE_2MB,
  MAP_HUGE_SIZE,
  MAP_LOCKED,
  MAP_NONBLOCK,
  MAP_NORESERVE,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_SYNC,
  MAP_TYPE,
  MCL_CURRENT,
  MCL_FUTURE,
  MCL_ONFAULT,
  MLOCK,
  MLOCK_ONFAULT,
  MREMAP,
  MREMAP_DONTUNMAP,
  MREMAP_FIXED,
  MSYNC,
  MS_ASYNC,
  MS_INVALIDATE,
  MS_SYNC,
  O_PATH,
  PROT,
  PROT_EXEC,
  PROT_GROWSDOWN,
  PROT_GROWSUP,
  PROT_READ,
  PROT_WRITE,
  PR_MDWE_REFUSE_EXEC_GAIN,
  READ_IMPLIES_EXEC,
  RLIMIT_MEMLOCK,
  SIGKILL,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import {
  advise,
  checkCommit,
  checkGrowth,
  copyOut,
  countFreeRuns,
  covered,
  findFree,
  findRegion,
  HUGE_PAGE,
  knowsAdvice,
  mapRegion,
  MMAP_MIN,
  neverOvercommits,
  overlaps,
  pageDown,
  pageUp,
  peekPte,
  populatePiece,
  protectRange,
  remap,
  setBrk,
  setLocked,
  unlockedPages,
  unmapRange,
  USER_END,
  writeBack,
  type Mm,
  type RegionSpec,
} from '../mm/index.ts'
import { capable } from '../task/index.ts'
import type { Task } from '../state.ts'
import { MAX_FILE_BYTES } from '../fs/index.ts'
import { anonymousInode, getFile, isReadable, isWritable, opsOf } from '../vfs/index.ts'
import { address, fd, flags, oneOf, pointer, size } from './args.ts'
import type { FaultSignal } from '../mm/types.ts'
import { goOnWith, progressOf, type Blocked, type SyscallResult } from '../waiting.ts'
import type { Populating } from './types.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { flagsText, hex } from './text.ts'

const PAGE = 4096
const TWO_64 = 2 ** 64
const PROT_ALL = PROT_READ | PROT_WRITE | PROT_EXEC
/** PROT_SEM: accepted by mprotect and without meaning on every architecture. */
const PROT_SEM = 8
/** What maps calls pages of MAP_HUGETLB, which have a nameless file behind them on Linux. */
const HUGETLB_NAME = '/anon_hugepage (deleted)'
/** As strace writes them. */
const MMAP_FLAGS = { ...MAP_FLAGS, '21<<MAP_HUGE_SHIFT': MAP_HUGE_2MB }
/** Both sizes of huge pages that Linux names in LEGACY_MAP_MASK. */
const MAP_HUGE_1GB = 30 << 26
const KNOWN_FLAGS = Object.values(MMAP_FLAGS).reduce((all: number, bit) => all | bit, MAP_HUGE_1GB)
/** Flags that MAP_SHARED_VALIDATE refuses because this kernel's files do not support them. */
const VALIDATED = MAP_SYNC

function space(task: Task): Mm {
  if (task.mm === null) throw new Error(`a memory call of task ${task.pid}, which has no address space`)
  return task.mm
}

/** Checks [addr, addr + len) as munmap, mlock and the others do; answers its end, rounded up to a page. */
function wholePages(addr: number, length: number, beyond = ENOMEM): number {
  if (addr % PAGE !== 0) throw EINVAL
  // What wraps around when it is rounded up to a page is nothing.
  const end = length >= TWO_64 ? addr : addr + pageUp(length)
  if (end === addr) return end
  if (!(addr >= 0 && end <= USER_END)) throw beyond
  return end
}

/** Too long to be rounded to pages, or around the end of all addresses. */
const wrapsAround = (addr: number, length: number): boolean => length >= TWO_64 || (addr < 0 ? addr : addr - TWO_64) + pageUp(length) >= 0

// ---- mmap

interface MmapArgs {
  addr: number
  length: number
  prot: number
  flags: number
  fd: number
  offset: number
}

/** What the mapping shows, and what may be done with it. */
function mapTarget(k: Kernel, task: Task, a: MmapArgs, length: number): Partial<RegionSpec> {
  const shared = (a.flags & MAP_TYPE) !== MAP_PRIVATE
  if (a.flags & MAP_HUGETLB) return { shared, inode: shared ? anonymousInode(k, length) : null, hugetlb: true, label: HUGETLB_NAME }
  if (a.flags & MAP_ANONYMOUS) return shared ? { shared, inode: anonymousInode(k, length) } : {}
  const file = getFile(task, a.fd)
  if (file.flags & O_PATH) throw EBADF
  const writable = isWritable(file)
  if (shared && a.prot & PROT_WRITE && !writable) throw EACCES
  if (!isReadable(file)) throw EACCES
  const target = opsOf(k, file).mapTarget
  if (target === undefined) throw ENODEV
  const inode = target(k, file)
  if (a.offset < 0 || (inode?.kind === 'regular' && a.offset > MAX_FILE_BYTES - length)) throw EOVERFLOW
  // /dev/zero: memory that has no file.
  if (inode === null) {
    return shared ? { shared, inode: anonymousInode(k, length), maxProt: writable ? PROT_ALL : PROT_ALL & ~PROT_WRITE } : {}
  }
  const sealed = inode.seals > 0 && (inode.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) !== 0
  if (shared && sealed && a.prot & PROT_WRITE) throw EPERM
  const maxProt = shared && (!writable || sealed) ? PROT_ALL & ~PROT_WRITE : PROT_ALL
  const offset = opsOf(k, file).mapOffset?.(file, a.offset) ?? a.offset
  return { shared, inode, offset, path: file.path, label: file.path === null ? file.label : '', maxProt }
}

function checkMapFlags(a: MmapArgs): void {
  const type = a.flags & MAP_TYPE
  if (type !== MAP_SHARED && type !== MAP_PRIVATE && type !== MAP_SHARED_VALIDATE) throw EINVAL
  if (type === MAP_SHARED_VALIDATE && !(a.flags & MAP_ANONYMOUS) && (a.flags & ~KNOWN_FLAGS || a.flags & VALIDATED)) throw EOPNOTSUPP
  if (type === MAP_SHARED_VALIDATE && a.flags & MAP_ANONYMOUS) throw EINVAL
  if (a.flags & MAP_HUGETLB) checkHugeFlags(a)
  if (a.flags & MAP_GROWSDOWN && (type !== MAP_PRIVATE || !(a.flags & MAP_ANONYMOUS))) throw EINVAL
}

/** Huge pages are anonymous (there is no hugetlbfs to open files on) and of one size. Linux has a file behind them: so no stacks. */
function checkHugeFlags(a: MmapArgs): void {
  const log = a.flags & MAP_HUGE_SIZE
  if (!(a.flags & MAP_ANONYMOUS) || (log !== 0 && log !== MAP_HUGE_2MB)) throw EINVAL
  if (a.flags & MAP_GROWSDOWN || a.offset % HUGE_PAGE !== 0) throw EINVAL
}

/** Where the mapping goes: the wanted place when fixed, else near the hint, else wherever there is room. */
function place(task: Task, mm: Mm, a: MmapArgs, length: number, unit: number): number {
  if (!(a.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))) {
    const hint = a.addr > 0 && a.addr < USER_END ? Math.max(pageDown(a.addr), MMAP_MIN) : 0
    const start = findFree(mm, length, hint, unit)
    if (start < 0) throw ENOMEM
    return start
  }
  if (!(a.addr >= 0 && a.addr <= USER_END - length)) throw ENOMEM
  if (a.addr % unit !== 0) throw EINVAL
  if (a.addr < MMAP_MIN && !capable(task.credentials, CAP_SYS_RAWIO)) throw EPERM
  if (a.flags & MAP_FIXED_NOREPLACE && overlaps(mm, a.addr, a.addr + length)) throw EEXIST
  return a.addr
}

/** Programs of old that take what they can read to be executable say so (personality(2)). */
const impliedProt = (task: Task, prot: number): number =>
  prot & PROT_READ && task.personality & READ_IMPLIES_EXEC ? prot | PROT_EXEC : prot

/** Brings pages in, as many at once as the host may be kept waiting for. */
function bringIn(k: Kernel, task: Task, left: Populating): FaultSignal | Blocked | null {
  const done = populatePiece(k, task, space(task), left.at, left.end)
  return typeof done === 'number' ? goOnWith({ ...left, at: done }) : done
}

/** ... where pages that cannot be had are passed over (mm/mlock.c: "Ignore errors"). */
function bringInQuietly(k: Kernel, task: Task, left: Populating): number | Blocked {
  const done = bringIn(k, task, left)
  return done !== null && 'kind' in done ? done : left.result
}

function mmap(k: Kernel, task: Task, given: MmapArgs): SyscallResult {
  const left = progressOf(task, 'populate')
  if (left) return bringInQuietly(k, task, left)
  const mm = space(task)
  const a = { ...given, prot: impliedProt(task, given.prot) }
  if (a.offset % PAGE !== 0) throw EINVAL
  if (!(a.flags & MAP_ANONYMOUS)) getFile(task, a.fd)
  if (a.length === 0) throw EINVAL
  const huge = (a.flags & MAP_HUGETLB) !== 0
  const unit = huge ? HUGE_PAGE : PAGE
  const length = Math.ceil(a.length / unit) * unit
  if (length > USER_END) throw ENOMEM
  // Page numbers are unsigned: what begins before 0 and reaches it wraps around.
  if (a.offset < 0 && a.offset + length >= 0) throw EOVERFLOW
  checkMapFlags(a)
  const start = place(task, mm, a, length, unit)
  const locked = (a.flags & MAP_LOCKED) !== 0 || mm.lockFuture
  if (a.flags & MAP_LOCKED && !mayLock(task)) throw EPERM
  if (locked && !mayLockPages(task, mm, length / PAGE)) throw EAGAIN
  const target = mapTarget(k, task, a, length)
  if (mm.mdwe & PR_MDWE_REFUSE_EXEC_GAIN && a.prot & PROT_WRITE && a.prot & PROT_EXEC) throw EACCES
  const data = !target.shared && (a.prot & PROT_WRITE) !== 0
  const noReserve = (a.flags & MAP_NORESERVE) !== 0 && !neverOvercommits(k)
  checkGrowth(task, mm, length, data)
  // Memory that would have to be found: private writable, or shared without a file.
  if ((data || (target.shared && a.flags & MAP_ANONYMOUS)) && !noReserve && !huge) checkCommit(k, task, length)
  if (huge && !noReserve && countFreeRuns(k.state.frames) < length / HUGE_PAGE) throw ENOMEM
  mapRegion(k, mm, { ...target, start, length, prot: a.prot, growsDown: (a.flags & MAP_GROWSDOWN) !== 0, noReserve })
  if (a.flags & MAP_LOCKED) setLocked(k, mm, start, start + length, true)
  if (locked || (a.flags & (MAP_POPULATE | MAP_NONBLOCK)) === MAP_POPULATE)
    return bringInQuietly(k, task, { call: 'populate', at: start, end: start + length, result: start })
  return start
}

// ---- protection

function mprotect(k: Kernel, task: Task, addr: number, length: number, prot: number): number {
  const mm = space(task)
  const grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP)
  if (grows === (PROT_GROWSDOWN | PROT_GROWSUP) || addr % PAGE !== 0) throw EINVAL
  if (length === 0) return 0
  const end = addr + pageUp(length)
  if (end <= addr) throw ENOMEM
  if (prot & ~(PROT_ALL | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP)) throw EINVAL
  let start = addr
  if (!(addr >= 0 && end <= USER_END)) throw ENOMEM
  if (grows) {
    const region = findRegion(mm, addr)
    if (region === null) throw ENOMEM
    if (grows === PROT_GROWSUP || !region.growsDown) throw EINVAL
    start = region.start
  }
  protectRange(k, mm, start, end, impliedProt(task, prot) & PROT_ALL)
  return 0
}

// ---- locking

const mayLock = (task: Task): boolean => task.group.rlimits.soft[RLIMIT_MEMLOCK] > 0 || capable(task.credentials, CAP_IPC_LOCK)

const mayLockPages = (task: Task, mm: Mm, more: number): boolean =>
  (mm.lockedPages + more) * PAGE <= task.group.rlimits.soft[RLIMIT_MEMLOCK] || capable(task.credentials, CAP_IPC_LOCK)

function mlock(k: Kernel, task: Task, addr: number, length: number, onFault: boolean): SyscallResult {
  const mm = space(task)
  const left = progressOf(task, 'populate')
  const start = pageDown(addr)
  if (left) return bringInLocked(k, task, mm, start, left)
  if (!mayLock(task)) throw EPERM
  if (pageUp(length + (addr - start)) > 0 && wrapsAround(start, length + (addr - start)))
    throw mayLockPages(task, mm, length / PAGE) ? EINVAL : ENOMEM
  const end = wholePages(start, length + (addr - start))
  if (end === start) return 0
  if (!mayLockPages(task, mm, unlockedPages(mm, start, end))) throw ENOMEM
  setLocked(k, mm, start, end, true)
  if (!covered(mm, start, end)) throw ENOMEM
  return onFault ? 0 : bringInLocked(k, task, mm, start, { call: 'populate', at: start, end, result: 0 })
}

function bringInLocked(k: Kernel, task: Task, mm: Mm, start: number, left: Populating): SyscallResult {
  const done = bringIn(k, task, left)
  if (done !== null && 'kind' in done) return done
  if (done !== null) throw done.signal === SIGKILL ? EAGAIN : ENOMEM
  // Locked all the same, but what may not be touched cannot be brought in.
  if (mm.regions.some(region => region.start < left.end && region.end > start && !(region.prot & PROT_ALL))) throw ENOMEM
  return 0
}

function munlock(k: Kernel, task: Task, addr: number, length: number): number {
  const mm = space(task)
  const start = pageDown(addr)
  const end = wholePages(start, length + (addr - start))
  if (end === start) return 0
  setLocked(k, mm, start, end, false)
  if (!covered(mm, start, end)) throw ENOMEM
  return 0
}

function mlockall(k: Kernel, task: Task, how: number): SyscallResult {
  const left = progressOf(task, 'populate')
  if (left) return bringInQuietly(k, task, left)
  const mm = space(task)
  if (how === 0 || how & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) || how === MCL_ONFAULT) throw EINVAL
  if (!mayLock(task)) throw EPERM
  if (how & MCL_CURRENT && !mayLockPages(task, mm, mm.totalPages - mm.lockedPages)) throw ENOMEM
  mm.lockFuture = (how & MCL_FUTURE) !== 0
  if (how & MCL_CURRENT) {
    setLocked(k, mm, 0, USER_END, true)
    if (!(how & MCL_ONFAULT)) return bringInQuietly(k, task, { call: 'populate', at: 0, end: USER_END, result: 0 })
  }
  return 0
}

// ---- asking

/** mincore(2): a byte per page, 1 where a touch would find the page in memory. */
function mincore(k: Kernel, task: Task, addr: number, length: number, vec: number): number {
  const mm = space(task)
  const end = wholePages(addr, length)
  if (addr < 0 || addr > USER_END || length > USER_END) throw ENOMEM
  // In batches, as Linux does: the vector may lie in the range itself.
  for (let at = addr; at < end;) {
    const stop = Math.min(end, at + PAGE * PAGE)
    const bytes = new Uint8Array((stop - at) / PAGE)
    if (!covered(mm, at, stop)) throw ENOMEM
    for (let i = 0; i < bytes.length; i++) bytes[i] = inCore(k, mm, at + i * PAGE) ? 1 : 0
    copyOut(k, task, vec + (at - addr) / PAGE, bytes)
    at = stop
  }
  return 0
}

function inCore(k: Kernel, mm: Mm, page: number): boolean {
  if (peekPte(k, mm, page) !== 0) return true
  const region = findRegion(mm, page)
  return region !== null && region.inode !== null && region.inode.pages.has((page - region.start + region.offset) / PAGE)
}

function msync(k: Kernel, task: Task, addr: number, length: number, how: number): number {
  const mm = space(task)
  if (how & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || addr % PAGE !== 0) throw EINVAL
  if (how & MS_ASYNC && how & MS_SYNC) throw EINVAL
  const end = wholePages(addr, length)
  if (end === addr) return 0
  if (how & MS_INVALIDATE && mm.regions.some(region => region.locked && region.start < end && region.end > addr)) throw EBUSY
  for (const region of mm.regions) {
    if (region.start < end && region.end > addr) writeBack(k, region, Math.max(addr, region.start), Math.min(end, region.end))
  }
  if (!covered(mm, addr, end)) throw ENOMEM
  return 0
}

/** madvise(2) of a space, which is the task's own or another's. EINVAL, ENOMEM, and what the advice says. */
export function adviseSpace(k: Kernel, task: Task, mm: Mm, addr: number, length: number, advice: number): number {
  if (!knowsAdvice(advice)) throw EINVAL
  if (length > 0 && wrapsAround(addr, length)) throw EINVAL
  const end = wholePages(addr, length)
  if (end === addr) return 0
  advise(k, task, mm, addr, end, advice)
  return 0
}

/** Of a call that brings pages in by advice: what is advised at once. */
const ADVISED_AT_ONCE = 256 * PAGE
const BRINGS_IN: ReadonlySet<number> = new Set([MADVISE.MADV_POPULATE_READ, MADVISE.MADV_POPULATE_WRITE])

/** madvise(2) of the task's own space: what brings pages in goes on piece by piece, and ends where one cannot be had. */
function madvise(k: Kernel, task: Task, addr: number, length: number, advice: number): SyscallResult {
  const mm = space(task)
  const left = progressOf(task, 'populate')
  if (!BRINGS_IN.has(advice)) return adviseSpace(k, task, mm, addr, length, advice)
  if (length > 0 && wrapsAround(addr, length)) throw EINVAL
  const end = wholePages(addr, length)
  const at = left?.at ?? addr
  const until = Math.min(end, at + ADVISED_AT_ONCE)
  if (until > at) advise(k, task, mm, at, until, advice)
  return until >= end ? 0 : goOnWith({ call: 'populate', at: until, end, result: 0 })
}

/** mremap's fifth argument is only there with flags that use it. */
function remapText(_k: Kernel, _task: Task, raw: readonly number[], result?: number): string {
  if (result !== undefined) return ''
  const [old, oldSize, newSize, how, target] = raw
  const text = [pointer(old), String(oldSize), String(newSize), flagsText(MREMAP, how >>> 0)]
  if (how & (MREMAP_FIXED | MREMAP_DONTUNMAP)) text.push(pointer(target))
  return text.join(', ')
}

const prot = flags(PROT, 'PROT_NONE')
/** An offset in a file: hexadecimal, as strace shows mmap's. Of one that no number holds what counts is whether it is one of a page, and its sign. */
const fileOffset: Arg<number> = {
  type: 'off_t',
  read: raw => raw,
  wide: (high, low) => (high < 0 ? -1 : 1) * (2 ** 52 + (low & (PAGE - 1))),
  show: raw => (raw === 0 ? '0' : hex(raw)),
}

export const memoryCalls: Syscall[] = [
  syscall(214, 'brk', { addr: address }, (k, task, { addr }) => setBrk(k, task, addr), { result: 'address' }),
  syscall(215, 'munmap', { addr: address, length: size }, (k, task, { addr, length }) => {
    if (length === 0) throw EINVAL
    if (length > USER_END) throw EINVAL
    const end = wholePages(addr, length, EINVAL)
    unmapRange(k, space(task), addr, end)
    return 0
  }),
  syscall(
    216,
    'mremap',
    { old_address: address, old_size: size, new_size: size, flags: flags(MREMAP), new_address: address },
    (k, task, a) => remap(k, task, space(task), a.old_address, a.old_size, a.new_size, a.flags, a.new_address),
    { result: 'address', text: remapText },
  ),
  syscall(222, 'mmap', { addr: address, length: size, prot, flags: flags(MMAP_FLAGS), fd, offset: fileOffset }, mmap, {
    result: 'address',
    note:
      'MAP_HUGETLB has pages of 2 MiB only. There is no pool of them: each is an aligned run of free memory, ENOMEM when there are too few ' +
      'runs now, SIGBUS when there is none at the first touch or the first write after a fork, as where nothing is reserved on Linux. ' +
      'MAP_DENYWRITE, MAP_EXECUTABLE and MAP_STACK mean nothing, as on Linux.',
  }),
  syscall(226, 'mprotect', { addr: address, len: size, prot }, (k, task, { addr, len, prot }) => mprotect(k, task, addr, len, prot)),
  syscall(227, 'msync', { addr: address, length: size, flags: flags(MSYNC) }, (k, task, { addr, length, flags }) =>
    msync(k, task, addr, length, flags),
  ),
  syscall(228, 'mlock', { addr: address, len: size }, (k, task, { addr, len }) => mlock(k, task, addr, len, false)),
  syscall(229, 'munlock', { addr: address, len: size }, (k, task, { addr, len }) => munlock(k, task, addr, len)),
  syscall(230, 'mlockall', { flags: flags(MLOCK) }, (k, task, { flags }) => mlockall(k, task, flags)),
  syscall(231, 'munlockall', {}, (k, task) => {
    const mm = space(task)
    mm.lockFuture = false
    setLocked(k, mm, 0, USER_END, false)
    return 0
  }),
  syscall(232, 'mincore', { addr: address, length: size, vec: address }, (k, task, { addr, length, vec }) =>
    mincore(k, task, addr, length, vec),
  ),
  syscall(
    233,
    'madvise',
    { addr: address, length: size, advice: oneOf(MADVISE) },
    (k, task, { addr, length, advice }) => madvise(k, task, addr, length, advice),
    {
      note:
        'MADV_FREE forgets pages at once. MADV_HUGEPAGE takes effect with `--thp madvise` or `always`, at the first write to a block of ' +
        '2 MiB of which no page is there yet; nothing makes huge pages of small ones later (MADV_COLLAPSE is refused). Page merging is refused.',
    },
  ),
  syscall(284, 'mlock2', { addr: address, len: size, flags: flags({ MLOCK_ONFAULT }) }, (k, task, { addr, len, flags }) => {
    if (flags & ~MLOCK_ONFAULT) throw EINVAL
    return mlock(k, task, addr, len, flags === MLOCK_ONFAULT)
  }),
]
