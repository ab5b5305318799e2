// The source as text: comments, strings, expressions, macros, conditions, includes.
import { describe, expect, it } from 'vitest'
import { hexOf, messagesOf, symbolsOf } from './testing.ts'

const data = (text: string): string => hexOf(`.data\n${text}`, '.data')

describe('statements', () => {
  it('drops comments and splits at semicolons, but not inside of strings', () => {
    expect(data(".byte 1 # one ; .byte 9\n/* .byte 8\n*/ .byte 2; .byte 3 /* x */ ; .ascii \"#;/*\"\n.byte '#, ';', '\"")).toBe(
      '010203233b2f2a233b22',
    )
  })
  it('reads escapes', () => expect(data('.asciz "a\\n\\t\\"\\\\\\101\\x41\\0"')).toBe('610a09225c41410000'))
  it('joins strings side by side', () => expect(data('.ascii "ab" "cd", "e"')).toBe('6162636465'))
})

describe('expressions', () => {
  it.each([
    ['1 + 2 * 3', '07'],
    ['1 << 2 + 1', '05'],
    ['7 ^ 2 & 3', '01'],
    ['3 == 1 + 2', 'ff'],
    ['1 && 0 || 1', '01'],
    ['!0 + ~0', '00'],
    ["'a' - 'A'", '20'],
    ['0b101 + 017 + 0x10', '24'],
    ['-(2 - 5)', '03'],
    ['5 ! 2', 'fd'],
    ['-8 / 3', 'fe'],
  ])('%s = %s', (e, hex) => expect(data(`.byte ${e}`)).toBe(hex))

  it('knows the distance of labels, forward and back', () => {
    expect(data('a: .word 1, 2\nb: .byte b - a, c - b\n.skip 3\nc:')).toBe('010000000200000008' + '05' + '000000')
    expect(data('1: .byte 1f - 1b\n1: .byte . - 1b')).toBe('0100')
  })
  it('keeps what a symbol was when it was used', () => {
    expect(data('x = 1\n.byte x\nx = x + 1\n.byte x\n.equ y, z\n.set z, 9\n.byte y')).toBe('010209')
    expect(messagesOf('.data\n.equiv a, 1\n.equiv a, 2')).toEqual(["3:1 symbol `a' is already defined"])
  })
  it('finds circles', () => expect(messagesOf('a = b\nb = a\n.word a')).toEqual(["3:1 symbol definition loop encountered at `a'"]))
})

describe('macros', () => {
  it('replaces parameters, defaults, keywords, the rest, and counts calls', () => {
    expect(data('.macro m a, b=2, c:vararg\n.byte \\a, \\b, \\@\n.byte \\c\n.endm\nm 1,,3,4\nm b=5, a=6, c=7')).toBe(
      '0102000304' + '06050107',
    )
  })
  it('separates arguments by blanks, not operators', () => expect(data('.macro m a b\n.byte \\a, \\b\n.endm\nm 1 + 1 2')).toBe('0202'))
  it('joins with \\() and takes strings without their quotes', () => {
    expect(data('.macro m n, s\nl\\n\\()x: .ascii "\\s"\n.endm\nm 1, "a b"\n.byte l1x - .')).toBe('612062fd')
  })
  it('calls itself, and stops at .exitm', () => {
    expect(data('.macro count n\n.byte \\n\n.if \\n == 0\n.exitm\n.endif\ncount "(\\n-1)"\n.endm\ncount 3')).toBe('03020100')
  })
  it('repeats', () => {
    expect(data('.rept 2\n.byte 1\n.rept 2\n.byte 2\n.endr\n.endr')).toBe('010202010202')
    expect(data('.irp x, 1, 2\n.byte \\x\n.endr\n.irpc d, 34\n.byte \\d\n.endr')).toBe('01020304')
  })
  it('complains from inside a macro with the place of the call', () => {
    expect(messagesOf('.macro m x\n\tbad \\x\n.endm\n\n m 5')).toEqual(["2:1 unrecognized opcode `bad 5'"])
    expect(messagesOf('.macro m x:req\n.endm\nm\nm 1, 2')).toEqual([
      "3:1 Missing value for required parameter `x' of macro `m'",
      '4:6 too many positional arguments',
    ])
  })
  it('does not run forever', () => {
    expect(messagesOf('.macro m\nm\n.endm\nm')).toEqual(['2:1 macros or includes are nested too deeply'])
    expect(messagesOf('.rept 100000000\nnop\n.endr')).toEqual(['1:1 the repeated block comes to more than 5000000 statements'])
  })
})

