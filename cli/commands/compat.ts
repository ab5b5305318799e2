// `compat LOG`: what of the system calls in a log of strace this kernel does not do.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { falls, newCompatLog, type CallUse } from '../../kernel/index.ts'
import { CommandError, EXIT } from '../errors.ts'
import { command } from './words.ts'

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
const times = ({ name, calls }: CallUse): string => `  ${name.padEnd(24)} ${plural(calls, 'call')}`

/** A part of the report: a title, and a line for each call. Nothing without calls. */
const part = (title: string, uses: readonly CallUse[], line: (use: CallUse) => string): string[] =>
  uses.length === 0 ? [] : [title, ...uses.map(line), '']

function report(uses: readonly CallUse[]): string {
  const of = (state: CallUse['state']): CallUse[] => uses.filter(u => u.state === state)
  const refused = uses.filter(u => Object.keys(u.refused).length > 0)
  const unknown = uses.filter(u => u.unknown.length > 0)
  const lines = [
    ...part('Not there (ENOSYS):', of('missing'), times),
    ...part('No calls that we know of:', of('unknown'), times),
    ...part('Flags that are refused:', refused, u =>
      [`  ${u.name}`, ...Object.entries(u.refused).map(([flag, answer]) => `    ${flag}: ${answer}`)].join('\n'),
    ),
    ...part('Flags that are not known:', unknown, u => `  ${u.name.padEnd(24)} ${u.unknown.join(' ')}`),
    ...part('No calls of riscv64, whose C library calls something else:', of('elsewhere'), u =>
      [times(u), ...(u.instead ? [`here ${u.instead}`] : [])].join(', '),
    ),
    ...part(
      'There, with limits:',
      of('there').filter(u => u.note !== undefined),
      u => `  ${u.name}: ${u.note}`,
    ),
  ]
  const calls = uses.reduce((sum, u) => sum + u.calls, 0)
  const short = uses.filter(falls).length
  const sum = short === 0 ? 'all of it is there' : `${short} of them not there in full`
  return [...lines, `${plural(calls, 'call')} of ${plural(uses.length, 'kind')}: ${sum}`, ''].join('\n')
}

function checkFile(file: string): void {
  if (!existsSync(file)) throw new CommandError(EXIT.usage, `${file}: No such file or directory`)
  if (statSync(file).isDirectory()) throw new CommandError(EXIT.usage, `${file}: Is a directory`)
}

export function addCompatCommand(cli: Command, done: (status: number) => void): void {
  command(cli, 'compat')
    .option('--json', 'as JSON')
    .action(async (file: string, { json }: { json?: boolean }) => {
      if (file !== '-') checkFile(file)
      const log = newCompatLog()
      for await (const line of createInterface({ input: file === '-' ? process.stdin : createReadStream(file), crlfDelay: Infinity }))
        log.add(line)
      const uses = log.uses()
      if (uses.length === 0) throw new CommandError(EXIT.usage, `${file}: there is no system call in it, as strace writes them`)
      process.stdout.write(json ? JSON.stringify(uses, null, 2) + '\n' : report(uses))
      done(uses.some(falls) ? 1 : 0)
    })
}
