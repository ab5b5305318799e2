// What the kernel does, as paths that a native kernel would run: how many instructions each takes. These are estimates, of a Unix of
// today; a preset scales them as a whole (`kernelWork`). What a path waits for memory is not estimated: it comes from the addresses
// that it touches (charge.ts), its own code among them.
import type { TaskId } from '../ids.ts'
import { SYSCALL_LIMIT, SYSCALL_NAMES } from '../abi/index.ts'

/** Instructions by path. The order gives them their numbers in the ledger's causes. */
const WORK = {
  /** The program itself. */
  user: 0,
  /** Saving the registers of a program and choosing a handler; and the way back. */
  entry: 100,
  exit: 100,
  /** A timer's interrupt. */
  timer: 300,
  /** Choosing who runs next; taking up its registers and address space. */
  schedule: 250,
  switch: 120,
  wake: 250,
  /** Bringing floating-point registers after a trap on their first use, and saving them. */
  fpRestore: 120,
  fpSave: 60,
  fault: 450,
  /** A page of memory set to zeroes, or copied. */
  clear: 256,
  copy: 512,
  /** One page-table entry copied by fork, or taken away. */
  forkEntry: 40,
  unmapEntry: 40,
  /** Setting up a copy between the kernel and a program, and eight bytes of it. */
  usercopy: 30,
  /** A call that waited looks again. */
  resume: 80,
  signal: 500,
  illegal: 100,
  /** Telling other harts to drop translations; being told. */
  shootdown: 150,
  ipi: 150,
  idle: 0,
} as const
export type PathName = keyof typeof WORK

const OWN_PATHS = Object.keys(WORK) as PathName[]
/** Number of a path: of one of the names above. */
export const PATH = Object.fromEntries(OWN_PATHS.map((name, n) => [name, n])) as Record<PathName, number>
/** System call nr is path FIRST_CALL + nr. */
const FIRST_CALL = OWN_PATHS.length
export const callPath = (nr: number): number => FIRST_CALL + (SYSCALL_NAMES[nr] === undefined ? SYSCALL_LIMIT : nr)
const PATHS = FIRST_CALL + SYSCALL_LIMIT + 1

const OTHER_CALL = 400
/** Instructions of system calls besides entry and exit, copies, faults and switches. */
const CALL_WORK: Record<string, number> = {
  getpid: 60,
  getppid: 70,
  gettid: 60,
  getuid: 60,
  geteuid: 60,
  getgid: 60,
  getegid: 60,
  umask: 60,
  set_tid_address: 60,
  clock_gettime: 100,
  gettimeofday: 100,
  rt_sigprocmask: 120,
  rt_sigaction: 150,
  rt_sigreturn: 250,
  sched_yield: 200,
  brk: 400,
  lseek: 120,
  close: 250,
  dup: 200,
  dup3: 250,
  fcntl: 200,
  read: 300,
  write: 350,
  readv: 350,
  writev: 400,
  ppoll: 500,
  futex: 300,
  kill: 450,
  tgkill: 450,
  openat: 1500,
  newfstatat: 1200,
  statx: 1300,
  mmap: 1000,
  munmap: 900,
  mprotect: 900,
  clone: 6000,
  clone3: 6000,
  execve: 20000,
  wait4: 600,
  waitid: 600,
  exit: 3000,
  exit_group: 4000,
  pipe2: 1200,
}

const workOf = (path: number): number => {
  if (path < FIRST_CALL) return WORK[OWN_PATHS[path]]
  return CALL_WORK[SYSCALL_NAMES[path - FIRST_CALL]] ?? OTHER_CALL
}

const INSTRUCTION_BYTES = 4
/** A long path runs through loops: its code is no longer than this. */
const LONGEST_CODE = 8192

/** Instructions, and place and size of the code, by path: one path's code behind the other's. */
export const pathWork = new Uint32Array(PATHS)
export const pathCode = new Uint32Array(PATHS)
export const pathBytes = new Uint32Array(PATHS)
for (let path = 0, at = 0; path < PATHS; path++) {
  pathWork[path] = workOf(path)
  pathCode[path] = at
  pathBytes[path] = Math.min(pathWork[path] * INSTRUCTION_BYTES, LONGEST_CODE)
  at += pathBytes[path]
}

/** How the ledger calls a path. */
export function pathName(path: number): string {
  if (path < FIRST_CALL) return OWN_PATHS[path]
  return `sys_${SYSCALL_NAMES[path - FIRST_CALL] ?? 'unknown'}`
}

/** A cause in the machine's ledger: a task, by its identity, and what was done for it. NO_TASK is nobody. */
const CAUSES = 1024
export const causeOf = (task: TaskId, path: number): number => task * CAUSES + path
export const taskOfCause = (cause: number): TaskId => Math.floor(cause / CAUSES) as TaskId
export const pathOfCause = (cause: number): number => cause % CAUSES
