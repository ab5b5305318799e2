// The instruction table against GNU binutils: printing against objdump, compression and `li` against as.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  addressHint,
  addressText,
  compress,
  decode,
  defaultIsa,
  disassemble,
  encode,
  extensions,
  isLegal,
  isWord,
  loadImmediate,
  noUpperParts,
  randomNumbers,
  randomOperand,
  rowNamed,
  allRows,
  type Row,
} from '../../vm/isa/index.ts'
import { spawnSync } from '../spawn.ts'

const PREFIX = 'riscv64-linux-gnu-'
const LIBC = '/usr/riscv64-linux-gnu/lib/libc.so.6'
const directory = mkdtempSync(join(tmpdir(), 'isa-oracle-'))
afterAll(() => rmSync(directory, { recursive: true }))

const missing = ['as', 'objdump', 'objcopy'].filter(tool => spawnSync(PREFIX + tool, ['--version']).status !== 0)
if (missing.length > 0) console.warn(`skipped: no ${missing.map(t => PREFIX + t).join(', ')}`)
const oracle = test.skipIf(missing.length > 0)

function tool(name: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(PREFIX + name, args, { encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`${name}: ${stderr}`)
  return stdout
}

interface Line {
  pc: number
  word: number
  text: string
  hint: string | null
}

const objdump = (...args: string[]): Line[] =>
  tool('objdump', ...args)
    .split('\n')
    .flatMap(line => {
      const match = /^\s*([\da-f]+):\s+([\da-f]{4}|[\da-f]{8})\s+(.*?)\s*$/.exec(line)
      if (!match) return []
      const hint = /# ([\da-f]+)/.exec(match[3])?.[1] ?? null
      return [{ pc: parseInt(match[1], 16), word: parseInt(match[2], 16), text: match[3].replace(/\s*#.*| <.*>/g, ''), hint }]
    })

// objdump 2.40 prints the short names; later ones are the default of `disassemble`.
const shortImmediates = disassembleOldNames()
function disassembleOldNames(): boolean {
  return missing.length === 0 && /2\.(39|40)\b/.test(tool('objdump', '--version').split('\n')[0])
}

/** Known differences: what objdump takes for valid though it is reserved, extensions and CSRs that we do not have, c.nop. */
const TOLERATED: readonly RegExp[] = [
  /,unknown(\/| )/,
  /^(c\.)?add(i16sp)? sp,(sp,)?0 \//,
  /^(uret|hret|dret|hfence\S*|sfence\.\S+|sinval\S*|pause|prefetch\S*|cbo\S*) ?/,
  /^csr\w+ .*0x[\da-f]{3}\b/,
  /^c\.addi zero,(0 \/ c\.nop$|(\S+) \/ c\.nop \2$)/,
  /^add \w+,\w+,0 \/ c\.addi \w+,0$/,
  /^unimp \/ csrrw zero,cycle,zero$/,
  // Later objdump has the immediate in the name.
  /^csr([wsc])i (\S+) \/ csr\1 \2$/,
  // Hints that older objdump has no names for.
  /^(c\.)?add (zero,)?zero,(ra|sp|gp|tp|t0) \/ (c\.)?ntl\./,
  /^ntl\.\w+ \/ add zero,zero,/,
  // A directed rounding mode in a conversion that cannot round: reserved by nobody, refused by objdump.
  /^(\.4byte|\.insn 4,) \S+ \/ fcvt\.(d\.(s|h|w|wu)|s\.h) /,
]

function differences(lines: Line[], aliases: boolean, symbols: boolean): string[] {
  const symbol = symbols ? () => null : undefined
  return lines.flatMap(({ pc, word, text }) => {
    const ours = disassemble(word, pc, { aliases, shortImmediates, symbol }).text
    const pair = `${text} / ${ours}`.replaceAll('\t', ' ')
    return text === ours || TOLERATED.some(t => t.test(pair)) ? [] : [`${word.toString(16)}: ${pair}`]
  })
}

test.skipIf(missing.length > 0 || !existsSync(LIBC))('a whole C library prints as objdump prints it, with the addresses after #', () => {
  const lines = objdump('-d', LIBC)
  expect(lines.length).toBeGreaterThan(100_000)
  expect(differences(lines, true, true)).toEqual([])
  const upper = noUpperParts()
  const wrong = lines.filter(({ pc, word, hint }) => {
    const decoded = decode(word)
    const address = decoded && addressHint(upper, decoded, pc)
    return (address === null ? null : addressText(address)) !== hint
  })
  expect(wrong).toEqual([])
  expect(differences(objdump('-d', '-M', 'no-aliases', LIBC), false, true)).toEqual([])
})

/** Of RV64GC, or of an instruction set that only an object file can tell objdump of. */
function printBinary(bytes: Uint8Array, march?: string): void {
  const [file, source, object] = ['words.bin', 'words.s', 'words.o'].map(name => join(directory, name))
  writeFileSync(file, bytes)
  if (march !== undefined) {
    const words = [...new Uint32Array(bytes.buffer)]
    writeFileSync(source, words.map(word => `.insn 0x${word.toString(16)}\n`).join(''))
    tool('as', `-march=${march}`, '-o', object, source)
  }
  const input = march === undefined ? ['-b', 'binary', '-m', 'riscv:rv64', file] : ['-j', '.text', object]
  for (const aliases of [true, false]) {
    const lines = objdump('-D', ...input, ...(aliases ? [] : ['-M', 'no-aliases']))
    expect(lines.length).toBeGreaterThan(1000)
    expect(differences(lines, aliases, march !== undefined).slice(0, 20)).toEqual([])
  }
}

/** No word of an extension beyond RV64GC, of which objdump is not told. */
const isGeneral = (word: number): boolean => {
  const decoded = decode(word)
  return decoded === null || (isLegal(defaultIsa, decoded) && defaultIsa.names.has(decoded.written.extension))
}

oracle('every halfword prints as objdump prints it', () => {
  const words = Uint16Array.from(Array.from({ length: 0x10000 }, (_, n) => n).filter(n => (n & 3) !== 3 && isGeneral(n)))
  printBinary(new Uint8Array(words.buffer))
})

/** Rows of RV64GC, and of the extensions beyond it that these binutils know; and an -march of all of them. */
function known(): { rows: Row[]; march: string } {
  const accepts = (name: string): boolean =>
    spawnSync(`${PREFIX}as`, [`-march=rv64gc_${name}`, '-o', join(directory, 'probe.o'), '-'], { input: '' }).status === 0
  const beyond = extensions.filter(e => !defaultIsa.names.has(e.name) && !e.sum && accepts(e.name.toLowerCase()))
  const names = new Set([...defaultIsa.names, ...beyond.map(e => e.name)])
  const march = ['rv64gc', ...beyond.map(e => e.name.toLowerCase())].join('_')
  return { rows: allRows().filter(r => names.has(r.extension)), march }
}

oracle('random instructions of every row print as objdump prints them', () => {
  const random = randomNumbers(5)
  const { rows: chosen, march } = known()
  const words = chosen
    .filter(r => r.length === 4 && !r.hint)
    .flatMap(row =>
      Array.from({ length: 300 }, () => {
        // Small operands often, as the special forms are made of zeros and ones.
        const values = row.operands.map(f => (random(3) === 0 ? 0 : randomOperand(f, random)))
        const word = encode(row, values, { rm: [0, 1, 2, 3, 4, 7][random(6)], aq: random(2), rl: random(2) })
        return isWord(word) ? word : 0x13
      }),
    )
  printBinary(new Uint8Array(Uint32Array.from(words).buffer), march)
})

/** Bytes of .text of a source assembled by as. */
function assembled(source: string, march: string): Uint8Array {
  const [s, o, bin] = ['in.s', 'out.o', 'out.bin'].map(name => join(directory, name))
  writeFileSync(s, source)
  tool('as', `-march=${march}`, '-mno-relax', s, '-o', o)
  tool('objcopy', '-O', 'binary', '-j', '.text', o, bin)
  return readFileSync(bin)
}

function bytesOf(name: string, values: readonly number[]): number[] {
  const row = rowNamed(name)
  if (!row) throw new Error(name)
  const { row: chosen, values: operands } = compress(row, values, r => defaultIsa.rows.has(r) && defaultIsa.names.has(r.extension)) ?? {
    row,
    values,
  }
  const word = encode(chosen, operands)
  if (!isWord(word)) throw new Error(`${name}: ${word.message}`)
  return Array.from({ length: chosen.length }, (_, n) => (word >>> (8 * n)) & 255)
}

oracle('automatic compression chooses what as chooses', () => {
  const random = randomNumbers(6)
  const some = <T>(items: readonly T[]): T => items[random(items.length)]
  const compressible = [...defaultIsa.rows].filter(
    r => r.length === 4 && !r.hint && r.operands.every(f => f !== 'b' && f !== 'j' && f !== 'csr') && r.name !== 'fence',
  )
  const lines: string[] = []
  const ours: number[] = []
  for (let n = 0; n < 20_000; n++) {
    const row = some(compressible)
    const x = some([0, 1, 2, 8, 10, 15, 16])
    const y = some([0, 2, 8, 10, x])
    const values = row.operands.map(f => {
      if (/^f?r/.test(f)) return some([x, y])
      const value = some([0, 1, 4, 8, -1, 16, 24, 31, -32, -64, 248, 504, 1016, randomOperand(f, random)])
      return f === 'u' ? some([0x1000, 0x1f000, 0x20000, -0x1000, -0x20000, -0x21000]) : value
    })
    const word = encode(row, values)
    if (!isWord(word)) continue
    lines.push(disassemble(word, 0, { aliases: false }).text)
    ours.push(...bytesOf(row.name, values))
  }
  expect(lines.length).toBeGreaterThan(10_000)
  expect(firstDifference(ours, assembled(lines.join('\n') + '\n', 'rv64gc'))).toBe('same')
})

function firstDifference(ours: readonly number[], theirs: Uint8Array): string {
  const at = ours.findIndex((byte, n) => theirs[n] !== byte)
  if (at < 0 && ours.length === theirs.length) return 'same'
  const hex = (bytes: Iterable<number>): string => [...bytes].map(b => b.toString(16).padStart(2, '0')).join(' ')
  return `at ${at}: ours ${hex(ours.slice(at - 4, at + 8))}, theirs ${hex(theirs.slice(at - 4, at + 8))}`
}

oracle('li makes the sequence that as makes', () => {
  const random = randomNumbers(7)
  const wide = (): bigint => (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32))
  const shapes = [
    (v: bigint) => v,
    (v: bigint) => v << BigInt(random(64)),
    (v: bigint) => (v >> 40n) << BigInt(random(50)),
    (v: bigint) => ~(v >> BigInt(random(64))),
  ]
  const values = Array.from({ length: 5000 }, () => BigInt.asIntN(64, shapes[random(4)](wide()) >> BigInt(random(64))))
  const source = values.map(v => `li a0, ${v}\n`).join('')
  for (const march of ['rv64g', 'rv64gc']) {
    const short = march.endsWith('c')
    const ours = values.flatMap(v =>
      loadImmediate(10, v).flatMap(step => (short ? bytesOf(step.name, step.values) : longBytes(step.name, step.values))),
    )
    expect(firstDifference(ours, assembled(source, march))).toBe('same')
  }
})

function longBytes(name: string, values: readonly number[]): number[] {
  const row = rowNamed(name)
  const word = row && encode(row, values)
  if (word === undefined || !isWord(word)) throw new Error(name)
  return [0, 8, 16, 24].map(shift => (word >>> shift) & 255)
}
