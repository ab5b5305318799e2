// Where an instruction's code is collected: as any engine's (emit/writer.ts), but with holes (template.ts), and a way out says first where it is.
import { UNIT_IS_DIRTY, UNIT_ON, Writer } from '../emit/index.ts'
import { OP, TYPE, set, type Code } from '../wasm/bytes.ts'
import { doubleHole, exitHole, HOLE, temporaryHole } from './template.ts'

/** Ways out of a region in the middle of a block; what each means is in region.ts. */
export const EXITS = ['short', 'readMiss', 'writeMiss', 'slow', 'ecall'] as const
export type Exit = (typeof EXITS)[number]

const FLAT = Object.fromEntries(EXITS.map(exit => [exit, 0])) as Record<Exit, number>

export class RegionWriter extends Writer<Exit> {
  /** The block has made sure already that the floating-point unit is on. */
  unitIsOn = false
  /** It has said that the unit's registers were written. */
  unitIsDirty = false
  private readonly site: number
  private temporaries = 0
  private doubles = 0

  /** `site`: the local that says where a region is left. */
  constructor(site: number) {
    super(0, 0)
    this.site = site
  }
  start(): void {
    this.begin(FLAT)
    this.temporaries = 0
    this.doubles = 0
  }
  override let(v: Code): Code {
    const hole = temporaryHole(this.temporaries++)
    this.push(...v, OP.localSet, hole)
    return [OP.localGet, hole]
  }
  override letDouble(v: Code): Code {
    const hole = doubleHole(this.doubles++)
    this.push(...v, OP.localSet, hole)
    return [OP.localGet, hole]
  }
  override first(what: string): boolean {
    if (what === UNIT_IS_DIRTY) {
      const first = !this.unitIsDirty
      this.unitIsDirty = true
      return first
    }
    if (what !== UNIT_ON) return super.first(what)
    const first = !this.unitIsOn
    this.unitIsOn = true
    return first
  }
  override leaveIf(label: Exit): void {
    this.push(OP.if, TYPE.empty)
    this.nested(() => this.leave(label))
    this.push(OP.end)
  }
  override leave(label: Exit): void {
    this.push(OP.i64Const, HOLE.site, ...set(this.site), OP.br, exitHole(EXITS.indexOf(label), this.depthOf(label)))
  }
}
