// The handler that is being emitted: what it is for, and what its meaning has made of it so far.
import type { Depths, Leave, Rounding, Writer } from '../emit/index.ts'
import type { Code } from '../wasm/bytes.ts'
import type { UserCsr } from './user-csrs.ts'

/** Where a handler can leave to; the module builder knows how deep each lies. */
export type Label = Leave | 'next' | 'dispatch' | 'fuel' | 'ecall' | 'jumpMiss' | 'region' | 'hot'
export type HandlerDepths = Depths<Label>
export type HandlerWriter = Writer<Label>

/** What a handler is built for: decode picks the one that fits the instruction. */
export interface Flavour {
  length: 2 | 4
  /** pc-relative target lies in the same page, so its immediate is a distance between entries. */
  near: boolean
  rounding: Rounding
  /** The register that an instruction of Zicsr names, and whether its source is x0 or 0: nothing is written then. */
  csr?: UserCsr
  zeroSource?: boolean
  /** The machine's instructions begin at multiples of four: jumps look where they go. */
  longOnly?: boolean
}

export interface Handler {
  flavour: Flavour
  /** True once the meaning went somewhere itself. */
  jumped: boolean
  /** True once it asked how to round. */
  rounds: boolean
  /** A near branch's condition, and where its code began. */
  branch: { condition: Code; at: number } | null
}
