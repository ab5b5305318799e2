// The blocks of a region, written in their shape: nested blocks and loops, with the instructions' code filled in.
import { misses } from '../emit/index.ts'
import * as L from '../layout.ts'
import { br, brIf, get, i32Const, mem, OP, set, TYPE, unsigned, type Code } from '../wasm/bytes.ts'
import { newBytes, reserve, writeCode, writeSigned, type ByteWriter } from './bytes.ts'
import { lastParcel, pageOf, type Block, type Place } from './explore.ts'
import { createLocals, FIXED } from './locals.ts'
import { pointField, type Placing } from './placing.ts'
import { siteOf } from './site.ts'
import type { Node, Shape } from './shape.ts'
import { fill, type Filling, type Template } from './template.ts'
import { EXITS, type Exit } from './writer.ts'

type Label = Exit | 'dispatch' | 'look' | 'settle' | 'out' | Node

const START_BYTES = 4096
const BLOCK: Code = [OP.block, TYPE.empty]
const LOOP: Code = [OP.loop, TYPE.empty]
const IF: Code = [OP.if, TYPE.empty]
const ELSE: Code = [OP.else]
const END: Code = [OP.end]
const { fuel, loads, stores, va, base, index, point, label } = FIXED
/** Where the entry point says that it is: its label, and from its address the base. */
const ENTERED: Code = [
  ...[...pointField(get(point), 'label'), ...set(label)],
  ...[...get(va), ...pointField(get(point), 'offset'), OP.i64ExtendI32U, OP.i64Sub, ...set(base)],
]
const SHORT = EXITS.indexOf('short')
const ECALL = EXITS.indexOf('ecall')

export class Body {
  readonly locals = createLocals()
  readonly writtenX = new Set<number>()
  readonly writtenF = new Set<number>()
  private readonly w: ByteWriter = newBytes(START_BYTES)
  private readonly shape: Shape
  private readonly placing: Placing
  /** Enclosing labels, outermost first. */
  private readonly context: (Label | null)[] = ['out', 'settle', ...[...EXITS].reverse()]
  private readonly filling: Filling

  constructor(shape: Shape, placing: Placing) {
    this.shape = shape
    this.placing = placing
    this.filling = { place: {} as Place, site: 0, depths: EXITS.map(() => 0), locals: this.locals }
  }

  code(): Uint8Array {
    return this.w.bytes.subarray(0, this.w.length)
  }
  write(): void {
    const { root } = this.shape
    this.context.push('dispatch', 'look')
    this.put([...BLOCK, ...ENTERED, ...LOOP])
    this.inside(root, () => this.within(root, mergesOf(root)))
    this.put([OP.end, OP.unreachable, OP.end])
  }

  private put(code: Code): void {
    writeCode(this.w, code)
  }
  private depth(to: Label): number {
    const at = this.context.lastIndexOf(to)
    if (at < 0) throw new Error('a region goes to where nothing stands around')
    return this.context.length - 1 - at
  }
  private inside(what: Label | null, body: () => void): void {
    this.context.push(what)
    body()
    this.context.pop()
  }
  /** Code with holes, of an instruction that is left at a site. */
  private fill(code: Code, place: Place, site: number): void {
    const { filling, context } = this
    filling.place = place
    filling.site = site
    // The exits are the outermost labels but two, in reverse.
    for (let n = 0; n < EXITS.length; n++) filling.depths[n] = context.length - 2 - EXITS.length + n
    fill(this.w, code, filling)
  }
  private exit(exit: number, site: number, nest = 0): void {
    const { w } = this
    reserve(w, 32)
    w.bytes[w.length++] = OP.i32Const
    writeSigned(w, site)
    this.put([...set(FIXED.site), ...br(this.context.length - 2 - EXITS.length + exit + nest)])
  }

  private tree(node: Node): void {
    if (!node.loop) return this.within(node, mergesOf(node))
    this.put(LOOP)
    this.inside(node, () => this.within(node, mergesOf(node)))
    this.put(END)
  }
  private within(node: Node, merges: readonly Node[]): void {
    const [first, ...rest] = merges
    if (first !== undefined) {
      this.put(BLOCK)
      this.inside(first, () => this.within(node, rest))
      this.put(END)
      this.tree(first)
    } else if (node.block === null) this.dispatch()
    else this.block(node, node.block)
  }
  private dispatch(): void {
    const targets = this.shape.labels.map(node => this.depth(node))
    this.put([...get(label), OP.brTable, ...unsigned(targets.length), ...targets.flatMap(t => unsigned(t)), ...unsigned(targets[0])])
  }

