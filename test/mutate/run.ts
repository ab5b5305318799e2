// `npm run mutate [WORD...]`: puts each seeded fault into a copy of the tree and runs the tests near it, the whole suite where those do
// not notice. Words choose rows by file or sentence. Status 1 when fewer than 95 % are caught near, or a row has lost its place.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withFault, type Fault } from './fault.ts'
import { FAULTS } from './index.ts'

const ROOT = process.cwd()
const NOT_COPIED = ['node_modules', '.git', 'coverage']
const NEEDED = 0.95
const MINUTE = 60_000
/** Longest that the tests near a fault may take (a fault can make them hang: that is noticed too), and the whole suite. */
const NEAR_LIMIT = 3 * MINUTE
const WHOLE_LIMIT = 20 * MINUTE

type Outcome = 'near' | 'far' | 'survived' | 'no program'

/** Tests outside of the code's own folders run the command line that was built. */
const needsBuild = ({ near }: Fault): boolean => near.some(path => path.startsWith('test/') || path.startsWith('cli/'))

interface Run {
  failed: boolean
  /** No test ran at all, and not because time was out: what was put there is no program. */
  broken: boolean
}

function vitest(tree: string, args: readonly string[], limit: number): Run {
  const report = join(tree, 'mutate.json')
  rmSync(report, { force: true })
  const command = ['vitest', 'run', '--reporter=json', `--outputFile.json=${report}`, ...args]
  const { status, error } = spawnSync('npx', command, { cwd: tree, stdio: 'ignore', timeout: limit, killSignal: 'SIGKILL' })
  if (error !== undefined) return { failed: true, broken: false }
  let ran = 0
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
    ran = numPassedTests + numFailedTests
  } catch {
    // No report: vitest itself did not come so far.
  }
  return { failed: status !== 0, broken: ran === 0 }
}

const build = (tree: string): boolean => spawnSync('node', ['build.mjs'], { cwd: tree, stdio: 'ignore' }).status === 0

function tryFault(tree: string, fault: Fault): Outcome {
  const path = join(tree, fault.file)
  const before = readFileSync(path, 'utf8')
  writeFileSync(path, withFault(fault, before))
  try {
    // A build that fails is noticed: our own programs are assembled by it.
    if (needsBuild(fault) && !build(tree)) return 'near'
    const near = vitest(tree, fault.near, NEAR_LIMIT)
    if (near.broken) return 'no program'
    if (near.failed) return 'near'
    if (fault.survives !== undefined || process.env.MUTATE_NEAR !== undefined) return 'survived'
    if (!build(tree)) return 'far'
    return vitest(tree, ['--mode', 'bundled'], WHOLE_LIMIT).failed ? 'far' : 'survived'
  } finally {
    writeFileSync(path, before)
    if (needsBuild(fault)) build(tree)
  }
}

function copyOfTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'hartbeat-mutate-'))
  for (const name of readdirSync(ROOT)) if (!NOT_COPIED.includes(name)) cpSync(join(ROOT, name), join(tree, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
  return tree
}

const words = process.argv.slice(2)
const chosen = FAULTS.filter(f => words.length === 0 || words.some(word => `${f.file} ${f.what}`.includes(word)))
const tree = copyOfTree()
const counts: Record<Outcome, number> = { near: 0, far: 0, survived: 0, 'no program': 0 }
try {
  for (const fault of chosen) {
    const outcome = tryFault(tree, fault)
    counts[outcome]++
    const text = outcome === 'survived' && fault.survives !== undefined ? `survived: ${fault.survives}` : outcome
    console.log(`${outcome === 'near' ? 'ok  ' : 'MISS'} ${fault.file}: ${fault.what} (${text})`)
  }
} finally {
  rmSync(tree, { recursive: true, force: true })
}
const share = counts.near / Math.max(1, chosen.length)
console.log(
  `${chosen.length} faults: ${counts.near} caught near, ${counts.far} by a distant test only, ${counts.survived} survived, ` +
    `${counts['no program']} no program; ${(100 * share).toFixed(1)} % near`,
)
process.exitCode = share >= NEEDED && counts['no program'] === 0 ? 0 : 1
