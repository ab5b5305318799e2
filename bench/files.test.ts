// Results in files: read back as written, damaged ones refused; shards merge to one run's bytes; an interrupted run is resumed;
// a comparison tells what changed.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compare } from './compare.ts'
import { readResults, writeResults } from './json.ts'
import { merge } from './merge.ts'
import { gather, plan, type Plan } from './plan.ts'
import { loadState, saveState } from './resume.ts'
import { scenarioNamed } from './scenarios/index.ts'
import { sweep } from './sweep.ts'
import { fakeLane, laboratory, SOUND } from './testing.ts'
import type { Job, Row, ScenarioResult, Shard } from './types.ts'

const NAMES = ['asid-pages', 'cow-fault', 'signal']
const folder = mkdtempSync(join(tmpdir(), 'hartbeat-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Asked {
  names?: readonly string[]
  preset?: string
  set?: readonly string[]
  quick?: boolean
  shard?: Shard
}
const planned = ({ names = NAMES, preset = 'u74', set = [], quick = true, shard }: Asked = {}): Plan =>
  plan({ scenarios: names.map(scenarioNamed), preset, set, quick, shard }, laboratory)
async function run(asked: Asked = {}): Promise<ScenarioResult[]> {
  const p = planned(asked)
  const rows = new Map<Job, readonly Row[]>()
  await sweep(p.jobs, [fakeLane()], rows)
  return gather(p, rows)
}
const one = await run()
const shards = (of: number): Promise<ScenarioResult[][]> =>
  Promise.all(Array.from({ length: of }, (_, n) => run({ shard: { index: n + 1, of } })))
const file = (results: readonly ScenarioResult[], name = 'x.json') => ({ file: name, results: readResults(writeResults(results), name) })

describe('JSON', () => {
  test('is read back as it was written; one scenario is an object', () => {
    expect(writeResults(readResults(writeResults(one), 'x'))).toBe(writeResults(one))
    expect(JSON.parse(writeResults([one[0]]))).toMatchObject({ schema: 'hartbeat-bench/1', preset: 'u74', scenario: 'asid-pages' })
  })

  type Damage = [name: string, change: (r: Record<string, unknown>) => void, message: RegExp]
  const row = (r: Record<string, unknown>): Record<string, unknown> => (r.cells as Record<string, unknown>[])[0]
  test.each<Damage>([
    ['another schema', r => (r.schema = 'other/9'), /its schema is "other\/9"/],
    ['no schema', r => delete r.schema, /its schema is missing/],
    ['no hash', r => delete r.hash, /"hash"/],
    ['a preset that is a number', r => (r.preset = 4), /"preset"/],
    ['quick in words', r => (r.quick = 'yes'), /"quick"/],
    ['half a shard', r => (r.shard = { index: 1 }), /"shard"/],
    ['a row without cycles', r => delete row(r).cycles, /"cells"/],
    ['a row of no operations', r => (row(r).operations = 0), /"cells"/],
    ['a ledger of texts', r => (row(r).ledger = ['x']), /"cells"/],
    ['claims that are none', r => (r.claims = [{}]), /"claims"/],
  ])('%s is refused, with the file', (_name, change, message) => {
    const damaged = JSON.parse(writeResults([one[0]])) as Record<string, unknown>
    change(damaged)
    expect(() => readResults(JSON.stringify(damaged), 'some.json')).toThrow(message)
    expect(() => readResults(JSON.stringify(damaged), 'some.json')).toThrow(/^some\.json: /)
  })
  test.each(['', '{', '[]', '4', 'null', '[[]]'])('%s is no result', text => expect(() => readResults(text, 'f')).toThrow(/^f: /))
})

describe('merge', () => {
  test.each([1, 2, 3, 5, 40])('%i shards give the bytes of one run, in any order', async of => {
    const parts = (await shards(of)).map((results, n) => file(results, `${n}.json`))
    expect(parts.every(p => p.results.every(r => r.claims.length === 0 && r.shard?.of === of))).toBe(true)
    expect(writeResults(merge(parts.reverse(), laboratory))).toBe(writeResults(one))
  })

  test('whole scenarios of one run each are joined too', async () => {
    const parts = await Promise.all(NAMES.map(async name => file(await run({ names: [name] }), name)))
    expect(writeResults(merge(parts, laboratory))).toBe(writeResults(one))
  })

  test.each<[string, Asked, RegExp]>([
    ['presets', { preset: 'server' }, /a\.json and b\.json are of different runs: preset u74 against server/],
    ['overrides', { set: ['dram=70'] }, /--set \(none\) against dram=70/],
    ['--quick', { quick: false }, /with --quick against without/],
  ])('different %s are refused', async (_what, asked, message) => {
    const [a] = await shards(2)
    const b = await run({ ...asked, shard: { index: 2, of: 2 } })
    expect(() => merge([file(a, 'a.json'), file(b, 'b.json')], laboratory)).toThrow(message)
  })

  test('another hash is refused: between files, of the preset, and of a cell', async () => {
    const [a, b] = await shards(2)
    const other = b.map(r => ({ ...r, hash: 'ffff' }))
    expect(() => merge([file(a, 'a.json'), file(other, 'b.json')], laboratory)).toThrow(/has hash .* against ffff/)
    expect(() => merge([file(other, 'b.json')], laboratory)).toThrow(/another version of preset u74/)
    const cell = b.map(r => ({ ...r, cells: r.cells.map(c => ({ ...c, hash: 'ffff' })) }))
    expect(() => merge([file(a, 'a.json'), file(cell, 'b.json')], laboratory)).toThrow(/b\.json: .* has preset hash ffff/)
  })

  test('missing cells are named and counted', async () => {
    const [a] = await shards(2)
    expect(() => merge([file(a)], laboratory)).toThrow(
      /^cells are missing: asid-pages machine=own pages=\d+ asids=off; .*; .* and \d+ more$/,
    )
  })

  test('a cell that is there twice is named, with both files', async () => {
    const [a, b] = await shards(2)
    expect(() => merge([file(a, 'a.json'), file(b, 'b.json'), file(a, 'c.json')], laboratory)).toThrow(/is in both a\.json and c\.json/)
    const twice = a.map(r => ({ ...r, cells: [...r.cells, ...r.cells] }))
    expect(() => merge([file(twice, 'a.json'), file(b, 'b.json')], laboratory)).toThrow(/is in a\.json twice/)
  })

  test('a cell that no sweep has is refused', () => {
    const strange = one.map(r => ({ ...r, cells: r.cells.map(c => ({ ...c, params: { ...c.params, moon: 1 } })) }))
    expect(() => merge([file(strange, 'a.json')], laboratory)).toThrow(/moon=1 is no cell/)
    expect(() => merge([file(one.map(r => ({ ...r, scenario: 'nothing' })))], laboratory)).toThrow(/no scenario 'nothing'/)
  })
})

describe('resume', () => {
  const state = join(folder, 'state.json')
  /** Saves the first cells of a run, as Ctrl-C would have left them. */
  async function saveFirst(count: number, asked: Asked = {}): Promise<Plan> {
    const p = planned(asked)
    const rows = new Map<Job, readonly Row[]>()
    await sweep(p.jobs.slice(0, count), [fakeLane()], rows)
    saveState(state, p, rows)
    return p
  }

  test.each([0, 1, 7, 1000])('after %i cells: the rest is run, and the bytes are those of one run', async count => {
    await saveFirst(count)
    const p = planned()
    const rows = new Map<Job, readonly Row[]>(loadState(state, p))
    expect(rows.size).toBe(Math.min(count, p.jobs.length))
    const begun: Job[] = []
    await sweep(p.jobs, [fakeLane(SOUND, 3)], rows, { begun: job => begun.push(job) })
    expect(begun).toHaveLength(p.jobs.length - Math.min(count, p.jobs.length))
    expect(writeResults(gather(p, rows))).toBe(writeResults(one))
  })

  test('a finished result has every cell', () => {
    writeFileSync(state, writeResults(one))
    expect(loadState(state, planned()).size).toBe(planned().jobs.length)
  })

  test('a cell of which only one row is there is run again', async () => {
    const p = await saveFirst(1000)
    const saved = readResults(readFileSync(state, 'utf8'), state).map(r => ({
      ...r,
      cells: r.cells.filter(c => c.params.fault !== 'last-owner'),
    }))
    writeFileSync(state, writeResults(saved))
    const left = p.jobs.filter(job => ![...loadState(state, p).keys()].includes(job))
    expect(new Set(left.map(j => j.scenario))).toEqual(new Set(['cow-fault']))
  })

  test('a state of another run is refused', async () => {
    await saveFirst(3, { preset: 'server' })
    expect(() => loadState(state, planned())).toThrow(/of another run: preset server against u74/)
    expect(() => loadState(join(folder, 'none'), planned())).toThrow(/there is no .*none to go on from/)
    expect(existsSync(`${state}.new`)).toBe(false)
  })
})

describe('compare', () => {
  test('each cell in per cent; what only one side has is said', async () => {
    const rows = new Map<Job, readonly Row[]>()
    const p = planned({ names: ['cow-fault'] })
    await sweep(p.jobs, [fakeLane({ ...SOUND, cowNs: SOUND.cowNs * 2 })], rows)
    const base = gather(p, rows)
    const now = await run({ names: ['cow-fault', 'signal'] })
    const [cow, signal] = compare(now, base)
    expect(cow.changes.map(c => c.change)).toEqual(cow.changes.map(() => expect.closeTo(-0.5, 2)))
    expect([cow.onlyNow, cow.onlyBefore, cow.presets]).toEqual([[], [], null])
    expect([signal.changes, signal.onlyNow.length]).toEqual([[], 4])
    const [back] = compare([{ ...base[0], cells: [] }], now)
    expect(back.onlyBefore).toHaveLength(4)
    expect(compare([{ ...base[0], hash: 'ffff' }], base)[0].presets).toMatch(/before, u74 ffff now/)
  })
})
