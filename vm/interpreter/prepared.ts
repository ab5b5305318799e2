// The interpreter's loop made beforehand. Making it takes tens of milliseconds, and is a pure function of the instruction set and the number
// of harts: a build can do it once, and whoever makes machines hands the result in.
import { softModules, type SoftModules } from '../emit/index.ts'
import type { Isa } from '../isa/index.ts'
import { hartBase } from '../layout.ts'
import { interpreterModule } from './module.ts'
import { numberOps, type Ops } from './ops.ts'

/** A loop and how its operations are numbered, as plain data. It is for one instruction set and number of harts, and goes unused for others. */
export interface PreparedLoop {
  /** Which: equal for machines that it fits. */
  readonly key: string
  readonly numbers: readonly (readonly [name: string, op: number])[]
  readonly pairs: readonly (readonly [pair: number, op: number])[]
  /** The WebAssembly module's bytes. */
  readonly code: Uint8Array<ArrayBuffer>
  /** The functions that it imports, which are the same for every loop. */
  readonly soft: SoftModules
}

/** The form of a loop that counts no cycles. */
export const PLAIN_LOOP = 'plain'
/** What a loop is made for. */
export const loopKey = (isa: Isa, harts: number, form = PLAIN_LOOP): string => `${harts} ${isa.text} ${form}`

/** Makes the plain (untimed) loop for machines of an instruction set with so many harts. */
export function prepareLoop(isa: Isa, harts = 1): PreparedLoop {
  const ops = numberOps(isa)
  const bases = Array.from({ length: harts }, (_, id) => hartBase(id))
  return {
    key: loopKey(isa, harts),
    numbers: [...ops.number],
    pairs: [...ops.pairs],
    code: interpreterModule(bases, ops),
    soft: softModules(),
  }
}

/** The numbering of a prepared loop, for decoding; there is nothing to emit any more, so the list is empty. */
export const opsOf = ({ numbers, pairs }: PreparedLoop, isa: Isa): Ops => ({
  list: [],
  number: new Map(numbers),
  pairs: new Map(pairs),
  isa,
})
