// Control flow in WebAssembly's terms: every block becomes a node of the dominator tree, and from that tree come the nested blocks and loops
// (Ramsey, "Beyond Relooper", ICFP 2022). A dispatch node stands before all entries. What no nesting expresses, a jump into the middle
// of a loop, goes through it too. What a loop goes on to stands behind it, not in it: a host keeps what the text of a loop writes in
// registers of its own.
import { successors, type Block } from './explore.ts'

export interface Node {
  /** null: the dispatch node. */
  readonly block: Block | null
  /** Nodes that it goes to directly. */
  successors: Node[]
  /** In reverse postorder; -1 while unknown. */
  order: number
  idom: Node | null
  /** What stands in its own place in the tree: all that it dominates directly but what stands behind a loop. */
  readonly children: Node[]
  /** The loops that it heads, outermost first. */
  loops: Loop[]
  /** More than one earlier node goes to it: its code stands behind a block that they leave. */
  merge: boolean
}

/** Nodes that are gone through again and again. */
export interface Loop {
  readonly head: Node
  readonly body: ReadonlySet<Node>
  /** What a node of it dominates and does not lie in it, nor in what is around that: it stands behind the loop. */
  readonly after: Node[]
}

export interface Shape {
  readonly root: Node
  readonly nodes: ReadonlyMap<number, Node>
  /** What the dispatch node leads to, by label. */
  readonly labels: readonly Node[]
}

const fresh = (block: Block | null): Node => ({ block, successors: [], order: -1, idom: null, children: [], loops: [], merge: false })

export function shapeOf(blocks: ReadonlyMap<number, Block>, entries: readonly number[]): Shape {
  const dispatched = new Set(entries)
  // Each round finds all irreducible edges of one order; those become the dispatch node's, which can uncover no more than there are edges.
  for (;;) {
    const { shape, irreducible } = attempt(blocks, dispatched)
    if (irreducible.length === 0) return shape
    for (const at of irreducible) dispatched.add(at)
  }
}

function attempt(blocks: ReadonlyMap<number, Block>, dispatched: ReadonlySet<number>): { shape: Shape; irreducible: number[] } {
  const root = fresh(null)
  const nodes = new Map([...blocks].map(([at, block]) => [at, fresh(block)]))
  const nodeAt = (at: number): Node => nodes.get(at) as Node
  for (const [at, node] of nodes) node.successors = successors(blocks, blocks.get(at) as Block).map(nodeAt)
  root.successors = [...dispatched].map(nodeAt)
  const order = reversePostorder(root)
  const before = predecessors(order)
  dominators(root, order, before)
  const irreducible: number[] = []
  for (const node of order) {
    if (node === root) continue
    for (const to of node.successors) if (to.order <= node.order && !dominates(to, node)) irreducible.push((to.block as Block).at)
  }
  // Edges that the dispatch node takes over are edges of its own already: a second look finds them gone.
  for (const node of order) {
    if (node !== root) node.successors = node.successors.filter(to => to.order > node.order || dominates(to, node))
  }
  for (const node of order) {
    if (node === root) continue
    const earlier = (before.get(node) ?? []).filter(p => p.order < node.order)
    node.loops = loopsOf(node, before)
    node.merge = earlier.length > 1 || node.idom === root
  }
  place(order)
  const unseen = irreducible.filter(at => !dispatched.has(at))
  return { shape: { root, nodes, labels: root.successors }, irreducible: unseen }
}

/** The loops that a node heads. One that goes back to itself is a loop of its own, if others go back to it, too. */
function loopsOf(head: Node, before: ReadonlyMap<Node, readonly Node[]>): Loop[] {
  const back = (before.get(head) ?? []).filter(p => p.order >= head.order && dominates(head, p))
  const others = back.filter(p => p !== head)
  const loop = (ends: readonly Node[]): Loop => ({ head, body: bodyOf(head, ends, before), after: [] })
  return [...(others.length > 0 ? [loop(others)] : []), ...(back.length > others.length ? [loop([])] : [])]
}
function bodyOf(head: Node, ends: readonly Node[], before: ReadonlyMap<Node, readonly Node[]>): Set<Node> {
  const body = new Set([head])
  const work = [...ends]
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (body.has(node)) continue
    body.add(node)
    for (const p of before.get(node) ?? []) if (dominates(head, p)) work.push(p)
  }
  return body
}

/** Where nodes stand: in the place of what dominates them, or behind the outermost loop around that which they are no part of. */
function place(order: readonly Node[]): void {
  const around = new Map<Node, readonly Loop[]>()
  for (const node of order) {
    const { idom } = node
    const outer = idom === null || idom === node ? [] : (around.get(idom) as readonly Loop[])
    const left = outer.find(({ body }) => !body.has(node))
    around.set(node, [...outer.filter(({ body }) => body.has(node)), ...node.loops])
    if (idom === null || idom === node) continue
    if (left) node.merge = true
    ;(left ? left.after : idom.children).push(node)
  }
}

function reversePostorder(root: Node): Node[] {
  const done: Node[] = []
  const stack: [Node, number][] = [[root, 0]]
  const seen = new Set([root])
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    const next = top[0].successors[top[1]++]
    if (next === undefined) {
      done.push(top[0])
      stack.pop()
    } else if (!seen.has(next)) {
      seen.add(next)
      stack.push([next, 0])
    }
  }
  done.reverse()
  done.forEach((node, n) => (node.order = n))
  return done
}

function predecessors(order: readonly Node[]): Map<Node, Node[]> {
  const before = new Map<Node, Node[]>()
  for (const node of order) {
    for (const to of node.successors) {
      const known = before.get(to)
      if (known) known.push(node)
      else before.set(to, [node])
    }
  }
  return before
}

/** Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm". */
function dominators(root: Node, order: readonly Node[], before: ReadonlyMap<Node, readonly Node[]>): void {
  root.idom = root
  const meet = (a: Node, b: Node): Node => {
    while (a !== b) {
      while (a.order > b.order) a = a.idom as Node
      while (b.order > a.order) b = b.idom as Node
    }
    return a
  }
  for (let changed = true; changed;) {
    changed = false
    for (const node of order) {
      if (node === root) continue
      let idom: Node | null = null
      for (const p of before.get(node) ?? []) if (p.idom !== null) idom = idom === null ? p : meet(p, idom)
      if (node.idom === idom) continue
      node.idom = idom
      changed = true
    }
  }
}

function dominates(a: Node, b: Node): boolean {
  while (b.order > a.order) b = b.idom as Node
  return a === b
}
