// The reader must read what it is given, name the place of what it cannot read, and stay bounded on hostile bytes.
import { describe, expect, it } from 'vitest'
import {
  elfParsers,
  ElfError,
  ET,
  PT,
  SHT,
  readElf,
  readElfHeaders,
  readRelocations,
  readSymbols,
  sectionBytes,
  SHF,
  STB,
  R_RISCV,
} from './elf.ts'
import { readNotes, SIZEOF_EHDR, SIZEOF_PHDR, SIZEOF_SHDR } from './elf.ts'

/** An executable of one segment, .text with four bytes, a symbol `start`, one relocation. */
function sample(): Uint8Array {
  const bytes = new Uint8Array(0x400)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, ET.EXEC, true)
  view.setUint16(18, 243, true)
  view.setUint32(20, 1, true)
  view.setBigUint64(24, 0x10000n, true)
  view.setBigUint64(32, 64n, true)
  view.setBigUint64(40, 0x200n, true)
  view.setUint32(48, 5, true)
  for (const [at, n] of [[52, SIZEOF_EHDR], [54, SIZEOF_PHDR], [56, 1], [58, SIZEOF_SHDR], [60, 5], [62, 4]]) view.setUint16(at, n, true) // prettier-ignore
  const words = (at: number, values: (number | bigint)[], sizes: string) =>
    values.forEach((v, i) => {
      if (sizes[i] === 'w') view.setUint32(at, Number(v), true)
      else view.setBigUint64(at, BigInt(v), true)
      at += sizes[i] === 'w' ? 4 : 8
    })
  words(64, [PT.LOAD, 5, 0, 0x10000, 0x10000, 0x180, 0x180, 0x1000], 'wwxxxxxx')
  const names = '\0.text\0.symtab\0.rela.text\0.strtab\0start\0'
  bytes.set(new TextEncoder().encode(names), 0x180)
  const name = (s: string) => names.indexOf(s + '\0')
  view.setUint32(0x100, 0x00000013, true)
  words(0x110, [0, 0, 0, 0, name('start'), (STB.GLOBAL << 4) | (1 << 16), 0x10000, 4], 'wwxxwwxx')
  words(0x110 + 24, [name('start'), 0x00010010, 0x10000, 4], 'wwxx')
  words(0x140, [0x10000, (1n << 32n) | BigInt(R_RISCV.JAL), BigInt.asUintN(64, -4n)], 'xxx')
  const section = (i: number, values: (number | bigint)[]) => words(0x200 + i * 64, values, 'wwxxxxwwxx')
  section(1, [name('.text'), SHT.PROGBITS, SHF.ALLOC | SHF.EXECINSTR, 0x10000, 0x100, 4, 0, 0, 4, 0])
  section(2, [name('.symtab'), SHT.SYMTAB, 0, 0, 0x110, 48, 4, 1, 8, 24])
  section(3, [name('.rela.text'), SHT.RELA, 0, 0, 0x140, 24, 2, 1, 8, 24])
  section(4, [name('.strtab'), SHT.STRTAB, 0, 0, 0x180, names.length, 0, 0, 1, 0])
  return bytes
}

describe('readElf', () => {
  it('reads headers, sections, symbols and relocations', () => {
    const elf = readElf(sample(), 'a.out')
    expect(elf.header).toMatchObject({ type: ET.EXEC, machine: 243, entry: 0x10000, flags: 5 })
    expect(elf.segments).toMatchObject([{ type: PT.LOAD, flags: 5, vaddr: 0x10000, fileSize: 0x180 }])
    expect(elf.sections.map(s => s.name)).toEqual(['', '.text', '.symtab', '.rela.text', '.strtab'])
    expect([...sectionBytes(elf, elf.sections[1])]).toEqual([0x13, 0, 0, 0])
    expect(readSymbols(elf, elf.sections[2])[1]).toMatchObject({ name: 'start', value: 0x10000n, section: 1, binding: STB.GLOBAL })
    expect(readRelocations(elf, elf.sections[3])).toEqual([{ offset: 0x10000, type: R_RISCV.JAL, symbol: 1, addend: -4 }])
  })

  it('says which structure at which offset is cut short', () => {
    expect(() => readElf(sample().subarray(0, 0x2a0), 'x.elf')).toThrow(new ElfError('x.elf: section header 2 at 0x280: file truncated'))
    expect(() => readElfHeaders(sample().subarray(0, 100), 'x.elf')).toThrow('x.elf: program header 0 at 0x40: file truncated')
    expect(() => readElf(new Uint8Array([1, 2, 3, 4]), 'x')).toThrow('x: ELF header at 0x0: not an ELF file')
  })

  it('has parsers whose code a build can write down', () => {
    for (const parser of Object.values(elfParsers)) expect(parser.getCode()).toContain('return vars')
  })

  it('refuses numbers beyond 2^53', () => {
    const bytes = sample()
    bytes.fill(0xff, 24, 32)
    expect(() => readElfHeaders(bytes, 'x')).toThrow('x: ELF header: entry at 0x18: value 0xffffffffffffffff is beyond 2^53')
  })

  it('throws nothing but ElfError on mutated files', () => {
    let seed = 1
    const random = (n: number) => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % n
    for (let round = 0; round < 5000; round++) {
      const bytes = sample()
      for (let k = random(4) + 1; k > 0; k--) bytes[random(8) ? random(bytes.length) : random(64)] = random(2) ? 0xff : random(256)
      try {
        const elf = readElf(random(4) ? bytes : bytes.subarray(0, random(bytes.length)), 'm')
        for (const s of elf.sections) {
          sectionBytes(elf, s)
          if (s.type === SHT.SYMTAB) readSymbols(elf, s)
          if (s.type === SHT.RELA) readRelocations(elf, s)
          if (s.type === SHT.NOTE) readNotes('m', 'note', sectionBytes(elf, s))
        }
      } catch (error) {
        expect(error).toBeInstanceOf(ElfError)
      }
    }
  })

  it('refuses names that overlap beyond reason', () => {
    const symbols = 4000
    const bytes = new Uint8Array(0x10000 + symbols * 24)
    bytes.set(sample())
    bytes.fill(65, 0x400, 0x8000)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(0x200 + 2 * 64 + 24, 0x10000n, true)
    view.setBigUint64(0x200 + 2 * 64 + 32, BigInt(symbols * 24), true)
    view.setBigUint64(0x200 + 4 * 64 + 32, 0x9000n, true)
    for (let i = 0; i < symbols; i++) view.setUint32(0x10000 + i * 24, 0x280 + (i % 512), true)
    const elf = readElf(bytes, 'x')
    expect(() => readSymbols(elf, elf.sections[2])).toThrow('the names overlap beyond reason')
  })
})
