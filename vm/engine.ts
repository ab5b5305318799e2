// An engine makes a hart go. All of them work on the same bytes, so a machine can change engines between two runs.
import type { Hart, Machine, Stop } from './machine.ts'

export interface Engine {
  readonly name: string
  /** Runs at most `fuel` instructions (on a timed machine also: none that begins after `cycles` of them) and fills machine.stop. */
  run(machine: Machine, hart: Hart, fuel: number, cycles?: number): Stop
}
