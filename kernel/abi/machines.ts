// What e_machine says (gABI, registry of machine numbers): the common ones by name, for messages about files that are not for this machine.
export const MACHINE_NAMES: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: 'i386',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 'S/390',
  40: 'ARM',
  42: 'SuperH',
  43: 'SPARC V9',
  50: 'IA-64',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
  247: 'BPF',
  258: 'LoongArch',
}
export const machineName = (machine: number): string => MACHINE_NAMES[machine] ?? `machine ${machine}`

const MAGIC = [0x7f, 0x45, 0x4c, 0x46]
const EI_CLASS = 4
const EI_DATA = 5
const E_MACHINE = 18
const RISCV = 243

/** What an ELF file is for when this machine cannot run it (`x86-64`, `32-bit RISC-V`); null when it can, or when it is no ELF file. */
export function foreignMachine(bytes: Uint8Array): string | null {
  if (bytes.length < 20 || MAGIC.some((byte, i) => bytes[i] !== byte)) return null
  const isBig = bytes[EI_DATA] === 2
  const machine = isBig ? bytes[E_MACHINE] * 256 + bytes[E_MACHINE + 1] : bytes[E_MACHINE] + bytes[E_MACHINE + 1] * 256
  if (machine !== RISCV) return machineName(machine)
  if (isBig) return 'big-endian RISC-V'
  return bytes[EI_CLASS] === 1 ? '32-bit RISC-V' : null
}
