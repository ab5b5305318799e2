// How faces go by lines. The words of gdb and those of an editor's buttons mean nearly the same; this is where they do not.
import type { LineRules } from './types.ts'

/** As gdb's commands have it. */
export const CONSOLE: LineRules = { withoutLines: 'function', enters: 'first', returns: 'line', hits: true, mostBack: Infinity }

/** As editors expect of their buttons. */
export const EDITOR: LineRules = { withoutLines: 'instruction', enters: 'body', returns: 'amid', hits: false, mostBack: 100 }

/** A protocol that knows lines itself: it asks for instructions only. */
export const PROTOCOL: LineRules = { ...EDITOR, mostBack: 0 }
