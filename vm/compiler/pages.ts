// Which accesses need not ask their TLB by themselves. Nothing changes it while a region runs, so what was found once stays true until the
// region is left. Accesses of one block off the same register are asked for together: is all between the first and the last byte on one
// page? And in an innermost loop whose addresses stay near each other, the page of the last round is tried first, where there are
// registers left for it.
import type { Block, Place } from './explore.ts'
import type { Loop, Shape } from './shape.ts'
import type { Decoded, Width } from '../isa/index.ts'

export interface Access {
  readonly kind: 'read' | 'write'
  readonly bytes: Width
}
/** Accesses of a block from `first` to `last` (bytes, from what the register holds at the block's head). */
export interface Group {
  readonly kind: Access['kind']
  readonly register: number
  readonly first: number
  readonly last: number
  /** What was found of their page goes by this name; `kept`: it may be there from before. */
  readonly origin: string
  readonly kept: boolean
}
/** `known`: its group was asked for; else the page of `origin` is tried first. */
export interface Use {
  readonly origin: string
  readonly known: boolean
}
export interface BlockPages {
  readonly groups: readonly Group[]
  /** By place. */
  readonly uses: ReadonlyMap<number, Use>
}

/** Registers of a loop, guest's and those of kept pages, that a host has room for. */
const ROOM = 12
/** A pointer that moves on by more than that is soon on another page. */
const STEP_MOST = 255
/** Accesses that are worth a group: its block is written twice. */
const GROUP = 3
/** A table of 2 to the power of that, in bytes, is on few pages. */
const TABLE_BITS = 11
/** Bytes of a group: few pages end in it. */
const SPAN_MOST = 1024

/** A value: `register` as it was at the block's head (-1: not that of any), and `offset`. */
interface Value {
  readonly register: number
  readonly offset: number
  /** There is more to it, less than a page. */
  readonly inexact: boolean
  /** It is less than 2 to the power of that; of any register at the block's head, 64. */
  readonly bits: number
}
interface Found extends Access, Value {
  readonly at: number
}

/** `accessOf`: how an instruction touches memory, off its rs1. `walks`: it may change the TLB. */
export function pagesOf(shape: Shape, accessOf: (place: Place) => Access | null, walks: (place: Place) => boolean): Map<Block, BlockPages> {
  const all = [...shape.nodes.values()].flatMap(({ block }) => (block === null ? [] : [block]))
  const steady = all.filter(block => !block.places.some(walks))
  const found = new Map(steady.map(block => [block, accessesOf(block, accessOf)]))
  const kept = new Map<Block, ReadonlySet<string>>()
  for (const { body } of steady.length === all.length ? innermostLoops(shape) : []) {
    const blocks = [...body].map(n => n.block as Block)
    const origins = keptOrigins(blocks, found)
    for (const block of blocks) kept.set(block, origins)
  }
  return new Map([...found].map(([block, accesses]) => [block, blockPages(block, accesses, kept.get(block))]))
}

const originOf = ({ kind, register }: Found): string => `${kind} x${register}`

function blockPages(block: Block, found: readonly Found[], kept: ReadonlySet<string> | undefined): BlockPages {
  const groups: Group[] = []
  const uses = new Map<number, Use>()
  for (const [origin, accesses] of byOrigin(found)) {
    const { kind, register } = accesses[0]
    const exact = accesses.filter(a => !a.inexact)
    const first = Math.min(...exact.map(a => a.offset))
    const last = Math.max(...exact.map(a => a.offset + a.bytes - 1))
    const isKept = kept?.has(origin) ?? false
    const known = exact.length >= GROUP && last - first < SPAN_MOST
    if (!known && !isKept) continue
    const name = isKept ? origin : `${block.at} ${origin}`
    if (known) groups.push({ kind, register, first, last, origin: name, kept: isKept })
    for (const access of accesses) {
      const asked = known && exact.includes(access)
      if (asked || isKept) uses.set(access.at, { origin: name, known: asked })
    }
  }
  return { groups, uses }
}

