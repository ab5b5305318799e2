// The table of Debian's programs, row by row.
import type { Row } from './row.ts'
import { TOOLS } from './tools.ts'

export const ROWS: readonly Row[] = [...TOOLS]
