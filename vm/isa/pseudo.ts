// Pseudo-instructions: other ways to write an instruction, or a short sequence of them. One table serves the assembler, which
// expands by it, and the disassembler, which prints the first row that fits (RISC-V Assembly Programmer's Manual, and what GNU
// objdump prefers to print).
import { csrByName } from './csrs.ts'
import { isField, parseSyntax, type Expansion } from './define.ts'
import type { FieldName } from './fields.ts'
import { lazily } from './lazily.ts'
import { xByName } from './registers.ts'

export interface Pseudo {
  name: string
  /** As for rows: fields in place of operands, e.g. `rd, i(rs1)`. */
  syntax: string
  operands: readonly FieldName[]
  /** Instructions in order; each operand is a field of this syntax or a fixed number. */
  expansion: readonly Expansion[]
  /** The disassembler prints it (one-instruction forms only); `short`: only when asked for the short names of immediate forms. */
  printed: boolean | 'short'
}

function parseOperand(text: string): FieldName | number {
  if (isField(text)) return text
  const number = xByName.get(text) ?? csrByName.get(text)?.number ?? Number(text)
  if (Number.isNaN(number)) throw new Error(`pseudo-instruction table: operand ${text}`)
  return number
}

function parseTemplate(text: string): Expansion {
  const [name, ...operands] = text.split(/[\s,()]+/).filter(Boolean)
  return { name, operands: operands.map(parseOperand) }
}

const define = (syntax: string, expansion: string, isPrinted: Pseudo['printed']): Pseudo => ({
  ...parseSyntax(syntax),
  expansion: expansion.split(';').map(parseTemplate),
  printed: isPrinted,
})
const printed = (syntax: string, expansion: string): Pseudo => define(syntax, expansion, true)
/** Forms that GNU objdump 2.40 prints and later versions do not. */
const printedShort = (syntax: string, expansion: string): Pseudo => define(syntax, expansion, 'short')
const written = (syntax: string, expansion: string): Pseudo => define(syntax, expansion, false)

// `add a0, a1, 4` is `addi`; GNU as takes the register form's name with an immediate.
const IMMEDIATE_FORMS: readonly (readonly [string, string, FieldName])[] = [
  ['add', 'addi', 'i'],
  ['and', 'andi', 'i'],
  ['or', 'ori', 'i'],
  ['xor', 'xori', 'i'],
  ['addw', 'addiw', 'i'],
  ['sll', 'slli', 'shamt'],
  ['srl', 'srli', 'shamt'],
  ['sra', 'srai', 'shamt'],
  ['sllw', 'slliw', 'shamtw'],
  ['srlw', 'srliw', 'shamtw'],
  ['sraw', 'sraiw', 'shamtw'],
  ['ror', 'rori', 'shamt'],
  ['rorw', 'roriw', 'shamtw'],
  ['bclr', 'bclri', 'shamt'],
  ['bext', 'bexti', 'shamt'],
  ['binv', 'binvi', 'shamt'],
  ['bset', 'bseti', 'shamt'],
]
/** Counters and the parts of fcsr: mnemonics that name their CSR. */
const READ_FORMS: readonly (readonly [string, string])[] = [
  ['rdcycle', 'cycle'],
  ['rdtime', 'time'],
  ['rdinstret', 'instret'],
  ['frcsr', 'fcsr'],
  ['frrm', 'frm'],
  ['frflags', 'fflags'],
]
const WRITE_FORMS: readonly (readonly [string, string])[] = [
  ['fscsr', 'fcsr'],
  ['fsrm', 'frm'],
  ['fsflags', 'fflags'],
]

const floatForms = (s: 'h' | 's' | 'd'): Pseudo[] => [
  printed(`fmv.${s} frd, frs1`, `fsgnj.${s} frd, frs1, frs1`),
  printed(`fneg.${s} frd, frs1`, `fsgnjn.${s} frd, frs1, frs1`),
  printed(`fabs.${s} frd, frs1`, `fsgnjx.${s} frd, frs1, frs1`),
  written(`fgt.${s} rd, frs2, frs1`, `flt.${s} rd, frs1, frs2`),
  written(`fge.${s} rd, frs2, frs1`, `fle.${s} rd, frs1, frs2`),
]