function byOrigin(found: readonly Found[]): [string, Found[]][] {
  const known = new Map<string, Found[]>()
  for (const access of found) {
    const origin = originOf(access)
    const same = known.get(origin)
    if (same) same.push(access)
    else known.set(origin, [access])
  }
  return [...known]
}

function accessesOf(block: Block, accessOf: (place: Place) => Access | null): Found[] {
  const values = new Map<number, Value>()
  const valueOf = (register: number): Value => values.get(register) ?? { register, offset: 0, inexact: false, bits: 64 }
  const found: Found[] = []
  for (const place of block.places) {
    const { row, values: fields } = place.decoded
    const access = accessOf(place)
    const from = valueOf(fields.rs1)
    if (access !== null && fields.rs1 !== 0 && from.register >= 0) {
      found.push({ ...access, ...from, at: place.at, offset: from.offset + fields.imm })
    }
    if (row.fields.includes('rd')) values.set(fields.rd, result(row.name, fields, from, valueOf(fields.rs2)))
  }
  return found
}

const UNKNOWN: Value = { register: -1, offset: 0, inexact: false, bits: 64 }
/** What an instruction makes of its operands, as far as it is pointers and indices of small tables. */
function result(name: string, { rs1, rs2, imm }: Decoded['values'], a: Value, b: Value): Value {
  const small = (bits: number): Value => ({ ...UNKNOWN, bits })
  const indexed = (base: Value, bits: number): Value => (bits <= TABLE_BITS ? { ...base, inexact: true, bits: 64 } : UNKNOWN)
  switch (name) {
    case 'addi':
      return rs1 === 0 ? UNKNOWN : { ...a, offset: a.offset + imm, bits: 64 }
    case 'add':
      if (rs1 === 0 || rs2 === 0) return UNKNOWN
      return b.bits <= TABLE_BITS ? indexed(a, b.bits) : indexed(b, a.bits)
    case 'sh1add':
    case 'sh2add':
    case 'sh3add':
      return indexed(b, a.bits + Number(name[2]))
    case 'andi':
      return imm < 0 ? UNKNOWN : small(32 - Math.clz32(imm))
    case 'slli':
      return small(Math.min(64, a.bits + imm))
    case 'srli':
      return small(Math.max(0, a.bits - imm))
    case 'srliw':
      return imm === 0 ? UNKNOWN : small(32 - imm)
    case 'lbu':
      return small(8)
    default:
      return UNKNOWN
  }
}

/** The origins of a loop whose pages are kept. */
function keptOrigins(blocks: readonly Block[], found: ReadonlyMap<Block, readonly Found[]>): Set<string> {
  const moves = movedRegisters(blocks)
  const used = new Set(blocks.flatMap(b => b.places.flatMap(registersOf)))
  const origins = byOrigin(blocks.flatMap(block => found.get(block) ?? []))
  const kept = new Set<string>()
  let room = ROOM - used.size
  for (const [origin, accesses] of origins.sort((a, b) => b[1].length - a[1].length)) {
    const { register } = accesses[0]
    if (room < 2 || (register >= 0 && moves.has(register))) continue
    room -= 2
    kept.add(origin)
  }
  return kept
}

const registersOf = ({ decoded: { row, values } }: Place): number[] =>
  (['rd', 'rs1', 'rs2'] as const).filter(f => row.fields.includes(f) && values[f] !== 0).map(f => values[f])

/** Registers that a loop neither leaves alone nor adds only little to. */
function movedRegisters(blocks: readonly Block[]): Set<number> {
  const moved = new Set<number>()
  for (const { places } of blocks) {
    for (const { decoded } of places) {
      const { row, values } = decoded
      const step = row.name === 'addi' && values.rd === values.rs1 && Math.abs(values.imm) <= STEP_MOST
      if (row.fields.includes('rd') && !step) moved.add(values.rd)
    }
  }
  return moved
}

function innermostLoops({ nodes }: Shape): Loop[] {
  const loops = [...nodes.values()].flatMap(n => n.loops)
  return loops.filter(({ body }) => !loops.some(inner => inner.body.size < body.size && body.has(inner.head)))
}
