// Names of ELF numbers as GNU readelf and objdump print them.
import { DT, PT, SHT, STB, STT } from '../../kernel/abi/index.ts'

/** A table of names by number, from an object of numbers by name. */
const invert = (table: Readonly<Record<string, number>>): ReadonlyMap<number, string> =>
  new Map(Object.entries(table).map(([name, n]) => [n, name]))

export const sectionTypes = invert({
  ...SHT,
  VERDEF: SHT.GNU_VERDEF,
  VERNEED: SHT.GNU_VERNEED,
  VERSYM: SHT.GNU_VERSYM,
  'SYMTAB SECTION INDICES': SHT.SYMTAB_SHNDX,
})
export const segmentTypes = invert(PT)
export const dynamicTags = invert(DT)
export const symbolTypes = invert({ ...STT, IFUNC: STT.GNU_IFUNC })
export const symbolBindings = invert({ LOCAL: STB.LOCAL, GLOBAL: STB.GLOBAL, WEAK: STB.WEAK, UNIQUE: STB.GNU_UNIQUE })
export const visibilities = ['DEFAULT', 'INTERNAL', 'HIDDEN', 'PROTECTED']

export const fileTypes = ['NONE (None)', 'REL (Relocatable file)', 'EXEC (Executable file)', 'DYN (Shared object file)', 'CORE (Core file)']
export const osAbis: ReadonlyMap<number, string> = new Map([
  [0, 'UNIX - System V'],
  [3, 'UNIX - GNU'],
])
export const machines: ReadonlyMap<number, string> = new Map([
  [0, 'None'],
  [3, 'Intel 80386'],
  [62, 'Advanced Micro Devices X86-64'],
  [183, 'AArch64'],
  [243, 'RISC-V'],
])
export const floatAbis = ['soft-float ABI', 'single-float ABI', 'double-float ABI', 'quad-float ABI']

/** Letters of section flags in the order of their bits. */
export const flagLetters: readonly (readonly [number, string])[] = [
  [0x1, 'W'],
  [0x2, 'A'],
  [0x4, 'X'],
  [0x10, 'M'],
  [0x20, 'S'],
  [0x40, 'I'],
  [0x80, 'L'],
  [0x100, 'O'],
  [0x200, 'G'],
  [0x400, 'T'],
  [0x800, 'C'],
  [0x200000, 'R'],
  [0x80000000, 'E'],
]

/** How the value of a dynamic entry is shown. */
export type DynamicForm = 'address' | 'bytes' | 'count' | 'needed' | 'soname' | 'runpath' | 'rpath' | 'flags' | 'flags1' | 'pltrel'
export const dynamicForms: ReadonlyMap<number, DynamicForm> = new Map<number, DynamicForm>([
  [DT.NEEDED, 'needed'],
  [DT.SONAME, 'soname'],
  [DT.RPATH, 'rpath'],
  [DT.RUNPATH, 'runpath'],
  ...[
    DT.PLTRELSZ,
    DT.RELASZ,
    DT.RELAENT,
    DT.STRSZ,
    DT.SYMENT,
    DT.INIT_ARRAYSZ,
    DT.FINI_ARRAYSZ,
    DT.PREINIT_ARRAYSZ,
    DT.RELSZ,
    DT.RELENT,
  ].map(t => [t, 'bytes'] as const),
  ...[DT.VERDEFNUM, DT.VERNEEDNUM, DT.RELACOUNT].map(t => [t, 'count'] as const),
  [DT.FLAGS, 'flags'],
  [DT.FLAGS_1, 'flags1'],
  [DT.PLTREL, 'pltrel'],
])
export const dynamicFlags: readonly (readonly [number, string])[] = [
  [1, 'ORIGIN'],
  [2, 'SYMBOLIC'],
  [4, 'TEXTREL'],
  [8, 'BIND_NOW'],
  [16, 'STATIC_TLS'],
]
export const dynamicFlags1: readonly (readonly [number, string])[] = [
  [0x1, 'NOW'],
  [0x2, 'GLOBAL'],
  [0x4, 'GROUP'],
  [0x8, 'NODELETE'],
  [0x20, 'INITFIRST'],
  [0x40, 'NOOPEN'],
  [0x80, 'ORIGIN'],
  [0x8000000, 'PIE'],
]
