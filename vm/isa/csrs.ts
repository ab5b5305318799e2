// Control and status registers, a row each: number, name, sentence, what it holds, what a write keeps, and what must follow a write. Who
// may access it the number itself tells (Privileged spec, CSR Address Mapping Conventions): bits 11:10 = 3 is read-only, bits 9:8 the
// lowest privilege. The engines walk over the rows; a register that holds nothing is only known by name: to access it is illegal.

import { SATP_MODE_BARE, SATP_MODE_SV48, satpMode } from './paging.ts'

export type Counter = 'cycle' | 'time' | 'instret'

/** What a register's value is. */
export type CsrHolds =
  /** 64 bits of its own. */
  | { kind: 'storage'; reset: bigint }
  /** mstatus, or what of it sstatus shows; the state of the floating-point unit lies elsewhere. */
  | { kind: 'status'; visible: bigint }
  /** What of mie or mip is delegated to S; the rest reads as zero and is not written (Privileged spec 4.1.3). */
  | { kind: 'delegated'; of: 'mie' | 'mip' }
  /** A field of fcsr. A write dirties the floating-point unit; while that is off there is no access. */
  | { kind: 'fcsr'; shift: number; mask: number }
  /** A field of a word of the vector unit. A write dirties the unit; while that is off there is no access. */
  | { kind: 'vector'; of: 'vl' | 'vtype' | 'vstart' | 'vcsr'; shift: number; mask: number }
  /** Bytes of a vector register. */
  | { kind: 'vlenb' }
  | { kind: 'counter'; counter: Counter }
  | { kind: 'fixed'; value: bigint }
  /** Which extensions the machine has, and which hart this is. */
  | { kind: 'isa' }
  | { kind: 'hart' }

/** What of the instruction set registers depend on: the names of its extensions, and of what addresses of instructions are multiples. */
export interface CsrIsa {
  readonly names: ReadonlySet<string>
  readonly parcel: number
}

/** What a hart has to do after a write: its address space or rights changed; satp itself did; the time of the next timer trap did. */
export type CsrEffect = 'translation' | 'addressSpace' | 'timer'

export interface Csr {
  number: number
  name: string
  doc: string
  /** null: no machine here has it. */
  holds: CsrHolds | null
  /** It is there with this extension. */
  extension: string
  /** Bits that a write changes; the others keep what they have. */
  writable: bigint
  /** Where a mask of bits does not say it: the value that is taken for a written one (WARL). */
  legal: ((value: bigint, old: bigint, isa: CsrIsa) => bigint) | null
  after: CsrEffect | null
  /** A write may let an interrupt in, or make one due: the platform is asked before the next instruction. */
  asks: boolean
  /** Bit of mcounteren and scounteren that lets lower privileges read it. */
  enable: number | null
}

export const csrReadOnly = (number: number): boolean => number >> 10 === 3
/** 0 user, 1 supervisor, 2 hypervisor, 3 machine. */
export const csrPrivilege = (number: number): number => (number >> 8) & 3

// Bits of mstatus and sstatus.
export const SSTATUS_SIE = 1 << 1
export const SSTATUS_SPIE = 1 << 5
export const SSTATUS_SPP = 1 << 8
export const SSTATUS_VS_SHIFT = 9
export const SSTATUS_FS_SHIFT = 13
export const SSTATUS_SUM = 1 << 18
export const SSTATUS_MXR = 1 << 19
export const MSTATUS_MIE = 1 << 3
export const MSTATUS_MPIE = 1 << 7
export const MSTATUS_MPP_SHIFT = 11
export const SIP_STIP = 1 << 5

/** What the identity registers read: "HB" (no vendor, and a number that nobody was given), and the version as bytes major, minor, patch. */
export const MARCHID = 0x4842
export const MIMPID = 0x000100

