// Control and status registers as a walk over their rows (isa/csrs.ts): who may access one, what it reads, what a write keeps, and then
// what must follow the write. A register without a row, or whose extension the machine lacks, does not exist: access is illegal.
import {
  ENVCFG_CBCFE,
  ENVCFG_CBIE,
  ENVCFG_CBZE,
  csrByName,
  csrByNumber,
  csrPrivilege,
  csrReadOnly,
  csrs,
  SATP_MODE_SV48,
  SSTATUS_FS_SHIFT,
  type BlockOp,
  SSTATUS_VS_SHIFT,
  type Counter,
  type Csr,
  type CsrEffect,
  type CsrHolds,
} from './isa/index.ts'
import { SATP_OFFSET, store, stored } from './csr-storage.ts'
import * as L from './layout.ts'
import type { Hart, Machine } from './state.ts'
import { BARE, timeAddressSpace } from './timing/index.ts'
import { refreshTlbKey } from './tlb.ts'

const ALL = (1n << 64n) - 1n
const FS_SHIFT = BigInt(SSTATUS_FS_SHIFT)
const VS_SHIFT = BigInt(SSTATUS_VS_SHIFT)
const SD = 1n << 63n
const VILL = 1n << 63n
/** UXL and SXL: 64 bits, read-only. */
const XL_64 = (2n << 32n) | (2n << 34n)
const PPN_MASK = (1n << 44n) - 1n
const ASID_SHIFT = 44n
const ASID_MASK = 0xffffn

// ---- counters

/** The hart's own clock in nanoseconds: retired instructions or, on a timed machine that counts by them, cycles; plus an offset. */
export function clockOf(machine: Machine, hart: Hart): number {
  const { timing } = machine
  const { counters } = hart
  const counted =
    timing !== null && timing.config.time === 'cycles'
      ? Math.floor(counters[L.COUNTERS.cycles] / timing.config.clock)
      : counters[L.COUNTERS.instret]
  return counted + counters[L.COUNTERS.timeOffset]
}
/** What the hart shows of the time: its own clock, once that has come to what other harts have shown already. */
export const timeOf = (machine: Machine, hart: Hart): number => Math.max(clockOf(machine, hart), hart.counters[L.COUNTERS.timeFloor])

const COUNTERS: Readonly<Record<Counter, (machine: Machine, hart: Hart) => number>> = {
  // A machine that is not timed takes one cycle for each instruction.
  cycle: (machine, hart) => hart.counters[machine.timing === null ? L.COUNTERS.instret : L.COUNTERS.cycles],
  time: timeOf,
  instret: (_machine, hart) => hart.counters[L.COUNTERS.instret],
}

// ---- access

/** The register that an instruction names, if the hart may read it (or write it) as it is now. */
export function accessibleCsr(machine: Machine, hart: Hart, number: number, writing: boolean): Csr | null {
  const row = csrByNumber.get(number)
  if (row === undefined || row.holds === null || !machine.isa.names.has(row.extension)) return null
  const privilege = hart.words[L.WORD_PRIVILEGE]
  if (privilege < csrPrivilege(number) || (writing && csrReadOnly(number))) return null
  if (row.holds.kind === 'fcsr' && hart.words[L.WORD_FS] === L.FS_OFF) return null
  if ((row.holds.kind === 'vector' || row.holds.kind === 'vlenb') && hart.vector[L.VECTOR.vs] === L.FS_OFF) return null
  if (row.enable === null) return row
  const bit = BigInt(row.enable)
  const hidden = (by: string, below: number): boolean => privilege < below && (stored(machine, hart, by) & bit) === 0n
  return hidden('mcounteren', L.PRIVILEGE_M) || hidden('scounteren', L.PRIVILEGE_S) ? null : row
}

const BLOCK_RIGHTS: Readonly<Record<BlockOp, bigint>> = { inval: ENVCFG_CBIE, clean: ENVCFG_CBCFE, flush: ENVCFG_CBCFE, zero: ENVCFG_CBZE }
/** Do the privileges above the hart's let it do this with cache blocks? */
export function mayUseBlocks(machine: Machine, hart: Hart, op: BlockOp): boolean {
  const privilege = hart.words[L.WORD_PRIVILEGE]
  const lets = (by: string, below: number): boolean => privilege >= below || (stored(machine, hart, by) & BLOCK_RIGHTS[op]) !== 0n
  return lets('menvcfg', L.PRIVILEGE_M) && lets('senvcfg', L.PRIVILEGE_S)
}

// ---- reading

function valueOf(machine: Machine, hart: Hart, { name }: Csr, holds: CsrHolds): bigint {
  switch (holds.kind) {
    case 'storage':
      return stored(machine, hart, name)
    case 'status': {
      const fs = hart.words[L.WORD_FS]
      const vs = hart.vector[L.VECTOR.vs]
      const units = (BigInt(fs) << FS_SHIFT) | (BigInt(vs) << VS_SHIFT) | (fs === L.FS_DIRTY || vs === L.FS_DIRTY ? SD : 0n)
      return (stored(machine, hart, 'mstatus') | units | XL_64) & holds.visible
    }
    case 'delegated':
      return stored(machine, hart, holds.of) & stored(machine, hart, 'mideleg')
    case 'fcsr':
      return BigInt((hart.words[L.WORD_FCSR] >>> holds.shift) & holds.mask)
    case 'vector': {
      const word = hart.vector[L.VECTOR[holds.of]]
      return BigInt((word >>> holds.shift) & holds.mask) | (holds.of === 'vtype' && word & L.VTYPE_VILL ? VILL : 0n)
    }
    case 'vlenb':
      return BigInt((machine.isa.vector?.vlen ?? 0) / 8)
    case 'counter':
      return BigInt(COUNTERS[holds.counter](machine, hart))
    case 'fixed':
      return holds.value
    case 'isa':
      return machine.isa.misa
    case 'hart':
      return BigInt(hart.id)
  }
}

