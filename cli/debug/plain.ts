// The debugger in lines: commands from options, files, a pipe or a keyboard; answers to standard output, between what the guest writes.
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { completions, execute, repeated, type CommandHost, type Debugger } from '../../debugger/index.ts'
import { JournalProblem } from '../../kernel/index.ts'
import { EXIT } from '../errors.ts'
import type { Network } from '../network.ts'
import { inTurns } from '../turns.ts'
import { online } from './online.ts'

/** A command, or a file of commands, of the command line. */
export interface Given {
  kind: 'file' | 'command'
  text: string
  order: number
}

const PROMPT = '(hartbeat) '

function show(lines: readonly string[]): void {
  if (lines.length === 0) return
  const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''), 'utf8')
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at)
}

/** One line; false: it failed. */
async function run(d: Debugger, line: string): Promise<boolean> {
  try {
    const { lines, failed } = await execute(d, line)
    show(lines)
    return !failed
  } catch (error) {
    if (!(error instanceof JournalProblem)) throw error
    show([`The replay cannot go on: ${error.message}.`])
    return false
  }
}

/** Ctrl-C stops the program that runs, not us. */
function interruptible(d: Debugger, network: Network | null): () => void {
  let asked = false
  const onSignal = (): void => void (asked = true)
  const nextTurn = inTurns(d.session.k)
  process.on('SIGINT', onSignal)
  const host: CommandHost = {
    ...d.host,
    goOn: async () => {
      await new Promise(setImmediate)
      nextTurn()
      const stop = asked
      asked = false
      return !stop
    },
  }
  Object.assign(d.host, network === null ? host : online(host, d.session, network))
  return () => void process.off('SIGINT', onSignal)
}

async function fromInput(d: Debugger): Promise<void> {
  const typed = process.stdin.isTTY === true
  const lines = createInterface({
    input: process.stdin,
    output: typed ? process.stdout : undefined,
    terminal: typed,
    prompt: PROMPT,
    completer: (line: string): [string[], string] => [completions(d, line), line],
  })
  let last = ''
  if (typed) lines.prompt()
  for await (const line of lines) {
    const again = typed && line.trim() === '' ? repeated(d, last) : null
    const wanted = again ?? line
    if (wanted.trim() !== '') {
      last = wanted
      d.history.push(wanted)
      await run(d, wanted)
    }
    if (d.quit !== null) break
    if (typed) lines.prompt()
  }
  lines.close()
}

/**
 * Runs the commands that were given, then, unless it is a batch, those of standard input.
 * @returns the exit status, or null: the guest's
 */
export async function debugPlainly(
  d: Debugger,
  given: readonly Given[],
  { batch }: { batch: boolean },
  network: Network | null = null,
): Promise<number | null> {
  const quiet = interruptible(d, network)
  let well = true
  try {
    for (const { kind, text } of given) {
      if (d.quit !== null) break
      well = await run(d, kind === 'file' ? `source ${text}` : text)
    }
    if (!batch && d.quit === null) await fromInput(d)
  } finally {
    quiet()
  }
  return d.quit ?? (batch && !well ? EXIT.failed : null)
}
