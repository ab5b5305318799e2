// The linker: symbols across files, archives, sections, errors. (test/oracle/assembler-link.test.ts holds it against GNU ld.)
import { describe, expect, it } from 'vitest'
import { amount } from '../../test/fuzz/size.ts'
import { PT, readElf, readSymbols, sectionBytes, SHT } from '../../kernel/abi/index.ts'
import { assemble, build, formatDiagnostics, link, writeArchive, type LinkOptions } from '../index.ts'

const object = (text: string, name = 'a.o'): { name: string; bytes: Uint8Array } => {
  const result = assemble({ name: name.replace('.o', '.s'), text })
  if (!result.object) throw new Error(result.diagnostics.map(d => d.message).join('\n'))
  return { name, bytes: result.object }
}

const linked = (texts: readonly string[], options: LinkOptions = {}): ReturnType<typeof readElf> => {
  const result = link(
    texts.map((t, i) => object(t, `${i}.o`)),
    options,
  )
  if (!result.image) throw new Error(result.diagnostics.map(d => d.message).join('\n'))
  return readElf(result.image, 'a.out')
}
const bytesOf = (elf: ReturnType<typeof readElf>, name: string): string => {
  const s = elf.sections.find(x => x.name === name)
  return s ? Buffer.from(sectionBytes(elf, s)).toString('hex') : 'none'
}
const addressOf = (elf: ReturnType<typeof readElf>, name: string): number => {
  const table = elf.sections.find(s => s.type === SHT.SYMTAB)
  return Number(table && readSymbols(elf, table).find(s => s.name === name)?.value)
}
const messages = (texts: readonly string[], options: LinkOptions = {}): string[] =>
  formatDiagnostics(
    link(
      texts.map((t, i) => object(t, `${i}.o`)),
      options,
    ).diagnostics,
  )
    .trimEnd()
    .split('\n')

const START = '.globl _start\n_start:\n'

