// What of a program's system calls this kernel has, by a log that strace wrote of it: calls that are not there, flags that it refuses or does
// not know, and the limits of the rest. A log of any architecture will do; names that riscv64 never had are told apart.
import { SYSCALL_NAMES } from '../abi/index.ts'
import type { Syscall } from './define.ts'
import { SYSCALLS } from './table.ts'

export interface CallUse {
  name: string
  calls: number
  /** Of the calls, by the errno that they ended with. */
  errors: Record<string, number>
  /**
   * `there`; `missing`: answered with ENOSYS; `elsewhere`: no call of riscv64 (what its programs call instead is in `instead`, if anything
   * is); `unknown`: no call that we know of.
   */
  state: 'there' | 'missing' | 'elsewhere' | 'unknown'
  instead?: string
  note?: string
  /** Flags of the log that are refused, with what; and those that are not known here. */
  refused: Record<string, string>
  unknown: string[]
}

/** Calls of older architectures, with what stands for them in the table that riscv64 has (uapi asm-generic/unistd.h). '': nothing. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...{ open: 'openat', creat: 'openat', stat: 'newfstatat', lstat: 'newfstatat', fstatat64: 'newfstatat', access: 'faccessat' },
  ...{ readlink: 'readlinkat', mkdir: 'mkdirat', rmdir: 'unlinkat', unlink: 'unlinkat', rename: 'renameat2', renameat: 'renameat2' },
  ...{ link: 'linkat', symlink: 'symlinkat', chmod: 'fchmodat', chown: 'fchownat', lchown: 'fchownat', mknod: 'mknodat' },
  ...{ fork: 'clone', vfork: 'clone', poll: 'ppoll', select: 'pselect6', _newselect: 'pselect6', pipe: 'pipe2', dup2: 'dup3' },
  ...{
    epoll_create: 'epoll_create1',
    epoll_wait: 'epoll_pwait',
    eventfd: 'eventfd2',
    signalfd: 'signalfd4',
    inotify_init: 'inotify_init1',
  },
  ...{ getdents: 'getdents64', utime: 'utimensat', utimes: 'utimensat', futimesat: 'utimensat', time: 'clock_gettime' },
  ...{ alarm: 'setitimer', pause: 'ppoll', getpgrp: 'getpgid', getrlimit: 'prlimit64', setrlimit: 'prlimit64', waitpid: 'wait4' },
  ...{ arch_prctl: '', set_thread_area: '', get_thread_area: '', sysfs: '', uselib: '', ustat: '', modify_ldt: '', iopl: '', ioperm: '' },
}

const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(SYSCALL_NAMES).map(([nr, name]) => [name, Number(nr)]))

/** What strace writes before a call: the process, the time of day or since the epoch or the last call, an instruction pointer. */
const BEFORE =
  /^(?:\[pid +\d+\] |\d+ +)?(?:\d\d:\d\d:\d\d(?:\.\d+)? +|\d+\.\d+ +|\+\d+\.\d+ +)?(?:\( *\+? *\d+\.\d+\) +)?(?:\[[0-9a-f]{8,16}\] +)?/
const CALL = /^([a-z_][a-z0-9_]*)\(/
const RESULT = / = (?:-1 (E[A-Z0-9]+)|\?|-?\w+)/
/** A line is looked at so far: buffers in it can be long (-s). */
const LINE_MOST = 65_536
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** The arguments of a call whose text begins after its parenthesis, and what follows the closing one; null where that is not there. */
function argumentsOf(text: string): { args: string[]; rest: string | null } {
  const args: string[] = []
  const open: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const c = text[at]
    if (c === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++
    } else if (c in CLOSING) open.push(CLOSING[c])
    else if (c === ',' && open.length === 0) {
      args.push(text.slice(from, at).trim())
      from = at + 1
    } else if (c === open[open.length - 1]) open.pop()
    else if (c === ')' && open.length === 0) {
      if (at > from) args.push(text.slice(from, at).trim())
      return { args, rest: text.slice(at + 1) }
    }
  }
  const last = text.slice(from).replace(/ *<unfinished \.\.\.>.*$/, '')
  return { args: last === '' ? args : [...args, last.trim()], rest: null }
}

/** The names in a text of flags or of one value: `O_RDONLY|O_CLOEXEC`, `0x80 /* MAP_??? *\/`. */
const namesIn = (text: string): string[] =>
  text
    .replace(/\/\*.*?\*\//g, '')
    .split('|')
    .flatMap(part => /^[A-Z][A-Z0-9_]+$/.exec(part.trim())?.[0] ?? [])

/** The argument that flags stand in by themselves: not one of a structure, an address, a string. */
function lookAtFlags(row: Syscall, args: readonly string[], use: CallUse): void {
  const { refused = {} } = row
  for (const [n, text] of args.entries()) {
    const known = row.args[n]?.[1].names
    for (const name of namesIn(text)) {
      if (name in refused) use.refused[name] = refused[name]
      else if (known !== undefined && row.text === undefined && !known.includes(name) && !use.unknown.includes(name)) use.unknown.push(name)
    }
  }
  // In a structure, and where strace writes names before values: clone(child_stack=NULL, flags=CLONE_VM|SIGCHLD).
  for (const name of Object.keys(refused)) {
    if (!(name in use.refused) && args.some(text => new RegExp(`\\b${name}\\b`).test(text.replace(/"(?:[^"\\]|\\.)*"/g, ''))))
      use.refused[name] = refused[name]
  }
}

function newUse(name: string): CallUse {
  const nr = NUMBERS.get(name)
  const use = { name, calls: 0, errors: {}, refused: {}, unknown: [] }
  if (nr === undefined) return name in ELSEWHERE ? { ...use, state: 'elsewhere', instead: ELSEWHERE[name] } : { ...use, state: 'unknown' }
  const row = SYSCALLS[nr]
  return row === undefined ? { ...use, state: 'missing' } : { ...use, state: 'there', note: row.note }
}

/** Reads a log line by line. What is no call (signals, exits, the second half of a call) is passed over. */
export interface CompatLog {
  add(line: string): void
  /** By name, the most called first. */
  uses(): CallUse[]
}

/** A log of which nothing was read yet. */
export function newCompatLog(): CompatLog {
  const uses = new Map<string, CallUse>()
  return {
    add(line) {
      const text = line.slice(0, LINE_MOST).replace(BEFORE, '')
      const name = CALL.exec(text)?.[1]
      if (name === undefined) return
      let use = uses.get(name)
      if (use === undefined) uses.set(name, (use = newUse(name)))
      use.calls++
      const { args, rest } = argumentsOf(text.slice(name.length + 1))
      const error = rest === null ? undefined : RESULT.exec(rest)?.[1]
      if (error !== undefined) use.errors[error] = (use.errors[error] ?? 0) + 1
      const row = use.state === 'there' ? SYSCALLS[NUMBERS.get(name) as number] : undefined
      if (row !== undefined) lookAtFlags(row, args, use)
    },
    uses: () => [...uses.values()].sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1)),
  }
}

/** Is there anything that this kernel would not do? Calls of other architectures are their C library's business. */
export const falls = ({ state, refused, unknown }: CallUse): boolean =>
  state === 'missing' || state === 'unknown' || Object.keys(refused).length > 0 || unknown.length > 0
