// Machine options that run, boot and trace share, and the kernel made from them. Names are QEMU's where they mean the same.
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import {
  createKernel,
  ImageError,
  newJournal,
  SHARING,
  isErrno,
  type FramePlacement,
  type Host,
  type ImageFile,
  type Kernel,
  type KernelOptions,
  type ThpPolicy,
} from '../kernel/index.ts'
import { DEFAULT_ENV } from '../library/index.ts'
import { ENGINE_NAMES, presetNames, resolvePreset, type EngineName } from '../vm/index.ts'
import { CommandError, EXIT } from './errors.ts'
import { bootDate, dateOption } from './boot-date.ts'
import { byteString, nodeHost, streamKind } from './host.ts'
import { readImage } from './image.ts'
import type { Network } from './network.ts'
import { NAME_SERVER } from './network-address.ts'
import { isThere, placed, type Root } from './place.ts'
import type { Program } from './locate-program.ts'
import type { MadeOf } from './recording-format.ts'
import type { Recorder } from './recording.ts'
import { ownRoot, preparedLoop } from './resources.ts'
import { chosenIsa, instructionCount, memorySize, NO_LIMIT, runLimit, wholeNumber, type RunLimit } from './sizes.ts'
import { temporarySpill } from './spill.ts'

export interface MachineFlags {
  m: string
  smp: string
  limit?: string
  env: string[]
  root?: string
  share: string[]
  publish: string[]
  net: 'none' | 'host'
  clock?: 'real' | 'virtual'
  date?: string
  engine: EngineName
  isa?: string
  seed: string
  timing?: string
  timingFrom: string
  set: string[]
  policy?: string
  thp?: ThpPolicy
  frames?: FramePlacement
  stat?: boolean
  statFile?: string
  json?: boolean
  check?: boolean
  record?: string
  pcap?: string
  /** Of run, trace and debug: the program is process 1 itself. */
  pid1?: boolean
}

/** Of the commands that run a program: how it is started. */
export const programOptions = (command: Command): Command =>
  machineOptions(command).option('--pid1', 'the program is process 1 itself (default: process 2, as a shell would start it)')

const collect = (value: string, list: string[]): string[] => [...list, value]

/** Adds the shared options to a command. */
export function machineOptions(command: Command): Command {
  return command
    .option('-m <size>', 'RAM in MiB, or with K, M or G', '256')
    .option('--smp <harts>', 'number of harts', '1')
    .option('--limit <n>', 'stop after so many instructions (k, M, G) or so much guest time (ms, s), with status 124')
    .option('--env <NAME=value>', 'environment of the first program; may be repeated', collect, [])
    .option('--root <dir|image>', 'root file system: a directory (read through, writes stay in memory) or a cpio or tar image')
    .option('--share <host:guest[:rw]>', 'show a host directory at a guest path; may be repeated', collect, [])
    .option(
      '--publish <host:guest>',
      "a TCP port of the host's 127.0.0.1 leads to one of the guest's ([ADDR:]HOST:GUEST[/udp]); may be repeated",
      collect,
      [],
    )
    .addOption(
      new Option('--net <net>', 'connections and datagrams to other machines: refused, or through the host')
        .choices(['none', 'host'])
        .default('none'),
    )
    .addOption(new Option('--clock <clock>', 'sleeping takes host time, or none').choices(['real', 'virtual']))
    .option('--date <date>', 'date at boot: 2026-02-28, 2026-02-28T12:00:00Z or @SECONDS (default: of the host where the clock is real)')
    .addOption(new Option('--engine <engine>', 'what executes instructions').choices(ENGINE_NAMES).default(ENGINE_NAMES[0]))
    .option('--isa <set>', "the machine's instruction set: rv64gc, or others of its extensions ('doc isa' has them)")
    .option('--seed <n>', 'seed of the guest random generator', '0')
    .option('--timing <preset>', `count cycles by a timing model (${presetNames.join(', ')})`)
    .option('--timing-from <when>', "start counting at 'boot', at the first 'mark' of the program, or after so many instructions", 'boot')
    .option('--set <key=value>', "override a constant of the preset (see 'doc timing'); may be repeated", collect, [])
    .addOption(new Option('--policy <name>', 'who runs next among ordinary tasks (default: fair)').choices(SHARING.map(row => row.name)))
    .addOption(new Option('--thp <policy>', 'transparent huge pages (default: never)').choices(['always', 'madvise', 'never']))
    .addOption(
      new Option('--frames <placement>', 'which free page of RAM is next (default: sequential)').choices([
        'sequential',
        'random',
        'coloured',
      ]),
    )
    .option('--stat', 'counts as perf stat prints them, to standard error (--stat=FILE: as JSON to a file)')
    .addOption(new Option('--stat-file <file>').hideHelp())
    .option('--json', 'with --stat: JSON')
    .option('--record <file>', 'write down what comes in, so that `replay` and `debug` can run it again to the bit')
    .option('--pcap <file>', "the packets of the guest's network, as tcpdump and Wireshark read them")
    .option('--check', "check the kernel's invariants, and that nothing is left, when the machine stops")
}

