// Every directive by name. To add one, add a row to the table of its family.
import type { Cursor } from '../cursor.ts'
import type { Assembly } from '../state.ts'
import { control } from './control.ts'
import { data } from './data.ts'
import { debug } from './debug.ts'
import { layout } from './layout.ts'
import { options } from './options.ts'
import { sections } from './sections.ts'
import { symbols } from './symbols.ts'

/** Reads its operands at the cursor and acts; what it leaves unread is junk. */
export type Directive = (asm: Assembly, c: Cursor, name: string) => void

export const directives: ReadonlyMap<string, Directive> = new Map(
  [control, data, debug, layout, options, sections, symbols].flatMap(Object.entries),
)
