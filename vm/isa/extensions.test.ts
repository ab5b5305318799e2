import { describe, expect, test } from 'vitest'
import { decode, type Decoded } from './decode.ts'
import { compareExtensions, extensionNamed, extensions, extensionsWith } from './extensions.ts'
import { extensionOf } from './foreign.ts'
import { decodeFor, defaultIsa, fullIsa, hwprobeBits, isLegal, lackedExtension, parseIsa, type Isa } from './isa.ts'
import { parseInstruction } from './parse.ts'
import { profiles } from './profiles.ts'
import { allRows } from './rows.ts'
import { randomNumbers } from './testing.ts'

const isa = (text: string): Isa => {
  const found = parseIsa(text)
  if (typeof found === 'string') throw new Error(found)
  return found
}
const decoded = (text: string) => {
  const words = parseInstruction(text, 0)
  if (typeof words === 'string') throw new Error(words)
  return decode(words[0])!
}

// To mend: name the extension as its rows do, and what it implies as the other row does.
test('every row belongs to the extension that it names, and what an extension implies there is', () => {
  expect(
    allRows()
      .filter(r => !extensionsWith(r).some(e => e.name === r.extension))
      .map(r => r.name),
  ).toEqual([])
  expect(extensions.flatMap(e => e.implies).filter(name => extensionNamed(name)?.name !== name)).toEqual([])
  expect(new Set(extensions.map(e => e.name.toLowerCase())).size).toBe(extensions.length)
  expect(fullIsa().rows.size).toBe(allRows().length)
})

// A set has a decoder of its own, made of its rows alone: what it lacks must not be missed by what it has.
test.each(['rv64i', 'rv64imac', 'rv64gc', 'rv64gc_zcb', 'rv64gc_zcmop', 'rv64gc_zve32x', 'rva22u64', 'rva23u64'])(
  '%s decodes what of all instructions is legal there',
  text => {
    const set = isa(text)
    const shown = (found: Decoded | null): string =>
      found ? `${found.written.name} ${found.row.name} ${JSON.stringify(found.values)}` : ''
    const legal = (found: Decoded | null): string => (found && isLegal(set, found) ? shown(found) : '')
    const random = randomNumbers(1)
    const words = Array.from({ length: 65536 }, (_, halfword) => halfword).filter(halfword => (halfword & 3) !== 3)
    for (const { mask, match } of allRows()) for (let n = 0; n < 4; n++) words.push(((random(2 ** 32) & ~mask) | match) >>> 0)
    expect(words.filter(word => shown(decodeFor(set, word)) !== legal(decode(word)))).toEqual([])
  },
)

describe('what programs are told', () => {
  test('by default, as Linux says it on such a machine', () => {
    expect(defaultIsa.text).toBe('rv64imafdc_zicntr_zicsr_zifencei')
    expect(defaultIsa.hwcap).toBe(0x112d)
    expect(defaultIsa.misa).toBe(0x8000_0000_0014_112dn)
    expect([hwprobeBits(defaultIsa, 3), hwprobeBits(defaultIsa, 4)]).toEqual([1n, 3n])
  })

  test('of a sum of extensions: its parts, and misa its letter, however it was named', () => {
    const [sum, parts] = [isa('rv64gcb'), isa('rv64gc_zba_zbb_zbs')]
    expect([sum.text, sum.misa, sum.hwcap]).toEqual([parts.text, parts.misa, parts.hwcap])
    expect([sum.misa & 2n, isa('rv64gc_zba_zbb').misa & 2n, sum.hwcap]).toEqual([2n, 0n, 0x112d])
    expect(hwprobeBits(sum, 4)).toBe(0b11_1011n)
  })

  test('by a smaller set', () => {
    const small = isa('rv64imac')
    expect(small.text).toBe('rv64imac_zicntr_zicsr')
    expect(small.hwcap).toBe(0x1105)
    expect([hwprobeBits(small, 3), hwprobeBits(small, 4)]).toEqual([1n, 2n])
    expect(hwprobeBits(isa('rv64iac'), 3)).toBe(0n)
    // A bit for F and D together.
    expect(hwprobeBits(isa('rv64imaf'), 4)).toBe(0n)
  })
})

