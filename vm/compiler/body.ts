// The blocks of a region, written in their shape: nested blocks and loops, with the instructions' code filled in.
import { NOTHING_SEEN, type Seen } from './emit.ts'
import { addendOf, misses, pageOf as pageOfAddress } from '../emit/index.ts'
import type { Decoded, FField } from '../isa/index.ts'
import { br, brIf, get, i32Const, i64Const, OP, set, TYPE, unsigned, type Code } from '../wasm/bytes.ts'
import { newBytes, reserve, writeCode, writeSigned, type ByteWriter } from './bytes.ts'
import { lastParcel, pageOf, type Block, type Place } from './explore.ts'
import { FILES, type FileName } from './files.ts'
import { createLocals, FIXED } from './locals.ts'
import { pagesOf, type Access, type BlockPages, type Group } from './pages.ts'
import { pointField, type Placing } from './placing.ts'
import { siteOf } from './site.ts'
import type { Loop, Node, Shape } from './shape.ts'
import { charge, type Tally } from './tally.ts'
import { fill, type Filling, type Template } from './template.ts'
import { EXITS, type Exit } from './writer.ts'

type Label = Exit | 'dispatch' | 'look' | 'settle' | 'out' | Node | Loop

const START_BYTES = 4096
const BLOCK: Code = [OP.block, TYPE.empty]
const LOOP: Code = [OP.loop, TYPE.empty]
const IF: Code = [OP.if, TYPE.empty]
const ELSE: Code = [OP.else]
const END: Code = [OP.end]
const { va, base, index, point, label } = FIXED
/** Where the entry point says that it is: its label, and from its address the base. */
const ENTERED: Code = [
  ...[...pointField(get(point), 'label'), ...set(label)],
  ...[...get(va), ...pointField(get(point), 'offset'), OP.i64ExtendI32S, OP.i64Sub, ...set(base)],
]
const SHORT = EXITS.indexOf('short')
const ECALL = EXITS.indexOf('ecall')

export class Body {
  readonly locals = createLocals()
  readonly written: Readonly<Record<FileName, Set<number>>> = { x: new Set(), f: new Set() }
  private readonly w: ByteWriter = newBytes(START_BYTES)
  private readonly shape: Shape
  private readonly placing: Placing
  /** Enclosing labels, outermost first. */
  private readonly context: (Label | null)[] = ['out', 'settle', ...[...EXITS].reverse()]
  private readonly filling: Filling
  private pages: ReadonlyMap<Block, BlockPages> = new Map()
  /**
   * Where nothing is gone through again, registers stay in memory: they are loaded where they are read and stored where they are written. These
   * are in locals since their block, or one that leads only there, began. null: all are, all the time.
   */
  private held: Held | null

  constructor(shape: Shape, placing: Placing) {
    this.shape = shape
    this.placing = placing
    this.filling = { place: {} as Place, site: 0, page: 0, depths: EXITS.map(() => 0), locals: this.locals }
    this.held = [...shape.nodes.values()].some(n => n.loops.length > 0) ? null : NOTHING_HELD
  }

  /** Registers are in locals all the time. */
  get holdsAll(): boolean {
    return this.held === null
  }

  code(): Uint8Array {
    return this.w.bytes.subarray(0, this.w.length)
  }
  write(): void {
    const { root } = this.shape
    const { templates, missesOften } = this.placing
    const accessOf = ({ decoded, ending }: Place): Access | null => {
      if (ending !== 'plain') return null
      const { loads, stores, bytes } = templates.of(decoded, NOTHING_SEEN) as Template
      return stores > 0 ? { kind: 'write', bytes } : loads > 0 ? { kind: 'read', bytes } : null
    }
    this.pages = pagesOf(this.shape, accessOf, place => missesOften(place.at))
    this.context.push('dispatch', 'look')
    this.put([...BLOCK, ...ENTERED, ...LOOP])
    this.inside(root, () => this.within(root))
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
    w.bytes[w.length++] = OP.i64Const
    writeSigned(w, site)
    this.put([...set(FIXED.site), ...br(this.context.length - 2 - EXITS.length + exit + nest)])
  }

