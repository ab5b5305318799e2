// Every scenario on a fake machine: all claims hold on a sound one, and each claim fails when the number it is about is spoiled.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { presetNames } from '../../vm/index.ts'
import { expectedParams, gather, plan, rowKey } from '../plan.ts'
import { sweep } from '../sweep.ts'
import { fakeLane, laboratory, SOUND, type Quirks } from '../testing.ts'
import type { Claim, Job, Row, ScenarioResult } from '../types.ts'
import { scenarioNamed, SCENARIOS } from './index.ts'

const SIZES = [true, false]

async function results(
  quirks: Partial<Quirks> = {},
  names = SCENARIOS.map(s => s.name),
  quick = false,
  preset = 'u74',
): Promise<ScenarioResult[]> {
  const planned = plan({ scenarios: names.map(scenarioNamed), preset, set: [], quick }, laboratory)
  const rows = new Map<Job, readonly Row[]>()
  await sweep(planned.jobs, [fakeLane({ ...SOUND, ...quirks })], rows)
  return gather(planned, rows)
}
const broken = (all: readonly ScenarioResult[]): Claim[] => all.flatMap(r => r.claims.filter(c => !c.holds))

test('the fourteen are there', () => {
  expect(SCENARIOS, 'one that was added is counted here').toHaveLength(14)
  expect(new Set(SCENARIOS.map(s => s.name)).size).toBe(14)
})

describe.each(SCENARIOS.map(s => [s.name, s] as const))('%s', (_name, scenario) => {
  test('its labs exist, and its cells run no others', () => {
    const path = (lab: string): string => fileURLToPath(new URL(`../../programs/labs/${lab}.s`, import.meta.url))
    expect(scenario.labs.filter(lab => !existsSync(path(lab)))).toEqual([])
    const { geometry } = laboratory.resolve('u74', [])
    expect(new Set(scenario.cells({ quick: false, geometry }).map(c => c.lab))).toEqual(new Set(scenario.labs))
  })

  test.each(presetNames.flatMap(preset => SIZES.map(quick => [preset, quick] as const)))(
    '%s, quick %s: rows are told apart',
    (preset, quick) => {
      const { geometry } = laboratory.resolve(preset, [])
      const cells = scenario.cells({ quick, geometry })
      const keys = expectedParams(cells).map(rowKey)
      expect(new Set(keys).size).toBe(keys.length)
      for (const cell of cells) {
        for (const word of cell.argv)
          if (typeof word === 'number') expect(Number.isInteger(word) && word >= 0, `${cell.lab} ${cell.argv.join(' ')}`).toBe(true)
        for (const measure of cell.measures) expect(Number.isInteger(measure.operations) && measure.operations > 0).toBe(true)
      }
    },
  )

  test('quick has no more cells than the whole', () => {
    const { geometry } = laboratory.resolve('u74', [])
    expect(scenario.cells({ quick: true, geometry }).length).toBeLessThanOrEqual(scenario.cells({ quick: false, geometry }).length)
  })
})

