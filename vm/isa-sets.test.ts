// Machines with other sets of extensions than the default: what is legal, where instructions may begin, what there is of floating point.
import { describe, expect, test } from 'vitest'
import { readCsr, writeCsr } from './csr.ts'
import { CAUSE_FETCH_MISALIGNED, CAUSE_ILLEGAL, defaultIsa, parseIsa } from './isa/index.ts'
import { FS_OFF, WORD_FS } from './layout.ts'
import { createMachine } from './machine.ts'
import { getPc, setPc, setX } from './registers.ts'
import { restoreMachine, snapshotMachine } from './snapshot.ts'
import { bench, CODE, ENGINES } from './testing.ts'

describe.each(ENGINES)('%s', engine => {
  test.each([
    ['rv64ima', 'c.li a1, 1'],
    ['rv64iac', 'mul a1, a0, a0'],
    ['rv64i_zmmul', 'divu a1, a0, a0'],
    ['rv64imc', 'lr.d a1, (a0)'],
    ['rv64imac', 'flw fa0, 0(a0)'],
    ['rv64imafc', 'fld fa0, 0(a0)'],
    ['rv64imafc', 'c.fld fa0, 0(a0)'],
    ['rv64imac', 'fence.i'],
    ['rv64imac', 'csrrs a1, fcsr, zero'],
  ])('%s has no %s, rv64gc has', (isa, instruction) => {
    const text = `${instruction}\nli a2, 7`
    const without = bench(text, { engine, isa })
    expect(without.run()).toMatchObject({ kind: 'illegal', cause: CAUSE_ILLEGAL, retired: 0 })
    expect([getPc(without.hart), without.x(11)]).toEqual([CODE, 0])
    expect(bench(text, { engine, isa: 'rv64gc' }).run(1)).toMatchObject({ kind: 'fuel', retired: 1 })
  })

  test('an instruction of several extensions is legal with any of them', () => {
    const b = bench('mul a1, a0, a0', { engine, isa: 'rv64i_zmmul' })
    expect(b.run(1)).toMatchObject({ kind: 'fuel', retired: 1 })
  })

  test('rv64gc_zicond chooses a value or zero, rv64gc does not', () => {
    const text = 'czero.eqz a1, t0, t1\nczero.nez a2, t0, t1\nczero.eqz a3, t0, zero\nczero.nez a4, t0, zero\nczero.eqz t0, t0, t0'
    const b = bench(text, { engine, isa: 'rv64gc_zicond' })
    setX(b.hart, 5, -7)
    setX(b.hart, 6, 2 ** 40)
    expect(b.run(5)).toMatchObject({ kind: 'fuel', retired: 5 })
    expect([11, 12, 13, 14, 5].map(b.x)).toEqual([-7, 0, 0, -7, -7])
    expect(bench(text, { engine }).run()).toMatchObject({ kind: 'illegal', tval: 0x0e62_d5b3, retired: 0 })
  })

  describe('without C instructions begin at multiples of four', () => {
    const isa = 'rv64ima'
    test.each([
      ['jal ra, 0x10006', 0x10006],
      ['jalr ra, 6(t0)', 0x10006],
      ['jalr ra, 7(t0)', 0x10006],
      ['beq zero, zero, 0x10ffa', 0x10ffa],
      ['jal ra, 0x11006', 0x11006],
    ])('%s traps where it stands, and writes nothing', (jump, to) => {
      const b = bench(jump, { engine, isa })
      setX(b.hart, 5, CODE)
      expect(b.run()).toMatchObject({ kind: 'misaligned', access: 'fetch', cause: CAUSE_FETCH_MISALIGNED, tval: to, retired: 0 })
      expect([getPc(b.hart), b.x(1)]).toEqual([CODE, 0])
    })

    test('jumps elsewhere are made, and a branch that is not taken goes nowhere', () => {
      const b = bench('bne zero, zero, 0x10006\njal ra, 0x1000c\nli a1, 1\njalr t1, 0(ra)', { engine, isa })
      expect(b.run(3)).toMatchObject({ kind: 'fuel', retired: 3 })
      expect([getPc(b.hart), b.x(1), b.x(6), b.x(11)]).toEqual([CODE + 8, CODE + 8, CODE + 16, 0])
      expect(b.run(1)).toMatchObject({ kind: 'fuel', retired: 1 })
      expect(b.x(11)).toBe(1)
    })

    test('a pc that was set there is no place to run, and no trap returns there', () => {
      const b = bench('li a1, 1\nli a1, 2', { engine, isa })
      setPc(b.hart, CODE + 2)
      expect(b.run()).toMatchObject({ kind: 'misaligned', tval: CODE + 2 })
      writeCsr(b.machine, b.hart, 'sepc', BigInt(CODE + 7))
      expect(readCsr(b.machine, b.hart, 'sepc')).toBe(BigInt(CODE + 4))
      const ordinary = bench('li a1, 1', { engine })
      writeCsr(ordinary.machine, ordinary.hart, 'sepc', BigInt(CODE + 7))
      expect(readCsr(ordinary.machine, ordinary.hart, 'sepc')).toBe(BigInt(CODE + 6))
    })
  })

  test('without F the unit is off and stays so', () => {
    const b = bench('li a1, 1', { engine, isa: 'rv64imac' })
    expect(b.hart.words[WORD_FS]).toBe(FS_OFF)
    writeCsr(b.machine, b.hart, 'sstatus', -1n)
    expect(b.hart.words[WORD_FS]).toBe(FS_OFF)
    expect((readCsr(b.machine, b.hart, 'sstatus') >> 13n) & 3n).toBe(0n)
    expect(readCsr(b.machine, b.hart, 'misa')).toBe(0x8000_0000_0014_1105n)
  })
})

test('a snapshot fits a machine of the same instruction set', () => {
  const isa = parseIsa('rv64imac')
  if (typeof isa === 'string') throw new Error(isa)
  const small = createMachine({ ramBytes: 1 << 20, isa })
  const ordinary = createMachine({ ramBytes: 1 << 20 })
  expect(ordinary.isa).toBe(defaultIsa)
  expect(() => restoreMachine(ordinary, snapshotMachine(small))).toThrow(
    'restoring a machine of rv64imac_zicntr_zicsr into one of rv64imafdc_zicntr_zicsr_zifencei',
  )
  restoreMachine(small, snapshotMachine(small))
})
