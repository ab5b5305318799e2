// signalfd(2): blocked signals taken by read instead of by a handler. What can be read are the reader's own signals, whoever made it.
import { EAGAIN, EINVAL, ERESTARTSYS, ESPIPE, O_NONBLOCK, O_RDWR, POLLIN, struct, writeStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { newQueue } from '../sched/index.ts'
import type { WaitQueue } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { blocked } from '../waiting.ts'
import type { Blocked } from '../waiting.ts'
import { eventInode, newDescription } from '../vfs/index.ts'
import type { FileDescription, FileOps } from '../vfs/index.ts'
import { KERNEL_ONLY, takeSignal } from '../signal/index.ts'
import type { SigFields, SigInfo, Sigset } from '../signal/index.ts'

/** struct signalfd_siginfo, 128 bytes. */
const SIGNALFD_SIGINFO = struct({
  signo: 'u32',
  errno: 'i32',
  code: 'i32',
  pid: 'u32',
  uid: 'u32',
  fd: 'i32',
  tid: 'u32',
  band: 'u32',
  overrun: 'u32',
  trapno: 'u32',
  status: 'i32',
  int: 'i32',
  ptr: 'big',
  utime: 'u64',
  stime: 'u64',
  addr: 'u64',
  addrLsb: 'u16',
  pad: 'u16',
  syscall: 'i32',
  callAddr: 'u64',
  arch: 'u32',
  rest: { bytes: 28 },
})
type Values = Parameters<typeof writeStruct<(typeof SIGNALFD_SIGINFO)['members']>>[1]

const valueOf = (value: bigint): Values => ({ int: Number(BigInt.asIntN(32, value)), ptr: BigInt.asUintN(64, value) })

const MEMBERS: { [K in SigFields['kind']]: (fields: Extract<SigFields, { kind: K }>) => Values } = {
  kill: ({ pid, uid }) => ({ pid, uid }),
  queue: ({ pid, uid, value }) => ({ pid, uid, ...valueOf(value) }),
  timer: ({ id, overrun, value }) => ({ tid: id, overrun, ...valueOf(value) }),
  child: ({ pid, uid, status, utime, stime }) => ({ pid, uid, status, utime, stime }),
  fault: ({ address }) => ({ addr: address }),
  poll: ({ band, fd }) => ({ band, fd }),
  sys: ({ address, syscall, arch }) => ({ callAddr: address, syscall, arch }),
}

function encode(info: SigInfo): Uint8Array {
  const members = MEMBERS[info.fields.kind] as (fields: SigFields) => Values
  return writeStruct(SIGNALFD_SIGINFO, { signo: info.signal, errno: info.errno, code: info.code, ...members(info.fields) })
}

const signalFileMask = (mask: Sigset): Sigset => mask & ~KERNEL_ONLY

/** A description that reads signals of the mask. */
export function makeSignalFd(k: Kernel, mask: Sigset, nonBlocking: boolean): FileDescription {
  const data = { kind: 'signalfd', mask: signalFileMask(mask) } as const
  return newDescription('signalfd', eventInode(k), null, O_RDWR | (nonBlocking ? O_NONBLOCK : 0), { ...data }, 'anon_inode:[signalfd]')
}

/** Another mask for one that is there. EINVAL: it is none. */
export function setSignalFile({ data }: FileDescription, mask: Sigset): void {
  if (data?.kind !== 'signalfd') throw EINVAL
  data.mask = signalFileMask(mask)
}

function maskOf(file: FileDescription): Sigset {
  if (file.data?.kind !== 'signalfd') throw new Error(`an open ${file.kind} without a mask of signals`)
  return file.data.mask
}

const queueOf = (task: Task): WaitQueue => (task.group.signalWait ??= newQueue())

function read(k: Kernel, task: Task, file: FileDescription, max: number): Uint8Array | Blocked {
  if (max < SIGNALFD_SIGINFO.size) throw EINVAL
  const mask = maskOf(file)
  const taken: Uint8Array[] = []
  while ((taken.length + 1) * SIGNALFD_SIGINFO.size <= max) {
    const info = takeSignal(k, task, mask)
    if (!info) break
    taken.push(encode(info))
  }
  if (taken.length === 0) {
    if (file.flags & O_NONBLOCK) throw EAGAIN
    return blocked([queueOf(task)], ERESTARTSYS)
  }
  const bytes = new Uint8Array(taken.length * SIGNALFD_SIGINFO.size)
  taken.forEach((one, i) => bytes.set(one, i * SIGNALFD_SIGINFO.size))
  return bytes
}

export const signalFileOps: FileOps = {
  read,
  readPiece: SIGNALFD_SIGINFO.size,
  arrived: (_file, moved) => moved - (moved % SIGNALFD_SIGINFO.size),
  poll(_k, file, queues, task) {
    if (!task) return 0
    queues?.push(queueOf(task))
    return (task.pending.set | task.group.pending.set) & maskOf(file) ? POLLIN : 0
  },
  fdinfo: (_k, file) => `sigmask:\t${maskOf(file).toString(16).padStart(16, '0')}\n`,
  positioned: ESPIPE,
  noPosition: true,
}
