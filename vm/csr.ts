// What each control and status register reads and what a write keeps (Privileged spec, chapter "Control and Status Registers").
// Names and numbers are rows of isa/csrs.ts; here is their behaviour. A register without a row does not exist: access is illegal.
import { MARCHID, MIMPID } from './isa/index.ts'
import * as L from './layout.ts'
import type { Hart, Machine } from './state.ts'
import { BARE, timeAddressSpace } from './timing/index.ts'
import { refreshTlbKey } from './tlb.ts'

export const SSTATUS_SIE = 1 << 1
export const SSTATUS_SPIE = 1 << 5
export const SSTATUS_SPP = 1 << 8
export const SSTATUS_FS_SHIFT = 13
export const SSTATUS_SUM = 1 << 18
export const SSTATUS_MXR = 1 << 19
export const MSTATUS_MIE = 1 << 3
export const MSTATUS_MPIE = 1 << 7
export const MSTATUS_MPP_SHIFT = 11
export const SIP_STIP = 1 << 5

const FS_FIELD = 3n << 13n
const SD = 1n << 63n
/** UXL and SXL: 64 bits, read-only. */
const UXL_64 = 2n << 32n
const SXL_64 = 2n << 34n
const SSTATUS_WRITABLE = BigInt(SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_SUM | SSTATUS_MXR)
const MSTATUS_WRITABLE = SSTATUS_WRITABLE | BigInt(MSTATUS_MIE | MSTATUS_MPIE | (3 << MSTATUS_MPP_SHIFT))
const SSTATUS_VISIBLE = SSTATUS_WRITABLE | FS_FIELD | SD | UXL_64
const S_INTERRUPTS = 0x222n
/** Exceptions 0 to 9, 12, 13 and 15: those that there are, but for calls from M, which never go down (Privileged spec 3.1.8). */
const DELEGABLE = 0xb3ffn
/** FIOM and STCE: fences of I/O, and stimecmp for S. */
const ENVCFG_FIOM = 1n
const MENVCFG_STCE = 1n << 63n
const MPP_SHIFT = BigInt(MSTATUS_MPP_SHIFT)
const MPP_RESERVED = 2n
const ALL = (1n << 64n) - 1n
const SATP_MODE_BARE = 0n
const SATP_MODE_SV48 = 9n
const PPN_MASK = (1n << 44n) - 1n
const ASID_SHIFT = 44n
const ASID_MASK = 0xffffn
const COUNTER_BITS = 7n

interface CsrRow {
  /** Slot of its value in the hart's block, where it has one. */
  slot?: number
  read?(machine: Machine, hart: Hart): bigint
  /** Returns what is kept of a written value, or has the effect itself and returns nothing. */
  write?(machine: Machine, hart: Hart, value: bigint, old: bigint): bigint | void
  reset?: bigint
}

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
const instret = (_machine: Machine, hart: Hart): bigint => BigInt(hart.counters[L.COUNTERS.instret])
/** A machine that is not timed takes one cycle for each instruction. */
const cycle = (machine: Machine, hart: Hart): bigint =>
  BigInt(machine.timing === null ? hart.counters[L.COUNTERS.instret] : hart.counters[L.COUNTERS.cycles])
const fixed = (value: bigint): CsrRow => ({ read: () => value, write: () => {} })
const word = (index: number, shift: number, mask: number): CsrRow => ({
  read: (_machine, hart) => BigInt((hart.words[index] >>> shift) & mask),
  write: (_machine, hart, value) => {
    const bits = mask << shift
    hart.words[index] = (hart.words[index] & ~bits) | ((Number(value & BigInt(mask)) << shift) & bits)
    hart.words[L.WORD_FS] = L.FS_DIRTY
  },
})
const masked = (mask: bigint): CsrRow => ({ slot: 0, write: (_m, _h, value, old) => (old & ~mask) | (value & mask) })
/** Bits that no instruction's address has are zero. */
const instructionAddress = (): CsrRow => ({ slot: 0, write: (machine, _h, value) => value & ~BigInt(machine.isa.parcel - 1) })
const plain = (): CsrRow => ({ slot: 0 })

