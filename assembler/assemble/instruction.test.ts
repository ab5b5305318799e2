// Instructions and their relocations, as GNU as encodes them (test/oracle/assembler.test.ts holds every form against it).
import { describe, expect, it } from 'vitest'
import { assemble } from './index.ts'
import { messagesOf, relocationsOf, wordsOf } from './testing.ts'

const plain = { march: 'rv64g', relax: false }

describe('instructions', () => {
  it.each([
    ['addi a0, a1, -1', 'fff58513'],
    ['add a0, a1, a2', '00c58533'],
    ['add a0, a1, 5', '00558513'],
    ['ld ra, 8(sp)', '00813083'],
    ['ld ra, (sp)', '00013083'],
    ['sd s0, -16(s1)', 'fe84b823'],
    ['lui a0, 0xfffff', 'fffff537'],
    ['amoadd.w.aqrl a0, a1, (a2)', '06b6252f'],
    ['lr.d a0, 0(a1)', '1005b52f'],
    ['csrrw a0, mstatus, a1', '30059573'],
    ['csrr a0, 0xc00', 'c0002573'],
    ['fcvt.w.d a0, fa0, rtz', 'c2051553'],
    ['fadd.d fa0, fa1, fa2', '02c5f553'],
    ['fence rw, w', '0310000f'],
    ['j .', '0000006f'],
    ['ret', '00008067'],
    ['unimp', 'c0001073'],
    ['li a0, 0x12345678', '12345537 6785051b'],
    ['li a0, -1', 'fff00513'],
    ['lui a0, %hi(0x12345fff)', '12346537'],
    ['addi a0, a0, %lo(0x12345fff)', 'fff50513'],
  ])('%s -> %s', (source, words) => expect(wordsOf(source, plain)).toBe(words))

  it.each([
    ['addi a0, a0, 1', '0505'],
    ['addi sp, sp, -32', '1101'],
    ['ld a0, 8(sp)', '6522'],
    ['li a0, 0', '4501'],
    ['li a0, 32', '02000513'],
    ['ret', '8082'],
    ['unimp', '0000'],
    ['.option norvc; ret', '00008067'],
  ])('compressed: %s -> %s', (source, words) => expect(wordsOf(source)).toBe(words))

  it('leaves addresses to the linker', () => {
    expect(relocationsOf('la a0, x; call f; ld a1, y; sw a0, z, t0', '.text', { relax: false })).toEqual([
      '0 R_RISCV_PCREL_HI20 x+0',
      '4 R_RISCV_PCREL_LO12_I .L0 +0',
      '8 R_RISCV_CALL_PLT f+0',
      '10 R_RISCV_PCREL_HI20 y+0',
      '14 R_RISCV_PCREL_LO12_I .L0 +0',
      '18 R_RISCV_PCREL_HI20 z+0',
      '1c R_RISCV_PCREL_LO12_S .L0 +0',
    ])
    expect(relocationsOf('.option pic; la a0, x', '.text', { relax: false })[0]).toBe('0 R_RISCV_GOT_HI20 x+0')
    expect(relocationsOf('lui a0, %tprel_hi(v); add a0, a0, tp, %tprel_add(v)')).toEqual([
      '0 R_RISCV_TPREL_HI20 v+0',
      '0 R_RISCV_RELAX +0',
      '4 R_RISCV_TPREL_ADD v+0',
      '4 R_RISCV_RELAX +0',
    ])
  })

  it('says what is wrong where, and what was expected', () => {
    expect(messagesOf(' adi a0, a0, 1\n addi a0, a0, 5000\n slli a0, a0, 64\n csrr a0, nosuch')).toEqual([
      "1:2 unrecognized opcode `adi a0,a0,1'",
      "2:15 illegal operands `addi a0,a0,5000'",
      "3:15 illegal operands `slli a0,a0,64'",
      "4:11 unknown CSR `nosuch'",
    ])
  })

  it('refuses extensions that -march leaves out', () => {
    expect(messagesOf('c.nop', { march: 'rv64g' })).toEqual(["1:1 unrecognized opcode `c.nop', extension `c' required"])
    expect(messagesOf('mul a0, a0, a0', { march: 'rv64i' })).toEqual(["1:1 unrecognized opcode `mul a0,a0,a0', extension `m' required"])
    const needs = (text: string, march: string) => messagesOf(text, { march })[0]?.replace(/.*extension /, '') ?? null
    expect(needs('c.fld fa0, (a0)', 'rv64imac')).toBe("`d' required")
    expect(needs('czero.eqz a0, a1, a2', 'rv64gc')).toBe("`zicond' required")
    expect([needs('czero.eqz a0, a1, a2', 'rv64i_zicond'), needs('.option arch, +zicond\nczero.nez a0, a1, a2', 'rv64i')]).toEqual([
      null,
      null,
    ])
    expect([needs('mul a0, a0, a0', 'rv64i_zmmul'), needs('div a0, a0, a0', 'rv64i_zmmul')]).toEqual([null, "`m' required"])
    expect(needs('.option arch, +d\nfadd.s fa0, fa0, fa0', 'rv64i')).toBe(null)
    expect(messagesOf('.option arch, -i\n.option arch, +w', {})).toEqual([
      "1:1 cannot + or - base extension `i' in .option arch `-i'",
      "2:1 unknown ISA extension `w' in .option arch `+w'",
    ])
  })
})