/** What GNU as writes vector instructions as, in the order of Vector spec 1.0. */
const vectorForms = (): readonly Pseudo[] => [
  ...[1, 2, 4, 8].map(n => printed(`vl${n}r.v vd, (rs1)`, `vl${n}re8.v vd, rs1`)),
  printed('vneg.v vd, vs2, vm', 'vrsub.vx vd, vs2, zero, vm'),
  printed('vnot.v vd, vs2, vm', 'vxor.vi vd, vs2, -1, vm'),
  printed('vwcvt.x.x.v vd, vs2, vm', 'vwadd.vx vd, vs2, zero, vm'),
  printed('vwcvtu.x.x.v vd, vs2, vm', 'vwaddu.vx vd, vs2, zero, vm'),
  printed('vncvt.x.x.w vd, vs2, vm', 'vnsrl.wx vd, vs2, zero, vm'),
  printed('vfneg.v vd, vs2, vm', 'vfsgnjn.vv vd, vs2, vs2, vm'),
  printed('vfabs.v vd, vs2, vm', 'vfsgnjx.vv vd, vs2, vs2, vm'),
  printed('vmmv.m vd, vs2', 'vmand.mm vd, vs2, vs2'),
  printed('vmclr.m vd', 'vmxor.mm vd, vd, vd'),
  printed('vmset.m vd', 'vmxnor.mm vd, vd, vd'),
  printed('vmnot.m vd, vs2', 'vmnand.mm vd, vs2, vs2'),
  ...['', 'u'].flatMap(u => [
    written(`vmsgt${u}.vv vd, vs1, vs2, vm`, `vmslt${u}.vv vd, vs2, vs1, vm`),
    written(`vmsge${u}.vv vd, vs1, vs2, vm`, `vmsle${u}.vv vd, vs2, vs1, vm`),
    written(`vmsge${u}.vx vd, vs2, rs1`, `vmslt${u}.vx vd, vs2, rs1, 1; vmnand.mm vd, vd, vd`),
    written(`vmsge${u}.vx vdnz, vs2, rs1, v0.t`, `vmslt${u}.vx vdnz, vs2, rs1, 0; vmxor.mm vdnz, vdnz, 0`),
    written(`vmsge${u}.vx v0, vs2, rs1, v0.t, vt`, `vmslt${u}.vx vt, vs2, rs1, 0; vmandn.mm 0, 0, vt`),
    written(
      `vmsge${u}.vx vdnz, vs2, rs1, v0.t, vt`,
      `vmslt${u}.vx vt, vs2, rs1, 0; vmandn.mm vt, 0, vt; vmandn.mm vdnz, vdnz, 0; vmor.mm vdnz, vt, vdnz`,
    ),
  ]),
  written('vmslt.vi vd, vs2, less1, vm', 'vmsle.vi vd, vs2, less1, vm'),
  written('vmsge.vi vd, vs2, less1, vm', 'vmsgt.vi vd, vs2, less1, vm'),
  written('vmsltu.vi vd, vs2, 0, vm', 'vmsne.vv vd, vs2, vs2, vm'),
  written('vmsgeu.vi vd, vs2, 0, vm', 'vmseq.vv vd, vs2, vs2, vm'),
  written('vmsltu.vi vd, vs2, less1nz, vm', 'vmsleu.vi vd, vs2, less1nz, vm'),
  written('vmsgeu.vi vd, vs2, less1nz, vm', 'vmsgtu.vi vd, vs2, less1nz, vm'),
  written('vmfgt.vv vd, vs1, vs2, vm', 'vmflt.vv vd, vs2, vs1, vm'),
  written('vmfge.vv vd, vs1, vs2, vm', 'vmfle.vv vd, vs2, vs1, vm'),
  // Names of drafts.
  written('vmcpy.m vd, vs2', 'vmand.mm vd, vs2, vs2'),
  written('vpopc.m rd, vs2, vm', 'vcpop.m rd, vs2, vm'),
  written('vmandnot.mm vd, vs2, vs1', 'vmandn.mm vd, vs2, vs1'),
  written('vmornot.mm vd, vs2, vs1', 'vmorn.mm vd, vs2, vs1'),
  written('vle1.v vd, (rs1)', 'vlm.v vd, rs1'),
  written('vse1.v vs3, (rs1)', 'vsm.v vs3, rs1'),
  written('vfredsum.vs vd, vs2, vs1, vm', 'vfredusum.vs vd, vs2, vs1, vm'),
  written('vfwredsum.vs vd, vs2, vs1, vm', 'vfwredusum.vs vd, vs2, vs1, vm'),
]

