// `run PROG`: one program on a fresh machine. `boot`: init and a shell. `trace PROG`: run, with system calls as strace prints them.
import { closeSync, openSync, writeSync } from 'node:fs'
import { posix } from 'node:path'
import type { Command } from 'commander'
import { isErrno, sendRest, spawnInit, traceFilter, traceSyscalls, type TraceOptions } from '../../kernel/index.ts'
import { checkCorePlace } from '../core-dump.ts'
import { watchForCrash } from '../crash.ts'
import { driveInteractively, driveToEnd, type OnPause, type Outcome } from '../drive.ts'
import { CommandError, EXIT } from '../errors.ts'
import { gdbOptions, gdbPlace, type GdbFlags, type GdbPlace } from '../gdb.ts'
import { finish } from '../finish.ts'
import { byteString } from '../host.ts'
import { machineOptions, makeMachine, openNetwork, programOptions, type MachineFlags, type MachineRun } from '../options.ts'
import { isSource, locateProgram, type Program } from '../locate-program.ts'
import { interpreterOf, notExecutableReason } from '../not-executable.ts'
import { captureTo } from '../capture.ts'
import { record } from '../recording.ts'
import { ownRoot } from '../resources.ts'
import { keepHeapSmall } from '../small-heap.ts'
import { command } from './words.ts'

const NOT_FOUND = ['ENOENT', 'ENOTDIR']

/** Starts the first process, an init or a program; a failure is what the shell would say, with 126 or 127. */
export function start(run: MachineRun, argv: readonly string[], isInit: boolean, flags: MachineFlags): void {
  const { program } = run
  if (flags.pcap !== undefined) captureTo(run.kernel, flags.pcap)
  const init = {
    path: program.path,
    argv,
    env: run.env,
    cwd: run.cwd,
    stdio: run.stdio,
    protected: isInit,
    underInit: !isInit && !flags.pid1,
  }
  if (flags.record !== undefined) run.recorder = record(flags.record, run.kernel, run.made, init, argv.join(' '))
  try {
    spawnInit(run.kernel, init)
  } catch (error) {
    if (!isErrno(error)) throw error
    const missing = NOT_FOUND.includes(error.name)
    const [file] = program.files
    const data = file?.kind === 'regular' && file.data instanceof Uint8Array ? file.data : null
    const refused = error.name === 'ENOEXEC' && data !== null ? notExecutableReason(data) : null
    const why = refused ?? (missing && program.foreign !== undefined ? `it is for ${program.foreign}` : null)
    if (why !== null) throw new CommandError(EXIT.notExecutable, `${argv[0]}: Exec format error (${why})`)
    const interpreter = missing && data !== null ? interpreterOf(data) : null
    const hint = interpreter === null ? '' : ` (its interpreter ${interpreter} is not in the guest: see --root)`
    throw new CommandError(missing ? EXIT.notFound : EXIT.notExecutable, `${argv[0]}: ${error.message}${hint}`)
  }
}

const drive = async (run: MachineRun, gdb: GdbFlags = {}, onPause?: OnPause): Promise<Outcome> => {
  const place = gdbPlace(gdb)
  keepHeapSmall()
  const { network, kernel } = run
  if (network !== null) for (const line of await network.listen()) process.stderr.write(`hartbeat: ${line}\n`)
  try {
    return await driveRun(run, place, onPause)
  } finally {
    if (network !== null) {
      sendRest(kernel)
      await network.close()
    }
  }
}

async function driveRun(run: MachineRun, place: GdbPlace | null, onPause?: OnPause): Promise<Outcome> {
  if (place !== null) return (await import('../gdb-socket.ts')).driveWithGdb(run, place)
  return run.interactive || run.kernel.clock === 'real'
    ? driveInteractively(run.kernel, run.limit, run.interactive, run.recorder, onPause, run.network)
    : driveToEnd(run.kernel, run.limit, run.recorder, onPause)
}

interface ProgramFlags extends MachineFlags {
  /** Where the program's core dump goes. */
  core?: string
}

const coreOption = (command: Command): Command =>
  command.option('--core <file>', 'when the program dies of a fault, write its core dump to this file (for gdb)')

