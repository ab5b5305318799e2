// `npm run mutate [WORD...]`: tries each seeded fault on the tests near it, and on the whole suite where those do not notice. Words choose
// rows by file or sentence; MUTATE_NEAR=1 leaves the whole suite out. Status 1 when fewer than 95 % are caught near, or a row is no program.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { bundleNear } from './bundle.ts'
import { withFault, type Fault } from './fault.ts'
import { FAULTS } from './index.ts'

const ROOT = process.cwd()
/** Below node_modules, so that bundles find what they import. */
const PLACE = join(ROOT, 'node_modules', '.cache', `hartbeat-mutate-${process.pid}`)
const NOT_COPIED = ['node_modules', '.git', 'coverage']
const NEEDED = 0.95
const MINUTE = 60_000
/** Faults tried by one vitest, and how long that may take before each is tried alone: one of them may never end. */
const BATCH = 12
const BATCH_LIMIT = 8 * MINUTE
const ALONE_LIMIT = 3 * MINUTE
const WHOLE_LIMIT = 20 * MINUTE

type Outcome = 'near' | 'far' | 'survived' | 'no program'

interface FileResult {
  name: string
  status: string
  message: string
  assertionResults: { status: string }[]
}

/** Ends with everything that it started, which a fault can have made endless. Answers the status, null: it did not end by itself. */
function finish(command: readonly string[], cwd: string, limit: number): Promise<number | null> {
  const child = spawn(command[0], command.slice(1), { cwd, stdio: 'ignore', detached: true })
  return new Promise(resolve => {
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      resolve(null)
    }, limit)
    child.on('exit', code => {
      clearTimeout(timer)
      resolve(code ?? 1)
    })
  })
}

/** What vitest says of each file, and whether all was well: of a process that died with its tests it says little. null: time was out. */
async function vitest(cwd: string, args: readonly string[], limit: number): Promise<{ files: FileResult[]; well: boolean } | null> {
  const report = join(cwd, 'mutate.json')
  rmSync(report, { force: true })
  const status = await finish(['npx', 'vitest', 'run', '--reporter=json', `--outputFile.json=${report}`, ...args], cwd, limit)
  if (status === null) return null
  try {
    return { files: (JSON.parse(readFileSync(report, 'utf8')) as { testResults: FileResult[] }).testResults, well: status === 0 }
  } catch {
    return { files: [], well: false }
  }
}

/** One process for many faults: what they are in is loaded anew for each, as its bundle has another name. */
const CONFIG = `export default {
  test: { include: ['*/*.test.js'], exclude: [], testTimeout: 60_000, maxWorkers: '100%', isolate: false, setupFiles: ['./setup.mjs'] },
}
`
/** After the first test that fails nothing more is to be learnt from a file. */
const SETUP = `import { afterEach, beforeEach } from 'vitest'
globalThis.noticed ??= new Set()
beforeEach(({ task, skip }) => noticed.has(task.file.filepath) && skip())
afterEach(({ task }) => void (task.result?.state === 'fail' && noticed.add(task.file.filepath)))
`

/** Several faults at once on the tests near them. */
async function tryNear(faults: readonly Fault[], limit: number): Promise<Map<Fault, Outcome>> {
  const outcomes = new Map<Fault, Outcome>()
  rmSync(PLACE, { recursive: true, force: true })
  mkdirSync(PLACE, { recursive: true })
  writeFileSync(join(PLACE, 'vitest.config.mjs'), CONFIG)
  writeFileSync(join(PLACE, 'setup.mjs'), SETUP)
  for (const [n, fault] of faults.entries()) {
    if (!(await bundleNear(ROOT, fault, join(PLACE, `fault-${n}`)))) outcomes.set(fault, 'no program')
  }
  const results = await vitest(PLACE, ['--root', PLACE, '--config', join(PLACE, 'vitest.config.mjs')], limit)
  const unsure: Fault[] = []
  for (const [n, fault] of faults.entries()) {
    if (outcomes.has(fault)) continue
    const mine = (results?.files ?? []).filter(({ name }) => relative(PLACE, name).split(sep)[0] === `fault-${n}`)
    if (mine.some(({ status }) => status === 'failed')) outcomes.set(fault, 'near')
    else if (results?.well === true) outcomes.set(fault, mine.length === 0 ? 'no program' : 'survived')
    else unsure.push(fault)
  }
  // Alone, what does not end, or dies with its tests, was noticed.
  if (unsure.length > 0 && faults.length === 1) outcomes.set(faults[0], 'near')
  else for (const fault of unsure) for (const entry of await tryNear([fault], ALONE_LIMIT)) outcomes.set(...entry)
  return outcomes
}

const build = (tree: string): boolean => spawnSync('node', ['build.mjs'], { cwd: tree, stdio: 'ignore' }).status === 0

/** The whole suite, in a copy of the tree. */
async function isCaughtFar(fault: Fault): Promise<boolean> {
  const tree = mkdtempSync(join(tmpdir(), 'hartbeat-mutate-'))
  try {
    for (const name of readdirSync(ROOT)) {
      if (!NOT_COPIED.includes(name)) cpSync(join(ROOT, name), join(tree, name), { recursive: true })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
    const path = join(tree, fault.file)
    writeFileSync(path, withFault(fault, readFileSync(path, 'utf8')))
    if (!build(tree)) return true
    const results = await vitest(tree, ['--mode', 'bundled'], WHOLE_LIMIT)
    return results === null || !results.well
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

const room = ({ file }: Fault): string => file.split('/')[0]
const words = process.argv.slice(2)
const chosen = FAULTS.filter(f => words.length === 0 || words.some(word => `${f.file} ${f.what}`.includes(word)))
const outcomes = new Map<Fault, Outcome>()
try {
  for (let at = 0; at < chosen.length; at += BATCH) {
    for (const [fault, near] of await tryNear(chosen.slice(at, at + BATCH), BATCH_LIMIT)) {
      const asksAll = near === 'survived' && fault.survives === undefined && process.env.MUTATE_NEAR === undefined
      const outcome = asksAll && (await isCaughtFar(fault)) ? 'far' : near
      outcomes.set(fault, outcome)
      const text = outcome === 'survived' && fault.survives !== undefined ? `survived: ${fault.survives}` : outcome
      console.log(`${outcome === 'near' ? 'ok  ' : 'MISS'} ${fault.file}: ${fault.what} (${text})`)
    }
  }
} finally {
  rmSync(PLACE, { recursive: true, force: true })
}

const count = (name: string | null, outcome: Outcome): number =>
  chosen.filter(f => (name === null || room(f) === name) && outcomes.get(f) === outcome).length
const line = (name: string | null): string => {
  const faults = chosen.filter(f => name === null || room(f) === name).length
  const [near, far, survived] = (['near', 'far', 'survived'] as const).map(outcome => count(name, outcome))
  return `| ${name ?? 'all'} | ${faults} | ${near} | ${far} | ${survived} | ${((100 * near) / Math.max(1, faults)).toFixed(1)} % |`
}
console.log('\n| room | faults | caught near | only far | survived | near |\n| --- | --- | --- | --- | --- | --- |')
for (const name of new Set(chosen.map(room))) console.log(line(name))
console.log(line(null))
const share = count(null, 'near') / Math.max(1, chosen.length)
const broken = count(null, 'no program')
if (broken > 0) console.log(`${broken} of them are no program: bring their rows in step`)
process.exitCode = share >= NEEDED && broken === 0 ? 0 : 1