  private tree(node: Node): void {
    this.looped(node, node.loops)
  }
  private looped(node: Node, [loop, ...inner]: readonly Loop[]): void {
    if (loop === undefined) return this.within(node)
    this.before(latestFirst(loop.after), () => {
      this.put(LOOP)
      this.inside(loop, () => this.looped(node, inner))
      this.put(END)
    })
  }
  private within(node: Node): void {
    this.before(latestFirst(node.children.filter(child => child.merge)), () =>
      node.block === null ? this.dispatch() : this.block(node, node.block),
    )
  }
  /** What leads to nodes, and then these. */
  private before([last, ...earlier]: readonly Node[], body: () => void): void {
    if (last === undefined) return body()
    this.put(BLOCK)
    this.inside(last, () => this.before(earlier, body))
    this.put(END)
    this.holdAgain(NOTHING_HELD)
    this.tree(last)
  }
  private dispatch(): void {
    const targets = this.shape.labels.map(node => this.depth(node))
    this.put([...get(label), OP.brTable, ...unsigned(targets.length), ...targets.flatMap(t => unsigned(t)), ...unsigned(targets[0])])
  }

  private block(node: Node, block: Block): void {
    const { at, places, next, target, returns } = block
    const pages = this.pages.get(block) ?? NO_PAGES
    const code = this.templatesOf(places, pages.uses)
    // What is paid for at the block's head.
    const due: Tally = { instructions: places.length, loads: 0, stores: 0 }
    for (const template of code) {
      due.loads += template?.loads ?? 0
      due.stores += template?.stores ?? 0
    }
    this.put([...charge(due), ...IF])
    this.exit(SHORT, siteOf(at, due), 1)
    this.put(END)
    const last = places[places.length - 1]
    const { ending } = last
    const plain = ending === 'plain' ? places : places.slice(0, -1)
    if (pages.groups.length === 0) this.run(plain, code, pages.uses, due)
    else {
      this.put([...BLOCK, ...BLOCK])
      this.inside(null, () => {
        const { held } = this
        this.inside(null, () => {
          for (const group of pages.groups) this.find(group)
          this.run(plain, code, pages.uses, { ...due })
          this.put([...br(1), OP.end])
        })
        // Not all of a group is on one page that is in the TLB: one access after another.
        this.holdAgain(held)
        const uses = new Map([...pages.uses].filter(([, { known }]) => !known))
        this.run(plain, this.templatesOf(places, uses), uses, due)
      })
      this.put(END)
    }
    if (ending === 'plain') return this.go(node, next as number)
    const template = code[code.length - 1]
    if (template === null) return this.exit(ending === 'left' ? SHORT : ECALL, siteOf(last.at, due))
    this.run([last], [template], pages.uses, due)
    if (ending === 'branch') {
      this.fill(template.condition, last, 0)
      return this.branch(node, next as number, target as number)
    }
    if (target !== null) return this.go(node, target)
    for (const to of returns) this.returnTo(node, to)
    this.put(br(this.depth('look')))
  }
  /** Instructions one after another; what is due becomes less after each. */
  private run(places: readonly Place[], code: readonly (Template | null)[], uses: BlockPages['uses'], due: Tally): void {
    places.forEach((place, n) => {
      const { at, decoded } = place
      const template = code[n] as Template
      const site = siteOf(at, due)
      const use = uses.get(at)
      if (use) this.filling.page = this.locals.page(use.origin)
      if (pageOf(lastParcel(place)) !== pageOf(at)) this.acrossPages(place, site)
      for (const f of template.readsX) this.hold('x', decoded.values[f])
      for (const f of template.readsF) this.hold('f', valueOf(decoded, f))
      this.fill(template.code, place, site)
      if (template.writesX) this.wrote('x', decoded.values.rd)
      if (template.writesF) this.wrote('f', decoded.values.rd)
      due.instructions--
      due.loads -= template.loads
      due.stores -= template.stores
    })
  }
  /** null: it is left there. */
  private templatesOf(places: readonly Place[], uses: BlockPages['uses']): (Template | null)[] {
    const { templates, missesOften } = this.placing
    const seen: Seen = { ...NOTHING_SEEN }
    const narrow = new Set<number>()
    return places.map(({ at, decoded, ending }) => {
      if (ending === 'left' || ending === 'ecall') return null
      const use = uses.get(at)
      const { rd, rs1, rs2, imm } = decoded.values
      seen.misses = missesOften(at)
      seen.finding = use === undefined ? 'asks' : !use.known ? 'tries' : imm < 0 ? 'knownBelow' : 'known'
      seen.narrow1 = narrow.has(rs1)
      seen.narrow2 = narrow.has(rs2)
      const template = templates.of(decoded, seen) as Template
      seen.unitIsOn = template.unitIsOn
      seen.unitIsDirty = template.unitIsDirty
      if (template.writesX) narrow[template.narrow ? 'add' : 'delete'](rd)
      return template
    })
  }
  /** Finds the page that all accesses of a group are on, or leaves the block around. */
  private find({ kind, register, first, last, origin, kept }: Group): void {
    const { base: hartBase } = this.placing
    const page = this.locals.page(origin)
    const addend = page + 1
    this.hold('x', register)
    this.put([...get(this.locals.x(register)), ...i64Const(first), OP.i64Add, ...set(va)])
    const ask = (nest: number): Code => [
      ...[...misses(hartBase, kind, 1, FIXED), ...brIf(nest)],
      ...[...addendOf(hartBase, kind, index), ...set(addend)],
    ]
    const end: Code = [...get(va), ...i64Const(last - first), OP.i64Add]
    if (kept) {
      const here = pageOfAddress(get(va))
      this.put([...here, ...get(page), OP.i64Ne, ...IF, ...ask(1), ...here, ...set(page), OP.end])
      if (last > first) this.put([...pageOfAddress(end), ...get(page), OP.i64Ne, ...brIf(0)])
    } else {
      this.put(ask(0))
      if (last > first) this.put([...pageOfAddress([...get(va), ...end, OP.i64Xor]), OP.i64Eqz, OP.i32Eqz, ...brIf(0)])
    }
  }
  /** An instruction that goes on in the next page: that one must be what it was. */
  private acrossPages(place: Place, site: number): void {
    this.setVa(lastParcel(place))
    this.put([...this.otherPage(pageOf(lastParcel(place))), ...IF])
    this.exit(SHORT, site, 1)
    this.put(END)
  }

