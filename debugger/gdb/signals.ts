// gdb numbers signals its own way on the wire (GDB's include/gdb/signals.def), whatever the target calls them.
import { SIGNALS, SIGRTMIN } from '../../kernel/index.ts'

type Name = keyof typeof SIGNALS
/** gdb's numbers 1 to 31 have a name at their index; SIGEMT and SIGLOST are no signals of Linux. */
const ORDER: readonly (Name | null)[] = [
  null,
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  null,
  'SIGFPE',
  'SIGKILL',
  'SIGBUS',
  'SIGSEGV',
  'SIGSYS',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
  'SIGURG',
  'SIGSTOP',
  'SIGTSTP',
  'SIGCONT',
  'SIGCHLD',
  'SIGTTIN',
  'SIGTTOU',
  'SIGIO',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  null,
  'SIGUSR1',
  'SIGUSR2',
  'SIGPWR',
]
export const GDB_SIGNAL = { none: 0, int: 2, trap: 5, unknown: 143 } as const
/** Real-time signals: 33 to 63 in a row, 32 and 64 behind them. */
const RT33 = 45
const RT32 = 77
const RT64 = 78

const TO_LINUX = new Map<number, number>([
  ...ORDER.flatMap((name, n): [number, number][] => (name === null ? [] : [[n, SIGNALS[name]]])),
  ...Array.from({ length: 31 }, (_, n): [number, number] => [RT33 + n, SIGRTMIN + 1 + n]),
  [RT32, SIGRTMIN],
  [RT64, SIGRTMIN + 32],
])
const TO_GDB = new Map([...TO_LINUX].map(([gdb, linux]) => [linux, gdb]))

export const gdbSignal = (linux: number): number => TO_GDB.get(linux) ?? GDB_SIGNAL.unknown
/** null: no signal that programs here could get. */
export const linuxSignal = (gdb: number): number | null => TO_LINUX.get(gdb) ?? null
