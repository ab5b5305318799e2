// `hartbeat conform` on a directory of tests, built by our own assembler and linker.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { assemble, link } from '../../assembler/index.ts'
import { RAM_BASE } from '../../vm/index.ts'
import { spawnSync } from '../spawn.ts'

const CLI = fileURLToPath(new URL('../../dist/hartbeat.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'hartbeat-conform-'))
afterAll(() => rmSync(folder, { recursive: true }))

function conform(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'conform', ...args], { encoding: 'utf8', cwd: folder })
  return { status, stdout, stderr }
}
function build(name: string, body: string): void {
  const { object } = assemble({ name: `${name}.s`, text: `.globl _start\n_start:\n${body}\n` }, { march: 'rv64gc_zba' })
  const { image } = link([{ name: `${name}.o`, bytes: object! }], { text: RAM_BASE })
  mkdirSync(join(folder, 'tests', 'deep'), { recursive: true })
  writeFileSync(join(folder, 'tests', name), image!)
}
const exit = (code: number): string => `li a7, 93\nli a0, ${code}\necall`

test('a table, and the exit status says whether all passed', () => {
  build('add', exit(0))
  build('deep/loop', '1: j 1b')
  build('sh1add', `sh1add a0, a1, a2\n${exit(0)}`)
  writeFileSync(join(folder, 'tests', 'add.dump'), 'no ELF file')
  const table = (...lines: string[]): string => lines.map(line => `${line}\n`).join('')
  expect(conform('tests', '--limit', '50k')).toEqual({
    status: 1,
    stdout: table('add        passed', 'deep/loop  timeout at 0x80000000', 'sh1add     passed', '2 of 3 passed'),
    stderr: '',
  })
  const { status, stdout } = conform('tests/sh1add', '--isa', 'rv64gc', '--engine', 'reference')
  expect([status, stdout]).toEqual([1, table('tests/sh1add  illegal instruction 0x20c5a533 at 0x80000000', '0 of 1 passed')])
  expect(conform('tests/add')).toEqual({ status: 0, stdout: table('tests/add  passed', '1 of 1 passed'), stderr: '' })
})

test('what it refuses', () => {
  mkdirSync(join(folder, 'empty'))
  expect(conform('empty')).toMatchObject({ status: 2, stderr: 'hartbeat: empty: no ELF file\n' })
  expect(conform('nowhere')).toMatchObject({ status: 2, stderr: 'hartbeat: nowhere: No such file or directory\n' })
  expect(conform('empty', '--isa', 'rv65')).toMatchObject({ status: 2, stderr: expect.stringMatching(/^hartbeat: --isa rv65: /) })
  writeFileSync(join(folder, 'broken'), Uint8Array.of(0x7f, 0x45, 0x4c, 0x46))
  expect(conform('broken')).toMatchObject({ status: 1, stdout: expect.stringMatching(/^broken {2}not run: /) })
})
