// The program that `run` started dies of a fault: says what it did, where and why. The machine is held right before the
// signal, while there still is a program to look at; what that takes (symbols, views) is loaded only then.
import { crashText, SIGNALS, type Kernel, type SigInfo, type Task } from '../kernel/index.ts'

/** Typed on a terminal: whoever did it knows. */
const NOT_TOLD: readonly number[] = [SIGNALS.SIGQUIT]

const COMM_LENGTH = 15

export interface CrashWatch {
  /** To be called when the machine pauses: looks at the crash, if it paused for one. */
  look(): Promise<void>
  /** What is to be said of it in the end, '' without one. */
  text: string
}

/** Is it the program that was asked for? */
const isProgram = ({ state: { main } }: Kernel, { group }: Task): boolean => main !== null && group === main.group

/** What the kernel calls a program of this name. */
const commOf = (name: string): string =>
  name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/\.[sS]$/, '')
    .slice(0, COMM_LENGTH)

/** @param words the program and its arguments as they were given */
export function watchForCrash(k: Kernel, words: readonly string[]): CrashWatch {
  let crash: { task: Task; info: SigInfo } | null = null
  k.holdSignal = (task, info, action) => {
    if (crash !== null || action !== 'core' || NOT_TOLD.includes(info.signal) || !isProgram(k, task)) return false
    crash = { task, info }
    return true
  }
  const watch: CrashWatch = {
    text: '',
    async look() {
      if (crash === null) return
      const { task, info } = crash
      k.holdSignal = null
      const { placeOfTask } = await import('../debugger/index.ts')
      const name = task.comm === commOf(words[0]) ? words[0] : task.comm
      watch.text =
        `hartbeat: ${name}: ${crashText(k, task, info, placeOfTask(k, task))}\n` +
        `hartbeat: to look at it there: hartbeat debug ${words.join(' ')}\n`
    },
  }
  return watch
}
