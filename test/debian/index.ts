// The table of Debian's programs, row by row.
import type { Row } from './row.ts'
import { PYTHON } from './suites-python.ts'
import { SHELLS } from './suites-shells.ts'
import { TOOLS } from './tools.ts'

export const ROWS: readonly Row[] = [...TOOLS, ...SHELLS, ...PYTHON]
