// Where results go: to a file, and to standard output as JSON, markdown or a report for people; and what they mean as an exit status.
import { readFileSync, writeFileSync } from 'node:fs'
import { BenchError, EXIT, usage } from './errors.ts'
import { readResults, writeResults } from './json.ts'
import { htmlReport } from './report/html.ts'
import { markdownReport } from './report/markdown.ts'
import { makeReport } from './report/report.ts'
import { terminalReport, type TerminalStyle } from './report/terminal.ts'
import { replaceFile } from './resume.ts'
import type { Laboratory, ScenarioResult } from './types.ts'

export interface OutputFlags {
  json?: boolean
  md?: boolean
  html?: string
  compare?: string
  check?: boolean
}

export interface Output {
  print(text: string): void
  style: TerminalStyle
}

/** Does something with a file; what the system says against it ends the command. */
export function withFile<T>(path: string, what: () => T): T {
  try {
    return what()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new BenchError(code === 'ENOENT' ? EXIT.usage : EXIT.failed, code === 'ENOENT' ? `${path}: No such file or directory` : message)
  }
}

/** Results of a file that somebody named. */
export const readFile = (path: string): ScenarioResult[] =>
  readResults(
    withFile(path, () => readFileSync(path, 'utf8')),
    path,
  )

/** Reads the base before anything is run: a sweep of minutes must not end with a name mistyped. */
export const readBase = (flags: OutputFlags): ScenarioResult[] | undefined => {
  if (flags.compare === undefined) return undefined
  if (flags.json && flags.html === undefined) throw usage('--compare has nothing to say in JSON: leave --json out, or add --html FILE')
  return readFile(flags.compare)
}

/** Prints results and answers with the exit status. */
export function deliver(
  results: readonly ScenarioResult[],
  flags: OutputFlags,
  base: readonly ScenarioResult[] | undefined,
  laboratory: Laboratory,
  output: Output,
): number {
  const report = makeReport(results, laboratory, base)
  if (flags.html !== undefined) {
    const path = flags.html
    withFile(path, () => writeFileSync(path, htmlReport(report)))
  }
  output.print(flags.json ? writeResults(results) : flags.md ? markdownReport(report) : terminalReport(report, output.style))
  return flags.check && results.some(r => r.claims.some(c => !c.holds)) ? EXIT.failed : 0
}

/** Writes results where they can be merged or compared later. */
export const saveResults = (path: string, results: readonly ScenarioResult[]): void =>
  withFile(path, () => replaceFile(path, writeResults(results)))
