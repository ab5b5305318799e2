// The program that `run` started dies of a fault, or somebody of having no memory left: says what it did, where and why, and writes the core
// dump that `--core` asks for. The machine is held right before the signal, while there still is a program to look at; what that takes
// (symbols, views) is loaded only then.
import { crashText, SIGNALS, subscribe, type Kernel, type SigInfo, type Task } from '../kernel/index.ts'
import { defaultIsa, PAGE_SIZE } from '../vm/index.ts'
import { writeCoreDump } from './core-dump.ts'

/** Typed on a terminal: whoever did it knows. */
const NOT_TOLD: readonly number[] = [SIGNALS.SIGQUIT]

const COMM_LENGTH = 15
const MIB = 2 ** 20
/** The most that -m gives. */
const MOST_MIB = 3072
/** So many deaths for want of memory are told. */
const DEATHS_TOLD = 5

export interface CrashWatch {
  /** To be called when the machine pauses: looks at the crash, if it paused for one. */
  look(): Promise<void>
  /** What is to be said in the end, '' where nothing happened. */
  text(): string
}

export interface WatchOptions {
  /** The file of `--core`. */
  core?: string
  /** Say what happened; else only write the core dump. */
  tell: boolean
}

/** Is it the program that was asked for? */
const isProgram = ({ state: { main } }: Kernel, { group }: Task): boolean => main !== null && group === main.group

/** What the kernel calls a program of this name. */
const commOf = (name: string): string =>
  name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/\.[sS]$/, '')
    .slice(0, COMM_LENGTH)

/** A process was killed because memory ran out: which, how much it had, and how to give more. */
function deathText(k: Kernel, task: Task, bytes: number): string {
  const total = Math.round((k.state.frames.total * PAGE_SIZE) / MIB)
  const more = Math.min(2 * total, MOST_MIB)
  const hint = more > total ? `; -m ${more} gives it more` : ''
  return `hartbeat: ${task.comm} (process ${task.group.tgid}): killed, out of memory: it had ${(bytes / MIB).toFixed(1)} of the machine's ${total} MiB${hint}\n`
}

/** Asks `hold` before a signal that dumps core ends the program: true holds the machine there. */
export function beforeCrash(k: Kernel, hold: (task: Task, info: SigInfo) => boolean): void {
  k.holdSignal = (task, info, action) => action === 'core' && isProgram(k, task) && hold(task, info)
}

/** The options without which the program would not come to where it crashed. */
const machineWords = ({ machine: { isa } }: Kernel): string[] => (isa === defaultIsa ? [] : ['--isa', isa.text])

/** @param words the program and its arguments as they were given */
export function watchForCrash(k: Kernel, words: readonly string[], { core, tell }: WatchOptions): CrashWatch {
  let crash: { task: Task; info: SigInfo } | null = null
  let text = ''
  let deaths = ''
  let died = 0
  if (tell) {
    subscribe(k, ['oomKill'], event => {
      if (event.kind === 'oomKill' && died++ < DEATHS_TOLD) deaths += deathText(k, event.task, event.bytes)
    })
  }
  beforeCrash(k, (task, info) => {
    if (crash !== null || (core === undefined && NOT_TOLD.includes(info.signal))) return false
    crash = { task, info }
    return true
  })
  return {
    text: () => deaths + text,
    async look() {
      if (crash === null) return
      const { task, info } = crash
      k.holdSignal = null
      const dumped = core === undefined ? '' : writeCoreDump(k, task, info, core)
      if (!tell || NOT_TOLD.includes(info.signal)) {
        text = dumped
        return
      }
      const { placeOfTask } = await import('../debugger/index.ts')
      const name = task.comm === commOf(words[0]) ? words[0] : task.comm
      text =
        `hartbeat: ${name}: ${crashText(k, task, info, placeOfTask(k, task))}\n${dumped}` +
        `hartbeat: to look at it there: hartbeat debug ${[...machineWords(k), ...words].join(' ')}\n`
    },
  }
}
