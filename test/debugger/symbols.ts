// Addresses of names in the built programs.
import { readElf, readSymbols } from '../../kernel/index.ts'
import { BUILT_ROOT } from '../machine.ts'

const SHT_SYMTAB = 2

/** Address of a symbol of a program such as `labs/cow`. Throws when there is none. */
export function symbolAddress(program: string, name: string): number {
  const file = BUILT_ROOT.find(f => f.path.replace(/^\//, '') === program)
  if (file?.kind !== 'regular' || file.data === undefined) throw new Error(`there is no program ${program}`)
  const elf = readElf(file.data, program)
  const symbols = elf.sections.filter(section => section.type === SHT_SYMTAB).flatMap(section => readSymbols(elf, section))
  const symbol = symbols.find(found => found.name === name)
  if (symbol === undefined) throw new Error(`${program} has no symbol ${name}`)
  return Number(symbol.value)
}