const ALL = (1n << 64n) - 1n
const FS_FIELD = 3n << BigInt(SSTATUS_FS_SHIFT)
const VS_FIELD = 3n << BigInt(SSTATUS_VS_SHIFT)
const SD = 1n << 63n
const UXL = 3n << 32n
const SSTATUS_WRITABLE = BigInt(SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_SUM | SSTATUS_MXR)
const MSTATUS_WRITABLE = SSTATUS_WRITABLE | BigInt(MSTATUS_MIE | MSTATUS_MPIE | (3 << MSTATUS_MPP_SHIFT))
const S_INTERRUPTS = 0x222n
/** Exceptions 0 to 9, 12, 13 and 15: those that there are, but for calls from M, which never go down (Privileged spec 3.1.8). */
const DELEGABLE = 0xb3ffn
/** FIOM and STCE: fences of I/O, and stimecmp for S. */
const ENVCFG_FIOM = 1n
// What the privileges below may do with cache blocks: invalidate (as a flush, or really), clean and flush, zero.
export const ENVCFG_CBIE = 3n << 4n
const ENVCFG_CBIE_RESERVED = 2n << 4n
export const ENVCFG_CBCFE = 1n << 6n
export const ENVCFG_CBZE = 1n << 7n
const ENVCFG_BLOCKS = ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE
/** Bytes of a cache block. */
export const CACHE_BLOCK = 64
const MENVCFG_STCE = 1n << 63n
const COUNTER_BITS = 7n
const ALL_COUNTERS = Array.from({ length: 32 }, (_, n) => n)
const VECTOR = ALL & ~2n

const MPP = 3n << BigInt(MSTATUS_MPP_SHIFT)
const MPP_RESERVED = 2n << BigInt(MSTATUS_MPP_SHIFT)
/** MPP = 2 names no privilege: a write of it keeps what is there. */
const legalStatus = (value: bigint, old: bigint): bigint => ((value & MPP) === MPP_RESERVED ? (value & ~MPP) | (old & MPP) : value)
const SATP_MODES = [SATP_MODE_BARE, SATP_MODE_SV48]
/** A write with an unsupported mode has no effect (Privileged spec 4.1.11). Sv39 is not there, though the manual wants it beside Sv48. */
const legalSatp = (value: bigint, old: bigint): bigint => (SATP_MODES.includes(satpMode(value)) ? value : old)
const instructionAddress = (value: bigint, _old: bigint, { parcel }: CsrIsa): bigint => value & ~BigInt(parcel - 1)
/** CBIE is 0 (illegal), 1 (flush) or 3 (invalidate); bits of extensions that are not there are zeros. */
function legalEnvironment(value: bigint, old: bigint, { names }: CsrIsa): bigint {
  const invalidation = (value & ENVCFG_CBIE) === ENVCFG_CBIE_RESERVED ? (value & ~ENVCFG_CBIE) | (old & ENVCFG_CBIE) : value
  const absent = (names.has('Zicbom') ? 0n : ENVCFG_CBIE | ENVCFG_CBCFE) | (names.has('Zicboz') ? 0n : ENVCFG_CBZE)
  return invalidation & ~absent
}

type More = Partial<Omit<Csr, 'number' | 'name' | 'doc' | 'holds'>>
const DEFAULTS = { extension: 'S', writable: 0n, legal: null, after: null, asks: false, enable: null } as const
const csr = (number: number, name: string, doc: string, holds: CsrHolds | null = null, more: More = {}): Csr => ({
  number,
  name,
  doc,
  holds,
  ...DEFAULTS,
  ...more,
})
const storage = (number: number, name: string, doc: string, { reset = 0n, ...more }: More & { reset?: bigint } = {}): Csr =>
  csr(number, name, doc, { kind: 'storage', reset }, { writable: ALL, ...more })
const fixed = (number: number, name: string, doc: string, value = 0n): Csr => csr(number, name, doc, { kind: 'fixed', value })
const float = (number: number, name: string, doc: string, shift: number, mask: number): Csr =>
  csr(number, name, doc, { kind: 'fcsr', shift, mask }, { extension: 'F', writable: BigInt(mask) })
type VectorWord = Extract<CsrHolds, { kind: 'vector' }>['of']
const vector = (number: number, name: string, doc: string, of: VectorWord, shift: number, mask: number): Csr =>
  csr(number, name, doc, { kind: 'vector', of, shift, mask }, { extension: 'Zve32x', writable: csrReadOnly(number) ? 0n : BigInt(mask) })
const counter = (number: number, name: Counter, doc: string, enable: number): Csr =>
  csr(number, name, doc, { kind: 'counter', counter: name }, { extension: 'Zicntr', enable })
/** A numbered run such as hpmcounter3 to hpmcounter31; the machine has those of `held`, as zeros. */
const run = (base: number, prefix: string, from: number, to: number, doc: string, held: readonly number[] = []): Csr[] =>
  Array.from({ length: to - from + 1 }, (_, n) => (held.includes(from + n) ? fixed : csr)(base + from + n, `${prefix}${from + n}`, doc))

