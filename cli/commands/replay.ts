// `replay FILE`: a recorded run again, to the bit: its output, its exit status, and with --check that it ended as it did then.
import type { Command } from 'commander'
import { runKernel, shellStatus, type RunResult } from '../../kernel/index.ts'
import { CommandError, EXIT } from '../errors.ts'
import { endProblem, openRecording, RecordingEnds, type Recording } from '../recording.ts'
import { statistics, statText } from '../stat.ts'

interface ReplayFlags {
  stat?: boolean
  json?: boolean
}

/** Up to the end, or to where the recording was cut. null: there. */
function play({ kernel, last, end }: Recording): RunResult | null {
  const limits = end === null ? { maxInstructions: last.executed, untilStep: last.steps } : {}
  try {
    for (;;) {
      const result = runKernel(kernel, limits)
      if (result.kind !== 'paused') return result.kind === 'halted' ? result : null
    }
  } catch (error) {
    if (!(error instanceof RecordingEnds)) throw error
    return null
  }
}

function replay(path: string, flags: ReplayFlags): number {
  const recording = openRecording(path)
  const result = play(recording)
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
