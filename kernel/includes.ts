// The include files of assembly programs, made from the tables that the kernel itself goes by: numbers of system calls, errors and
// signals, flags, and where the members of structures lie. programs/include holds them as files; a test compares.
import { PAGE_SIZE } from '../vm/index.ts'
import * as abi from './abi/index.ts'
import { HUGE_PAGE } from './mm/index.ts'

type Row = readonly [name: string, value: number]
/** A heading and the names below it. */
interface Group {
  title: string
  rows: readonly Row[]
  /** How values of ten and more are written. */
  base: 8 | 10 | 16
}

const rowsOf = (table: Readonly<Record<string, number>>): Row[] => Object.entries(table)
const numbers = (title: string, ...tables: Readonly<Record<string, number>>[]): Group => ({ title, rows: tables.flatMap(rowsOf), base: 10 })
const flags = (title: string, ...tables: Readonly<Record<string, number>>[]): Group => ({ title, rows: tables.flatMap(rowsOf), base: 16 })
const modes = (title: string, ...tables: Readonly<Record<string, number>>[]): Group => ({ title, rows: tables.flatMap(rowsOf), base: 8 })

const upperSnake = (name: string): string => name.replace(/(?=[A-Z])/g, '_').toUpperCase()
/** Members that programs know by another name. */
const OTHER_NAMES: Readonly<Record<string, string>> = { columns: 'COLS', load1: 'LOADS' }
const isFiller = (name: string): boolean => /^(pad|spare|unused)/.test(name)

/** PREFIX_MEMBER for every member of a structure, and its size: PREFIX_SIZE, or PREFIX_SIZEOF where a member is called size. */
function offsets(
  prefix: string,
  { offsets: at, size }: { offsets: Readonly<Record<string, number>>; size: number },
): Record<string, number> {
  const members = Object.entries(at).filter(([name]) => !isFiller(name))
  return {
    ...Object.fromEntries(members.map(([name, offset]) => [`${prefix}_${OTHER_NAMES[name] ?? upperSnake(name)}`, offset])),
    [`${prefix}_${'size' in at ? 'SIZEOF' : 'SIZE'}`]: size,
  }
}

const { S_IRUSR, S_IWUSR, S_IXUSR, S_IRGRP, S_IWGRP, S_IXGRP, S_IROTH, S_IWOTH, S_IXOTH } = abi.MODE_BITS
const S_IRWX = {
  S_IRWXU: S_IRUSR | S_IWUSR | S_IXUSR,
  S_IRWXG: S_IRGRP | S_IWGRP | S_IXGRP,
  S_IRWXO: S_IROTH | S_IWOTH | S_IXOTH,
}
const { AT_FDCWD, AT_EACCESS, FD_CLOEXEC, PATH_MAX, NAME_MAX, PIPE_BUF, CSIGNAL, MAP_HUGE_2MB, TIMER_ABSTIME } = abi

const calls = (): Group[] => [numbers('', Object.fromEntries(rowsOf(abi.SYSCALL_NUMBERS).map(([name, nr]) => [`SYS_${name}`, nr])))]

function errors(): Group[] {
  const aliases = Object.entries(abi.ERRNO_ALIASES)
  const rows = abi
    .errnos()
    .flatMap(({ code, name }): Row[] => [[name, code], ...aliases.filter(([, of]) => of === name).map(([alias]): Row => [alias, code])])
  return [{ title: '', rows, base: 10 }, numbers('A result between -MAX_ERRNO and -1 is an error.', { MAX_ERRNO: 4095 })]
}

const signals = (): Group[] => [
  numbers('Signals', abi.SIGNALS, { SIGPOLL: abi.SIGPOLL, SIGRTMIN: abi.SIGRTMIN, SIGRTMAX: abi.SIGRTMAX }),
  numbers('Dispositions', { SIG_DFL: abi.SIG_DFL, SIG_IGN: abi.SIG_IGN }),
  numbers('sigprocmask: how', abi.SIGPROCMASK_HOW),
  flags('sigaction: flags', abi.SA_FLAGS),
  numbers('struct sigaction as the kernel reads it', offsets('SIGACTION', abi.SIGACTION), { SIGSET_SIZE: abi.SIGSET_BYTES }),
  numbers('siginfo_t: what the union holds depends on the signal', offsets('SIGINFO', abi.SIGINFO)),
  numbers('siginfo_t: codes', abi.SI_CODES, abi.SEGV_CODES, abi.BUS_CODES, abi.ILL_CODES, abi.TRAP_CODES, abi.FPE_CODES, abi.CLD_CODES),
  flags('sigaltstack', abi.SS_FLAGS),
  // Room for a handler: what C libraries recommend, the kernel has no such number.
  numbers(
    'Sizes of its stacks: the least, and a good one; and struct stack_t',
    { MINSIGSTKSZ: abi.MINSIGSTKSZ, SIGSTKSZ: 8192 },
    offsets('STACK_T', abi.STACK),
  ),
  numbers('ucontext_t: where a handler finds the interrupted registers (pc, then x1..x31)', offsets('UCONTEXT', abi.UCONTEXT)),
  numbers('Timers of setitimer', abi.ITIMERS),
]