export const pseudos: () => readonly Pseudo[] = lazily(() => [
  printed('nop', 'addi zero, zero, 0'),
  printed('li rd, i', 'addi rd, zero, i'),
  printed('mv rd, rs1', 'addi rd, rs1, 0'),
  written('move rd, rs1', 'addi rd, rs1, 0'),
  printed('not rd, rs1', 'xori rd, rs1, -1'),
  printed('zext.b rd, rs1', 'andi rd, rs1, 255'),
  printed('neg rd, rs2', 'sub rd, zero, rs2'),
  printed('negw rd, rs2', 'subw rd, zero, rs2'),
  printed('sext.w rd, rs1', 'addiw rd, rs1, 0'),
  written('sext.b rd, rs1', 'slli rd, rs1, 56; srai rd, rd, 56'),
  written('sext.h rd, rs1', 'slli rd, rs1, 48; srai rd, rd, 48'),
  written('zext.h rd, rs1', 'slli rd, rs1, 48; srli rd, rd, 48'),
  printed('zext.w rd, rs1', 'add.uw rd, rs1, zero'),
  written('zext.w rd, rs1', 'slli rd, rs1, 32; srli rd, rd, 32'),
  written('packw rd, rs1, zero', 'zext.h rd, rs1'),
  printed('seqz rd, rs1', 'sltiu rd, rs1, 1'),
  printed('snez rd, rs2', 'sltu rd, zero, rs2'),
  printed('sltz rd, rs1', 'slt rd, rs1, zero'),
  printed('sgtz rd, rs2', 'slt rd, zero, rs2'),
  written('sgt rd, rs2, rs1', 'slt rd, rs1, rs2'),
  written('sgtu rd, rs2, rs1', 'sltu rd, rs1, rs2'),
  ...IMMEDIATE_FORMS.map(([short, name, field]) => printedShort(`${short} rd, rs1, ${field}`, `${name} rd, rs1, ${field}`)),
  written('slt rd, rs1, i', 'slti rd, rs1, i'),
  written('sltu rd, rs1, i', 'sltiu rd, rs1, i'),

  printed('beqz rs1, b', 'beq rs1, zero, b'),
  printed('bnez rs1, b', 'bne rs1, zero, b'),
  printed('bltz rs1, b', 'blt rs1, zero, b'),
  printed('bgtz rs2, b', 'blt zero, rs2, b'),
  printed('blez rs2, b', 'bge zero, rs2, b'),
  printed('bgez rs1, b', 'bge rs1, zero, b'),
  written('bgt rs2, rs1, b', 'blt rs1, rs2, b'),
  written('ble rs2, rs1, b', 'bge rs1, rs2, b'),
  written('bgtu rs2, rs1, b', 'bltu rs1, rs2, b'),
  written('bleu rs2, rs1, b', 'bgeu rs1, rs2, b'),
  printed('j j', 'jal zero, j'),
  printed('jal j', 'jal ra, j'),
  printed('ret', 'jalr zero, 0(ra)'),
  printed('jr rs1', 'jalr zero, 0(rs1)'),
  printed('jr i(rs1)', 'jalr zero, i(rs1)'),
  written('jr rs1, i', 'jalr zero, i(rs1)'),
  printed('jalr rs1', 'jalr ra, 0(rs1)'),
  printed('jalr i(rs1)', 'jalr ra, i(rs1)'),
  written('jalr rs1, i', 'jalr ra, i(rs1)'),
  printed('jalr rd, rs1', 'jalr rd, 0(rs1)'),
  written('jalr rd, rs1, i', 'jalr rd, i(rs1)'),
  written('scall', 'ecall'),
  written('sbreak', 'ebreak'),
  printed('unimp', 'csrrw zero, cycle, zero'),
  printed('fence', 'fence 15, 15'),
  printed('pause', 'fence 1, 0'),
  ...['p1', 'pall', 's1', 'all'].map((where, n) => printed(`ntl.${where}`, `add zero, zero, x${n + 2}`)),
  ...['i', 'r', 'w'].map(what => printed(`prefetch.${what} pf${what}(rs1)`, `ori zero, rs1, pf${what}`)),
  printed('sfence.vma', 'sfence.vma zero, zero'),
  printed('sfence.vma rs1', 'sfence.vma rs1, zero'),

  ...READ_FORMS.map(([name, csr]) => printed(`${name} rd`, `csrrs rd, ${csr}, zero`)),
  ...WRITE_FORMS.flatMap(([name, csr]) => [
    printed(`${name} rs1`, `csrrw zero, ${csr}, rs1`),
    printed(`${name} rd, rs1`, `csrrw rd, ${csr}, rs1`),
  ]),
  written('fsrmi uimm', 'csrrwi zero, frm, uimm'),
  printed('fsrmi rd, uimm', 'csrrwi rd, frm, uimm'),
  written('fsflagsi uimm', 'csrrwi zero, fflags, uimm'),
  printed('fsflagsi rd, uimm', 'csrrwi rd, fflags, uimm'),
  printed('csrr rd, csr', 'csrrs rd, csr, zero'),
  printed('csrw csr, rs1', 'csrrw zero, csr, rs1'),
  printed('csrs csr, rs1', 'csrrs zero, csr, rs1'),
  printed('csrc csr, rs1', 'csrrc zero, csr, rs1'),
  printed('csrw csr, uimm', 'csrrwi zero, csr, uimm'),
  printed('csrs csr, uimm', 'csrrsi zero, csr, uimm'),
  printed('csrc csr, uimm', 'csrrci zero, csr, uimm'),
  written('csrwi csr, uimm', 'csrrwi zero, csr, uimm'),
  written('csrsi csr, uimm', 'csrrsi zero, csr, uimm'),
  written('csrci csr, uimm', 'csrrci zero, csr, uimm'),
  printedShort('csrrw rd, csr, uimm', 'csrrwi rd, csr, uimm'),
  printedShort('csrrs rd, csr, uimm', 'csrrsi rd, csr, uimm'),
  printedShort('csrrc rd, csr, uimm', 'csrrci rd, csr, uimm'),

  ...floatForms('s'),
  ...floatForms('d'),
  ...floatForms('h'),
  ...vectorForms(),
  written('fmv.x.s rd, frs1', 'fmv.x.w rd, frs1'),
  written('fmv.s.x frd, rs1', 'fmv.w.x frd, rs1'),
])

