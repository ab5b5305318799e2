// All page tables of an address space as a tree. Leaves that continue each other, in address, flags and frames, are one line.
import { leafSize, PAGE_SIZE, PTE_SIZE, pteFlagsText, frameAddress } from '../../vm/index.ts'
import { frameOf, PTE_HUGE, type Kernel } from '../../kernel/index.ts'
import { asidOf, mmOf, taskOf } from './ask.ts'
import { view } from './define.ts'
import { hex } from '../hex.ts'
import { digits, ADDRESS_DIGITS, fit, plural, sizeText } from './layout.ts'

/** Leaves side by side with equal flags, whose frames follow each other (`step` 1, of huge pages 512) or are all the same one (0). */
export interface LeafRun {
  kind: 'leaves'
  va: number
  index: number
  count: number
  /** 0, or 1 for huge pages. */
  level: number
  flags: string
  frame: number
  step: number
  /** How many hold a frame of these: the least and the most of it. */
  references: { least: number; most: number }
}

export interface TableNode {
  kind: 'table'
  level: number
  va: number
  /** Place in the table above, -1 for the root. */
  index: number
  frame: number
  /** How many of its entries are in use. */
  entries: number
  below: (TableNode | LeafRun)[]
}

export interface TablesData {
  pid: number
  /** null: none in this generation of ASIDs. */
  asid: number | null
  tables: number
  root: TableNode
}

const ROOT_LEVEL = 3
const FRAME_WORDS = PAGE_SIZE / 4
const ENTRIES = PAGE_SIZE / PTE_SIZE
const HUGE_STEP = 512

export const tablesView = view<TablesData>({
  name: 'pagetables',
  doc: 'All page tables of a task as a tree, runs of leaves as one.',
  arguments: ['pid'],

  data(k, args) {
    const task = taskOf(k, args)
    const mm = mmOf(task)
    return { pid: task.pid, asid: asidOf(k, mm), tables: mm.tablePages, root: tableNode(k, mm.root, ROOT_LEVEL, 0, -1) }
  },

  text({ pid, asid, tables, root }, width) {
    const lines = [`pid ${pid}, ASID ${asid ?? 'none'}: ${plural(tables, 'table')}`]
    const show = (node: TableNode | LeafRun, indent: string): void => {
      if (node.kind === 'leaves') return void lines.push(indent + runText(node))
      const place = node.index < 0 ? 'root' : `[${node.index}]`
      lines.push(
        `${indent}${place} level ${node.level} table in frame ${node.frame} (${hex(frameAddress(node.frame))}), ${plural(node.entries, 'entry', 'entries')}`,
      )
      for (const below of node.below) show(below, `${indent}  `)
    }
    show(root, '')
    return lines.map(line => fit(line, width))
  },
})

function runText({ va, index, count, level, flags, frame, step }: LeafRun): string {
  const size = count * leafSize(level)
  const places = count === 1 ? `[${index}]` : `[${index}-${index + count - 1}]`
  const frames = count === 1 || step === 0 ? `frame ${frame}` : `frames ${frame}-${frame + step * count - 1}`
  const kind = level === 0 ? '' : ' huge'
  return `${places} ${digits(va, ADDRESS_DIGITS)}-${digits(va + size, ADDRESS_DIGITS)} ${flags} ${sizeText(size)}${kind} ${frames}`
}

function tableNode(k: Kernel, table: number, level: number, base: number, index: number): TableNode {
  const below: TableNode['below'] = []
  let entries = 0
  for (let i = 0; i < ENTRIES; i++) {
    const entry = k.machine.ram32[table * FRAME_WORDS + i * 2]
    if (entry === 0) continue
    entries++
    const va = base + i * leafSize(level)
    const frame = frameOf(entry)
    if (level > 0 && !(entry & PTE_HUGE)) {
      below.push(tableNode(k, frame, level - 1, va, i))
      continue
    }
    const held = k.state.frames.count[frame] ?? 0
    const references = { least: held, most: held }
    addLeaf(below, { kind: 'leaves', va, index: i, count: 1, level, flags: pteFlagsText(entry), frame, step: 0, references })
  }
  return { kind: 'table', level, va: base, index, frame: table, entries, below }
}

/** Adds a leaf to the run that ends before it, where it continues that. */
function addLeaf(below: TableNode['below'], leaf: LeafRun): void {
  const run = below.at(-1)
  const next = leaf.level === 0 ? 1 : HUGE_STEP
  if (run?.kind === 'leaves' && run.index + run.count === leaf.index && run.flags === leaf.flags) {
    const step = run.count > 1 ? run.step : leaf.frame === run.frame ? 0 : next
    if (leaf.frame === run.frame + step * run.count) {
      run.step = step
      run.count++
      run.references.least = Math.min(run.references.least, leaf.references.least)
      run.references.most = Math.max(run.references.most, leaf.references.most)
      return
    }
  }
  below.push(leaf)
}
