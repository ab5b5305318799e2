// The stack of texts being assembled: a file, the files it includes, the macros they call.
import { SourceError } from './cursor.ts'
import type { Statement } from './scan.ts'
import type { Assembly } from './state.ts'

const MAX_DEPTH = 100
/** Statements in one assembly, macro expansions included: beyond it the source is taken to be endless. */
export const MAX_STEPS = 5_000_000

/** Statements to be assembled next, before what follows the current one. */
export function pushInput(asm: Assembly, statements: readonly Statement[], macro: boolean): void {
  const depth = asm.inputs.length
  if (depth >= MAX_DEPTH) {
    // What calls itself once too often may do so many times: nothing good comes after.
    asm.ended = true
    throw new SourceError('macros or includes are nested too deeply')
  }
  asm.inputs.push({ statements, next: 0, conditions: asm.conditions.length, depth, macro })
}
