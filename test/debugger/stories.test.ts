// docs/debugging.md tells the truth: every command of it prints what stands below it.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spawnSync } from '../spawn.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(`${ROOT}docs/debugging.md`, 'utf8')
const STORY = /```console\n\$ npx hartbeat ((?:.*\\\n)*.*)\n([^]*?)```/g
const stories = [...text.matchAll(STORY)].map(([, command, output]) => ({ command: command.replaceAll('\\\n', ' '), output }))

/** Words of a shell line: quotes hold blanks together. */
const words = (line: string): string[] => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(m => m[1] ?? m[2])

test('there are commands for each of the three', () => {
  expect(stories.length).toBeGreaterThanOrEqual(9)
})

test.each(stories)('$command', ({ command, output }) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['dist/hartbeat.js', ...words(command)], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  expect(`${stdout.trimEnd()}\n`).toBe(output)
})
