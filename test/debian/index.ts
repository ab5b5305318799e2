// The table of Debian's programs, row by row.
import { MAKING } from './making.ts'
import type { Row } from './row.ts'
import { SERVICES } from './services.ts'
import { SHELLS } from './shells.ts'
import { STRESS } from './stress.ts'
import { PYTHON } from './suites-python.ts'
import { SHELLS as SHELL_SUITES } from './suites-shells.ts'
import { TOOLS } from './tools.ts'

export const ROWS: readonly Row[] = [...TOOLS, ...SHELLS, ...SERVICES, ...MAKING, STRESS, ...SHELL_SUITES, ...PYTHON]
