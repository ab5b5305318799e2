// A line as words: the command by a prefix that only it has, its format behind a slash, and the rest.
import { CommandFailure, type Command } from './types.ts'

export interface ParsedLine {
  word: string
  format: string
  text: string
}

const LINE = /^\s*([A-Za-z][\w-]*|)(?:\/(\S*))?\s*([^]*?)\s*$/
/** Commands that take a format take it after a space too. */
const LATE_FORMAT = /^(?:p|pr|pri|prin|print|x|disp|displ|displa|display)$/

/** Comments and empty lines have no word. `p/x a0`, `x/4i pc`: what is behind the slash is the format. */
export function parseLine(line: string): ParsedLine {
  if (/^\s*#/.test(line)) return { word: '', format: '', text: '' }
  const m = LINE.exec(line)
  const [word, format, text] = [m?.[1] ?? '', m?.[2] ?? '', m?.[3] ?? '']
  const late = format === '' && LATE_FORMAT.test(word) ? /^\/(\S+)\s*([^]*)$/.exec(text) : null
  return late === null ? { word, format, text } : { word, format: late[1], text: late[2] }
}

/** The names that a prefix may mean: the one that is equal, else all that begin so. */
export const matching = (names: readonly string[], prefix: string): string[] =>
  names.includes(prefix) ? [prefix] : names.filter(name => name.startsWith(prefix))

/** The command that a word means. Short names win over prefixes; a prefix of several is ambiguous, in gdb's words. */
export function findCommand(commands: readonly Command[], word: string): Command {
  const exact = commands.find(c => c.name === word || c.short?.includes(word))
  if (exact !== undefined) return exact
  const found = commands.filter(c => c.name.startsWith(word))
  if (found.length === 1) return found[0]
  if (found.length === 0) throw new CommandFailure(`Undefined command: "${word}".  Try "help".`)
  throw new CommandFailure(
    `Ambiguous command "${word}": ${found
      .map(c => c.name)
      .sort()
      .join(', ')}.`,
  )
}
