// Pseudo-instructions that need a symbol's address or a 64-bit value: li, la and its kin, call, tail, loads and stores by name.
import { fByName, loadImmediate, REG, rowNamed, xByName, type Row } from '../../vm/isa/index.ts'
import { R_RISCV } from '../../kernel/abi/index.ts'
import { emitPlain, emitRelocated, emitWord, fixup } from './emit.ts'
import { symbolExpr } from './expression.ts'
import { symbolOperand, tprelAdd, type Mismatch, type Operand } from './operands.ts'
import { addSlack, mapAs } from './sections.ts'
import { madeUpLabel } from './symbols.ts'
import { constantOf } from './value.ts'
import type { Assembly, Expr } from './state.ts'

type Form = (asm: Assembly, operands: readonly Operand[]) => Mismatch | 'done' | null

function row(name: string): Row {
  const found = rowNamed(name)
  if (!found) throw new Error(`no instruction ${name}`)
  return found
}
const AUIPC = row('auipc')
const ADDI = row('addi')
const JALR = row('jalr')
const ADD = row('add')

const li: Form = (asm, operands) => {
  if (operands.length !== 2) return null
  const rd = xByName.get(operands[0].text)
  if (rd === undefined) return { operand: operands[0], reason: null }
  const value = symbolOperand(asm, operands[1])
  const known = value === null ? null : constantOf(value)
  if (known === null)
    return { operand: operands[1], reason: value === null ? null : 'the value must be known here; for an address use `la`' }
  emitImmediate(asm, rd, known)
  return 'done'
}

function emitImmediate(asm: Assembly, rd: number, value: bigint): void {
  for (const step of loadImmediate(rd, value)) emitPlain(asm, row(step.name), step.values)
}

/** auipc `base`, high part; then `second` with the low part, found through the label of the auipc. */
function emitPair(asm: Assembly, high: number, symbol: Expr, base: number, second: Row, values: readonly number[], low: number): void {
  mapAs(asm, 'code')
  const label = madeUpLabel(asm)
  emitRelocated(asm, AUIPC, [base, 0], high, symbol)
  emitRelocated(asm, second, values, low, symbolExpr(label))
}

const address =
  (high: number, viaTable: boolean): Form =>
  (asm, operands) => {
    if (operands.length !== 2) return null
    const rd = xByName.get(operands[0].text)
    if (rd === undefined) return { operand: operands[0], reason: null }
    const symbol = symbolOperand(asm, operands[1])
    if (symbol === null) return { operand: operands[1], reason: null }
    const known = constantOf(symbol)
    if (known !== null) emitImmediate(asm, rd, known)
    else emitPair(asm, high, symbol, rd, viaTable ? row('ld') : ADDI, viaTable ? [rd, 0, rd] : [rd, rd, 0], R_RISCV.PCREL_LO12_I)
    return 'done'
  }

const direct = address(R_RISCV.PCREL_HI20, false)
const viaGot = address(R_RISCV.GOT_HI20, true)

/** auipc `via` and jalr `link`, as one relocation; never compressed. */
function emitCall(asm: Assembly, symbol: Expr, via: number, link: number): void {
  const { flags } = asm
  mapAs(asm, 'code')
  const relax = fixup(asm, R_RISCV.CALL_PLT, symbol)
  asm.flags = { ...flags, rvc: false }
  emitPlain(asm, AUIPC, [via, 0])
  emitPlain(asm, JALR, [link, 0, via])
  asm.flags = flags
  if (relax) addSlack(asm)
}

/** `call f`; `call rd, f`, which goes through t1; `tail f`. */
const call =
  (via: number, link: number, withRegister: boolean): Form =>
  (asm, operands) => {
    const own = operands.length === 2 && withRegister
    if (!own && operands.length !== 1) return null
    const rd = own ? xByName.get(operands[0].text) : undefined
    if (own && rd === undefined) return { operand: operands[0], reason: null }
    const last = operands[operands.length - 1]
    const symbol = symbolOperand(asm, last)
    if (symbol === null) return { operand: last, reason: null }
    emitCall(asm, symbol, rd === undefined ? via : REG.t1, rd ?? link)
    return 'done'
  }

/** `jump f, t0` */
const jump: Form = (asm, operands) => {
  if (operands.length !== 2) return null
  const via = xByName.get(operands[1].text)
  const symbol = symbolOperand(asm, operands[0])
  if (via === undefined || symbol === null) return { operand: operands[via === undefined ? 1 : 0], reason: null }
  emitCall(asm, symbol, via, 0)
  return 'done'
}

/** `ld a0, symbol`, `sw a0, symbol, t0`, `fld fa0, symbol, t0`: the address goes through `rd` or the scratch register. */
const access =
  (name: string, float: boolean, store: boolean): Form =>
  (asm, operands) => {
    const scratch = float || store
    if (operands.length !== (scratch ? 3 : 2)) return null
    const value = (float ? fByName : xByName).get(operands[0].text)
    if (value === undefined) return { operand: operands[0], reason: null }
    const base = scratch ? xByName.get(operands[2].text) : value
    if (base === undefined) return { operand: operands[2], reason: null }
    const symbol = symbolOperand(asm, operands[1])
    if (symbol === null || constantOf(symbol) !== null) return { operand: operands[1], reason: null }
    emitPair(asm, R_RISCV.PCREL_HI20, symbol, base, row(name), [value, 0, base], store ? R_RISCV.PCREL_LO12_S : R_RISCV.PCREL_LO12_I)
    return 'done'
  }

/** `add rd, rs1, tp, %tprel_add(symbol)`: marks the addition of a thread-local access for the linker. */
const add: Form = (asm, operands) => {
  if (operands.length !== 4) return null
  const registers = operands.slice(0, 3).map(o => xByName.get(o.text))
  const symbol = tprelAdd(asm, operands[3])
  if (symbol === null) return { operand: operands[3], reason: null }
  const bad = registers.indexOf(undefined)
  if (bad >= 0) return { operand: operands[bad], reason: null }
  emitRelocated(
    asm,
    ADD,
    registers.map(r => r ?? 0),
    R_RISCV.TPREL_ADD,
    symbol,
  )
  return 'done'
}

/** The halfword of zeros, illegal by definition; without compressed code, a write to a read-only CSR. */
const unimp: Form = (asm, operands) => {
  if (operands.length !== 0 || !asm.flags.rvc) return null
  emitWord(asm, 0, 2)
  return 'done'
}

const LOADS = ['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld']
const STORES = ['sb', 'sh', 'sw', 'sd']

export const symbolForms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['li', li],
  ['la', (asm, operands) => (asm.flags.pic ? viaGot : direct)(asm, operands)],
  ['lla', direct],
  ['lga', viaGot],
  ['la.tls.ie', address(R_RISCV.TLS_GOT_HI20, true)],
  ['la.tls.gd', address(R_RISCV.TLS_GD_HI20, false)],
  ['call', call(REG.ra, REG.ra, true)],
  ['tail', call(REG.t1, 0, false)],
  ['jump', jump],
  ['add', add],
  ['unimp', unimp],
  ['c.unimp', unimp],
  ...LOADS.map(name => [name, access(name, false, false)] as const),
  ...STORES.map(name => [name, access(name, false, true)] as const),
  ...['flw', 'fld'].map(name => [name, access(name, true, false)] as const),
  ...['fsw', 'fsd'].map(name => [name, access(name, true, true)] as const),
])
