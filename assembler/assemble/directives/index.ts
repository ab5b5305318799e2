// Every directive by name. To add one, add a row to the table of its family.
import { control } from './control.ts'
import { data } from './data.ts'
import { debug } from './debug.ts'
import { frames } from './frames.ts'
import { layout } from './layout.ts'
import { options } from './options.ts'
import { sections } from './sections.ts'
import { symbols } from './symbols.ts'
import type { Directive } from './directive.ts'

export const directives: ReadonlyMap<string, Directive> = new Map(
  [control, data, debug, frames, layout, options, sections, symbols].flatMap(Object.entries),
)
