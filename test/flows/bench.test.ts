// `hartbeat bench` as people call it: what it lists, what it refuses, and that shards, an interrupt and another run change no byte.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { spawnSync } from '../spawn.ts'

const CLI = fileURLToPath(new URL('../../dist/hartbeat.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'hartbeat-bench-flow-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Result {
  status: number | null
  stdout: string
  stderr: string
}
function bench(...args: string[]): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'bench', ...args], {
    encoding: 'utf8',
    cwd: folder,
  })
  return { status, stdout, stderr }
}
const file = (name: string): string => join(folder, name)
const text = (name: string): string => readFileSync(file(name), 'utf8')

test('list: a line for each scenario, with the programs that can be run by hand', () => {
  const { status, stdout } = bench('list')
  expect(status).toBe(0)
  expect(stdout.trimEnd().split('\n')).toHaveLength(14)
  expect(stdout).toMatch(/^ctx-ring +Context switches round a ring +programs\/labs\/ctx-ring\.s/m)
})

describe('what is refused', () => {
  writeFileSync(file('no.json'), '{}')
  test.each<[string, string[], RegExp]>([
    ['no command', [], /Usage: hartbeat bench/],
    ['an unknown command', ['lst'], /unknown command 'lst'\n\(Did you mean list\?\)/],
    ['an unknown option', ['run', 'kpti', '--quik'], /unknown option '--quik'\n\(Did you mean --quick\?\)/],
    ['no scenario', ['run'], /name the scenarios to run, or say --all/],
    ['names and --all', ['run', 'kpti', '--all'], /not both/],
    ['an unknown scenario', ['run', 'ctx-rign'], /no scenario 'ctx-rign', did you mean 'ctx-ring'\?/],
    ['a lab', ['run', 'null-call'], /did you mean 'kpti'\?/],
    ['an unknown preset', ['run', 'kpti', '--preset', 'u47'], /no preset 'u47', did you mean 'u74'\?/],
    ['an unknown constant', ['run', 'kpti', '--set', 'drm=70'], /no constant 'drm', did you mean 'dram'\?/],
    ['a constant without value', ['run', 'kpti', '--set', 'dram'], /it is key=value/],
    ['a bad shard', ['run', 'kpti', '--shard', '3/2'], /--shard <i\/n>' argument '3\/2' is invalid/],
    ['no jobs', ['run', 'kpti', '--jobs', '0'], /--jobs <n>' argument '0' is invalid/],
    ['JSON and markdown', ['run', 'kpti', '--json', '--md'], /cannot be used with option '--md'/],
    ['a comparison in JSON', ['run', 'kpti', '--json', '--compare', 'no.json'], /--compare has nothing to say in JSON/],
    ['a base that is not there', ['run', 'kpti', '--compare', 'nothing.json'], /nothing\.json: No such file or directory/],
    ['a base that is no result', ['run', 'kpti', '--compare', 'no.json'], /no\.json: its schema is missing/],
    ['a state that is not there', ['run', 'kpti', '--resume', '--out', 'nothing.json'], /--resume: there is no nothing\.json/],
    ['nothing to merge', ['merge'], /missing required argument 'files'/],
    ['a merge of nothing', ['merge', 'no.json'], /no\.json: its schema is missing/],
    ['an unknown host bench', ['host', 'operation'], /no host bench 'operation', did you mean 'operations'\?/],
  ])('%s', (_name, args, message) => {
    const { status, stderr } = bench(...args)
    expect(stderr).toMatch(message)
    expect(status).toBe(2)
    expect(stderr).not.toMatch(/\n {4}at /)
  })
})

describe('a run', () => {
  test('JSON has the promised form, and is the same to the byte the second time', () => {
    const first = bench('run', 'signal', '--quick', '--json')
    expect(first.status).toBe(0)
    const result = JSON.parse(first.stdout) as { cells: { cycles: number; ledger: { cycles: number }[] }[] }
    expect(result).toMatchObject({
      schema: 'hartbeat-bench/1',
      preset: 'u74',
      hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      scenario: 'signal',
      quick: true,
    })
    expect(result).toMatchObject({
      cells: expect.arrayContaining(
        [{ params: { what: 'green' }, cycles: expect.any(Number), ns: expect.any(Number) }].map(c => expect.objectContaining(c)),
      ),
      claims: expect.arrayContaining([
        { claim: expect.any(String), required: expect.any(String), measured: expect.any(String), holds: expect.any(Boolean) },
      ]),
    })
    for (const cell of result.cells) expect(cell.ledger.reduce((sum, row) => sum + row.cycles, 0)).toBe(cell.cycles)
    expect(bench('run', 'signal', '--quick', '--json', '--jobs', '1').stdout).toBe(first.stdout)
    expect(readdirSync(folder).filter(name => name.startsWith('.'))).toEqual([])
  })

  test('shards merge to the run, whose report and comparison follow', () => {
    const names = ['signal', 'cow-fault', '--quick']
    for (const n of [1, 2, 3]) expect(bench('run', ...names, '--shard', `${n}/3`, '--out', `part${n}.json`).status).toBe(0)
    const whole = bench('run', ...names, '--json')
    expect(bench('merge', 'part2.json', 'part3.json', 'part1.json').stdout).toBe(whole.stdout)
    const merged = bench('merge', 'part1.json', 'part2.json', 'part3.json', '--out', 'whole.json', '--html', 'report.html')
    expect(text('whole.json')).toBe(whole.stdout)
    expect(merged.stdout).toMatch(/signal: Signals and user-level switches/)
    expect(text('report.html')).toMatch(/^<!doctype html>/)
    const missing = bench('merge', 'part1.json', 'part3.json')
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringMatching(/^hartbeat: cells are missing: /)])
    expect(bench('run', 'signal', '--quick', '--compare', 'whole.json').stdout).toMatch(
      /Against the base\n {2}4 cells cost the same as before/,
    )
  })

  test('--check: a claim that does not hold is status 1', () => {
    // A machine on which entering the kernel costs next to nothing beside a signal's frame has the shape; one that makes every call dear has not.
    const run = bench('run', 'signal', '--quick', '--set', 'trapIn=50000', '--check', '--md')
    expect([run.status, run.stdout]).toEqual([1, expect.stringMatching(/\*\*fails\*\*/)])
  })

  test('Ctrl-C keeps finished cells, and --resume ends as if it had never happened', async () => {
    const args = ['run', 'kpti', '--quick', '--jobs', '1', '--out', 'state.json']
    const child = spawn(process.execPath, [CLI, 'bench', ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (data: Buffer) => void (said += data.toString()))
    const ended = new Promise<number | null>(resolve => child.on('exit', resolve))
    while (!existsSync(file('state.json'))) await new Promise(resolve => setTimeout(resolve, 5))
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(said).toMatch(/^hartbeat: interrupted; \d+ of 32 cells are saved in state\.json, --resume goes on from there\n$/)
    const before = (JSON.parse(text('state.json')) as { cells: unknown[] }).cells.length
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(32)
    expect(bench(...args, '--resume').status).toBe(0)
    expect(text('state.json')).toBe(bench('run', 'kpti', '--quick', '--json').stdout)
  })
})
