// Every seeded fault, by the room that it is in.
import { assemblerFaults } from './assembler.ts'
import { benchFaults } from './bench.ts'
import { debuggerFaults } from './debugger.ts'
import type { Fault } from './fault.ts'
import { fileFaults } from './kernel-files.ts'
import { mmFaults } from './kernel-mm.ts'
import { processFaults } from './kernel-process.ts'
import { schedFaults } from './kernel-sched.ts'
import { sharedFaults } from './kernel-shared.ts'
import { vmFaults } from './vm.ts'

export const FAULTS: readonly Fault[] = [
  ...vmFaults,
  ...mmFaults,
  ...processFaults,
  ...schedFaults,
  ...sharedFaults,
  ...fileFaults,
  ...assemblerFaults,
  ...debuggerFaults,
  ...benchFaults,
]