function rowOf(name: string): { row: Csr; holds: CsrHolds } {
  const row = csrByName.get(name)
  if (!row?.holds) throw new Error(`no machine has a CSR ${name}`)
  return { row, holds: row.holds }
}

/** Value of a CSR by name, unsigned. The caller has checked that the privilege may read it. */
export function readCsr(machine: Machine, hart: Hart, name: string): bigint {
  const { row, holds } = rowOf(name)
  return valueOf(machine, hart, row, holds) & ALL
}

// ---- writing

/** The bits of `value` that may be written, among those that stay. */
function keep(machine: Machine, hart: Hart, name: string, value: bigint, { legal, writable }: Csr, may = writable): void {
  const old = stored(machine, hart, name)
  const taken = legal === null ? value : legal(value, old, machine.isa)
  store(machine, hart, name, (old & ~may) | (taken & may))
}

function put(machine: Machine, hart: Hart, row: Csr, holds: CsrHolds, value: bigint): void {
  switch (holds.kind) {
    case 'storage':
      return keep(machine, hart, row.name, value, row)
    case 'status':
      hart.words[L.WORD_FS] = machine.isa.names.has('F') ? Number((value >> FS_SHIFT) & 3n) : L.FS_OFF
      hart.vector[L.VECTOR.vs] = machine.isa.vector === null ? L.FS_OFF : Number((value >> VS_SHIFT) & 3n)
      return keep(machine, hart, 'mstatus', value, row)
    case 'delegated':
      return keep(machine, hart, holds.of, value, row, row.writable & stored(machine, hart, 'mideleg'))
    case 'fcsr': {
      const bits = holds.mask << holds.shift
      hart.words[L.WORD_FCSR] = (hart.words[L.WORD_FCSR] & ~bits) | (Number((value & row.writable) << BigInt(holds.shift)) & bits)
      hart.words[L.WORD_FS] = L.FS_DIRTY
      return
    }
    case 'vector': {
      // vstart has as many bits as the number of an element needs at most.
      const mask = holds.of === 'vstart' ? (machine.isa.vector?.vlen ?? 1) - 1 : holds.mask
      const bits = mask << holds.shift
      const at = L.VECTOR[holds.of]
      hart.vector[at] = (hart.vector[at] & ~bits) | ((Number(value & BigInt(mask)) << holds.shift) & bits)
      hart.vector[L.VECTOR.vs] = L.FS_DIRTY
    }
  }
}

const EFFECTS: Readonly<Record<CsrEffect, (machine: Machine, hart: Hart) => void>> = {
  translation: refreshTlbKey,
  addressSpace(machine, hart) {
    refreshTlbKey(machine, hart)
    announceAddressSpace(machine, hart)
  },
  timer(machine, hart) {
    const at = stored(machine, hart, 'stimecmp')
    hart.counters[L.COUNTERS.timer] = at === ALL ? Infinity : Number(at)
  },
}

/** Writes a CSR by name, with the register's own rules about what is kept. */
export function writeCsr(machine: Machine, hart: Hart, name: string, value: bigint): void {
  const { row, holds } = rowOf(name)
  put(machine, hart, row, holds, value & ALL)
  if (row.after !== null) EFFECTS[row.after](machine, hart)
}

/**
 * Points the hart at a page-table root: Sv48, root frame of RAM, 16-bit ASID. No flush, as on hardware.
 * The fast form of writing satp, for the kernel's context switch.
 */
export function setSatp(machine: Machine, hart: Hart, root: number, asid: number): void {
  const at = (hart.base + SATP_OFFSET) >> 2
  machine.i32[at] = root + L.RAM_PPN
  machine.i32[at + 1] = (SATP_MODE_SV48 << 28) | ((asid & 0xffff) << 12)
  refreshTlbKey(machine, hart)
  if (machine.timing !== null) timeAddressSpace(machine.timing, machine.timing.cores[hart.id], root, asid)
}

/** Tells the timing model, where there is one, what satp says now. */
export function announceAddressSpace(machine: Machine, hart: Hart): void {
  if (machine.timing === null) return
  const satp = stored(machine, hart, 'satp')
  const bare = satp >> 60n !== BigInt(SATP_MODE_SV48)
  const root = bare ? BARE : Number(satp & PPN_MASK) - L.RAM_PPN
  timeAddressSpace(machine.timing, machine.timing.cores[hart.id], root, Number((satp >> ASID_SHIFT) & ASID_MASK))
}

/** What the registers are when a hart begins. */
export function resetCsrs(machine: Machine, hart: Hart): void {
  for (const { name, holds, legal } of csrs)
    if (holds?.kind === 'storage') store(machine, hart, name, legal === null ? holds.reset : legal(holds.reset, 0n, machine.isa))
  store(machine, hart, 'mstatus', 0n)
  hart.counters[L.COUNTERS.timer] = Infinity
}
