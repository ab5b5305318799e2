// What a real kernel printed for each case: texts in the repository, one file for a row.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { wordOf, type Row } from './row.ts'

const CASE = '@@ '
const FROM = '# '
/** No kernel was asked yet. */
export const NOBODY = 'nobody'

export interface Expected {
  /** The kernel that gave it. */
  from: string
  texts: Readonly<Record<string, string>>
}

const fileOf = (folder: string, row: Row): string => join(folder, 'expected', `${wordOf(row)}.txt`)

export function expectedOf(folder: string, row: Row): Expected {
  const file = fileOf(folder, row)
  if (!existsSync(file)) return { from: NOBODY, texts: {} }
  const [head, ...parts] = readFileSync(file, 'utf8').split(new RegExp(`^${CASE}`, 'm'))
  const texts = parts.map(part => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const)
  return { from: head.slice(FROM.length).trim(), texts: Object.fromEntries(texts) }
}

/** A text that does not end its last line is given the end, as the file is lines. */
export const inLines = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/** Writes what a kernel gave; a case that it did not come to keeps what it had. */
export function writeExpected(folder: string, row: Row, from: string, outputs: readonly (string | null)[]): void {
  const old = expectedOf(folder, row).texts
  const parts = row.cases.flatMap(({ name }, n) => {
    const text = outputs[n] ?? old[name]
    return text === undefined ? [] : [`${CASE}${name}\n${inLines(text)}`]
  })
  writeFileSync(fileOf(folder, row), `${FROM}${from}\n${parts.join('')}`)
}