const noSource = (name: string): never => {
  throw new Error(`${name}: it is no source, and was taken for one`)
}

async function runProgram(
  name: string,
  args: readonly string[],
  flags: ProgramFlags & GdbFlags,
  trace?: (run: MachineRun) => () => void,
): Promise<number> {
  if (flags.core !== undefined) {
    if (gdbPlace(flags) !== null)
      throw new CommandError(EXIT.usage, '--core: not with --gdb, where the debugger decides (generate-core-file)')
    checkCorePlace(flags.core)
  }
  const program = isSource(name) ? (await import('../program.ts')).findProgram(name, flags) : locateProgram(name, noSource, flags)
  const run = makeMachine(flags, program, undefined, false, await openNetwork(flags))
  const endTrace = trace?.(run)
  start(run, [name, ...args].map(byteString), false, flags)
  const crash = watchForCrash(run.kernel, [name, ...args], { core: flags.core, tell: trace === undefined })
  const outcome = await drive(run, flags, crash.look)
  endTrace?.()
  run.recorder?.finish()
  process.stderr.write(crash.text())
  return finish(run.kernel, outcome, flags, [name, ...args].join(' '))
}

interface TraceFlags extends ProgramFlags {
  f?: boolean
  c?: boolean
  T?: boolean
  y?: boolean
  e: string[]
  o?: string
}

/** The part of strace's options that we have. */
function traceOptions(flags: TraceFlags): TraceOptions {
  const options: TraceOptions = {
    follow: flags.f,
    summary: flags.c,
    times: flags.T,
    paths: flags.y,
    pidColumn: flags.o !== undefined && flags.f,
  }
  for (const expression of flags.e) {
    const filter = traceFilter(expression)
    if ('error' in filter) throw new CommandError(EXIT.usage, filter.error)
    Object.assign(options, filter)
  }
  return options
}

function startTrace(run: MachineRun, file: string | undefined, options: TraceOptions): () => void {
  const fd = file === undefined ? 2 : openSync(file, 'w')
  const trace = traceSyscalls(run.kernel, text => void writeSync(fd, Buffer.from(text, 'latin1')), options)
  return () => {
    trace.stop()
    if (fd !== 2) closeSync(fd)
  }
}

/** Our init, for a root that has none of its own: where an initial file system has it. */
function ownInit(): Program {
  const init = ownRoot().find(({ path }) => posix.join('/', path) === '/bin/init')
  if (init === undefined) throw new Error('making a machine: there is no /bin/init in our own root')
  return { path: '/init', files: [{ ...init, path: '/init' }] }
}

/** Commands that start a machine. `done` gets the exit status. */
export function addRunCommands(cli: Command, done: (status: number) => void): void {
  gdbOptions(coreOption(programOptions(command(cli, 'run'))))
    .passThroughOptions()
    .action(async (name: string, args: string[], flags: ProgramFlags & GdbFlags) => done(await runProgram(name, args, flags)))

  gdbOptions(machineOptions(command(cli, 'boot')))
    .passThroughOptions()
    .action(async (command: string[], flags: MachineFlags & GdbFlags) => {
      const init = { path: '/bin/init', files: [], orElse: ownInit() }
      const run = makeMachine(flags, init, undefined, false, await openNetwork(flags))
      start(run, ['init', ...command.map(byteString)], true, flags)
      const outcome = await drive(run, flags)
      run.recorder?.finish()
      done(finish(run.kernel, outcome, flags, ['boot', ...command].join(' ')))
    })

  coreOption(programOptions(command(cli, 'trace')))
    .option('-f', 'follow children')
    .option('-c', 'only count, and print a summary')
    .option('-T', 'time spent in each call')
    .option('-y', 'what descriptors stand for')
    .option(
      '-e <expression>',
      'trace=NAME,%CLASS,..., signal=NAME,... or status=failed,...; ! in front for all others',
      (value: string, list: string[]) => [...list, value],
      [],
    )
    .option('-o <file>', 'write the trace to a file')
    .passThroughOptions()
    .action(async (name: string, args: string[], flags: TraceFlags) => {
      const options = traceOptions(flags)
      done(await runProgram(name, args, flags, run => startTrace(run, flags.o, options)))
    })
}
