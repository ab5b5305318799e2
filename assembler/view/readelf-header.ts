// readelf -h
import { DT, EF_RISCV_FLOAT_ABI_MASK, EF_RISCV_RVC, EF_RISCV_RVE, EM_RISCV, ET, readDynamic } from '../../kernel/abi/index.ts'
import { fileTypes, floatAbis, machines, osAbis } from './names.ts'
import { hex } from './text.ts'
import type { ElfFile } from '../../kernel/abi/index.ts'

const DF_1_PIE = 0x8000000n
const IDENT_SIZE = 16

/** `EXEC (Executable file)`; a program that may stand anywhere is told from a library by a dynamic flag. */
export function fileType(elf: ElfFile): string {
  const { type } = elf.header
  const flags = type === ET.DYN ? readDynamic(elf).find(d => d.tag === DT.FLAGS_1)?.value : undefined
  if (flags !== undefined && flags & DF_1_PIE) return 'DYN (Position-Independent Executable file)'
  return fileTypes[type] ?? `<unknown>: ${type.toString(16)}`
}

function flagNames(machine: number, flags: number): string {
  if (machine !== EM_RISCV) return ''
  const names: string[] = []
  if (flags & EF_RISCV_RVC) names.push('RVC')
  if (flags & EF_RISCV_RVE) names.push('RVE')
  names.push(floatAbis[(flags & EF_RISCV_FLOAT_ABI_MASK) >> 1])
  return names.map(n => `, ${n}`).join('')
}

export function showHeader(elf: ElfFile): string[] {
  const { header: h, bytes } = elf
  const row = (label: string, value: string): string => `  ${`${label}:`.padEnd(35)}${value}`
  const ident = [...bytes.subarray(0, IDENT_SIZE)].map(b => hex(b, 2)).join(' ')
  return [
    'ELF Header:',
    `  Magic:   ${ident} `,
    row('Class', 'ELF64'),
    row('Data', "2's complement, little endian"),
    row('Version', h.version === 1 ? '1 (current)' : String(h.version)),
    row('OS/ABI', osAbis.get(h.osAbi) ?? `<unknown: ${hex(h.osAbi)}>`),
    row('ABI Version', String(h.abiVersion)),
    row('Type', fileType(elf)),
    row('Machine', machines.get(h.machine) ?? `<unknown>: 0x${hex(h.machine)}`),
    row('Version', `0x${hex(h.version)}`),
    row('Entry point address', `0x${hex(h.entry)}`),
    row('Start of program headers', `${h.programOffset} (bytes into file)`),
    row('Start of section headers', `${h.sectionOffset} (bytes into file)`),
    row('Flags', `0x${hex(h.flags)}${flagNames(h.machine, h.flags)}`),
    row('Size of this header', `${h.headerSize} (bytes)`),
    row('Size of program headers', `${h.programEntrySize} (bytes)`),
    row('Number of program headers', String(h.programCount)),
    row('Size of section headers', `${h.sectionEntrySize} (bytes)`),
    row('Number of section headers', String(h.sectionCount)),
    row('Section header string table index', String(h.namesIndex)),
  ]
}
