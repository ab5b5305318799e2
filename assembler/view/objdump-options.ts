// What can be asked of objdump, and the shape of the parts that answer.
import type { ElfFile } from '../../kernel/abi/index.ts'

/** The flags of objdump: what to show. */
export interface ObjdumpOptions {
  /** -d; `all` is -D. */
  disassemble?: boolean | 'all'
  /** -h */
  headers?: boolean
  /** -t */
  symbols?: boolean
  /** -s */
  contents?: boolean
  /** -r with -d: relocations between the lines. */
  relocations?: boolean
  /** -M no-aliases */
  noAliases?: boolean
  /** -z: zeros are shown too. */
  zeros?: boolean
  /** -j: these sections only. */
  only?: readonly string[]
}

export type Part = (elf: ElfFile, options: ObjdumpOptions) => string[]
