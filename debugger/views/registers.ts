// Registers of a task, wherever they are: on a hart while it runs, else in its saved frame. Values are hex text: JSON has no 64 bits.
import {
  causeNames,
  csrs,
  fNames,
  PRIVILEGE_M,
  PRIVILEGE_S,
  PRIVILEGE_U,
  readCsr,
  SATP_ASID_SHIFT,
  satpMode,
  WORD_PRIVILEGE,
  vNames,
  vtypeText,
  xNames,
  ASID_MAX,
  SATP_MODE_SV48,
  getFBig,
  getPcBig,
  getXBig,
  type Hart,
  type Machine,
} from '../../vm/index.ts'
import { getFcsr, readVectors, regBig, regF, regPc, usesFp, type VectorRegisters } from '../../kernel/index.ts'
import { bareHart, taskOf } from './ask.ts'
import { view } from './define.ts'
import { hex } from '../hex.ts'
import { fit } from './layout.ts'
import { ViewError, type ViewArguments } from './types.ts'

export interface RegisterData {
  name: string
  /** Hex of its 64 bits. */
  value: string
  /** Different from what the earlier data had. */
  changed: boolean
  /** What the value means, where that can be said. */
  note: string
}

export interface RegistersData {
  /** 0: no task's, but a hart's. */
  pid: number
  comm: string
  /** -1: saved in memory. */
  hart: number
  pc: RegisterData
  x: RegisterData[]
  /** Empty as long as the task has not used floating point. */
  f: RegisterData[]
  fcsr: RegisterData | null
  /** v0 to v31 and what their instructions work on, as long as the machine's registers are; empty as long as the task has not used them. */
  v: RegisterData[]
  privilege: string | null
  /** Of the hart it runs on. */
  csrs: RegisterData[]
}

const PRIVILEGES: Readonly<Record<number, string>> = { [PRIVILEGE_U]: 'user', [PRIVILEGE_S]: 'supervisor', [PRIVILEGE_M]: 'machine' }
/** Those that say something about a program and its traps. */
const SHOWN_CSRS = ['satp', 'sstatus', 'sepc', 'scause', 'stval', 'stimecmp', 'time', 'cycle', 'instret']
const NAN_BOX = 0xffff_ffffn
const COLUMNS = 3
const CHANGED = '*'

export const registersView = view<RegistersData>({
  name: 'registers',
  doc: 'Registers of a task by their ABI names, floating point and CSRs; changes against an earlier answer are marked.',
  arguments: ['pid', 'hart', 'symbol', 'before'],

  data(k, args) {
    const task = taskOf(k, args)
    if (task.state === 'Z') throw new ViewError(`task ${task.pid} (${task.comm}) is dead: it has no registers`)
    const used = usesFp(k, task)
    return registersData(k.machine, args, {
      pid: task.pid,
      comm: task.comm,
      hart: task.onHart,
      pc: BigInt(regPc(k, task)),
      x: xNames.map((_, n) => regBig(k, task, n)),
      f: used ? fNames.map((_, n) => regF(k, task, n)) : [],
      fcsr: used ? getFcsr(k, task) : null,
      v: readVectors(k, task),
    })
  },

  bare(machine, args) {
    const hart = bareHart(machine, args)
    return registersData(machine, args, {
      pid: 0,
      comm: '',
      hart: hart.id,
      pc: getPcBig(hart),
      x: xNames.map((_, n) => getXBig(hart, n)),
      f: fNames.map((_, n) => getFBig(hart, n)),
      fcsr: Number(readCsr(machine, hart, 'fcsr')),
      v: vectorsOf(machine, hart),
    })
  },

  text(d, width) {
    const where = d.hart < 0 ? 'saved, it does not run' : `on hart ${d.hart}, ${d.privilege} mode`
    const noted = ({ name, value, changed, note }: RegisterData): string => `${mark(changed)}${name.padEnd(9)}${value.padEnd(20)}${note}`
    return [
      d.pid === 0 ? where : `pid ${d.pid} (${d.comm}), ${where}`,
      noted(d.pc),
      ...grid(d.x, width),
      ...d.f.map(noted),
      ...(d.fcsr ? [noted(d.fcsr)] : []),
      ...d.v.map(noted),
      ...d.csrs.map(noted),
    ].map(line => fit(line, width))
  },
})

/** Registers as they were read, wherever from. */
interface Read {
  pid: number
  comm: string
  hart: number
  pc: bigint
  x: readonly bigint[]
  f: readonly bigint[]
  fcsr: number | null
  v: VectorRegisters | null
}

