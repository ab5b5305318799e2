// The numbers of the ELF format (System V gABI chapters 4 and 5, and the RISC-V ELF psABI), by the names that their headers give them.

export const ELF_MAGIC = 0x464c457f
export const ELFCLASS64 = 2
export const ELFDATA2LSB = 1
export const EV_CURRENT = 1
export const EM_RISCV = 243

export const ET = { NONE: 0, REL: 1, EXEC: 2, DYN: 3, CORE: 4 } as const

/** e_flags of RISC-V: compressed code, and the floating-point calling convention in bits 1-2. */
export const EF_RISCV_RVC = 1
export const EF_RISCV_FLOAT_ABI_DOUBLE = 4
export const EF_RISCV_FLOAT_ABI = { soft: 0, single: 2, double: 4, quad: 6 } as const
export const EF_RISCV_FLOAT_ABI_MASK = 6
export const EF_RISCV_RVE = 8

/** Sizes of the structures in bytes. */
export const SIZEOF_EHDR = 64
export const SIZEOF_PHDR = 56
export const SIZEOF_SHDR = 64
export const SIZEOF_SYM = 24
export const SIZEOF_RELA = 24
export const SIZEOF_DYN = 16
export const SIZEOF_NHDR = 12
/** Names and contents of notes begin at a multiple of four. */
export const noteAligned = (n: number): number => (n + 3) & ~3

export const PT = {
  NULL: 0,
  LOAD: 1,
  DYNAMIC: 2,
  INTERP: 3,
  NOTE: 4,
  SHLIB: 5,
  PHDR: 6,
  TLS: 7,
  GNU_EH_FRAME: 0x6474e550,
  GNU_STACK: 0x6474e551,
  GNU_RELRO: 0x6474e552,
  GNU_PROPERTY: 0x6474e553,
  RISCV_ATTRIBUTES: 0x70000003,
} as const
export const PF = { X: 1, W: 2, R: 4 } as const

export const SHT = {
  NULL: 0,
  PROGBITS: 1,
  SYMTAB: 2,
  STRTAB: 3,
  RELA: 4,
  HASH: 5,
  DYNAMIC: 6,
  NOTE: 7,
  NOBITS: 8,
  REL: 9,
  SHLIB: 10,
  DYNSYM: 11,
  INIT_ARRAY: 14,
  FINI_ARRAY: 15,
  PREINIT_ARRAY: 16,
  GROUP: 17,
  SYMTAB_SHNDX: 18,
  GNU_ATTRIBUTES: 0x6ffffff5,
  GNU_HASH: 0x6ffffff6,
  GNU_VERDEF: 0x6ffffffd,
  GNU_VERNEED: 0x6ffffffe,
  GNU_VERSYM: 0x6fffffff,
  RISCV_ATTRIBUTES: 0x70000003,
} as const
export const SHF = {
  WRITE: 0x1,
  ALLOC: 0x2,
  EXECINSTR: 0x4,
  MERGE: 0x10,
  STRINGS: 0x20,
  INFO_LINK: 0x40,
  LINK_ORDER: 0x80,
  OS_NONCONFORMING: 0x100,
  GROUP: 0x200,
  TLS: 0x400,
  COMPRESSED: 0x800,
  GNU_RETAIN: 0x200000,
  EXCLUDE: 0x80000000,
} as const
export const SHN = { UNDEF: 0, LORESERVE: 0xff00, ABS: 0xfff1, COMMON: 0xfff2, XINDEX: 0xffff } as const

export const STB = { LOCAL: 0, GLOBAL: 1, WEAK: 2, GNU_UNIQUE: 10 } as const
export const STT = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4, COMMON: 5, TLS: 6, GNU_IFUNC: 10 } as const
export const STV = { DEFAULT: 0, INTERNAL: 1, HIDDEN: 2, PROTECTED: 3 } as const
/** st_other: the function does not follow the standard calling convention (psABI, "Special symbols"). */
export const STO_RISCV_VARIANT_CC = 0x80

/** Relocation types of the RISC-V ELF psABI. */
export const R_RISCV = {
  NONE: 0,
  32: 1,
  64: 2,
  RELATIVE: 3,
  COPY: 4,
  JUMP_SLOT: 5,
  TLS_DTPMOD32: 6,
  TLS_DTPMOD64: 7,
  TLS_DTPREL32: 8,
  TLS_DTPREL64: 9,
  TLS_TPREL32: 10,
  TLS_TPREL64: 11,
  BRANCH: 16,
  JAL: 17,
  CALL: 18,
  CALL_PLT: 19,
  GOT_HI20: 20,
  TLS_GOT_HI20: 21,
  TLS_GD_HI20: 22,
  PCREL_HI20: 23,
  PCREL_LO12_I: 24,
  PCREL_LO12_S: 25,
  HI20: 26,
  LO12_I: 27,
  LO12_S: 28,
  TPREL_HI20: 29,
  TPREL_LO12_I: 30,
  TPREL_LO12_S: 31,
  TPREL_ADD: 32,
  ADD8: 33,
  ADD16: 34,
  ADD32: 35,
  ADD64: 36,
  SUB8: 37,
  SUB16: 38,
  SUB32: 39,
  SUB64: 40,
  GNU_VTINHERIT: 41,
  GNU_VTENTRY: 42,
  ALIGN: 43,
  RVC_BRANCH: 44,
  RVC_JUMP: 45,
  RVC_LUI: 46,
  GPREL_I: 47,
  GPREL_S: 48,
  TPREL_I: 49,
  TPREL_S: 50,
  RELAX: 51,
  SUB6: 52,
  SET6: 53,
  SET8: 54,
  SET16: 55,
  SET32: 56,
  '32_PCREL': 57,
  IRELATIVE: 58,
  PLT32: 59,
  SET_ULEB128: 60,
  SUB_ULEB128: 61,
} as const
export type RelocationName = keyof typeof R_RISCV

export const DT = {
  NULL: 0,
  NEEDED: 1,
  PLTRELSZ: 2,
  PLTGOT: 3,
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  RELA: 7,
  RELASZ: 8,
  RELAENT: 9,
  STRSZ: 10,
  SYMENT: 11,
  INIT: 12,
  FINI: 13,
  SONAME: 14,
  RPATH: 15,
  SYMBOLIC: 16,
  REL: 17,
  RELSZ: 18,
  RELENT: 19,
  PLTREL: 20,
  DEBUG: 21,
  TEXTREL: 22,
  JMPREL: 23,
  BIND_NOW: 24,
  INIT_ARRAY: 25,
  FINI_ARRAY: 26,
  INIT_ARRAYSZ: 27,
  FINI_ARRAYSZ: 28,
  RUNPATH: 29,
  FLAGS: 30,
  PREINIT_ARRAY: 32,
  PREINIT_ARRAYSZ: 33,
  GNU_HASH: 0x6ffffef5,
  VERSYM: 0x6ffffff0,
  RELACOUNT: 0x6ffffff9,
  FLAGS_1: 0x6ffffffb,
  VERDEF: 0x6ffffffc,
  VERDEFNUM: 0x6ffffffd,
  VERNEED: 0x6ffffffe,
  VERNEEDNUM: 0x6fffffff,
} as const

export const NT_GNU_ABI_TAG = 1
export const NT_GNU_BUILD_ID = 3
