// The registers as gdb numbers them (x0-31, pc, f0-31, then CSRs by their own numbers, and the privilege level), and their description in
// XML, made from the register tables. lldb takes the generic names and DWARF numbers from it.
import { csrs, fNames, REG, vNames, xNames } from '../../vm/index.ts'
import { isVectorCsr } from '../session/index.ts'
import type { GdbView } from './types.ts'

export interface GdbRegister {
  number: number
  name: string
  /** The name by which the session knows it. */
  session: string
  /** As many as the machine's, of a vector register. */
  bits: number
  type: string
  feature: 'cpu' | 'fpu' | 'vector' | 'csr' | 'virtual'
  dwarf: number | null
  generic: string | null
}

const PC = 32
const F0 = 33
const FIRST_CSR = 65
const PRIV = FIRST_CSR + 4096
const V0 = PRIV + 1
const DWARF_F0 = 32
const DWARF_V0 = 96
const DWARF_CSR0 = 4096
const FP_CSRS = new Set(csrs.filter(c => c.holds?.kind === 'fcsr').map(c => c.name))
/** What programs may read in user mode; the rest belongs to the machine. */
const USER_CSRS = new Set(csrs.filter(c => c.enable !== null).map(c => c.name))
const GENERIC: Readonly<Record<string, string>> = { sp: 'sp', fp: 'fp', ra: 'ra', pc: 'pc' }
const POINTERS: Readonly<Record<string, string>> = { ra: 'code_ptr', sp: 'data_ptr', gp: 'data_ptr', tp: 'data_ptr', fp: 'data_ptr' }
const ARGUMENTS = 8

/** gdb calls s0 fp. */
const xName = (n: number): string => (xNames[n] === 's0' ? 'fp' : xNames[n])
const argument = (n: number): string | null => (n >= REG.a0 && n < REG.a0 + ARGUMENTS ? `arg${n - REG.a0 + 1}` : null)

const general = (n: number): GdbRegister => ({
  number: n,
  name: xName(n),
  session: xNames[n],
  bits: 64,
  type: POINTERS[xName(n)] ?? 'int64',
  feature: 'cpu',
  dwarf: n,
  generic: GENERIC[xName(n)] ?? argument(n),
})
const control = ({ name, number }: { name: string; number: number }): GdbRegister => ({
  number: FIRST_CSR + number,
  name,
  session: name,
  bits: FP_CSRS.has(name) ? 32 : 64,
  type: 'int',
  feature: FP_CSRS.has(name) ? 'fpu' : 'csr',
  dwarf: DWARF_CSR0 + number,
  generic: null,
})

const pc: GdbRegister = {
  number: PC,
  name: 'pc',
  session: 'pc',
  bits: 64,
  type: 'code_ptr',
  feature: 'cpu',
  dwarf: null,
  generic: 'pc',
}
const floating = (name: string, n: number): GdbRegister => ({
  number: F0 + n,
  name,
  session: name,
  bits: 64,
  type: 'riscv_double',
  feature: 'fpu',
  dwarf: DWARF_F0 + n,
  generic: null,
})
const priv: GdbRegister = {
  number: PRIV,
  name: 'priv',
  session: 'priv',
  bits: 64,
  type: 'int',
  feature: 'virtual',
  dwarf: null,
  generic: null,
}

const vector = (name: string, n: number, bits: number): GdbRegister => ({
  number: V0 + n,
  name,
  session: name,
  bits,
  type: 'riscv_vector',
  feature: 'vector',
  dwarf: DWARF_V0 + n,
  generic: null,
})

/** In the order of their numbers, as `g` sends the first of them. */
const ALL: readonly GdbRegister[] = [
  ...xNames.map((_, n) => general(n)),
  pc,
  ...fNames.map(floating),
  ...csrs.map(control).sort((a, b) => a.number - b.number),
  priv,
]
export const IN_G = PC + 1 + fNames.length

/** The registers of a view; `exists` says which CSRs the machine has, `vlen` how many bits a vector register has (0: there is none). */
export function registersFor(view: GdbView, exists: (name: string) => boolean, vlen: number): GdbRegister[] {
  const those = ALL.filter(r => {
    if (r.feature === 'virtual') return view === 'machine'
    if (r.feature !== 'csr') return true
    if (isVectorCsr(r.name)) return vlen > 0
    return (view === 'machine' || USER_CSRS.has(r.name)) && exists(r.name)
  })
  return vlen === 0 ? those : [...those, ...vNames.map((name, n) => vector(name, n, vlen))]
}

const UNION = '<union id="riscv_double"><field name="float" type="ieee_single"/><field name="double" type="ieee_double"/></union>'

/** A vector register as elements of each width. */
function vectorTypes(bits: number): string {
  const widths = [
    ['b', 'bytes', 'uint8', 8],
    ['s', 'shorts', 'uint16', 16],
    ['w', 'words', 'uint32', 32],
    ['l', 'longs', 'uint64', 64],
    ['q', 'quads', 'uint128', 128],
  ] as const
  const fitting = widths.filter(([, , , width]) => width <= bits)
  const vectors = fitting.map(([, id, type, width]) => `<vector id="${id}" type="${type}" count="${bits / width}"/>`)
  const fields = fitting.map(([name, id]) => `<field name="${name}" type="${id}"/>`)
  return `${vectors.join('')}<union id="riscv_vector">${fields.join('')}</union>`
}

function registerXml({ name, bits, type, number, dwarf, generic }: GdbRegister): string {
  const more = [dwarf === null ? '' : ` dwarf_regnum="${dwarf}"`, generic === null ? '' : ` generic="${generic}"`].join('')
  return `<reg name="${name}" bitsize="${bits}" type="${type}" regnum="${number}"${more}/>`
}

/** The target description. Of processes it says GNU/Linux; of the machine none, or gdb would step without ever entering a handler. */
export function targetXml(view: GdbView, registers: readonly GdbRegister[]): string {
  const features = (['cpu', 'fpu', 'vector', 'csr', 'virtual'] as const).flatMap(feature => {
    const rows = registers.filter(r => r.feature === feature)
    if (rows.length === 0) return []
    const types = feature === 'fpu' ? UNION : feature === 'vector' ? vectorTypes(rows[0].bits) : ''
    return [`<feature name="org.gnu.gdb.riscv.${feature}">${types}${rows.map(registerXml).join('')}</feature>`]
  })
  return (
    '<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target version="1.0"><architecture>riscv:rv64</architecture>' +
    `<osabi>${view === 'machine' ? 'none' : 'GNU/Linux'}</osabi>${features.join('')}</target>`
  )
}