function registersData(machine: Machine, args: ViewArguments, { pid, comm, hart, pc, x, f, fcsr, v }: Read): RegistersData {
  const before = valuesOf(args.before as RegistersData | undefined)
  const register = (name: string, bits: bigint, note = ''): RegisterData => shown(name, hex(bits), note)
  const shown = (name: string, value: string, note: string): RegisterData => {
    return { name, value, changed: before.size > 0 && before.get(name) !== undefined && before.get(name) !== value, note }
  }
  const symbol = (value: bigint): string => (args.symbol && value > 0n && value < 1n << 47n ? (args.symbol(Number(value)) ?? '') : '')
  const running = hart < 0 ? null : machine.harts[hart]
  return {
    pid,
    comm,
    hart,
    pc: register('pc', pc, symbol(pc)),
    x: x.map((bits, n) => register(xNames[n], bits, symbol(bits))),
    f: f.map((bits, n) => register(fNames[n], bits, floatText(bits))),
    fcsr: fcsr === null ? null : register('fcsr', BigInt(fcsr), fcsrText(fcsr)),
    v: v === null ? [] : vectorRows(v).map(([name, value, note]) => shown(name, value, note)),
    privilege: running && (PRIVILEGES[running.words[WORD_PRIVILEGE]] ?? null),
    csrs: running === null ? [] : csrsOf(machine, running).map(([name, bits]) => register(name, bits, csrText(name, bits))),
  }
}

/** Of a machine without a kernel; null where it has none. */
function vectorsOf(machine: Machine, hart: Hart): VectorRegisters | null {
  const { vector } = machine.isa
  if (vector === null) return null
  const csr = (name: string): bigint => readCsr(machine, hart, name)
  const [vstart, vl, vcsr] = ['vstart', 'vl', 'vcsr'].map(name => Number(csr(name)))
  return { vstart, vl, vtype: csr('vtype'), vcsr, bytes: hart.v.bytes.slice(0, 4 * vector.vlen) }
}

function vectorRows({ vstart, vl, vtype, vcsr, bytes }: VectorRegisters): (readonly [name: string, value: string, note: string])[] {
  const length = bytes.length / vNames.length
  const digits = (n: number): string =>
    [...bytes.subarray(n * length, (n + 1) * length)]
      .reverse()
      .map(byte => byte.toString(16).padStart(2, '0'))
      .join('')
  return [
    ...vNames.map((name, n) => [name, `0x${digits(n)}`, ''] as const),
    ['vl', hex(BigInt(vl)), `${vl} elements`],
    ['vtype', hex(vtype), vtypeText(Number(vtype)) ?? 'no type'],
    ['vstart', hex(BigInt(vstart)), ''],
    ['vcsr', hex(BigInt(vcsr)), ''],
  ]
}

const mark = (changed: boolean): string => (changed ? CHANGED : ' ')

/** Three to a line, read downwards. */
function grid(registers: readonly RegisterData[], width: number): string[] {
  const rows = Math.ceil(registers.length / COLUMNS)
  const cell = Math.floor(width / COLUMNS)
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: COLUMNS }, (_, column) => registers[column * rows + row])
      .map(r => (r === undefined ? '' : `${mark(r.changed)}${r.name.padEnd(5)}${r.value}`.padEnd(cell)))
      .join(''),
  )
}

function valuesOf(data: RegistersData | undefined): Map<string, string> {
  if (data === undefined) return new Map()
  return new Map([data.pc, ...data.x, ...data.f, ...(data.fcsr ? [data.fcsr] : []), ...data.v, ...data.csrs].map(r => [r.name, r.value]))
}

/** A 32-bit value is boxed: its upper half is all ones. */
function floatText(bits: bigint): string {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt.asUintN(64, bits))
  return BigInt.asUintN(64, bits) >> 32n === NAN_BOX ? `${view.getFloat32(4)} (single)` : String(view.getFloat64(0))
}

const FFLAGS = ['NX', 'UF', 'OF', 'DZ', 'NV']
const FRM_SHIFT = 5
function fcsrText(fcsr: number): string {
  const flags = FFLAGS.filter((_, bit) => fcsr & (1 << bit)).join(' ')
  return `frm ${(fcsr >> FRM_SHIFT) & 7}${flags && `, ${flags}`}`
}

const csrsOf = (machine: Machine, hart: Hart): [string, bigint][] => SHOWN_CSRS.map(name => [name, readCsr(machine, hart, name)])

const ROOT_MASK = (1n << BigInt(SATP_ASID_SHIFT)) - 1n
const CSR_TEXT: Readonly<Record<string, (bits: bigint) => string>> = {
  satp: bits =>
    satpMode(bits) === SATP_MODE_SV48
      ? `Sv48, ASID ${(bits >> BigInt(SATP_ASID_SHIFT)) & BigInt(ASID_MAX)}, root ${hex((bits & ROOT_MASK) << 12n)}`
      : 'no translation',
  scause: bits => causeNames.get(Number(bits)) ?? '',
}
const csrDocs: ReadonlyMap<string, string> = new Map(csrs.map(({ name, doc }) => [name, doc]))
const csrText = (name: string, bits: bigint): string => CSR_TEXT[name]?.(bits) ?? csrDocs.get(name) ?? ''
