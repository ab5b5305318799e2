// Where an instruction's code is collected: pieces in order, values that are bound, and the ways out of it.
import { br, brIf, get, OP, set, type Code } from '../wasm/bytes.ts'

/** Thrown by a word that has no form here: the whole instruction is left to the reference engine. */
export const LEFT_TO_REFERENCE = Symbol('left to the reference engine')
export function leftToReference(): never {
  throw LEFT_TO_REFERENCE
}

/** How values and accesses leave, before the instruction changed anything: a TLB missed, or (slow) the reference engine has to run it. */
export type Leave = 'readMiss' | 'writeMiss' | 'slow'
/** How deep each way out lies, seen from the instruction's top level. */
export type Depths<L extends string> = Readonly<Record<L, number>>

/** `L` names the ways out that the engine has. */
export class Writer<L extends string = Leave> {
  code: Code = []
  private depths: Depths<L> | null = null
  private nest = 0
  private bound = 0
  private readonly done = new Set<string>()
  private readonly firstLet: number
  private readonly lets: number

  /** Values are bound to the `lets` locals from `firstLet` on. */
  constructor(firstLet: number, lets: number) {
    this.firstLet = firstLet
    this.lets = lets
  }

  /** Starts the next instruction. */
  begin(depths: Depths<L>): void {
    this.code = []
    this.depths = depths
    this.nest = 0
    this.bound = 0
    this.done.clear()
  }
  push(...code: Code): void {
    const target = this.code
    for (let n = 0; n < code.length; n++) target.push(code[n])
  }
  let(v: Code): Code {
    if (this.bound === this.lets) throw new Error('a meaning binds more values than the interpreter has locals')
    const local = this.firstLet + this.bound++
    this.push(...v, ...set(local))
    return get(local)
  }
  /** The same for a double. */
  letDouble(v: Code): Code {
    return [...this.let([...v, OP.i64ReinterpretF64]), OP.f64ReinterpretI64]
  }
  /** Gives another value to what `let` answered. */
  assign(bound: Code, v: Code): void {
    this.push(...v, OP.localSet, ...bound.slice(1))
  }
  /** False when this was asked before in this instruction. */
  first(what: string): boolean {
    if (this.done.has(what)) return false
    this.done.add(what)
    return true
  }
  /** Writes what lies one block deeper. */
  nested(body: () => void): void {
    this.nest++
    body()
    this.nest--
  }
  /** Leaves when the condition on the stack holds, or in any case. */
  leaveIf(label: L): void {
    this.push(...brIf(this.depthOf(label)))
  }
  leave(label: L): void {
    this.push(...br(this.depthOf(label)))
  }
  protected depthOf(label: L): number {
    if (this.depths === null) throw new Error(`code that leaves by '${label}' outside an instruction`)
    return this.depths[label] + this.nest
  }
}
