// Isolation: whatever a program takes all of, it is refused with an errno or killed, and the host's memory stays bounded by the guest's.
// The long form runs each in a process of its own and measures that.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkInvariants, exitCode, ifExited, ifSignaled } from '../../kernel/index.ts'
import { start } from '../../kernel/testing.ts'
import { spawnSync } from '../spawn.ts'
import { BOMBS, bombProgram } from './bombs.ts'

const FULL = process.env.HARTBEAT_FUZZ === 'full'
const MIB = 2 ** 20
/** What the guest has, and what the host may take besides: Node itself, the machine's tables, and room for garbage. */
const GUEST_MIB = 64
const HOST_MIB = 150
const LIMIT = '30M'

describe.skipIf(FULL)('a small machine', () => {
  test.for(BOMBS.filter(bomb => !bomb.long))('$name', bomb => {
    const { k, run } = start(bombProgram(bomb), {
      ramBytes: 2 * MIB,
      debug: false,
      files: [{ path: '/tmp/x', kind: 'regular', mode: 0o644, data: new Uint8Array(0) }],
    })
    const result = run({ maxInstructions: 1_500_000, until: 5e7 })
    const end =
      result.kind !== 'halted' ? 'limit' : ifSignaled(result.status) ? 'killed' : ifExited(result.status) ? exitCode(result.status) : '?'
    expect(bomb.ends).toContain(end)
    expect(checkInvariants(k)).toEqual([])
    expect(k.state.frames.kmem).toBeLessThanOrEqual(k.state.frames.total)
  })
})

describe.skipIf(!FULL)('a machine of 64 MiB in a process of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hartbeat-bombs-'))
  const measure = join(folder, 'measure.cjs')
  const figures: string[] = []
  beforeAll(() =>
    writeFileSync(measure, "process.on('exit', () => require('node:fs').writeSync(2, `maxrss ${process.resourceUsage().maxRSS}\\n`))"),
  )
  afterAll(() => {
    rmSync(folder, { recursive: true })
    console.log(figures.join('\n'))
  })
  test.for([...BOMBS])('$name', { timeout: 600_000 }, bomb => {
    const path = join(folder, 'bomb')
    writeFileSync(path, bombProgram(bomb), { mode: 0o755 })
    const began = performance.now()
    const run = spawnSync(
      process.execPath,
      ['--require', measure, 'dist/hartbeat.js', 'run', '-m', String(GUEST_MIB), '--limit', LIMIT, path],
      {
        encoding: 'utf8',
        timeout: 600_000,
      },
    )
    const { stderr, status } = run
    const mib = Math.round(Number(/maxrss (\d+)/.exec(stderr)?.[1]) / 1024)
    const end = stderr.includes('the limit was reached') ? 'limit' : status === 137 ? 'killed' : status
    figures.push(`| ${bomb.name} | ${end} | ${mib} MiB | ${((performance.now() - began) / 1000).toFixed(1)} s |`)
    expect(bomb.ends).toContain(end)
    expect(mib).toBeLessThanOrEqual(GUEST_MIB + HOST_MIB)
  })
})