describe('link', () => {
  it('joins files: a call, an address, a difference', () => {
    const elf = linked([`${START} call f\n.data\n.dword f\n.word end - begin\nbegin: .zero 6\nend:`, '.globl f\nf: ret'], { relax: false })
    const f = addressOf(elf, 'f')
    expect(bytesOf(elf, '.text')).toBe('97000000' + 'e7808000' + '8280')
    expect(bytesOf(elf, '.data')).toBe(
      `${f.toString(16).padStart(8, '0').match(/../g)?.reverse().join('')}00000000` + '06000000' + '000000000000',
    )
    expect(elf.header.entry).toBe(addressOf(elf, '_start'))
  })

  it('shortens calls, and aligns what moves', () => {
    const elf = linked([`${START} call f\n tail f\n.align 4\nf: ret`])
    // jal ra, f; c.j f; padding to 16; ret
    expect(bytesOf(elf, '.text').slice(0, 8)).toBe('ef000001')
    expect(addressOf(elf, 'f') % 16).toBe(0)
  })

  it('makes page-congruent segments: text, data, a stack that is not executable', () => {
    const elf = linked([`${START} nop\n.data\n.word 1\n.bss\n.zero 100`])
    const loads = elf.segments.filter(s => s.type === PT.LOAD)
    expect(loads.map(s => s.flags)).toEqual([5, 6])
    for (const s of loads) expect(s.offset % 0x1000).toBe(s.vaddr % 0x1000)
    expect(loads[1].memorySize).toBeGreaterThan(loads[1].fileSize)
    expect(elf.segments.find(s => s.type === PT.GNU_STACK)?.flags).toBe(6)
  })

  it('takes only the needed members of an archive, and those that they need', () => {
    const archive = writeArchive([
      object('.globl f\nf: tail g', 'f.o'),
      object('.globl g\ng: ret', 'a-name-longer-than-fifteen.o'),
      object('.globl h\nh: .word nowhere', 'h.o'),
    ])
    const result = link([object(`${START} call f`), { name: 'lib.a', bytes: archive }])
    expect(result.diagnostics).toEqual([])
    expect(result.map).toContain('lib.a(a-name-longer-than-fifteen.o)')
    expect(result.map).not.toContain('lib.a(h.o)')
  })

  it('prefers strong definitions, shares common space', () => {
    const elf = linked([`.weak f\nf: nop\n.comm c, 4, 4\n${START} nop`, '.globl f\nf: ret\n.comm c, 16, 8'])
    expect(addressOf(elf, 'f')).toBeGreaterThan(addressOf(elf, '_start'))
    expect(addressOf(elf, 'c') % 8).toBe(0)
    const table = elf.sections.find(s => s.type === SHT.SYMTAB)
    expect(table && readSymbols(elf, table).find(s => s.name === 'c')?.size).toBe(16)
    expect(bytesOf(linked([`${START} nop\n.weak w\n.data\n.dword w`]), '.data')).toBe('0000000000000000')
  })

  it('merges equal strings and keeps what refers to them right', () => {
    const text = (s: string): string => `.section .rodata.str, "aMS", @progbits, 1\nl: .string "${s}"\n.string "both"\n.data\n.dword l\n`
    const elf = linked([`${START} nop\n${text('one')}`, text('two')])
    expect(bytesOf(elf, '.rodata')).toBe(Buffer.from('one\0both\0two\0').toString('hex'))
    const rodata = elf.sections.find(s => s.name === '.rodata')?.address ?? 0
    const data = Buffer.from(bytesOf(elf, '.data'), 'hex')
    expect([data.readBigUInt64LE(0), data.readBigUInt64LE(8)]).toEqual([BigInt(rodata), BigInt(rodata + 9)])
  })

  it('leaves out sections that nothing reaches', () => {
    const text = `${START} call a\n.section .text.a, "ax"\na: ret\n.word 0x11223344\n.section .text.b, "ax"\n.globl b\nb: .word 0x12345678`
    expect(bytesOf(linked([text]), '.text')).toContain('78563412')
    const kept = bytesOf(linked([text], { gcSections: true }), '.text')
    expect([kept.includes('44332211'), kept.includes('78563412')]).toEqual([true, false])
  })

  it('orders constructors and marks their borders', () => {
    const text = '.section .init_array.200, "aw", @init_array\n.dword 2\n.section .init_array, "aw", @init_array\n.dword 3\n'
    const elf = linked([
      `${START} la a0, __init_array_start\nla a1, __init_array_end\n${text}`,
      '.section .init_array.100, "aw", @init_array\n.dword 1',
    ])
    expect(bytesOf(elf, '.init_array')).toBe(['01', '02', '03'].map(n => n.padEnd(16, '0')).join(''))
    expect(addressOf(elf, '__init_array_end') - addressOf(elf, '__init_array_start')).toBe(24)
  })

  it('gives thread-local variables their offsets', () => {
    const elf = linked([
      `${START} lui a0, %tprel_hi(v)\nadd a0, a0, tp, %tprel_add(v)\nlw a0, %tprel_lo(v)(a0)\n.section .tdata, "awT"\n.word 0\nv: .word 5`,
    ])
    expect(bytesOf(elf, '.text').slice(-8)).toBe('03254500')
    expect(elf.segments.find(s => s.type === PT.TLS)).toMatchObject({ fileSize: 8, memorySize: 8 })
  })

  it('places sections where it is told', () => {
    const elf = linked([`${START} nop\n.data\n.word 1`], { text: 0x80000000, data: 0x80100000 })
    expect([elf.header.entry, elf.sections.find(s => s.name === '.data')?.address]).toEqual([0x80000000, 0x80100000])
    expect(linked([`${START} nop`], { textSegment: 0x400000 }).segments.find(s => s.type === PT.LOAD)?.vaddr).toBe(0x400000)
  })
})

