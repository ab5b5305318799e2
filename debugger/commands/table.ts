// Every command there is.
import { DISPLAY } from './display.ts'
import { MACHINE } from './machine.ts'
import { POINTS } from './points.ts'
import { PRINT } from './print.ts'
import { REVERSE } from './reverse.ts'
import { RUNNING } from './running.ts'
import { SIGNAL_COMMANDS } from './signals.ts'
import { STACK } from './stack.ts'
import { SUPPORT } from './support.ts'
import type { Command } from './types.ts'

export const COMMANDS: readonly Command[] = [
  ...RUNNING,
  ...SIGNAL_COMMANDS,
  ...REVERSE,
  ...POINTS,
  ...STACK,
  ...PRINT,
  ...DISPLAY,
  ...MACHINE,
  ...SUPPORT,
]
