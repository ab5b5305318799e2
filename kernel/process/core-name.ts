// Where a core dump goes: kernel.core_pattern with its letters replaced (core(5); Linux's fs/coredump.c format_corename).
import { RLIMIT_CORE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { pathOf, timestampNow } from '../vfs/index.ts'
import { limitPair } from '../task/index.ts'

/** A text that may become a part of a name, and nothing else. */
function plain(text: string): string {
  if (text === '' || text === '.') return '!'
  if (text === '..') return '!.'
  return text.replaceAll('/', '!')
}

/** The path of the program, or what it is called. */
const programOf = (k: Kernel, task: Task): string => (task.mm?.exePath ? pathOf(k, task.mm.exePath) : `${task.comm} (path unknown)`)

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

type Letter = (k: Kernel, task: Task, signal: number) => string | number | bigint

const tgid: Letter = (_k, { group }) => group.tgid
const tid: Letter = (_k, { pid }) => pid

/** By the letter behind `%`. There is one namespace of pids: as seen from inside and from outside. */
const LETTERS: Readonly<Record<string, Letter>> = {
  '%': () => '%',
  p: tgid,
  P: tgid,
  i: tid,
  I: tid,
  u: (_k, { credentials }) => credentials.uid,
  g: (_k, { credentials }) => credentials.gid,
  d: (_k, { mm }) => mm?.dumpable ?? 0,
  s: (_k, _task, signal) => signal,
  t: k => timestampNow(k).sec,
  h: (_k, { ns }) => plain(ns.uts.hostname),
  e: (_k, { comm }) => plain(comm),
  f: (k, task) => plain(base(programOf(k, task))),
  E: (k, task) => plain(programOf(k, task)),
  c: (_k, { group }) => limitPair(group.rlimits, RLIMIT_CORE).cur,
  C: (_k, { onHart }) => Math.max(onHart, 0),
}

/** The name of the core dump that `task` leaves when `signal` ends it. Letters that are not there stand for nothing. */
export function coreName(k: Kernel, task: Task, signal: number): string {
  const { corePattern, coreUsesPid } = k.state.sysctl
  const name = corePattern.replace(/%(.?)/gs, (_all, letter: string) => String(LETTERS[letter]?.(k, task, signal) ?? ''))
  return coreUsesPid !== 0 && !/%p/.test(corePattern.replaceAll('%%', '')) ? `${name}.${task.group.tgid}` : name
}
