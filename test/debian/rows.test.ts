// The rows of the table of Debian's programs are sound: `npm run debian` runs them.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { expectedOf, inLines, NOBODY } from './expected.ts'
import { ROWS } from './index.ts'
import { judge } from './judge.ts'
import { NUMBERS, wordOf, type Row } from './row.ts'
import { folderOf, outputsOf } from './script.ts'
import { countUnittest } from './suites-python.ts'
import { countLines } from './suites-shells.ts'
import { documentOf } from './table.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))

test('each row has a word of its own, and each of its cases a name', () => {
  const words = ROWS.map(wordOf)
  expect(words.filter((word, n) => words.indexOf(word) !== n)).toEqual([])
  for (const row of ROWS) {
    const names = row.cases.map(({ name }) => name)
    expect(names.length, row.program).toBeGreaterThan(0)
    expect(
      names.filter((name, n) => names.indexOf(name) !== n),
      row.program,
    ).toEqual([])
  }
})

test('what is expected was given by a kernel, for cases that there are', () => {
  const compared = ROWS.filter(({ count }) => count === undefined)
  for (const row of compared) {
    const { from, texts } = expectedOf(HERE, row)
    // A row that no kernel was asked about yet passes nothing, and the page says so.
    if (from === NOBODY) continue
    const how = `${row.program}: npm run debian -- --expect ${wordOf(row)}`
    expect(from, how).toMatch(/^Linux /)
    expect(
      Object.keys(texts).filter(name => !row.cases.some(c => c.name === name)),
      how,
    ).toEqual([])
  }
  const files = new Set(compared.map(row => `${wordOf(row)}.txt`))
  expect(readdirSync(join(HERE, 'expected')).filter(name => !files.has(name))).toEqual([])
})

const ROW: Row = {
  program: 'two words',
  what: 'something',
  packages: [],
  cases: [
    { name: 'a', script: 'echo 1' },
    { name: 'b', script: 'false' },
    { name: 'c', script: 'never' },
  ],
  masks: [NUMBERS],
}

test('what a run printed is cut into its cases, and judged', () => {
  expect(folderOf(ROW)['01.sh']).toBe('false\n')
  const outputs = outputsOf(ROW, 'noise\n@@@@ 0\r\n17@@@@ status 0\n@@@@ 1\n@@@@ status 1\n@@@@ 2\nwhat')
  expect(outputs).toEqual(['N', '[status 1]\n', null])
  const verdict = judge(ROW, { from: 'Linux', texts: { a: inLines('N'), b: 'no\n', c: '' } }, outputs)
  expect([verdict.passes, verdict.all, verdict.failed.map(({ name }) => name)]).toEqual([1, 3, ['b', 'c']])
})

test('a row that was not run keeps its line', () => {
  const side = { ran: { seconds: 1, output: '', errors: '' }, verdict: { passes: 1, all: 1, failed: [] } }
  const other: Row = { ...ROW, program: 'other' }
  const both = documentOf(
    [ROW, other],
    [ROW, other].map(row => ({ row, from: 'Linux', ours: side, user: 'no' })),
    '',
    'About.',
  )
  expect(documentOf([ROW, other], [{ row: ROW, from: 'Linux', ours: side, user: 'no' }], both, 'About.')).toBe(both)
})

test('suites are counted as they count themselves', () => {
  const ran = 'FAIL: test_b (test.test_os.A.test_b)\nERROR: test_c (x)\nRan 10 tests in 1s\n\nFAILED (failures=1, errors=1, skipped=3)\n'
  expect(countUnittest(ran)).toEqual({ passes: 5, all: 7, failed: ['test_b', 'test_c'] })
  expect(countUnittest('Ran 3 tests in 0.1s\n\nOK\n')).toEqual({ passes: 3, all: 3, failed: [] })
  expect(countUnittest('test_a ... ')).toEqual({ passes: 0, all: 1, failed: ['was not done'] })
  expect(countLines('PASS: a\r\nFAIL: b c\r\ndone\n')).toEqual({ passes: 1, all: 2, failed: ['b c'] })
  expect(countLines('PASS: a\n')).toEqual({ passes: 1, all: 2, failed: ['was not done'] })
})
