// The shell against what bash and dash print: every case of programs/sh-cases, on our machine.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { program } from '../build.ts'
import { run } from '../machine.ts'

const CASES = fileURLToPath(new URL('../../programs/sh-cases', import.meta.url))
const names = readdirSync(CASES)
  .filter(name => name.endsWith('.sh') && name !== 'check.sh')
  .map(name => name.slice(0, -'.sh'.length))

test('there are cases', () => expect(names.length).toBeGreaterThan(35))

test.each(names)('%s', name => {
  const script = program('/case', readFileSync(`${CASES}/${name}.sh`))
  const { stdout, status } = run(['/bin/sh', '/case'], { files: [script], init: true, cwd: '/tmp' })
  expect(`${stdout}status ${status}\n`).toBe(readFileSync(`${CASES}/${name}.expected`, 'latin1'))
})
