// What GNU objdump 2.40 prints, to the letter, for the parts that its options ask for.
import { ElfError, foreignMachine, readElf } from '../../kernel/abi/index.ts'
import { showContents } from './objdump-contents.ts'
import { showDisassembly } from './objdump-disassemble.ts'
import { showHeaders } from './objdump-headers.ts'
import { showSymbolTable } from './objdump-symbols.ts'
import type { ObjdumpOptions, Part } from './objdump-options.ts'

const PARTS: readonly (readonly [keyof ObjdumpOptions, Part])[] = [
  ['headers', showHeaders],
  ['symbols', showSymbolTable],
  ['contents', showContents],
  ['disassemble', showDisassembly],
]

/**
 * The text of `objdump` for one file, with a final newline.
 * @throws ElfError when the file cannot be read
 */
export function objdump(bytes: Uint8Array, name: string, options: ObjdumpOptions): string {
  const elf = readElf(bytes, name)
  const foreign = foreignMachine(bytes)
  if (foreign !== null && options.disassemble) throw new ElfError(`${name}: a file for ${foreign}: only 64-bit RISC-V can be disassembled`)
  const lines = ['', `${name}:     file format ${foreign === null ? 'elf64-littleriscv' : `elf64 for ${foreign}`}`, '']
  for (const [option, part] of PARTS) if (options[option]) for (const line of part(elf, options)) lines.push(line)
  return lines.map(line => `${line}\n`).join('')
}
