// Control and status registers: name and sentence by number. The number itself tells who may access (Privileged spec, CSR Address
// Mapping Conventions): bits 11:10 = 3 is read-only, bits 9:8 the lowest privilege. The engine decides which of these it has;
// here are those that user code, Linux, or QEMU's virt machine names.

export interface Csr {
  number: number
  name: string
  doc: string
}

export const csrReadOnly = (number: number): boolean => number >> 10 === 3
/** 0 user, 1 supervisor, 2 hypervisor, 3 machine. */
export const csrPrivilege = (number: number): number => (number >> 8) & 3

const csr = (number: number, name: string, doc: string): Csr => ({ number, name, doc })
/** A numbered run such as hpmcounter3 to hpmcounter31. */
const run = (base: number, prefix: string, from: number, to: number, doc: string): Csr[] =>
  Array.from({ length: to - from + 1 }, (_, n) => csr(base + from + n, `${prefix}${from + n}`, doc))

export const CSR = {
  fflags: 0x001,
  frm: 0x002,
  fcsr: 0x003,
  cycle: 0xc00,
  time: 0xc01,
  instret: 0xc02,
  sstatus: 0x100,
  sie: 0x104,
  stvec: 0x105,
  scounteren: 0x106,
  senvcfg: 0x10a,
  sscratch: 0x140,
  sepc: 0x141,
  scause: 0x142,
  stval: 0x143,
  sip: 0x144,
  stimecmp: 0x14d,
  satp: 0x180,
  mstatus: 0x300,
  misa: 0x301,
  medeleg: 0x302,
  mideleg: 0x303,
  mie: 0x304,
  mtvec: 0x305,
  mcounteren: 0x306,
  menvcfg: 0x30a,
  mcountinhibit: 0x320,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,
  tselect: 0x7a0,
  tdata1: 0x7a1,
  tdata2: 0x7a2,
  tdata3: 0x7a3,
  dcsr: 0x7b0,
  dpc: 0x7b1,
  dscratch0: 0x7b2,
  dscratch1: 0x7b3,
  mcycle: 0xb00,
  minstret: 0xb02,
  mvendorid: 0xf11,
  marchid: 0xf12,
  mimpid: 0xf13,
  mhartid: 0xf14,
  mconfigptr: 0xf15,
} as const

/** What the identity registers read: "HB" (no vendor, and a number that nobody was given), and the version as bytes major, minor, patch. */
export const MARCHID = 0x4842
export const MIMPID = 0x000100

const DOCS: Record<keyof typeof CSR, string> = {
  fflags: 'Floating-point exceptions that have happened: NV DZ OF UF NX.',
  frm: 'Rounding mode of instructions that name none.',
  fcsr: 'frm and fflags together.',
  cycle: 'Cycles since the start.',
  time: 'Ticks of the real-time clock.',
  instret: 'Instructions retired.',
  sstatus: 'Supervisor status: interrupt enable, previous privilege, FS, SUM, MXR.',
  sie: 'Supervisor interrupts that are enabled.',
  stvec: 'Address of the supervisor trap handler.',
  scounteren: 'Counters that user mode may read.',
  senvcfg: 'Features switched on for user mode.',
  sscratch: 'A word for the trap handler.',
  sepc: 'Address of the instruction that trapped.',
  scause: 'Why the last trap was taken.',
  stval: 'The address or instruction that the last trap is about.',
  sip: 'Supervisor interrupts that are pending.',
  stimecmp: 'Time at which the supervisor timer interrupts.',
  satp: 'Address translation: mode, address space, root page table.',
  mstatus: 'Machine status.',
  misa: 'Extensions of this hart.',
  medeleg: 'Exceptions that go to supervisor mode.',
  mideleg: 'Interrupts that go to supervisor mode.',
  mie: 'Machine interrupts that are enabled.',
  mtvec: 'Address of the machine trap handler.',
  mcounteren: 'Counters that supervisor mode may read.',
  menvcfg: 'Features switched on for supervisor mode.',
  mcountinhibit: 'Counters that stand still.',
  mscratch: 'A word for the machine trap handler.',
  mepc: 'Address of the instruction that trapped to machine mode.',
  mcause: 'Why the last trap to machine mode was taken.',
  mtval: 'The address or instruction that the last trap to machine mode is about.',
  mip: 'Machine interrupts that are pending.',
  tselect: 'Debug trigger that tdata1-3 show.',
  tdata1: 'Debug trigger: kind and control.',
  tdata2: 'Debug trigger: address or value.',
  tdata3: 'Debug trigger: further conditions.',
  dcsr: 'Debug mode control and status.',
  dpc: 'Address where debug mode was entered.',
  dscratch0: 'A word for the debugger.',
  dscratch1: 'A word for the debugger.',
  mcycle: 'Cycles since the start, writable.',
  minstret: 'Instructions retired, writable.',
  mvendorid: 'Number of the vendor.',
  marchid: 'Number of the microarchitecture.',
  mimpid: 'Number of the implementation.',
  mhartid: 'Number of this hart.',
  mconfigptr: 'Address of the configuration structure.',
}

const isCsrName = (name: string): name is keyof typeof CSR => name in CSR

export const csrs: readonly Csr[] = [
  ...Object.keys(CSR)
    .filter(isCsrName)
    .map(name => csr(CSR[name], name, DOCS[name])),
  ...run(0xc00, 'hpmcounter', 3, 31, 'An event counter.'),
  ...run(0x3a0, 'pmpcfg', 0, 15, 'Physical memory protection: permissions.').filter(c => c.number % 2 === 0),
  ...run(0x3b0, 'pmpaddr', 0, 63, 'Physical memory protection: address.'),
  ...run(0xb00, 'mhpmcounter', 3, 31, 'An event counter, writable.'),
  ...run(0x320, 'mhpmevent', 3, 31, 'The event that a counter counts.'),
].sort((a, b) => a.number - b.number)

export const csrByName: ReadonlyMap<string, Csr> = new Map(csrs.map(c => [c.name, c]))
export const csrByNumber: ReadonlyMap<number, Csr> = new Map(csrs.map(c => [c.number, c]))