describe('a set read from a string', () => {
  test.each([
    ['rv64gc', 'rv64imafdc_zicntr_zicsr_zifencei'],
    ['RV64IMAFDC_Zifencei', 'rv64imafdc_zicntr_zicsr_zifencei'],
    ['rv64i', 'rv64i_zicntr_zicsr'],
    ['rv64id', 'rv64ifd_zicntr_zicsr'],
    ['rv64i_zmmul', 'rv64i_zicntr_zicsr_zmmul'],
    ['rv64ima_zmmul', 'rv64ima_zicntr_zicsr'],
    ['rv64gcb', 'rv64imafdc_zicntr_zicsr_zifencei_zba_zbb_zbs'],
    ['rva20u64', 'rv64imafdc_ziccamoa_ziccif_zicclsm_ziccrse_zicntr_zicsr_za128rs'],
    ['rva22u64_zbc', expect.stringMatching(/^rv64imafdc_zic64b_zicbom_.*_zbc_zbs/)],
    ['rva22u64b', expect.stringMatching(/^rva22u64b: an instruction set begins with rv64, or is a profile/)],
    ['rva22u64_q', expect.stringMatching(/there is no extension q here/)],
    ['rv64cami', 'rv64cami: the first extension is i or g'],
    ['rv64', 'rv64: the first extension is i or g'],
    ['rv32i', 'rv32i: an instruction set begins with rv64, or is a profile: rva20u64 rva22u64 rva23u64'],
    ['rv64i2p1', 'rv64i2p1: the version of i is not to be chosen'],
    ['rv64is', expect.stringMatching(/^rv64is: there is no extension s here; there are: i m a f d .*c .*zicntr /)],
    ['rv64gc_zfoo', expect.stringMatching(/^rv64gc_zfoo: there is no extension zfoo here; there are: i m a f d .*c .*zicntr zi/)],
    ['rv64gc_Zicsr_a-b', expect.stringMatching(/: there is no extension a-b here/)],
  ])('%s', (text, expected) => {
    const found = parseIsa(text)
    expect(typeof found === 'string' ? found : found.text).toEqual(expected)
  })

  test('equal sets are equal texts, and the default is itself', () => {
    expect(isa('rv64gc')).toBe(defaultIsa)
    expect(isa('rv64imac').text).toBe(isa('rv64i_zicsr_zmmul').text.replace('rv64i', 'rv64imac').replace('_zmmul', ''))
  })
})

test('a bit of hwprobe tells of one extension, but for those that programs know together', () => {
  const bits = extensions.flatMap(e => (e.hwprobe ? [`${e.hwprobe.key}.${e.hwprobe.bit}`] : []))
  expect([...new Set(bits.filter((bit, n) => bits.indexOf(bit) !== n))]).toEqual(['3.0', '4.0'])
})

// To mend: a name that has a row by now comes off the list.
test('of profiles, what has no row yet', () => {
  const names = new Set(profiles.flatMap(p => p.extensions).filter(name => extensionNamed(name) === undefined))
  expect([...names].filter(name => !/^(V|Zv.*|Supm)$/.test(name))).toEqual([])
})

test('a profile is in the ones after it, but for a name that another one makes needless', () => {
  const [first, second, third] = ['rva20u64', 'rva22u64', 'rva23u64'].map(isa)
  expect([...first.names].filter(name => !second.names.has(name))).toEqual(['Za128rs'])
  expect([...second.names].filter(name => !third.names.has(name))).toEqual([])
  expect([second, third].map(i => i.names.has('B'))).toEqual([true, true])
})

test('an instruction is legal where an extension that brings it is, and what it stands for', () => {
  const small = isa('rv64i_zmmul')
  expect(['mul a0, a1, a2', 'div a0, a1, a2', 'fadd.d fa0, fa0, fa0', 'c.nop'].map(t => lackedExtension(small, decoded(t)))).toEqual([
    null,
    'M',
    'D',
    'C',
  ])
  expect(lackedExtension(isa('rv64imac'), decoded('c.fld fa0, 8(a0)'))).toBe('D')
  for (const text of ['c.fld fa0, 8(a0)', 'c.ld a0, 8(a0)', 'add a0, a0, a1', 'fmv.x.w a0, fa0', 'sret', 'csrr a0, cycle'])
    for (const set of [small, isa('rv64imac'), isa('rv64ifc'), defaultIsa])
      expect([text, set.text, lackedExtension(set, decoded(text)) === null]).toEqual([text, set.text, isLegal(set, decoded(text))])
})

test('a word without a row is told by the lists of other extensions', () => {
  expect([0x20a5_2533, 0x0d00_73d7, 0x0000_000b, 0x0000].map(extensionOf)).toEqual(['Zba', 'V', null, null])
  expect([0x02b5_0533, 0x8082].map(extensionOf)).toEqual(['M', 'C'])
})

test('names stand in the order of ISA strings, as GNU as and Linux write them', () => {
  const names = 'svinval zknh zve32x d zba v zmmul c m xthead zicbom i zifencei zfh a zbb zicsr f'.split(' ')
  expect(names.sort(compareExtensions).join(' ')).toBe('i m a f d c v zicbom zicsr zifencei zmmul zfh zba zbb zknh zve32x svinval xthead')
})
