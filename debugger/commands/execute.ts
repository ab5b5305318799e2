// One line of a user or a script: find the command, run it, answer lines. Mistakes of the user are lines too.
import { taskById, type TaskRef } from '../session/index.ts'
import { valueOf } from './look.ts'
import { findCommand, parseLine } from './parse.ts'
import { CommandFailure, type Debugger } from './types.ts'

export interface Executed {
  lines: string[]
  failed: boolean
}

const hasMemory = (d: Debugger, who: TaskRef): boolean => (taskById(d.session, who)?.mm ?? null) !== null

/** Runs a line. An empty one, or a comment, does nothing. */
export async function execute(d: Debugger, line: string): Promise<Executed> {
  const { word, format, text } = parseLine(line)
  if (word === '' && text === '') return { lines: [], failed: false }
  try {
    const command = findCommand(d.commands, word === '' ? text : word)
    const count = (): number => (text === '' ? 1 : Math.max(0, Number(valueOf(d, text))))
    const { focus } = d.session
    const gone = !hasMemory(d, focus)
    const lines = await command.run(d, { text, format, count })
    const left = gone && d.session.focus.id !== focus.id ? [`[Thread ${focus.pid} has ended]`] : []
    return { lines: [...left, ...lines], failed: false }
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error
    return { lines: error.message.split('\n'), failed: true }
  }
}

/** What an empty line means after another one: the same again, or what follows; null: nothing. */
export function repeated(d: Debugger, line: string): string | null {
  const { word, format } = parseLine(line)
  if (word === '') return null
  try {
    const { name, repeats } = findCommand(d.commands, word)
    if (repeats === undefined) return null
    return repeats === 'same' ? line : `${name}${format === '' ? '' : `/${format}`}`
  } catch (error) {
    if (error instanceof CommandFailure) return null
    throw error
  }
}