  /** A return that leads there stays in the region. */
  private returnTo(node: Node, to: number): void {
    this.put(get(va))
    this.address(to)
    this.put([OP.i64Eq, ...IF])
    this.arm(() => this.go(node, to))
    this.put(END)
  }

  /** One of the ways on from here: what it loads is in locals only there. */
  private arm(body: () => void): void {
    const { held } = this
    this.inside(null, body)
    this.holdAgain(held)
  }
  private holdAgain(held: Held | null): void {
    if (this.held !== null) this.held = held
  }
  private hold(file: FileName, n: number): void {
    if (this.held !== null && !(this.held[file] & (1 << n))) this.inLocal(this.held, file, n, FILES[file].load)
  }
  private wrote(file: FileName, n: number): void {
    this.written[file].add(n)
    if (this.held !== null) this.inLocal(this.held, file, n, FILES[file].store)
  }
  private inLocal(held: Held, file: FileName, n: number, code: (base: number, n: number, local: number) => Code): void {
    this.held = { ...held, [file]: held[file] | (1 << n) }
    this.put(code(this.placing.base, n, this.locals[file](n)))
  }

  private branch(node: Node, next: number, target: number): void {
    this.put(IF)
    this.arm(() => this.go(node, target))
    this.put(ELSE)
    this.arm(() => this.go(node, next))
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
      ...[...addendOf(hartBase, 'fetch', index), ...i32Const(slabOf(page)), OP.i32Ne, OP.i32Or],
    ]
  }
  private branchTo(from: Node, to: Node): void {
    if (!from.successors.includes(to)) {
      const number = this.shape.labels.indexOf(to)
      if (number < 0) throw new Error('a region goes to a place that has no label')
      this.put([...i32Const(number), ...set(label), ...br(this.depth(this.shape.root))])
    } else if (to.order <= from.order) this.put(br(this.depth(to.loops.findLast(({ body }) => body.has(from)) as Loop)))
    else if (to.merge) this.put(br(this.depth(to)))
    else this.tree(to)
  }
}

/** Registers, a bit for each. */
type Held = Readonly<Record<FileName, number>>
const NOTHING_HELD: Held = { x: 0, f: 0 }
const valueOf = ({ values }: Decoded, field: FField): number => values[field.slice(1) as 'rs1' | 'rs2' | 'rs3']
const NO_PAGES: BlockPages = { groups: [], uses: new Map() }
const latestFirst = (nodes: readonly Node[]): Node[] => [...nodes].sort((a, b) => b.order - a.order)
