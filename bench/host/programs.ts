// Whole programs of Debian's, unmodified: our machine, user-mode QEMU over the same root, and the host's own programs of the same names, runs
// interleaved. A run is a command from its start to its end, ours with Node and the machine that it makes.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { debianRoot } from './debian.ts'
import { guestFolder } from './ours.ts'
import type { Pace } from './pace.ts'
import { pathOf, QEMU_USER, timed, type Skipped, type Took } from './peers.ts'
import { PROGRAMS, WORK_FOLDERS, workFiles, type ProgramRow } from './program.ts'
import { ratioOf, spreadOf, type Spread } from './spread.ts'

const ENVIRONMENT = ['PATH=/usr/bin:/bin', 'LC_ALL=C', 'HOME=/tmp', 'PYTHONDONTWRITEBYTECODE=1']
const RAM = '1024'
/** What Node compiled of our files, which a cold run is without. */
const COMPILED = join('dist', 'compiled')
const KINDS_SHOWN = 5
const HIDDEN_AS = '/tmp'

export interface ProgramsBeside {
  seconds: Spread
  /** How many times faster ours is, by wall time and by processor time of all processes. */
  ratio: Spread
  cpuRatio: Spread
}

export interface ProgramResult {
  name: string
  seconds: Spread
  cpu: Spread
  /** The first run, when Node has compiled nothing yet: seconds and processor seconds. */
  cold: { seconds: number; cpu: number }
  instructions: number
  /** What left the fast code most often. */
  aside: [kind: string, count: number][]
  user: ProgramsBeside | null
  native: ProgramsBeside | null
}

type Side = 'ours' | 'user' | 'native'
type Start = (row: ProgramRow, more?: readonly string[]) => Took

const filled = (args: readonly string[], work: string, root: string): string[] =>
  args.map(arg => arg.replaceAll('{work}', work).replaceAll('{root}', root))

/** In an environment like the others'. */
const clean = (argv: readonly string[]): [string, string[]] => ['/usr/bin/env', ['-i', ...ENVIRONMENT, ...argv]]

interface Sides {
  ours: Start
  /** Or why not. */
  user: Start | string
  native: Start
}

/** Options of `hartbeat run` for programs of the root, with {work} as its /tmp. */
export const programOptions = (debian: string, work: string, ram: string): string[] => [
  ...['-m', ram, '--root', debian, '--share', `${work}:${HIDDEN_AS}:rw`],
  ...ENVIRONMENT.flatMap(e => ['--env', e]),
]

function sidesOf(root: string, debian: string, work: string): Sides {
  const cli = join(root, 'dist', 'hartbeat.js')
  const options = programOptions(debian, work, RAM)
  const inGuest = ({ argv }: ProgramRow): string[] => filled(argv, HIDDEN_AS, '')
  const ours: Start = (row, more = []) => timed(process.execPath, [cli, 'run', ...more, ...options, ...inGuest(row)])
  const native: Start = ({ argv }) => timed(...clean(filled(argv, work, debian)))
  const qemu = pathOf(QEMU_USER)
  if (qemu === null) return { ours, native, user: `${QEMU_USER} is not installed` }
  const chroot = ['-Urm', 'sh', join(guestFolder(root), 'chroot.sh'), qemu, debian, work]
  const user: Start = row => {
    const [env, args] = clean(inGuest(row))
    return timed('unshare', [...chroot, env, ...args])
  }
  try {
    user({ name: 'a trial', argv: ['true'], output: 'same' })
    return { ours, native, user }
  } catch {
    return { ours, native, user: 'the host has no binfmt_misc for user namespaces (Linux 6.7), or forbids them' }
  }
}

/** What a run printed, as far as it is the same everywhere. */
function digest({ output }: ProgramRow, { out }: Took): string {
  const text = output === 'lines' ? out.split('\n').sort().join('\n') : out
  return createHash('sha256').update(text, 'latin1').digest('hex')
}

interface Statistics {
  instructions: number
  aside: Record<string, number>
}

