// What a directive is: each family's table maps names to these.
import type { Cursor } from '../cursor.ts'
import type { Assembly } from '../state.ts'

/** Reads its operands at the cursor and acts; what it leaves unread is junk. */
export type Directive = (asm: Assembly, c: Cursor, name: string) => void