/** The root: our own programs, a directory or an image. A root without /bin gets our programs too. */
function chooseRoot(root: string | undefined): { root: ImageFile[]; hostRoot?: string } {
  if (root === undefined) return { root: ownRoot() }
  if (!existsSync(root)) throw new CommandError(EXIT.usage, `--root ${root}: No such file or directory`)
  if (statSync(root).isDirectory()) return { hostRoot: byteString(resolve(root)), root: existsSync(`${root}/bin`) ? [] : ownRoot() }
  const files = readImage(root)
  return { root: files.some(f => /^(\.?\/)?bin(\/|$)/.test(f.path)) ? files : [...ownRoot(), ...files] }
}

function parseShare(text: string): { host: string; guest: string; writable: boolean } {
  const [host, guest, mode, ...more] = text.split(':')
  if (!guest?.startsWith('/') || more.length || (mode !== undefined && mode !== 'rw' && mode !== 'ro')) {
    throw new CommandError(EXIT.usage, `--share ${text}: it is HOST:GUEST or HOST:GUEST:rw, and GUEST starts with /`)
  }
  if (!existsSync(host) || !statSync(host).isDirectory()) throw new CommandError(EXIT.usage, `--share ${text}: ${host} is no directory`)
  return { host: byteString(resolve(host)), guest: byteString(guest), writable: mode === 'rw' }
}

function timingStart(text: string): 'boot' | 'mark' | number {
  if (text === 'boot' || text === 'mark') return text
  const count = instructionCount(text)
  if (count === null) throw new Error(`--timing-from ${text}: it is boot, mark, or a number of instructions (k, M, G)`)
  return count
}

/** The timing model that the options ask for. */
function chooseTiming(flags: MachineFlags): KernelOptions['timing'] {
  if (flags.timing === undefined) {
    if (flags.set.length > 0) throw new CommandError(EXIT.usage, `--set ${flags.set[0]}: it needs --timing`)
    return undefined
  }
  try {
    return { preset: resolvePreset(flags.timing, flags.set), start: timingStart(flags.timingFrom) }
  } catch (error) {
    throw new CommandError(EXIT.usage, (error as Error).message)
  }
}

export interface MachineRun {
  kernel: Kernel
  /** What the first process executes. */
  program: Program
  /** What it was made of: a recording makes it again. */
  made: MadeOf
  limit: RunLimit
  /** Standard streams for the first process. */
  stdio: ['console' | 'pipe' | 'regular' | 'null', 'console' | 'pipe' | 'regular' | 'null', 'console' | 'pipe' | 'regular' | 'null']
  /** Keys come from a terminal. */
  interactive: boolean
  env: string[]
  /** Of the first process; default '/'. */
  cwd?: string
  /** Of `--record`. */
  recorder?: Recorder
  /** The way out of its network; null: there is none. */
  network: Network | null
}

