// Damaged debug information: whatever the bytes say, reading ends, throws only what it says it throws, and the rest works on.
import { expect, test } from 'vitest'
import { ElfError, readElf } from '../../kernel/abi/index.ts'
import { build } from '../../assembler/index.ts'
import { mutate } from '../../test/fuzz/mutate.ts'
import { amount, PATIENCE, SEED } from '../../test/fuzz/size.ts'
import { randomNumbers, type Random } from '../../vm/index.ts'
import {
  addressesOfLine,
  describeAddress,
  formatValue,
  frameRows,
  framesOf,
  globalsOf,
  linesOf,
  localsOf,
  newSymbolSpace,
  openDebugFile,
  printExpression,
  scopesAt,
  typeText,
  unitsOf,
  unwind,
  valueOfVariable,
  DebugInfoError,
  type DebugFile,
} from './index.ts'
import { exampleProgram } from './testing.ts'

const SOURCE = `	.globl _start
_start:
	addi sp, sp, -16
	sd ra, 8(sp)
	call f
	ld ra, 8(sp)
	addi sp, sp, 16
	li a7, 93
	ecall
f:	li a0, 0
	ret
`
const { image } = build([{ name: 'f.s', text: SOURCE }], [], { debug: true })
if (image === null) throw new Error('the program does not build')

/** Everything that there is to ask of a file. Answers how much was found, so that a test sees that something is. */
function readAll(bytes: Uint8Array): number {
  let file: DebugFile
  try {
    file = openDebugFile(bytes, 'damaged')
  } catch (error) {
    if (!(error instanceof ElfError)) throw error
    return 0
  }
  let found = file.symbols.sorted.length
  const table = linesOf(file)
  const addresses = [...table.ranges.slice(0, 20).map(r => r.start), ...file.symbols.addresses.slice(0, 20), 0x10000]
  for (const name of table.files.slice(0, 5)) found += addressesOfLine(file, name, 3).length
  for (const description of framesOf(file).descriptions.slice(0, 20)) found += rowsOf(() => frameRows(description).length)
  const space = newSymbolSpace([{ file, bias: 0 }])
  const memory = (address: number, length: number): Uint8Array => new Uint8Array(length).fill(address & 0xff)
  const units = unitsOf(file)
  const names = units === null ? [] : [...globalsOf(units).values.keys()].slice(0, 30)
  if (units) for (const entry of globalsOf(units).types.values()) found += typeText(units, entry.offset).length
  for (const pc of addresses) {
    found += describeAddress(file.symbols, pc)?.length ?? 0
    if (units) found += scopesAt(units, pc).length
    const { frames } = unwind(space, { pc, values: Array.from({ length: 64 }, (_, n) => BigInt(n * 4096)) }, memory, 20)
    const source = { space, frame: frames[0], read: memory }
    for (const visible of localsOf(frames[0])) found += formatValue(source, valueOfVariable(source, visible)).length
    for (const name of pc === addresses[0] ? names : []) found += rowsOf(() => printExpression(source, name).length)
  }
  return found
}

function rowsOf(read: () => number): number {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof DebugInfoError)) throw error
    return 0
  }
}

/** Bytes of the debug sections changed, which a change anywhere in the file seldom hits. */
function damageSections(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice()
  const sections = readElf(bytes, 'whole').sections.filter(s => /^\.(debug|eh_frame)/.test(s.name) && s.size > 0)
  for (let n = 1 + random(6); n > 0; n--) {
    const { offset, size } = sections[random(sections.length)]
    const at = offset + random(size)
    const ways = [random(256), 0xff, 0x7f, 0x80, 0, copy[at] ^ (1 << random(8))]
    copy[at] = ways[random(ways.length)]
  }
  return copy
}

const ROUNDS = amount(400, 20_000)
test.each([
  { what: 'a program of our assembler', whole: image },
  { what: 'a program of a compiler', whole: exampleProgram() },
])('$what, damaged', { timeout: PATIENCE }, ({ whole }) => {
  const random = randomNumbers(SEED)
  expect(readAll(whole)).toBeGreaterThan(20)
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = round % 3 === 0 ? mutate(whole, random).bytes : damageSections(whole, random)
    try {
      readAll(bytes)
    } catch (error) {
      throw new Error(`round ${round}`, { cause: error })
    }
  }
})
