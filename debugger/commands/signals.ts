// What gdb says of signals, and `handle` and `info signals` over them.
import { signalName, SIGNALS } from '../../kernel/index.ts'
import { fail, type Command, type Debugger } from './types.ts'

const DOCS: Readonly<Record<string, string>> = {
  SIGHUP: 'Hangup',
  SIGINT: 'Interrupt',
  SIGQUIT: 'Quit',
  SIGILL: 'Illegal instruction',
  SIGTRAP: 'Trace/breakpoint trap',
  SIGABRT: 'Aborted',
  SIGBUS: 'Bus error',
  SIGFPE: 'Arithmetic exception',
  SIGKILL: 'Killed',
  SIGUSR1: 'User defined signal 1',
  SIGSEGV: 'Segmentation fault',
  SIGUSR2: 'User defined signal 2',
  SIGPIPE: 'Broken pipe',
  SIGALRM: 'Alarm clock',
  SIGTERM: 'Terminated',
  SIGSTKFLT: 'Stack fault',
  SIGCHLD: 'Child status changed',
  SIGCONT: 'Continued',
  SIGSTOP: 'Stopped (signal)',
  SIGTSTP: 'Stopped (user)',
  SIGTTIN: 'Stopped (tty input)',
  SIGTTOU: 'Stopped (tty output)',
  SIGURG: 'Urgent I/O condition',
  SIGXCPU: 'CPU time limit exceeded',
  SIGXFSZ: 'File size limit exceeded',
  SIGVTALRM: 'Virtual timer expired',
  SIGPROF: 'Profiling timer expired',
  SIGWINCH: 'Window size changed',
  SIGIO: 'I/O possible',
  SIGPWR: 'Power fail/restart',
  SIGSYS: 'Bad system call',
}
export const signalDoc = (signal: number): string => DOCS[signalName(signal)] ?? `Real-time event ${signal}`

/** Signals that programs use all the time do not stop, as in gdb. */
const QUIET: readonly number[] = [
  SIGNALS.SIGALRM,
  SIGNALS.SIGURG,
  SIGNALS.SIGIO,
  SIGNALS.SIGVTALRM,
  SIGNALS.SIGPROF,
  SIGNALS.SIGCHLD,
  SIGNALS.SIGWINCH,
]
export const stopsByDefault = (): Set<number> => new Set(Object.values(SIGNALS).filter(n => !QUIET.includes(n)))

/** SIGUSR1, USR1 or 10. */
function signalNumber(word: string): number {
  const wanted = word.toUpperCase()
  const found = Object.entries(SIGNALS).find(([name, n]) => name === wanted || name === `SIG${wanted}` || String(n) === word)
  return found === undefined ? fail(`Unrecognized or ambiguous flag word: "${word}".`) : found[1]
}

const HEAD = 'Signal        Stop\tPass to program\tDescription'
const rowText = (d: Debugger, n: number): string =>
  `${signalName(n).padEnd(13)} ${d.session.signalStops.has(n) ? 'Yes' : 'No'}\tYes\t\t${signalDoc(n)}`

export const signalRows = (d: Debugger, words: readonly string[]): string[] => [
  HEAD,
  ...(words.length > 0 ? words.map(signalNumber) : Object.values(SIGNALS)).map(n => rowText(d, n)),
]

export const SIGNAL_COMMANDS: readonly Command[] = [
  {
    name: 'handle',
    group: 'running',
    usage: 'SIGNAL... [stop|nostop]',
    doc: 'Say whether a signal that is about to be acted on stops the program. The program always gets it.',
    complete: () => [...Object.keys(SIGNALS), 'stop', 'nostop', 'all'],
    run(d, { text }) {
      const words = text.split(/\s+/).filter(word => word !== '')
      if (words.length === 0) fail('Argument required (signal to handle).')
      const actions: readonly string[] = words.filter(word => word === 'stop' || word === 'nostop')
      const numbers = words
        .filter(word => !actions.includes(word))
        .flatMap(word => (word === 'all' ? Object.values(SIGNALS) : [signalNumber(word)]))
      for (const action of actions) {
        for (const n of numbers) {
          if (action === 'stop') d.session.signalStops.add(n)
          else d.session.signalStops.delete(n)
        }
      }
      return [HEAD, ...numbers.map(n => rowText(d, n))]
    },
  },
]