describe('claims', () => {
  test.each(SIZES)('hold on a sound machine (quick %s)', async quick => {
    const all = await results({}, undefined, quick)
    expect(all.every(r => r.claims.length > 0)).toBe(true)
    expect(broken(all)).toEqual([])
  })

  test.each(presetNames)('are judged on %s, whatever they say', async preset => {
    for (const r of await results({}, undefined, true, preset)) expect(r.claims.length, r.scenario).toBeGreaterThan(0)
  })

  const pages = (huge: boolean, cached: boolean, warm: boolean): number => SOUND.pteReads(huge, cached, warm)
  /** What is spoiled, and which claim of which scenario must notice. */
  const SPOILED: readonly [string, Partial<Quirks>, RegExp][] = [
    ['metamorphic', { leak: 3 }, /components changed by another latency/],
    ['metamorphic', { leak: 3 }, /counts of instructions/],
    ['ctx-ring', { lost: fill => 0.2 * fill }, /flat while/],
    ['ctx-ring', { lost: () => 0 }, /64K: cost at n\*size = 2\*cache/],
    ['ctx-ring', { lost: () => 0 }, /ppro1996 16p\/32K, saturated/],
    ['ctx-ring', { lost: fill => (fill >= 4 ? 1 : 0) }, /ppro1996 64K: knee/],
    ['ctx-ws', { direct: { ...SOUND.direct, xeon2007: 2000 } }, /direct cost/],
    ['ctx-ws', { lostByTwo: () => 0 }, /256K to 512K: the cheapest/],
    ['ctx-ws', { lostByTwo: fill => (fill > 2.9 ? 0 : SOUND.lostByTwo(fill)) }, /above the cache/],
    ['ctx-ws', { writeFactor: 1 }, /writes over reads/],
    ['asid-pages', { asidLoss: () => 0.5 }, /as a share of the flushing run/],
    ['asid-pages', { asidLoss: () => 0 }, /converge/],
    ['tlb-stride', { walkCycles: 0 }, /second-level TLB/],
    ['walk-depth', { pteReads: (huge, cached, warm) => pages(huge, cached, warm) - (cached ? 0 : 1) }, /without help reads.*4 KiB/],
    ['walk-depth', { pteReads: (_huge, cached, warm) => pages(false, cached, warm) }, /without help reads.*2 MiB/],
    ['walk-depth', { pteReads: (huge, cached, warm) => pages(huge, cached, warm) + (cached ? 1 : 0) }, /warm walk caches/],
    ['kpti', { kptiShare: { on: 0.1, off: 1.3 } }, /added to a null call/],
    ['kpti', { kptiShare: { on: 0.42, off: 0.5 } }, /without ASIDs over/],
    ['fork-size', { hugeForkNsPerMib: 1000 }, /2 MiB pages is cheaper/],
    ['fork-size', { forkNsPerMib: 20_000 }, /for each GiB/],
    ['fork-size', { spawnGrowth: 1000 }, /vfork is flat/],
    ['cow-fault', { cowNs: 5000 }, /fault and copy/],
    ['cow-fault', { lastOwnerCopies: 1 }, /last owner/],
    ['page-fault', { minorNs: 2000 }, /zero over copy-on-write/],
    ['shootdown', { ipiNs: 0 }, /each target costs/],
    ['shootdown', { processIpis: 1 }, /interrupts sent/],
    ['fpu', { fpu: { ...SOUND.fpu, none: { saved: 60, restored: 0 } } }, /none: the registers are not saved/],
    ['fpu', { fpu: { ...SOUND.fpu, clean: { saved: 60, restored: 120 } } }, /clean: the registers are not saved/],
    ['fpu', { fpu: { ...SOUND.fpu, clean: { saved: 0, restored: 0 } } }, /clean: the registers are restored/],
    ['fpu', { fpu: { ...SOUND.fpu, dirty: { saved: 0, restored: 120 } } }, /dirty: the registers are saved/],
    ['quantum', { sliceCostNs: () => -5000 }, /a switch more costs/],
    ['quantum', { sliceCostNs: ms => 5000 * Math.min(ms, 30) }, /overhead by 1\/slice/],
    ['quantum', { sliceCostNs: ms => 5000 * Math.min(ms, 30) }, /overhead × slice/],
    ['signal', { signalFactor: 2 }, /delivery and return/],
    ['signal', { greenFactor: 50 }, /process switch over/],
  ]
  test.each(SPOILED)('%s: spoiled, a claim fails', async (name, quirks, claim) => {
    expect(broken(await results(quirks, [name])).map(c => c.claim)).toContainEqual(expect.stringMatching(claim))
  })

  test('page-table steps are looked for where they are: a TLB of another size moves them', async () => {
    const planned = plan({ scenarios: [scenarioNamed('tlb-stride')], preset: 'u74', set: [], quick: false }, laboratory)
    const rows = new Map<Job, readonly Row[]>()
    // The machine has 128 entries where the preset says 512.
    const lane = fakeLane()
    await sweep(planned.jobs, [job => lane({ ...job, set: ['l2tlb.entries=128'] })], rows)
    expect(broken(gather(planned, rows)).map(c => c.claim)).toContainEqual(expect.stringMatching(/second-level/))
  })
})

describe('names', () => {
  test.each([
    ['ctx-rng', /did you mean 'ctx-ring'/],
    ['null-call', /did you mean 'kpti'/],
    ['xyzzy', /there are ctx-ring, ctx-ws/],
  ])('%s', (name, message) => expect(() => scenarioNamed(name)).toThrow(message))
})