  private block(node: Node, { at, places, next, target, returns }: Block): void {
    const { templates, missesOften } = this.placing
    const count = places.length
    this.put([...get(fuel), ...i32Const(count), OP.i32Sub, ...set(fuel), ...get(fuel), OP.i32Const, 0, OP.i32LtS, ...IF])
    this.exit(SHORT, siteOf(at, count, 0, 0), 1)
    this.put(END)
    let unitIsOn = false
    const done = { loads: 0, stores: 0 }
    for (let n = 0; n < count; n++) {
      const place = places[n]
      const { decoded, ending } = place
      const site = siteOf(place.at, count - n, done.loads, done.stores)
      if (ending === 'left' || ending === 'ecall') return this.exit(ending === 'left' ? SHORT : ECALL, site)
      const template = templates.of(decoded, unitIsOn, missesOften(place.at)) as Template
      if (template.writesX) this.writtenX.add(decoded.values.rd)
      if (template.writesF) this.writtenF.add(decoded.values.rd)
      if (pageOf(lastParcel(place)) !== pageOf(place.at)) this.acrossPages(place, site)
      if (ending !== 'plain') this.settle(done.loads, done.stores)
      this.fill(template.code, place, site)
      unitIsOn = template.unitIsOn
      done.loads += template.loads
      done.stores += template.stores
      if (ending === 'branch') {
        this.fill(template.condition, place, site)
        return this.branch(node, next, target)
      }
      if (ending === 'goto') return this.go(node, target)
      if (ending === 'jump') {
        for (const to of returns) this.returnTo(node, to)
        return this.put(br(this.depth('look')))
      }
    }
    this.settle(done.loads, done.stores)
    this.go(node, next)
  }
  /** An instruction that goes on in the next page: that one must be what it was. */
  private acrossPages(place: Place, site: number): void {
    this.setVa(lastParcel(place))
    this.put([...this.otherPage(pageOf(lastParcel(place))), ...IF])
    this.exit(SHORT, site, 1)
    this.put(END)
  }
  private settle(loadCount: number, storeCount: number): void {
    if (loadCount > 0) this.put([...get(loads), ...i32Const(loadCount), OP.i32Add, ...set(loads)])
    if (storeCount > 0) this.put([...get(stores), ...i32Const(storeCount), OP.i32Add, ...set(stores)])
  }

  /** A return that leads there stays in the region; it does not leave its page, so nothing needs to be looked up. */
  private returnTo(node: Node, to: number): void {
    this.put(get(va))
    this.address(to)
    this.put([OP.i64Eq, ...IF])
    this.inside(null, () => this.go(node, to))
    this.put(END)
  }

  private branch(node: Node, next: number, target: number): void {
    this.put(IF)
    this.inside(null, () => this.go(node, target))
    this.put(ELSE)
    this.inside(null, () => this.go(node, next))
    this.put(END)
  }

  /** On to another place: inside the region if it stands there, and its page is what it was. */
  private go(from: Node, at: number): void {
    const to = this.shape.nodes.get(at)
    if (to === undefined) {
      this.setVa(at)
      this.put(br(this.depth('look')))
      return
    }
    if (pageOf((from.block as Block).at) !== pageOf(at)) {
      // Another page: its translation must be in the TLB, and lead to the code that this was made of.
      this.setVa(at)
      this.put([...this.otherPage(pageOf(at)), ...brIf(this.depth('look'))])
    }
    this.branchTo(from, to)
  }
  /** An address of the region. */
  private address(at: number): void {
    const { w } = this
    this.put([...get(base), OP.i64Const])
    reserve(w, 16)
    writeSigned(w, at)
    this.put([OP.i64Add])
  }
  private setVa(at: number): void {
    this.address(at)
    this.put(set(va))
  }
  private otherPage(page: number): Code {
    const { base: hartBase, slabOf } = this.placing
    return [
      ...misses(hartBase, 'fetch', 1, FIXED),
      ...[...get(index), ...mem(OP.i32Load, hartBase + L.HART.tlbFetch + L.TLB_ENTRY.addend)],
      ...[...i32Const(slabOf(page)), OP.i32Ne, OP.i32Or],
    ]
  }
  private branchTo(from: Node, to: Node): void {
    if (!from.successors.includes(to)) {
      const number = this.shape.labels.indexOf(to)
      if (number < 0) throw new Error('a region goes to a place that has no label')
      this.put([...i32Const(number), ...set(label), ...br(this.depth(this.shape.root))])
    } else if (to.order <= from.order || to.merge) this.put(br(this.depth(to)))
    else this.tree(to)
  }
}

const mergesOf = (node: Node): Node[] => node.children.filter(child => child.merge).sort((a, b) => b.order - a.order)
