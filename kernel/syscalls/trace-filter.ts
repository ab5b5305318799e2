// strace's -e expressions: which calls, signals and outcomes are shown. A name that means nothing is refused with strace's words.
import { signalName, NSIG, SYSCALL_NAMES } from '../abi/index.ts'
import { callsInClass } from './call-classes.ts'
import { callName } from './text.ts'

/** How a call ended, for -e status=. */
export const CALL_STATUSES = ['successful', 'failed', 'unfinished', 'unavailable', 'detached'] as const
export type CallStatus = (typeof CALL_STATUSES)[number]

/** What is shown; a missing set is everything. */
export interface TraceFilter {
  /** Names of calls. */
  calls?: ReadonlySet<string>
  /** Numbers of signals. */
  signals?: ReadonlySet<number>
  statuses?: ReadonlySet<CallStatus>
}

/** A mistake in an expression, in a sentence for the user. */
export interface FilterError {
  error: string
}

const ALL_CALLS = Object.values(SYSCALL_NAMES)
const ALL_SIGNALS = Array.from({ length: NSIG }, (_, i) => i + 1)
/** Classes that strace also takes without the %. */
const BARE_CLASSES = ['file', 'desc', 'process', 'net', 'network', 'signal', 'ipc', 'memory']

/** The calls that one word of trace= names; null for none. */
function callsOf(word: string): readonly string[] | null | FilterError {
  const name = word.replace(/@(64|32|x32)$/, '')
  if (word.startsWith('/')) {
    try {
      const pattern = new RegExp(word.slice(1))
      return ALL_CALLS.filter(call => pattern.test(call))
    } catch (error) {
      return { error: `regcomp: ${word.slice(1)}: ${(error as Error).message}` }
    }
  }
  if (/^\d+$/.test(name)) return SYSCALL_NAMES[Number(name)] === undefined ? null : [callName(Number(name))]
  const named = name.startsWith('%') ? callsInClass(name.slice(1)) : BARE_CLASSES.includes(name) ? callsInClass(name) : undefined
  return named ?? (ALL_CALLS.includes(name) ? [name] : null)
}

function signalsOf(word: string): number[] | null {
  if (/^\d+$/.test(word)) return [Number(word)]
  const name = word.toUpperCase().replace(/^(SIG)?/, 'SIG')
  const found = ALL_SIGNALS.filter(signal => signalName(signal) === name)
  return found.length > 0 ? found : null
}

const statusOf = (word: string): CallStatus[] | null => CALL_STATUSES.filter(status => status === word).slice(0, 1)

/** `all`, `none`, `a,b`, `!a,b`: the set, undefined for everything. */
function setOf<T>(
  text: string,
  all: readonly T[],
  kind: string,
  one: (word: string) => readonly T[] | null | FilterError,
): ReadonlySet<T> | undefined | FilterError {
  const not = text.startsWith('!')
  const list = not ? text.slice(1) : text
  if (list === 'all') return not ? new Set() : undefined
  if (list === 'none') return not ? undefined : new Set()
  const words = list.split(',').filter(word => word !== '')
  if (words.length === 0) return { error: `invalid ${kind} '${list}'` }
  const chosen = new Set<T>()
  for (const word of words) {
    const optional = word.startsWith('?')
    const found = one(optional ? word.slice(1) : word)
    if (found !== null && 'error' in found) return found
    if ((found === null || found.length === 0) && !optional && !word.startsWith('/') && !word.startsWith('%'))
      return { error: `invalid ${kind} '${word}'` }
    if (found === null && !optional) return { error: `invalid ${kind} '${word}'` }
    for (const member of found ?? []) chosen.add(member)
  }
  return not ? new Set(all.filter(member => !chosen.has(member))) : chosen
}

type Kind = (text: string) => TraceFilter | FilterError
const wrapped = <K extends keyof TraceFilter>(key: K, value: TraceFilter[K] | FilterError): TraceFilter | FilterError =>
  value !== undefined && 'error' in value ? value : { [key]: value }

const calls: Kind = text => wrapped('calls', setOf(text, ALL_CALLS, 'system call', callsOf))
const signals: Kind = text => wrapped('signals', setOf(text, ALL_SIGNALS, 'signal', signalsOf))
const statuses: Kind = text => wrapped('statuses', setOf(text, CALL_STATUSES, 'status', statusOf))

const KINDS: Readonly<Record<string, Kind>> = {
  trace: calls,
  t: calls,
  signal: signals,
  signals,
  s: signals,
  status: statuses,
}
/** strace's other kinds: known, and not honoured. */
const REFUSED = 'abbrev a verbose v raw x read reads r write writes w fault inject quiet silent silence q kvm decode-fds decode-fd'.split(
  ' ',
)

/** One -e expression; an error names what is wrong. */
export function traceFilter(expression: string): TraceFilter | FilterError {
  const found = /^([a-z-]+)=(.*)$/s.exec(expression)
  if (found !== null && REFUSED.includes(found[1]))
    return { error: `-e ${found[1]}= is not supported: an expression is trace=, signal= or status=, as in -e trace=%file,read` }
  const kind = found === null ? undefined : KINDS[found[1]]
  return kind === undefined || found === null ? calls(expression) : kind(found[2])
}