const files = (): Group[] => [
  flags('openat: flags', abi.OPEN_FLAGS),
  flags('The *at calls: where to start from, and flags', { AT_FDCWD }, abi.AT_LOOKUP_FLAGS, { AT_EACCESS }),
  numbers('faccessat: mode', abi.ACCESS_MODES),
  numbers('lseek: whence', abi.SEEK),
  numbers('fcntl: commands', abi.FCNTL, { FD_CLOEXEC }, abi.LOCK_TYPES),
  modes('File modes', abi.FILE_TYPES, abi.MODE_BITS, S_IRWX),
  numbers('struct stat', offsets('STAT', abi.STAT)),
  numbers(
    'struct linux_dirent64, as getdents64 fills a buffer with',
    Object.fromEntries(Object.entries(offsets('DIRENT', abi.DIRENT64)).filter(([name]) => name !== 'DIRENT_SIZE')),
    { DIRENT_NAME: abi.DIRENT64_NAME },
    abi.DIRENT_TYPES,
  ),
  numbers('renameat2: flags', abi.RENAME),
  flags('utimensat: special nanoseconds', abi.UTIME),
  numbers('Limits', { PATH_MAX, NAME_MAX, PIPE_BUF, PAGE_SIZE, HUGE_PAGE_SIZE: HUGE_PAGE }),
]

const processes = (): Group[] => [
  flags('clone: flags', { CSIGNAL }, abi.CLONE_FLAGS),
  flags('wait4 and waitid: options', abi.WAIT_OPTIONS, abi.WAITID_TYPES),
  flags('mmap and mprotect', abi.PROT, abi.MAP_FLAGS, { MAP_HUGE_2MB }),
  numbers('msync and madvise', abi.MSYNC, abi.MADVISE),
]

const terminals = (): Group[] => [
  flags('Terminals: ioctl requests', abi.TTY_IOCTLS),
  numbers(
    'struct termios as TCGETS fills it: four flag words, the line discipline, the control characters',
    offsets('TERMIOS', abi.TERMIOS),
  ),
  modes('Input modes', abi.IFLAGS),
  modes('Output modes', abi.OFLAGS),
  modes('Local modes', abi.LFLAGS),
  numbers('Control characters', abi.CC),
  numbers('struct winsize', offsets('WINSIZE', abi.WINSIZE)),
  numbers('struct pollfd', offsets('POLLFD', abi.POLLFD)),
  flags('Its events', abi.POLL),
]

const others = (): Group[] => [
  numbers('Clocks', abi.CLOCKS, { TIMER_ABSTIME }),
  numbers('struct timespec and struct timeval', offsets('TIMESPEC', abi.TIMESPEC), offsets('TIMEVAL', abi.TIMEVAL)),
  numbers('struct rusage', abi.RUSAGE_WHO, offsets('RUSAGE', abi.RUSAGE)),
  numbers('struct utsname: fields of one size', { UTSNAME_FIELD: abi.UTSNAME_LENGTH }, offsets('UTSNAME', abi.UTSNAME)),
  numbers('struct sysinfo', offsets('SYSINFO', abi.SYSINFO)),
  numbers('Resource limits', abi.RLIMITS),
  numbers('getpriority: which', abi.PRIO_WHICH),
  numbers('prctl: operations', abi.PRCTL),
  flags('futex: operations and flags', abi.FUTEX_OPS, abi.FUTEX_FLAGS),
  numbers('Auxiliary vector: what the kernel tells a new program', abi.AUXV),
  numbers('Descriptors every program starts with', { STDIN: 0, STDOUT: 1, STDERR: 2 }),
]

/** A macro that hands every row of a table to another one. */
const each = (name: string, comment: string, rows: readonly string[]): string =>
  `# ${name} row: ${comment}\n.macro ${name} row\n${rows.map(row => `    \\row ${row}\n`).join('')}.endm\n`

function tables(): string {
  const errorRows = abi.errnos().map(({ code, message }) => `${code}, "${message}"`)
  const names = [['SIGPOLL', abi.SIGPOLL] as const, ...Object.entries(abi.SIGNALS)]
  const signalRows = names.sort((a, b) => a[1] - b[1]).map(([name, number]) => `${number}, "${name.slice('SIG'.length)}"`)
  return [
    each('each_error', '`row NUMBER, "MESSAGE"` for every error, in the order of the numbers.', errorRows),
    each('each_signal', '`row NUMBER, "NAME"` for every ordinary signal, in the order of the numbers; SIGIO has two names.', signalRows),
  ].join('\n')
}

const digits = (value: number, base: Group['base']): string => {
  if (base === 10 || (value > -10 && value < 10)) return String(value)
  if (value < 0) return String(value)
  return base === 8 ? `0${value.toString(8)}` : `0x${value.toString(16)}`
}

const groupText = ({ title, rows, base }: Group): string =>
  `${title === '' ? '' : `# ${title}\n`}${rows.map(([name, value]) => `.equ ${name}, ${digits(value, base)}\n`).join('')}`

const file = (name: string, opening: string, body: string): { name: string; text: string } => ({
  name,
  text: `# ${opening}\n# Made from the kernel's tables by \`npm run generate\`.\n\n${body}`,
})
const groupsText = (groups: readonly Group[]): string => groups.map(groupText).join('\n')

/** Each include file's name and text. */
export const includeFiles = (): { name: string; text: string }[] => [
  file(
    'sys.inc',
    'System call numbers of Linux on riscv64: load one into a7, arguments into a0-a5, `ecall`; the result (or -errno) is in a0.',
    groupsText(calls()),
  ),
  file('errno.inc', 'Error numbers. A system call that fails returns one negated.', groupsText(errors())),
  file('signal.inc', 'Signals by number, how a program asks for them, and the structures that come with them.', groupsText(signals())),
  file(
    'fcntl.inc',
    'Flags, modes, requests and structure offsets that system calls about files, processes, memory and terminals take.',
    groupsText([...files(), ...processes(), ...terminals(), ...others()]),
  ),
  file('tables.inc', 'Errors and signals row by row, for tables of names and messages.', tables()),
]
