// Every seeded fault, by the room that it is in.
import type { Fault } from './fault.ts'
import { vmFaults } from './vm.ts'

export const FAULTS: readonly Fault[] = [...vmFaults]
