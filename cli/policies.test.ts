// What the manual says of policies is what their rows say.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SHARING } from '../kernel/index.ts'

const manual = readFileSync(new URL('../docs/command-line.md', import.meta.url), 'utf8')

test.each(SHARING.map(row => [row.name, row.doc]))('--policy %s', (name, doc) => {
  const row = manual.split('\n').find(line => line.startsWith('| `--policy NAME` |')) ?? ''
  expect(row, 'bring docs/command-line.md in step').toContain(`\`${name}\`: ${doc}.`)
})