function environment(given: readonly string[], interactive: boolean): string[] {
  const all = new Map<string, string>()
  const term = interactive && process.env.TERM ? [`TERM=${process.env.TERM}`] : []
  const own = Object.entries(DEFAULT_ENV).map(([name, value]) => `${name}=${value}`)
  for (const entry of [...own, ...term, ...given]) {
    const at = entry.indexOf('=')
    if (at < 1) throw new CommandError(EXIT.usage, `--env ${entry}: it is NAME=value`)
    all.set(entry.slice(0, at), byteString(entry.slice(at + 1)))
  }
  return [...all].map(([name, value]) => `${byteString(name)}=${value}`)
}

const RESOLVER = '/etc/resolv.conf'
/** Who answers names, where the root does not say. */
const nameServerFile = (root: Root): ImageFile[] =>
  isThere(RESOLVER, root) ? [] : [{ path: RESOLVER, kind: 'regular', mode: 0o644, data: Buffer.from(`nameserver ${NAME_SERVER}\n`) }]

/** The way out of the network that the options ask for; its code is loaded when there is to be one. */
export async function openNetwork({ publish, net }: MachineFlags): Promise<Network | null> {
  if (publish.length === 0 && net === 'none') return null
  const [{ newNetwork }, { parsePublished }] = await Promise.all([import('./network.ts'), import('./published.ts')])
  return newNetwork(publish.map(parsePublished), net === 'host')
}

/** What the kernel mounts. */
const MOUNTED = ['/dev', '/proc', '/sys']

/**
 * A kernel as the options say, with a program's files laid over its root.
 * @param network as `openNetwork` answers it
 * @param pipes the host's streams are pipes, whatever our own process has
 */
export function makeMachine(
  flags: MachineFlags,
  found: Program,
  host: Host = nodeHost,
  pipes = false,
  network: Network | null = null,
): MachineRun {
  const kinds = ([0, 1, 2] as const).map(fd => (pipes ? 'pipe' : streamKind(fd)))
  const stdio = kinds.map(kind => (kind === 'terminal' ? 'console' : kind)) as MachineRun['stdio']
  const interactive = kinds[0] === 'terminal'
  const clock = flags.clock ?? (interactive || network !== null ? 'real' : 'virtual')
  const chosen = chooseRoot(flags.root)
  const shares = flags.share.map(parseShare)
  const place = { ...chosen, mounts: [...MOUNTED, ...shares.map(share => share.guest)] }
  const program = placed(found.orElse !== undefined && !isThere(found.path, place) ? found.orElse : found, place)
  const window =
    host === nodeHost && process.stdout.isTTY ? { rows: process.stdout.rows || 24, columns: process.stdout.columns || 80 } : undefined
  try {
    const made: MadeOf = {
      ramBytes: memorySize(flags.m),
      harts: wholeNumber('--smp', flags.smp, 1, 32),
      engine: flags.engine,
      isa: chosenIsa(flags.isa),
      seed: wholeNumber('--seed', flags.seed, 0, 0xffffffff),
      policy: flags.policy,
      thp: flags.thp,
      frames: flags.frames,
      hostRoot: chosen.hostRoot,
      root: [...chosen.root, ...program.files, ...(flags.net === 'host' ? nameServerFile(place) : [])],
      shares,
      network: flags.net,
      clock,
      epoch: flags.date === undefined ? bootDate(clock, chosen) : dateOption(flags.date),
      window,
      timing: chooseTiming(flags),
    }
    return {
      kernel: createKernel({
        ...made,
        host: network === null ? host : { ...host, network },
        loop: preparedLoop(),
        journal: newJournal(flags.record !== undefined, temporarySpill()),
      }),
      program,
      made,
      limit: flags.limit === undefined ? NO_LIMIT : runLimit(flags.limit),
      stdio,
      interactive,
      network,
      env: environment(flags.env, interactive),
    }
  } catch (error) {
    if (error instanceof ImageError)
      throw new CommandError(EXIT.notExecutable, `${flags.root === undefined ? '' : `--root ${flags.root}: `}${error.message}`)
    if (isErrno(error)) throw new CommandError(EXIT.ours, `making the root file system: ${error.message}`)
    throw error
  }
}
