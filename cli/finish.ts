// What happens when the machine stops: checks, statistics, and the exit status.
import { writeFileSync } from 'node:fs'
import { checkInvariants, shellStatus, signalName, zombies, type Kernel } from '../kernel/index.ts'
import { statistics } from '../library/index.ts'
import type { Outcome } from './drive.ts'
import { CommandError, EXIT } from './errors.ts'
import type { MachineFlags } from './options.ts'
import { statText } from './stat.ts'

/** As a shell has it: 128 + signal. */
const SIGNAL_STATUS = 128

/** The signal that stopped a process, where one is; else 0. */
const stopOf = ({ state }: Kernel): number => [...state.groups.values()].find(group => group.stopSignal !== 0)?.stopSignal ?? 0

/** Exit status of a finished run: the guest's own, 128 + signal, or the signal that stopped it for good, or 124 when the limit ended it. */
export function finish(k: Kernel, outcome: Outcome, flags: MachineFlags, command: string): number {
  if (flags.statFile) writeFileSync(flags.statFile, JSON.stringify(statistics(k), null, 2) + '\n')
  if (flags.stat) process.stderr.write(flags.json ? JSON.stringify(statistics(k)) + '\n' : statText(k, command))
  if (flags.check) {
    const left =
      outcome.kind === 'halted'
        ? zombies(k)
            .filter(g => g !== k.state.main?.group)
            .map(g => `process ${g.tgid} (${g.leader.comm}) is still a zombie`)
        : []
    const problems = [...checkInvariants(k), ...left]
    for (const p of problems) process.stderr.write(`hartbeat: check: ${p}\n`)
    if (problems.length) throw new CommandError(EXIT.ours, `${problems.length} check${problems.length === 1 ? '' : 's'} failed`)
    process.stderr.write('hartbeat: check: invariants hold, no zombie is left\n')
  }
  if (outcome.kind === 'halted') return shellStatus(outcome.status)
  const stop = outcome.kind === 'stuck' ? stopOf(k) : 0
  if (stop !== 0) {
    process.stderr.write(`hartbeat: ${command} is stopped (${signalName(stop)}), and there is nobody to continue it\n`)
    return SIGNAL_STATUS + stop
  }
  if (outcome.kind === 'stuck') throw new CommandError(EXIT.ours, 'every task sleeps and nothing can wake one')
  process.stderr.write('hartbeat: the limit was reached\n')
  return EXIT.limit
}
