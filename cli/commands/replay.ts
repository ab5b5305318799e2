// `replay FILE`: a recorded run again, to the bit: its output, its exit status, and with --check that it ended as it did then.
import type { Command } from 'commander'
import { JournalProblem, runKernel, shellStatus, type Kernel, type RunResult, type SigInfo, type Task } from '../../kernel/index.ts'
import { statistics } from '../../library/index.ts'
import { captureTo } from '../capture.ts'
import { checkCorePlace, writeCoreDump } from '../core-dump.ts'
import { beforeCrash } from '../crash.ts'
import { CommandError, EXIT } from '../errors.ts'
import { endProblem, openRecording, type Recording } from '../recording.ts'
import { statText } from '../stat.ts'
import { command } from './words.ts'

interface ReplayFlags {
  stat?: boolean
  json?: boolean
  /** Where the program's core dump goes. */
  core?: string
  pcap?: string
}

/**
 * Up to the end, or to where the recording was cut. null: there. A recording may be anybody's, so what it makes go wrong is said in a line;
 * what the journal did not foresee may be a defect of ours, and is the cause of what is thrown.
 */
export function play(path: string, { kernel, last }: Recording, most = Infinity, onPause?: () => void): RunResult | null {
  try {
    for (;;) {
      const left = Math.min(last.executed, most) - kernel.state.executed
      const result = runKernel(kernel, { maxInstructions: left, untilStep: last.steps })
      if (result.kind === 'paused') onPause?.()
      else return result.kind === 'halted' ? result : null
    }
  } catch (error) {
    if (error instanceof CommandError) throw error
    const cause = error instanceof JournalProblem ? undefined : error
    throw new CommandError(EXIT.ours, `${path}: the replay took another course: ${(error as Error).message}`, cause)
  }
}

/** Answers what is to be called at pauses: at the crash it writes the core dump, and lets the run go on. */
function dumpAtCrash(k: Kernel, path: string): () => void {
  let crash: { task: Task; info: SigInfo } | null = null
  beforeCrash(k, (task, info) => {
    crash = { task, info }
    return true
  })
  return () => {
    if (crash === null) return
    k.holdSignal = null
    process.stderr.write(writeCoreDump(k, crash.task, crash.info, path))
    crash = null
  }
}

function replay(path: string, flags: ReplayFlags): number {
  if (flags.core !== undefined) checkCorePlace(flags.core)
  const recording = openRecording(path)
  const { kernel, command, end } = recording
  if (flags.pcap !== undefined) captureTo(kernel, flags.pcap)
  const dump = flags.core === undefined ? undefined : dumpAtCrash(kernel, flags.core)
  const result = play(path, recording, Infinity, dump)
  if (flags.stat) process.stderr.write(flags.json ? `${JSON.stringify(statistics(kernel))}\n` : statText(kernel, command))
  const problem = endProblem(recording)
  if (problem !== null) throw new CommandError(EXIT.ours, `${path}: the replay took another course: ${problem}`)
  if (result?.kind === 'halted') return shellStatus(result.status)
  const why = end === null ? 'the recording was cut short here' : 'the recorded run was ended here'
  process.stderr.write(`hartbeat: ${path}: ${why}, after ${kernel.state.executed.toLocaleString('en-US')} instructions\n`)
  return EXIT.limit
}

export function addReplayCommand(cli: Command, done: (status: number) => void): void {
  command(cli, 'replay')
    .option('--stat', 'counts as perf stat prints them, to standard error')
    .option('--json', 'with --stat: JSON')
    .option('--core <file>', 'where the program dies of a fault, write its core dump to this file (for gdb)')
    .option('--pcap <file>', "the packets of the guest's network, as tcpdump and Wireshark read them")
    .action((path: string, flags: ReplayFlags) => done(replay(path, flags)))
}
