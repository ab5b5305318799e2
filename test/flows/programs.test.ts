// Every program of /bin and the shell: the text that people know from GNU coreutils and dash.
import { expect, test } from 'vitest'
import { BUILT_ROOT, shell } from '../machine.ts'
import { COMMANDS } from './commands.ts'

/** Programs about this machine's own processes: their own tests are in processes.test.ts. */
const ELSEWHERE: readonly string[] = ['init', 'ps', 'pstree', 'top']

test('every program is here', () => {
  const built = BUILT_ROOT.flatMap(file => /^\/?bin\/(.+)$/.exec(file.path)?.[1] ?? [])
  expect(built.length).toBeGreaterThan(35)
  const named = (program: string): boolean => COMMANDS.some(c => c.script.split(/[^\w[.-]+/).includes(program))
  expect(built.filter(program => !named(program) && !ELSEWHERE.includes(program))).toEqual([])
})

test.each(COMMANDS)('$name', ({ script, stdout, status }) => {
  const ran = shell(script, { cwd: '/tmp' })
  expect(ran.stdout).toBe(stdout)
  expect([ran.status, ran.stderr]).toEqual([status ?? 0, ''])
})