describe('conditions', () => {
  it('takes one branch', () => {
    const text = '.if N == 1\n.byte 1\n.elseif N == 2\n.byte 2\n.if 0\n.byte 7\n.else\n.byte 22\n.endif\n.else\n.byte 3\n.endif'
    expect([1, 2, 3].map(n => data(`N = ${n}\n${text}`))).toEqual(['01', '0216', '03'])
  })
  it('tests symbols and texts', () => {
    expect(
      data(
        '.ifdef nope\n.byte 1\n.endif\nx = 1\n.ifndef x\n.byte 2\n.else\n.byte 3\n.endif\n.ifb\n.byte 4\n.endif\n.ifc a,a\n.byte 5\n.endif',
      ),
    ).toBe('030405')
  })
  it('must be closed', () => {
    expect(messagesOf('.if 1')).toEqual(['1:1 end of file inside conditional: here is the start of the unterminated conditional'])
    expect(messagesOf('.else\n.endif')).toEqual(['1:1 ".else" without matching ".if"', '2:1 ".endif" without matching ".if"'])
  })
})

describe('files', () => {
  const readFile = (name: string): string | Uint8Array | null =>
    name === 'a.inc' ? '.byte 1\nX = 5' : name === 'b.bin' ? new Uint8Array([7, 8, 9]) : null
  it('includes text and bytes', () => {
    expect(hexOf('.data\n.include "a.inc"\n.byte X\n.incbin "b.bin", 1, 1', '.data', { readFile })).toBe('010508')
    expect(messagesOf('.include "c.inc"', { readFile })).toEqual(["1:10 can't open c.inc for reading: No such file or directory"])
  })
  it('takes definitions from outside', () => expect(hexOf('.data; .byte N', '.data', { defines: { N: 3 } })).toBe('03'))
})

describe('symbols', () => {
  it('leaves local constants out on request', () => {
    const text = '.equ SIZE, 8\n.equ TWICE, SIZE * 2\n.equ FAR, 0x1000\nli a0, TWICE\nhere: call FAR\nret\n.globl G\n.equ G, 1\n'
    const names = [...symbolsOf(text, { discardConstants: true }).keys()]
    expect(names).toEqual(expect.arrayContaining(['here', 'G']))
    expect(names.filter(name => ['SIZE', 'TWICE', 'FAR'].includes(name))).toEqual([])
    expect([...symbolsOf(text).keys()]).toEqual(expect.arrayContaining(['SIZE', 'TWICE']))
  })
  it('has bindings, types, sizes and visibility', () => {
    const symbols = symbolsOf(
      '.globl f\n.type f, @function\nf: nop\n.size f, . - f\n.weak w\nw = f\n.hidden h\n.globl h\nh:\n.comm c, 8, 16\n.local l\nl:\n.LX:',
    )
    expect(symbols.get('f')).toMatchObject({ binding: 1, type: 2, size: 2 })
    expect(symbols.get('w')).toMatchObject({ binding: 2, value: 0n })
    expect(symbols.get('h')).toMatchObject({ binding: 1, visibility: 2 })
    expect(symbols.get('c')).toMatchObject({ value: 16n, size: 8, section: 0xfff2 })
    expect(symbols.get('l')?.binding).toBe(0)
    expect(symbols.has('.LX')).toBe(false)
  })
  it('are thread-local in such sections and where relocations say so', () => {
    const symbols = symbolsOf('.section .tdata\nt: .word 1\nu = t\n.text\nlui a0, %tprel_hi(v)\nla.tls.ie a0, w\nx:')
    expect(['t', 'u', 'v', 'w', 'x'].map(name => symbols.get(name)?.type)).toEqual([6, 6, 6, 6, 0])
  })
})