function statusRow(visible: bigint, writable: bigint): CsrRow {
  return {
    read(machine, hart) {
      const fs = BigInt(hart.words[L.WORD_FS])
      const value =
        slotValue(machine, hart, 'mstatus') | (fs << BigInt(SSTATUS_FS_SHIFT)) | (fs === BigInt(L.FS_DIRTY) ? SD : 0n) | UXL_64 | SXL_64
      return value & visible
    },
    write(machine, hart, value) {
      hart.words[L.WORD_FS] = machine.isa.names.has('F') ? Number((value & FS_FIELD) >> BigInt(SSTATUS_FS_SHIFT)) : L.FS_OFF
      // MPP = 2 names no privilege: a write of it keeps what is there (WARL).
      const taken = ((value >> MPP_SHIFT) & 3n) === MPP_RESERVED ? writable & ~(3n << MPP_SHIFT) : writable
      setSlot(machine, hart, 'mstatus', (slotValue(machine, hart, 'mstatus') & ~taken) | (value & taken))
      refreshTlbKey(machine, hart)
    },
  }
}
/** sie and sip: what of mie and mip is delegated; the rest reads as zero (Privileged spec 4.1.3). */
const delegated = (name: 'mie' | 'mip', writable: bigint): CsrRow => ({
  read: (machine, hart) => slotValue(machine, hart, name) & slotValue(machine, hart, 'mideleg'),
  write: (machine, hart, value) => {
    const mask = writable & slotValue(machine, hart, 'mideleg')
    setSlot(machine, hart, name, (slotValue(machine, hart, name) & ~mask) | (value & mask))
  },
})

const ROWS: Record<string, CsrRow> = {
  fflags: word(L.WORD_FCSR, 0, 0x1f),
  frm: word(L.WORD_FCSR, 5, 7),
  fcsr: word(L.WORD_FCSR, 0, 0xff),
  cycle: { read: cycle },
  time: { read: (machine, hart) => BigInt(timeOf(machine, hart)) },
  instret: { read: instret },
  sstatus: statusRow(SSTATUS_VISIBLE, SSTATUS_WRITABLE),
  sie: delegated('mie', S_INTERRUPTS),
  sip: delegated('mip', 2n),
  stvec: masked(ALL & ~2n),
  scounteren: { ...masked(COUNTER_BITS), reset: COUNTER_BITS },
  senvcfg: masked(ENVCFG_FIOM),
  sscratch: plain(),
  sepc: instructionAddress(),
  scause: plain(),
  stval: plain(),
  stimecmp: {
    slot: 0,
    reset: ALL,
    write(_machine, hart, value) {
      hart.counters[L.COUNTERS.timer] = value === ALL ? Infinity : Number(value)
      return value
    },
  },
  satp: {
    slot: 0,
    write(_machine, _hart, value, old) {
      const mode = (value & ALL) >> 60n
      // A write with an unsupported mode has no effect (Privileged spec 4.1.11). Sv39 is not there, though the manual wants it beside Sv48.
      return mode === SATP_MODE_BARE || mode === SATP_MODE_SV48 ? value : old
    },
  },
  mstatus: { ...statusRow(ALL, MSTATUS_WRITABLE), slot: 0 },
  misa: { read: machine => machine.isa.misa, write: () => {} },
  medeleg: masked(DELEGABLE),
  // As firmware hands a hart to an operating system: the supervisor's interrupts are its own.
  mideleg: { ...masked(S_INTERRUPTS), reset: S_INTERRUPTS },
  mie: masked(0xaaan),
  mip: masked(0x222n),
  mtvec: masked(ALL & ~2n),
  mcounteren: { ...masked(COUNTER_BITS), reset: COUNTER_BITS },
  menvcfg: { ...masked(ENVCFG_FIOM | MENVCFG_STCE), reset: MENVCFG_STCE },
  mscratch: plain(),
  mepc: instructionAddress(),
  mcause: plain(),
  mtval: plain(),
  mcycle: { read: cycle, write: () => {} },
  minstret: { read: instret, write: () => {} },
  mhartid: { read: (_machine, hart) => BigInt(hart.id) },
  mvendorid: fixed(0n),
  marchid: fixed(BigInt(MARCHID)),
  mimpid: fixed(BigInt(MIMPID)),
  mconfigptr: fixed(0n),
  pmpcfg0: fixed(0n),
  pmpaddr0: fixed(0n),
}

const SLOTS = new Map(
  Object.keys(ROWS)
    .filter(name => ROWS[name].slot !== undefined)
    .map((name, index) => [name, index]),
)
/** Offset in a hart's block of a register that is storage. */
export function csrStorage(name: string): number {
  const slot = SLOTS.get(name)
  if (slot === undefined) throw new Error(`CSR ${name} has no storage`)
  return L.HART.csr + 8 * slot
}
const slotOffset = (hart: Hart, name: string): number => hart.base + csrStorage(name)
const slotValue = (machine: Machine, hart: Hart, name: string): bigint => machine.view.getBigUint64(slotOffset(hart, name), true)
const setSlot = (machine: Machine, hart: Hart, name: string, value: bigint): void =>
  machine.view.setBigUint64(slotOffset(hart, name), value & ALL, true)