/** Forms of one name, in the order to try them; real instructions of that name come first. */
export const pseudosByName: () => ReadonlyMap<string, readonly Pseudo[]> = lazily(() => group(pseudos(), p => p.name))
/** Printed forms by the instruction that they print. */
export const pseudosByInstruction: () => ReadonlyMap<string, readonly Pseudo[]> = lazily(() =>
  group(
    pseudos().filter(p => p.printed),
    p => p.expansion[0].name,
  ),
)

function group<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return groups
}

/**
 * Pseudo-instructions whose expansion depends on a symbol's address or on a 64-bit value, so that the assembler expands them itself:
 * here for its completion and suggestions, and for the manual.
 */
export const symbolPseudos: readonly { name: string; syntax: string; expansion: string; doc: string }[] = [
  { name: 'li', syntax: 'rd, value', expansion: 'see loadImmediate', doc: 'rd = any 64-bit value.' },
  {
    name: 'la',
    syntax: 'rd, symbol',
    expansion: 'auipc rd, %pcrel_hi(symbol); addi rd, rd, %pcrel_lo(.)',
    doc: 'rd = address of symbol; through the global offset table when position-independent.',
  },
  {
    name: 'lla',
    syntax: 'rd, symbol',
    expansion: 'auipc rd, %pcrel_hi(symbol); addi rd, rd, %pcrel_lo(.)',
    doc: 'rd = address of a local symbol.',
  },
  {
    name: 'lga',
    syntax: 'rd, symbol',
    expansion: 'auipc rd, %got_pcrel_hi(symbol); ld rd, %pcrel_lo(.)(rd)',
    doc: 'rd = address of symbol, through the global offset table.',
  },
  {
    name: 'la.tls.gd',
    syntax: 'rd, symbol',
    expansion: 'auipc rd, %tls_gd_pcrel_hi(symbol); addi rd, rd, %pcrel_lo(.)',
    doc: 'rd = address of the descriptor of a thread-local symbol.',
  },
  {
    name: 'la.tls.ie',
    syntax: 'rd, symbol',
    expansion: 'auipc rd, %tls_ie_pcrel_hi(symbol); ld rd, %pcrel_lo(.)(rd)',
    doc: 'rd = offset of a thread-local symbol from tp.',
  },
  { name: 'call', syntax: 'symbol', expansion: 'auipc ra, symbol; jalr ra, ra', doc: 'Call a function anywhere within 2 GiB.' },
  { name: 'tail', syntax: 'symbol', expansion: 'auipc t1, symbol; jr t1', doc: 'Jump to a function anywhere within 2 GiB; changes t1.' },
  { name: 'jump', syntax: 'symbol, rt', expansion: 'auipc rt, symbol; jr rt', doc: 'Jump anywhere within 2 GiB; changes rt.' },
  ...['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld'].map(name => ({
    name,
    syntax: 'rd, symbol',
    expansion: `auipc rd, %pcrel_hi(symbol); ${name} rd, %pcrel_lo(.)(rd)`,
    doc: 'Load from the address of symbol.',
  })),
  ...['sb', 'sh', 'sw', 'sd'].map(name => ({
    name,
    syntax: 'rs2, symbol, rt',
    expansion: `auipc rt, %pcrel_hi(symbol); ${name} rs2, %pcrel_lo(.)(rt)`,
    doc: 'Store to the address of symbol; changes rt.',
  })),
  ...['flw', 'fld'].map(name => ({
    name,
    syntax: 'frd, symbol, rt',
    expansion: `auipc rt, %pcrel_hi(symbol); ${name} frd, %pcrel_lo(.)(rt)`,
    doc: 'Load from the address of symbol; changes rt.',
  })),
  ...['fsw', 'fsd'].map(name => ({
    name,
    syntax: 'frs2, symbol, rt',
    expansion: `auipc rt, %pcrel_hi(symbol); ${name} frs2, %pcrel_lo(.)(rt)`,
    doc: 'Store to the address of symbol; changes rt.',
  })),
]