describe('complaints', () => {
  it('names what is missing, what is there twice, and where', () => {
    expect(messages([`${START} call nowhere`])).toEqual(["0.o: in function `_start':", "(.text+0x0): undefined reference to `nowhere'"])
    expect(messages([`${START} nop`, START])).toEqual([
      "1.o: in function `_start':",
      "(.text+0x0): multiple definition of `_start'; 0.o:(.text+0x0): first defined here",
    ])
    expect(messages(['nop'])).toEqual(['Warning: cannot find entry symbol _start; defaulting to 00000000000100e8'])
  })
  it('says when a jump does not reach', () => {
    expect(messages([`${START} jal far\n.skip 0x200000\nfar: nop`])).toEqual([
      "0.o: in function `_start':",
      "(.text+0x0): relocation truncated to fit: R_RISCV_JAL against `far'",
    ])
  })
  it('hints at what an undefined name may be, and complains once', () => {
    expect(messages([`${START} la a0, prinft`, '.globl printf\nprintf: ret'])).toEqual([
      "0.o: in function `_start':",
      "(.text+0x0): undefined reference to `prinft'; did you mean `printf'?",
    ])
    expect(messages([`${START} call main`, 'main: ret'])).toEqual([
      "0.o: in function `_start':",
      "(.text+0x0): undefined reference to `main' (1.o defines it, but not for others: it needs `.globl main')",
    ])
  })
  it('puts members of an archive where the archive stands', () => {
    const archive = { name: 'l.a', bytes: writeArchive([object('.globl f\nf: call g\n.data\n.word 2', 'f.o')]) }
    const later = { name: 'm.a', bytes: writeArchive([object('.globl g\ng: ret\n.data\n.word 3', 'g.o')]) }
    const { image } = link([object(`${START} call f\n.data\n.word 1`), later, archive, object('.data\n.word 4', 'end.o')])
    expect(image && bytesOf(readElf(image, 'a.out'), '.data')).toBe('01000000' + '03000000' + '02000000' + '04000000')
  })
  it('refuses files that it cannot use', () => {
    expect(link([{ name: 'x.o', bytes: new Uint8Array([1, 2, 3]) }]).diagnostics[0].message).toBe('x.o: ELF header at 0x0: not an ELF file')
    const { object: soft } = assemble({ name: 's.s', text: 'f: ret' }, { march: 'rv64imac' })
    expect(link([object(`${START} nop`), { name: 's.o', bytes: soft ?? new Uint8Array(0) }]).diagnostics[0].message).toMatch(
      /floating-point calling convention/,
    )
  })
  it('never throws on damaged objects', () => {
    const text = `${START} call f\nla a0, v\n.align 4\nf: ret\n.data\nv: .dword f\n.section .rodata.str, "aMS", @progbits, 1\n.string "x"`
    // The second one has complaints whose lines are looked for.
    const goods = [
      object(text).bytes,
      assemble({ name: 'm.s', text: `${text}\n.text\ncall g` }, { debug: true }).object ?? new Uint8Array(0),
    ]
    let state = 99
    const random = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    for (let round = 0; round < amount(1500, 15_000); round++) {
      const bytes = goods[round % 2].slice()
      for (let k = random(5); k >= 0; k--) bytes[random(bytes.length)] = random(3) ? random(256) : 0xff
      const result = link([{ name: 'm.o', bytes }])
      expect(result.image !== null || result.diagnostics.length > 0).toBe(true)
    }
  })
})

describe('build', () => {
  it('assembles and links in one step, with all complaints', () => {
    expect(build([{ name: 'a.s', text: `${START} adi a0, a0, 1\n foo` }]).diagnostics.map(d => `${d.line}`)).toEqual(['3', '4'])
    const library = writeArchive([object('.globl exit\nexit: li a7, 93\necall', 'exit.o')])
    const { image, diagnostics } = build([{ name: 'a.s', text: `${START} tail exit` }], [{ name: 'lib.a', bytes: library }], {
      debug: true,
    })
    expect(diagnostics).toEqual([])
    expect(readElf(image ?? new Uint8Array(0), 'a').sections.map(s => s.name)).toContain('.debug_line')
  })
})
