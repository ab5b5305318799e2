// System V IPC (Linux uapi linux/{ipc,shm,sem,msg}.h, asm-generic/{ipcbuf,shmbuf,sembuf,msgbuf}.h): commands, flags, limits and layouts.
import { struct } from './structs.ts'

export const IPC_PRIVATE = 0
export const IPC_CREAT = 0o1000
export const IPC_EXCL = 0o2000
export const IPC_NOWAIT = 0o4000

/** What all three kinds are asked. */
export const IPC_COMMANDS = { IPC_RMID: 0, IPC_SET: 1, IPC_STAT: 2, IPC_INFO: 3 } as const
export const { IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO } = IPC_COMMANDS

/** shmctl(2), shmget(2), shmat(2). */
export const SHM_COMMANDS = { ...IPC_COMMANDS, SHM_LOCK: 11, SHM_UNLOCK: 12, SHM_STAT: 13, SHM_INFO: 14, SHM_STAT_ANY: 15 } as const
export const { SHM_LOCK, SHM_UNLOCK, SHM_STAT, SHM_INFO, SHM_STAT_ANY } = SHM_COMMANDS
export const SHM_GET_FLAGS = { IPC_CREAT, IPC_EXCL, SHM_HUGETLB: 0o4000, SHM_NORESERVE: 0o10000 } as const
export const { SHM_HUGETLB, SHM_NORESERVE } = SHM_GET_FLAGS
export const SHM_HUGE_SHIFT = 26
export const SHM_AT_FLAGS = { SHM_RDONLY: 0o10000, SHM_RND: 0o20000, SHM_REMAP: 0o40000, SHM_EXEC: 0o100000 } as const
export const { SHM_RDONLY, SHM_RND, SHM_REMAP, SHM_EXEC } = SHM_AT_FLAGS
/** In shm_perm.mode: it goes with its last attach; it is locked. */
export const SHM_MODES = { SHM_DEST: 0o1000, SHM_LOCKED: 0o2000 } as const
export const { SHM_DEST, SHM_LOCKED } = SHM_MODES

/** semctl(2), semop(2). */
export const SEM_COMMANDS = {
  ...IPC_COMMANDS,
  GETPID: 11,
  GETVAL: 12,
  GETALL: 13,
  GETNCNT: 14,
  GETZCNT: 15,
  SETVAL: 16,
  SETALL: 17,
  SEM_STAT: 18,
  SEM_INFO: 19,
  SEM_STAT_ANY: 20,
} as const
export const { GETPID, GETVAL, GETALL, GETNCNT, GETZCNT, SETVAL, SETALL, SEM_STAT, SEM_INFO, SEM_STAT_ANY } = SEM_COMMANDS
export const SEM_FLAGS = { SEM_UNDO: 0x1000, IPC_NOWAIT } as const
export const { SEM_UNDO } = SEM_FLAGS
/** Largest value, and the most that may be kept to be undone. */
export const SEMVMX = 32767
export const SEMAEM = 32767

/** msgctl(2), msgrcv(2). */
export const MSG_COMMANDS = { ...IPC_COMMANDS, MSG_STAT: 11, MSG_INFO: 12, MSG_STAT_ANY: 13 } as const
export const { MSG_STAT, MSG_INFO, MSG_STAT_ANY } = MSG_COMMANDS
export const MSG_FLAGS = { MSG_NOERROR: 0o10000, MSG_EXCEPT: 0o20000, MSG_COPY: 0o40000, IPC_NOWAIT } as const
export const { MSG_NOERROR, MSG_EXCEPT, MSG_COPY } = MSG_FLAGS

export const IPC_PERM = struct({
  key: 'i32',
  uid: 'u32',
  gid: 'u32',
  cuid: 'u32',
  cgid: 'u32',
  mode: 'u32',
  seq: 'u16',
  pad: 'u16',
  unused1: 'u64',
  unused2: 'u64',
})

export const SHMID_DS = struct({
  perm: IPC_PERM,
  segsz: 'u64',
  atime: 'int64',
  dtime: 'int64',
  ctime: 'int64',
  cpid: 'i32',
  lpid: 'i32',
  nattch: 'u64',
  unused4: 'u64',
  unused5: 'u64',
})
export const SHMINFO = struct({
  shmmax: 'big',
  shmmin: 'u64',
  shmmni: 'u64',
  shmseg: 'u64',
  shmall: 'big',
  unused1: 'u64',
  unused2: 'u64',
  unused3: 'u64',
  unused4: 'u64',
})
export const SHM_INFO_DS = struct({
  usedIds: 'i32',
  total: 'u64',
  resident: 'u64',
  swapped: 'u64',
  attempts: 'u64',
  successes: 'u64',
})

export const SEMID_DS = struct({ perm: IPC_PERM, otime: 'int64', ctime: 'int64', nsems: 'u64', unused3: 'u64', unused4: 'u64' })
export const SEMBUF = struct({ num: 'u16', op: 'i16', flags: 'i16' })
export const SEMINFO = struct({
  semmap: 'i32',
  semmni: 'i32',
  semmns: 'i32',
  semmnu: 'i32',
  semmsl: 'i32',
  semopm: 'i32',
  semume: 'i32',
  semusz: 'i32',
  semvmx: 'i32',
  semaem: 'i32',
})

export const MSQID_DS = struct({
  perm: IPC_PERM,
  stime: 'int64',
  rtime: 'int64',
  ctime: 'int64',
  cbytes: 'u64',
  qnum: 'u64',
  qbytes: 'u64',
  lspid: 'i32',
  lrpid: 'i32',
  unused4: 'u64',
  unused5: 'u64',
})
export const MSGINFO = struct({
  msgpool: 'i32',
  msgmap: 'i32',
  msgmax: 'i32',
  msgmnb: 'i32',
  msgmni: 'i32',
  msgssz: 'i32',
  msgtql: 'i32',
  msgseg: 'u16',
})
