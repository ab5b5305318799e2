// ELF is the contract between the assembler, the linker, exec and the debugger: its numbers and one careful reader, for all of them.
export * from './elf-constants.ts'
export {
  ElfError,
  readDynamic,
  readElf,
  readElfHeaders,
  readNotes,
  readRelocations,
  readSymbols,
  sectionBytes,
  segmentBytes,
  type DynamicEntry,
  type ElfFile,
  type ElfHeader,
  type ElfHeaders,
  type ElfSymbol,
  type Note,
  type Relocation,
  type Section,
  type Segment,
} from './elf-read.ts'
export { elfParsers } from './elf-parser.ts'
