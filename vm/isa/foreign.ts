// Instructions that no row describes, told by their bits or by their names: which extension one would need (RISC-V ISA manual, the lists
// of opcodes). Enough for a sentence about them, not for a disassembly.
import { decode } from './decode.ts'
import { extensionNamed } from './extensions.ts'

interface Foreign {
  mask: number
  match: number
  extension: string
}

const OPCODE = 0x7f
const FUNCT3 = 0x7000

const f3 = (n: number): number => n << 12

const row = (extension: string, mask: number, match: number): Foreign => ({ extension, mask: mask | OPCODE, match })

const LOAD_FP = 0x07
const STORE_FP = 0x27
const FP_FORMAT = 0x0600_0000
/** OP-FP and the four fused multiply-adds. */
const FP_OPCODES = [0x53, 0x43, 0x47, 0x4b, 0x4f]

const VECTOR_WIDTHS = [0, 5, 6, 7]

/** An extension that has rows of its own says better what it has. */
const withoutRows = ({ extension }: { extension: string }): boolean => extensionNamed(extension) === undefined

/** The first row that fits says it. */
const WORDS: readonly Foreign[] = [
  row('V', 0, 0x57),
  row('Zvk', 0, 0x77),
  ...[LOAD_FP, STORE_FP].flatMap(opcode => [
    ...VECTOR_WIDTHS.map(width => row('V', FUNCT3, opcode | f3(width))),
    row('Q', FUNCT3, opcode | f3(4)),
  ]),
  ...FP_OPCODES.map(opcode => row('Q', FP_FORMAT, opcode | 0x0600_0000)),
].filter(withoutRows)

/** How names of instructions look (ISA manual, volumes I and II). */
const NAMES: readonly { pattern: RegExp; extension: string }[] = [
  { pattern: /^(unzip|zip|xperm[48])$/, extension: 'Zbk' },
  { pattern: /^(aes|sha|sm3|sm4)\w*$/, extension: 'Zk' },
  { pattern: /^f\w+\.q(\.\w+)?$|^f[ls]q$/, extension: 'Q' },
  { pattern: /^h(fence|lv|lvx|sv|inval)\.\w+/, extension: 'H' },
  { pattern: /^v[a-z]\w*(\.\w+)*$/, extension: 'V' },
].filter(withoutRows)

/** The extension that a word would need; null: none that is known. */
export function extensionOf(word: number): string | null {
  const decoded = decode(word)
  if (decoded !== null) return decoded.written.extension
  return (word & 3) === 3 ? (WORDS.find(({ mask, match }) => ((word & mask) | 0) === (match | 0))?.extension ?? null) : null
}

/** The extension of an instruction that no row is named like; null: none that is known. */
export const foreignMnemonic = (name: string): string | null => NAMES.find(({ pattern }) => pattern.test(name))?.extension ?? null