async function benchProgram(root: string, row: ProgramRow, sides: Sides, work: string, pace: Pace): Promise<ProgramResult> {
  const took: Record<Side, Took[]> = { ours: [], user: [], native: [] }
  const { user, native } = sides
  const starts: Partial<Record<Side, Start>> = {
    ours: sides.ours,
    ...(typeof user === 'string' ? {} : { user }),
    ...(pathOf(row.argv[0]) === null ? {} : { native }),
  }
  await pace.breathe(`${row.name}, cold`)
  rmSync(join(root, COMPILED), { recursive: true, force: true })
  const cold = sides.ours(row)
  const file = join(work, 'statistics.json')
  const counted = sides.ours(row, [`--stat=${file}`])
  const { instructions, aside } = JSON.parse(readFileSync(file, 'utf8')) as Statistics
  const expected = digest(row, counted)
  for (let n = 0; n < pace.pairs; n++)
    for (const [side, start] of Object.entries(starts) as [Side, Start][]) {
      await pace.breathe(`${row.name}, ${side}, ${n + 1} of ${pace.pairs}`)
      const one = start(row)
      took[side].push(one)
      if (row.output !== 'differs' && side !== 'native' && digest(row, one) !== expected)
        throw new Error(`${row.name}: ${side} prints something else: ${one.out.slice(0, 200)}`)
    }
  const beside = (side: Side): ProgramsBeside | null => {
    const theirs = took[side]
    if (theirs.length === 0) return null
    const pairs = (of: keyof Took & ('seconds' | 'cpu')): Spread => ratioOf(took.ours.map(t => t[of]), theirs.map(t => t[of])) // prettier-ignore
    return { seconds: spreadOf(theirs.map(t => t.seconds)), ratio: pairs('seconds'), cpuRatio: pairs('cpu') }
  }
  return {
    name: row.name,
    seconds: spreadOf(took.ours.map(t => t.seconds)),
    cpu: spreadOf(took.ours.map(t => t.cpu)),
    cold: { seconds: cold.seconds, cpu: cold.cpu },
    instructions,
    aside: Object.entries(aside)
      .sort(([, a], [, b]) => b - a)
      .slice(0, KINDS_SHOWN),
    user: beside('user'),
    native: beside('native'),
  }
}

/** Makes {work} in a folder. */
export function prepareWork(place: string, debian: string): string {
  const work = join(place, 'work')
  mkdirSync(work, { recursive: true })
  for (const [name, text] of Object.entries(workFiles())) writeFileSync(join(work, name), text)
  for (const [name, folder] of Object.entries(WORK_FOLDERS))
    if (existsSync(join(debian, folder))) cpSync(join(debian, folder), join(work, name), { recursive: true })
  return work
}

/** The names of programs that may be asked for: the words before the first of what they are given. */
export const PROGRAM_NAMES: readonly string[] = [...new Set(PROGRAMS.map(({ name }) => name.split(/[ ,]/)[0]))]

/** Measures the programs that are named, or all. `root` is the package. */
export async function benchPrograms(
  root: string,
  pace: Pace,
  only: readonly string[],
): Promise<{ programs: ProgramResult[] | null; skipped: Skipped[] }> {
  const skip = (what: string, why: string): Skipped => ({ bench: 'programs', what, why })
  await pace.breathe("Debian's packages")
  const debian = debianRoot('programs')
  if (debian === null) return { programs: null, skipped: [skip('all of it', "Debian's riscv64 packages cannot be downloaded")] }
  const place = mkdtempSync(join(tmpdir(), 'hartbeat-bench-'))
  try {
    const work = prepareWork(place, debian)
    const sides = sidesOf(root, debian, work)
    const skipped = typeof sides.user === 'string' ? [skip('qemu-user', sides.user)] : []
    const programs: ProgramResult[] = []
    for (const row of PROGRAMS) {
      const [program] = row.argv
      if (only.length > 0 && !only.includes(row.name.split(/[ ,]/)[0])) continue
      if (!existsSync(join(debian, 'usr/bin', program))) {
        skipped.push(skip(row.name, `${program} is not in the root`))
        continue
      }
      if (pathOf(program) === null) skipped.push(skip(`${row.name}, native`, `${program} is not installed`))
      programs.push(await benchProgram(root, row, sides, work, pace))
    }
    return { programs, skipped }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
