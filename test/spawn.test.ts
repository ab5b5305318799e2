// No test may hang a run for ever: commands of the host have a limit.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { spawnSync } from './spawn.ts'

const ROOT = new URL('..', import.meta.url).pathname

test('a command that is not done in time is an error that says which, and what it wrote', () => {
  expect(() => spawnSync('/bin/sh', ['-c', 'echo so far; exec sleep 60'], { timeout: 500 })).toThrow(
    /^not done after 0\.5 s: \/bin\/sh -c echo so far; exec sleep 60\nso far\n$/,
  )
})

test('every test runs commands through it', () => {
  const mayCallIt = ['test/spawn.ts', 'test/spawn.test.ts', 'test/mutate/run.ts']
  const tests = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
    path => !/(^|\/)(node_modules|dist)\//.test(path) && (path.endsWith('.test.ts') || /^test\/.*\.ts$/.test(path)),
  )
  expect(tests.length).toBeGreaterThan(200)
  const without = tests.filter(
    path =>
      !mayCallIt.includes(path) &&
      /import \{[^}]*\b(exec(File)?Sync|spawnSync)\b[^}]*\} from 'node:child_process'/.test(readFileSync(ROOT + path, 'utf8')),
  )
  expect(without, 'import spawnSync from test/spawn.ts instead').toEqual([])
})