/** Storage lies in a hart's block in this order, and snapshots have the block: new storage goes to the end, other rows where they belong. */
const table: readonly Csr[] = [
  float(0x001, 'fflags', 'Floating-point exceptions that have happened: NV DZ OF UF NX.', 0, 0x1f),
  float(0x002, 'frm', 'Rounding mode of instructions that name none.', 5, 7),
  float(0x003, 'fcsr', 'frm and fflags together.', 0, 0xff),
  vector(0x008, 'vstart', 'The element that a vector instruction begins with.', 'vstart', 0, 0xffff),
  vector(0x009, 'vxsat', 'A fixed-point result was saturated.', 'vcsr', 0, 1),
  vector(0x00a, 'vxrm', 'Rounding of fixed-point results: to nearest up, to nearest even, down, to odd.', 'vcsr', 1, 3),
  vector(0x00f, 'vcsr', 'vxrm and vxsat together.', 'vcsr', 0, 7),
  vector(0xc20, 'vl', 'How many elements vector instructions work on.', 'vl', 0, 0xffff),
  vector(0xc21, 'vtype', 'Widths and groups of elements, and what becomes of those that are not written.', 'vtype', 0, 0xff),
  csr(0xc22, 'vlenb', 'Bytes of a vector register.', { kind: 'vlenb' }, { extension: 'Zve32x' }),
  counter(0xc00, 'cycle', 'Cycles since the start.', 1),
  counter(0xc01, 'time', 'Ticks of the real-time clock.', 2),
  counter(0xc02, 'instret', 'Instructions retired.', 4),

  csr(
    0x100,
    'sstatus',
    'Supervisor status: interrupt enable, previous privilege, FS, VS, SUM, MXR.',
    { kind: 'status', visible: SSTATUS_WRITABLE | FS_FIELD | VS_FIELD | SD | UXL },
    { writable: SSTATUS_WRITABLE, after: 'translation', asks: true },
  ),
  csr(0x104, 'sie', 'Supervisor interrupts that are enabled.', { kind: 'delegated', of: 'mie' }, { writable: S_INTERRUPTS, asks: true }),
  csr(0x144, 'sip', 'Supervisor interrupts that are pending.', { kind: 'delegated', of: 'mip' }, { writable: 2n, asks: true }),
  storage(0x105, 'stvec', 'Address of the supervisor trap handler.', { writable: VECTOR }),
  storage(0x106, 'scounteren', 'Counters that user mode may read.', { writable: COUNTER_BITS, reset: COUNTER_BITS }),
  storage(0x10a, 'senvcfg', 'Features switched on for user mode.', {
    writable: ENVCFG_FIOM | ENVCFG_BLOCKS,
    // As Linux sets it for programs.
    reset: ENVCFG_CBCFE | ENVCFG_CBZE,
    legal: legalEnvironment,
  }),
  storage(0x140, 'sscratch', 'A word for the trap handler.'),
  storage(0x141, 'sepc', 'Address of the instruction that trapped.', { legal: instructionAddress }),
  storage(0x142, 'scause', 'Why the last trap was taken.'),
  storage(0x143, 'stval', 'The address or instruction that the last trap is about.'),
  storage(0x14d, 'stimecmp', 'Time at which the supervisor timer interrupts.', { reset: ALL, after: 'timer', asks: true }),
  storage(0x180, 'satp', 'Address translation: mode, address space, root page table.', { legal: legalSatp, after: 'addressSpace' }),
  csr(
    0x300,
    'mstatus',
    'Machine status.',
    { kind: 'status', visible: ALL },
    { writable: MSTATUS_WRITABLE, legal: legalStatus, after: 'translation', asks: true },
  ),
  csr(0x301, 'misa', 'Extensions of this hart.', { kind: 'isa' }),
  storage(0x302, 'medeleg', 'Exceptions that go to supervisor mode.', { writable: DELEGABLE }),
  // As firmware hands a hart to an operating system: the supervisor's interrupts are its own.
  storage(0x303, 'mideleg', 'Interrupts that go to supervisor mode.', { writable: S_INTERRUPTS, reset: S_INTERRUPTS, asks: true }),
  storage(0x304, 'mie', 'Machine interrupts that are enabled.', { writable: 0xaaan, asks: true }),
  storage(0x344, 'mip', 'Machine interrupts that are pending.', { writable: 0x222n, asks: true }),
  storage(0x305, 'mtvec', 'Address of the machine trap handler.', { writable: VECTOR }),
  storage(0x306, 'mcounteren', 'Counters that supervisor mode may read.', { writable: COUNTER_BITS, reset: COUNTER_BITS }),
  storage(0x30a, 'menvcfg', 'Features switched on for supervisor mode.', {
    writable: ENVCFG_FIOM | ENVCFG_BLOCKS | MENVCFG_STCE,
    reset: ENVCFG_BLOCKS | MENVCFG_STCE,
    legal: legalEnvironment,
  }),
  storage(0x340, 'mscratch', 'A word for the machine trap handler.'),
  storage(0x341, 'mepc', 'Address of the instruction that trapped to machine mode.', { legal: instructionAddress }),
  storage(0x342, 'mcause', 'Why the last trap to machine mode was taken.'),
  storage(0x343, 'mtval', 'The address or instruction that the last trap to machine mode is about.'),
  // A write of these two is taken, and changes nothing.
  csr(0xb00, 'mcycle', 'Cycles since the start, writable.', { kind: 'counter', counter: 'cycle' }),
  csr(0xb02, 'minstret', 'Instructions retired, writable.', { kind: 'counter', counter: 'instret' }),
  fixed(0xf11, 'mvendorid', 'Number of the vendor.'),
  fixed(0xf12, 'marchid', 'Number of the microarchitecture.', BigInt(MARCHID)),
  fixed(0xf13, 'mimpid', 'Number of the implementation.', BigInt(MIMPID)),
  csr(0xf14, 'mhartid', 'Number of this hart.', { kind: 'hart' }),
  fixed(0xf15, 'mconfigptr', 'Address of the configuration structure.'),
  ...run(0x3a0, 'pmpcfg', 0, 15, 'Physical memory protection: permissions.', [0]).filter(c => c.number % 2 === 0),
  ...run(0x3b0, 'pmpaddr', 0, 63, 'Physical memory protection: address.', [0]),

  // Known by name: user code, Linux, or QEMU's virt machine has them.
  csr(0x320, 'mcountinhibit', 'Counters that stand still.'),
  csr(0x7a0, 'tselect', 'Debug trigger that tdata1-3 show.'),
  csr(0x7a1, 'tdata1', 'Debug trigger: kind and control.'),
  csr(0x7a2, 'tdata2', 'Debug trigger: address or value.'),
  csr(0x7a3, 'tdata3', 'Debug trigger: further conditions.'),
  csr(0x7b0, 'dcsr', 'Debug mode control and status.'),
  csr(0x7b1, 'dpc', 'Address where debug mode was entered.'),
  csr(0x7b2, 'dscratch0', 'A word for the debugger.'),
  csr(0x7b3, 'dscratch1', 'A word for the debugger.'),
  // They count nothing. No bit of mcounteren and scounteren shows them to lower privileges, as Linux shows them to no program.
  ...run(0xc00, 'hpmcounter', 3, 31, 'An event counter.', ALL_COUNTERS).map((c, n) => ({ ...c, extension: 'Zihpm', enable: 2 ** (n + 3) })),
  ...run(0xb00, 'mhpmcounter', 3, 31, 'An event counter, writable.', ALL_COUNTERS).map(c => ({ ...c, extension: 'Zihpm' })),
  ...run(0x320, 'mhpmevent', 3, 31, 'The event that a counter counts.', ALL_COUNTERS).map(c => ({ ...c, extension: 'Zihpm' })),
]

/** Registers with 64 bits of their own in a hart's block, in their order there. */
export const csrsStored: readonly string[] = table.filter(c => c.holds?.kind === 'storage' || c.name === 'mstatus').map(c => c.name)

/** By number. */
export const csrs: readonly Csr[] = [...table].sort((a, b) => a.number - b.number)
export const csrByName: ReadonlyMap<string, Csr> = new Map(csrs.map(c => [c.name, c]))
export const csrByNumber: ReadonlyMap<number, Csr> = new Map(csrs.map(c => [c.number, c]))

/** Does any machine here have the register? */
export const csrExists = (name: string): boolean => (csrByName.get(name)?.holds ?? null) !== null
