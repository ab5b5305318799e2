// Filters of system calls (seccomp(2); Linux uapi linux/seccomp.h, linux/filter.h): operations, what filters answer, the instructions of
// classic BPF, and what passes through a listener's descriptor.
import { struct } from './structs.ts'

export const SECCOMP_OPERATIONS = {
  SECCOMP_SET_MODE_STRICT: 0,
  SECCOMP_SET_MODE_FILTER: 1,
  SECCOMP_GET_ACTION_AVAIL: 2,
  SECCOMP_GET_NOTIF_SIZES: 3,
} as const

export const SECCOMP_FILTER_FLAGS = {
  SECCOMP_FILTER_FLAG_TSYNC: 1,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
  SECCOMP_FILTER_FLAG_NEW_LISTENER: 8,
  SECCOMP_FILTER_FLAG_TSYNC_ESRCH: 16,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: 32,
} as const

/** What a filter answers, but for the low 16 bits; the least (as a signed number) of several filters wins. */
export const SECCOMP_RET = {
  KILL_PROCESS: 0x8000_0000,
  KILL_THREAD: 0,
  TRAP: 0x0003_0000,
  ERRNO: 0x0005_0000,
  USER_NOTIF: 0x7fc0_0000,
  TRACE: 0x7ff0_0000,
  LOG: 0x7ffc_0000,
  ALLOW: 0x7fff_0000,
} as const
export const SECCOMP_RET_DATA = 0xffff

/** si_code of SIGSYS. */
export const SYS_SECCOMP = 1

/** What a filter sees: the call, where it was made, its arguments. */
export const SECCOMP_DATA_BYTES = 64
export const BPF_MAXINSNS = 4096
export const BPF_MEMWORDS = 16
export const SOCK_FPROG = struct({ len: 'u16', filter: 'u64' })
export const SOCK_FILTER_BYTES = 8
/** Instructions in all filters of a task, with a few more for each. */
export const MAX_INSNS_PER_PATH = 32768
export const INSNS_PER_FILTER = 4

export const SECCOMP_NOTIF_BYTES = 80
export const SECCOMP_NOTIF_RESP = struct({ id: 'big', val: 'int64', error: 'i32', flags: 'u32' })
export const SECCOMP_NOTIF_ADDFD = struct({ id: 'big', flags: 'u32', srcfd: 'u32', newfd: 'u32', newfdFlags: 'u32' })
export const SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1
export const SECCOMP_ADDFD_FLAG_SETFD = 1
export const SECCOMP_ADDFD_FLAG_SEND = 2

export const SECCOMP_IOCTLS = {
  SECCOMP_IOCTL_NOTIF_RECV: 0xc050_2100,
  SECCOMP_IOCTL_NOTIF_SEND: 0xc018_2101,
  SECCOMP_IOCTL_NOTIF_ID_VALID: 0x4008_2102,
  SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR: 0x8008_2102,
  SECCOMP_IOCTL_NOTIF_ADDFD: 0x4018_2103,
  SECCOMP_IOCTL_NOTIF_SET_FLAGS: 0x4008_2104,
} as const