it('calls through t1 where the link register is named', () => {
  expect(wordsOf('call t0, f')).toBe('00000317 000302e7')
  expect(wordsOf('call ra, f')).toBe('00000317 000300e7')
  expect(wordsOf('call f')).toBe('00000097 000080e7')
  expect(wordsOf('tail f')).toBe('00000317 00030067')
})

it('takes names of registers as symbols where only a symbol can stand', () => {
  expect(wordsOf('ra: j ra\nbeq a0, a1, ra')).toBe('a001 feb50fe3')
  expect(relocationsOf('call a0').filter(r => !/RELAX/.test(r))).toEqual(['0 R_RISCV_CALL_PLT a0+0'])
  expect(wordsOf('.equ t0, 3\nli a0, t0')).toBe('450d')
  expect(messagesOf('li a0, sp')).toHaveLength(1)
  expect(messagesOf('addi a0, a0, sp')).toHaveLength(1)
})

it('takes vector instructions with their types and masks', () => {
  const words = (text: string): string => wordsOf(`.option arch, +v\n${text}`)
  expect(words('vsetvli a0, a1, e32, m1, ta, ma\nvsetvli a0, a1, e32\nvsetivli a0, 5, e64,m8 ,ta,mu')).toBe('0d05f557 0105f557 c5b2f557')
  expect(words('vsetvli a0, a1, 0x4ff\nvle8.v v1, (a0), v0.t\nvle8.v v1, 0(a0)')).toBe('4ff5f557 00050087 02050087')
  expect(words('vadc.vvm v1, v2, v3, v0\nvneg.v v1, v2\nvncvt.x.x.w v1, v2, v0.t')).toBe('402180d7 0e2040d7 b02040d7')
  expect(words('vmsge.vi v1, v2, 5\nvmsgeu.vi v1, v2, 0\nvmsltu.vi v1, v2, 5')).toBe('7e2230d7 622100d7 722230d7')
  expect(words('vmsge.vx v1, v2, a0, v0.t, v3')).toBe('6c2541d7 6201a1d7 621020d7 6a30a0d7')
  for (const wrong of [
    'vadd.vv v0, v1',
    'vadd.vv v0, v1, v2, v1',
    'vadd.vi v0, v1, 16',
    'vadc.vvm v1, v2, v3',
    'vmsge.vx v0, v2, a0, v0.t',
  ])
    expect([wrong, messagesOf(`.option arch, +v\n${wrong}`).length]).toEqual([wrong, 1])
})

it('says what is wrong with an operand, and which extension is missing', () => {
  const first = (text: string) => assemble({ name: 't.s', text }).diagnostics[0]
  const hint = (text: string): string | null => first(text)?.suggestion ?? null
  expect(first('sh1add a0, a1, a2')?.message).toBe("unrecognized opcode `sh1add a0,a1,a2', extension `zba' required")
  expect(hint('add a0, a1, x32')).toBe("there is no register `x32'")
  expect(hint('mv a0, r5')).toBe("there is no register `r5'")
  expect(hint('add a0, a1, r5')).toBe("there is no register `r5'")
  expect(hint('lw a0, 4(t9)')).toBe("there is no register `t9'")
  expect(hint('add a0 a1, a2')).toBe('is a comma missing?')
  expect(hint('.asciiz "x"')).toBe("did you mean `.asciz'?")
  expect(hint('aes64es a0, a1, a2')).toBe('an instruction of the Zk extension, which this machine lacks')
  expect(first('vadd.vv v0, v1, v2')?.message).toBe("unrecognized opcode `vadd.vv v0,v1,v2', extension `v' required")
  expect(first('wrs.nto')?.message).toBe("unrecognized opcode `wrs.nto', extension `zawrs' required")
})

it('takes what the extensions have for what is else a sequence', () => {
  expect(wordsOf('sext.b a0, a1\nzext.h a0, a1\nzext.w a0, a1')).toBe('03859513 9561 03059513 9141 02059513 9101')
  const options = { march: 'rv64g_zba_zbb' }
  expect(wordsOf('sext.b a0, a1\nzext.h a0, a1\nzext.w a0, a1', options)).toBe('60459513 0805c53b 0805853b')
  expect(wordsOf('bset a0, a1, 3\nror a0, a1, 4\npackw a0, a1, zero', { march: 'rv64g_zbs_zbkb' })).toBe('28359513 6045d513 0805c53b')
})
