// What can be asked of readelf, and the shape of the parts that answer.
import type { ElfFile } from '../../kernel/abi/index.ts'

/** The flags of readelf: what to show. */
export interface ReadelfOptions {
  /** -h */
  header?: boolean
  /** -l */
  segments?: boolean
  /** -S */
  sections?: boolean
  /** -s */
  symbols?: boolean
  /** -r */
  relocations?: boolean
  /** -d */
  dynamic?: boolean
  /** -n */
  notes?: boolean
  /** -A */
  attributes?: boolean
  /** -W */
  wide?: boolean
  /** -a: all of these, section groups, unwind tables and versions. */
  all?: boolean
}

/** One part of the output: lines, an empty list when there is nothing to say. */
export type Part = (elf: ElfFile, options: ReadelfOptions) => string[]
