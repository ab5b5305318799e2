// Core dumps (core(5)): the notes of an ELF core file as Linux on riscv64 lays them out (uapi linux/elfcore.h, asm/ptrace.h).
import { struct, TIMEVAL } from './structs.ts'

/** Types of notes in a core file; the name says which: "CORE". */
export const NT_CORE = {
  PRSTATUS: 1,
  FPREGSET: 2,
  PRPSINFO: 3,
  AUXV: 6,
  SIGINFO: 0x53494749,
  FILE: 0x46494c45,
} as const
export const CORE_NOTE_NAME = 'CORE'
/** Notes that one architecture has; their name is "LINUX". */
export const NT_RISCV_VECTOR = 0x901
export const LINUX_NOTE_NAME = 'LINUX'

/** pc in the place of x0, then x1 to x31. */
const GREGS_BYTES = 32 * 8

/** Of one thread. */
export const ELF_PRSTATUS = struct({
  signo: 'i32',
  code: 'i32',
  errno: 'i32',
  cursig: 'i16',
  sigpend: 'big',
  sighold: 'big',
  pid: 'i32',
  ppid: 'i32',
  pgrp: 'i32',
  sid: 'i32',
  utime: TIMEVAL,
  stime: TIMEVAL,
  cutime: TIMEVAL,
  cstime: TIMEVAL,
  reg: { bytes: GREGS_BYTES },
  fpvalid: 'i32',
})

export const PRARGS_BYTES = 80
const PRNAME_BYTES = 16

/** Of the process. */
export const ELF_PRPSINFO = struct({
  state: 'i8',
  sname: 'u8',
  zomb: 'i8',
  nice: 'i8',
  flag: 'big',
  uid: 'u32',
  gid: 'u32',
  pid: 'i32',
  ppid: 'i32',
  pgrp: 'i32',
  sid: 'i32',
  fname: { bytes: PRNAME_BYTES },
  psargs: { bytes: PRARGS_BYTES },
})

/** /proc/PID/coredump_filter: kinds of memory that a core dump holds. */
export const DUMP = {
  ANON_PRIVATE: 1 << 0,
  ANON_SHARED: 1 << 1,
  MAPPED_PRIVATE: 1 << 2,
  MAPPED_SHARED: 1 << 3,
  ELF_HEADERS: 1 << 4,
  HUGETLB_PRIVATE: 1 << 5,
  HUGETLB_SHARED: 1 << 6,
} as const
