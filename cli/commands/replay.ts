// `replay FILE`: a recorded run again, to the bit: its output, its exit status, and with --check that it ended as it did then.
import type { Command } from 'commander'
import { JournalProblem, runKernel, shellStatus, type RunResult } from '../../kernel/index.ts'
import { CommandError, EXIT } from '../errors.ts'
import { endProblem, openRecording, type Recording } from '../recording.ts'
import { statistics, statText } from '../stat.ts'

interface ReplayFlags {
  stat?: boolean
  json?: boolean
}

/**
 * Up to the end, or to where the recording was cut. null: there. A recording may be anybody's, so what it makes go wrong is said in a line;
 * what the journal did not foresee may be a defect of ours, and is the cause of what is thrown.
 */
export function play(path: string, { kernel, last }: Recording, most = Infinity): RunResult | null {
  try {
    for (;;) {
      const left = Math.min(last.executed, most) - kernel.state.executed
      const result = runKernel(kernel, { maxInstructions: left, untilStep: last.steps })
      if (result.kind !== 'paused') return result.kind === 'halted' ? result : null
    }
  } catch (error) {
    if (error instanceof CommandError) throw error
    const cause = error instanceof JournalProblem ? undefined : error
    throw new CommandError(EXIT.ours, `${path}: the replay took another course: ${(error as Error).message}`, cause)
  }
}

function replay(path: string, flags: ReplayFlags): number {
  const recording = openRecording(path)
  const result = play(path, recording)
  const { kernel, command, end } = recording
  if (flags.stat) process.stderr.write(flags.json ? `${JSON.stringify(statistics(kernel))}\n` : statText(kernel, command))
  const problem = endProblem(recording)
  if (problem !== null) throw new CommandError(EXIT.ours, `${path}: the replay took another course: ${problem}`)
  if (result?.kind === 'halted') return shellStatus(result.status)
  const why = end === null ? 'the recording was cut short here' : 'the recorded run was ended here'
  process.stderr.write(`hartbeat: ${path}: ${why}, after ${kernel.state.executed.toLocaleString('en-US')} instructions\n`)
  return EXIT.limit
}

export function addReplayCommand(cli: Command, done: (status: number) => void): void {
  cli
    .command('replay <file>')
    .description('run a recording (run --record FILE) again, to the bit')
    .option('--stat', 'counts as perf stat prints them, to standard error')
    .option('--json', 'with --stat: JSON')
    .action((path: string, flags: ReplayFlags) => done(replay(path, flags)))
}