const SATP_SLOT = L.HART.csr + 8 * SLOTS.get('satp')!
const MSTATUS_SLOT = L.HART.csr + 8 * SLOTS.get('mstatus')!
const slotFast = (name: 'satp' | 'mstatus'): number => (name === 'satp' ? SATP_SLOT : MSTATUS_SLOT)

/** Low and high words of two registers that translation looks at often. */
export const csrLow = (machine: Machine, hart: Hart, name: 'satp' | 'mstatus'): number => machine.i32[(hart.base + slotFast(name)) >> 2]
export const csrHigh = (machine: Machine, hart: Hart, name: 'satp' | 'mstatus'): number =>
  machine.i32[((hart.base + slotFast(name)) >> 2) + 1]

/** Does this machine have the register? */
export const csrExists = (name: string): boolean => Object.hasOwn(ROWS, name)

/** Value of a CSR by name, unsigned. The caller has checked that the privilege may read it. */
export function readCsr(machine: Machine, hart: Hart, name: string): bigint {
  const row = ROWS[name]
  return row.read ? row.read(machine, hart) & ALL : slotValue(machine, hart, name)
}

/** Writes a CSR by name, with the register's own rules about what is kept. */
export function writeCsr(machine: Machine, hart: Hart, name: string, value: bigint): void {
  const row = ROWS[name]
  const old = row.slot === undefined ? 0n : slotValue(machine, hart, name)
  const kept = row.write ? row.write(machine, hart, value & ALL, old) : value
  if (kept === undefined) return
  setSlot(machine, hart, name, kept)
  if (name !== 'satp') return
  refreshTlbKey(machine, hart)
  announceAddressSpace(machine, hart)
}

/**
 * Points the hart at a page-table root: Sv48, root frame of RAM, 16-bit ASID. No flush, as on hardware.
 * The fast form of writing satp, for the kernel's context switch.
 */
export function setSatp(machine: Machine, hart: Hart, root: number, asid: number): void {
  const at = (hart.base + SATP_SLOT) >> 2
  machine.i32[at] = root + L.RAM_PPN
  machine.i32[at + 1] = (Number(SATP_MODE_SV48) << 28) | ((asid & 0xffff) << 12)
  refreshTlbKey(machine, hart)
  if (machine.timing !== null) timeAddressSpace(machine.timing, machine.timing.cores[hart.id], root, asid)
}

/** Tells the timing model, where there is one, what satp says now. */
export function announceAddressSpace(machine: Machine, hart: Hart): void {
  if (machine.timing === null) return
  const satp = slotValue(machine, hart, 'satp')
  const bare = satp >> 60n !== SATP_MODE_SV48
  const root = bare ? BARE : Number(satp & PPN_MASK) - L.RAM_PPN
  timeAddressSpace(machine.timing, machine.timing.cores[hart.id], root, Number((satp >> ASID_SHIFT) & ASID_MASK))
}

export function resetCsrs(machine: Machine, hart: Hart): void {
  for (const [name, row] of Object.entries(ROWS)) if (row.slot !== undefined) setSlot(machine, hart, name, row.reset ?? 0n)
  hart.counters[L.COUNTERS.timer] = Infinity
}

const SEPC_SLOT = L.HART.csr + 8 * SLOTS.get('sepc')!
const SCAUSE_SLOT = L.HART.csr + 8 * SLOTS.get('scause')!
const STVAL_SLOT = L.HART.csr + 8 * SLOTS.get('stval')!

/** What a trap writes: sepc = pc, scause, stval = {lo, hi}. Words only: every system call comes here. */
export function trapCsrs(machine: Machine, hart: Hart, cause: number, lo: number, hi: number): void {
  const i32 = machine.i32
  const base = hart.base
  i32[(base + SEPC_SLOT) >> 2] = hart.pc[0]
  i32[((base + SEPC_SLOT) >> 2) + 1] = hart.pc[1]
  i32[(base + SCAUSE_SLOT) >> 2] = cause
  i32[((base + SCAUSE_SLOT) >> 2) + 1] = 0
  i32[(base + STVAL_SLOT) >> 2] = lo
  i32[((base + STVAL_SLOT) >> 2) + 1] = hi
}
