// Classes of system calls as strace's -e trace=%CLASS knows them. Which calls are in one is said by their rows (kernel/abi/syscalls.ts).
import { callClasses, SYSCALL_NAMES } from '../abi/index.ts'

/** By the name after %, the words of rows that count. `stat` and `lstat` are calls that riscv64 does not have. */
export const CALL_CLASSES: Readonly<Record<string, readonly string[]>> = {
  clock: ['clock'],
  creds: ['creds'],
  desc: ['desc'],
  file: ['file'],
  fstat: ['fstat'],
  fstatfs: ['fstatfs'],
  ipc: ['ipc'],
  lstat: ['lstat'],
  memory: ['memory'],
  net: ['net'],
  network: ['net'],
  process: ['process'],
  pure: ['pure'],
  signal: ['signal'],
  stat: ['stat'],
  statfs: ['statfs'],
  '%stat': ['stat', 'lstat', 'fstat'],
  '%statfs': ['statfs', 'fstatfs'],
}

/** Names of the calls of a class, in order; undefined: there is no such class. */
export function callsInClass(name: string): readonly string[] | undefined {
  const counted = Object.hasOwn(CALL_CLASSES, name) ? CALL_CLASSES[name] : undefined
  if (counted === undefined) return undefined
  const inside = (nr: string): boolean => callClasses(Number(nr)).some(word => counted.includes(word))
  return Object.entries(SYSCALL_NAMES)
    .flatMap(([nr, call]) => (inside(nr) ? [call] : []))
    .sort()
}
