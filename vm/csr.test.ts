// What is kept of writes, register by register, and who may access what: rows of isa/csrs.ts on a hart.
import { expect, test } from 'vitest'
import { accessibleCsr, readCsr, writeCsr } from './csr.ts'
import { csrByName, parseIsa } from './isa/index.ts'
import { COUNTERS, FS_DIRTY, FS_OFF, PRIVILEGE_M, PRIVILEGE_S, PRIVILEGE_U, WORD_FS, WORD_PRIVILEGE } from './layout.ts'
import { createMachine, type MachineOptions } from './machine.ts'

const made = (options: Partial<MachineOptions> = {}) => {
  const machine = createMachine({ ramBytes: 1 << 20, engine: 'reference', ...options })
  return { machine, hart: machine.harts[0] }
}

test.each([
  ['stvec', 0xffff_ffff_ffff_fffdn],
  ['mtvec', 0xffff_ffff_ffff_fffdn],
  ['sepc', 0xffff_ffff_ffff_fffen],
  ['sscratch', 0xffff_ffff_ffff_ffffn],
  ['scounteren', 7n],
  ['senvcfg', 1n],
  ['menvcfg', 0x8000_0000_0000_0001n],
  ['medeleg', 0xb3ffn],
  ['mideleg', 0x222n],
  ['mie', 0xaaan],
  ['mip', 0x222n],
  ['sie', 0x222n],
  ['sip', 2n],
  ['fflags', 0x1fn],
  ['frm', 7n],
  ['fcsr', 0xffn],
  // SD, UXL, MXR, SUM, FS, SPP, SPIE, SIE; and of mstatus MPP, MPIE, MIE and SXL.
  ['sstatus', 0x8000_0002_000c_6122n],
  ['mstatus', 0x8000_000a_000c_79aan],
  ['satp', 0n],
  ['misa', 0x8000_0000_0014_112dn],
  ['mcycle', 0n],
  ['pmpcfg0', 0n],
  ['mhartid', 0n],
])('all ones written to %s', (name, kept) => {
  const { machine, hart } = made()
  writeCsr(machine, hart, name, -1n)
  expect(readCsr(machine, hart, name)).toBe(kept)
})

test('what must follow a write follows', () => {
  const { machine, hart } = made()
  writeCsr(machine, hart, 'stimecmp', 1234n)
  expect(hart.counters[COUNTERS.timer]).toBe(1234)
  writeCsr(machine, hart, 'stimecmp', -1n)
  expect(hart.counters[COUNTERS.timer]).toBe(Infinity)
  hart.words[WORD_PRIVILEGE] = PRIVILEGE_S
  const contexts = machine.keys.next
  writeCsr(machine, hart, 'satp', (9n << 60n) | (77n << 44n))
  writeCsr(machine, hart, 'sstatus', 1n << 18n)
  expect(machine.keys.next).toBe(contexts + 2)
  hart.words[WORD_FS] = FS_OFF
  writeCsr(machine, hart, 'frm', 2n)
  expect(hart.words[WORD_FS]).toBe(FS_DIRTY)
})

test('who may access', () => {
  const { machine, hart } = made()
  const may = (privilege: number, name: string, writing = false): boolean => {
    hart.words[WORD_PRIVILEGE] = privilege
    return accessibleCsr(machine, hart, csrByName.get(name)!.number, writing) !== null
  }
  const levels = [PRIVILEGE_U, PRIVILEGE_S, PRIVILEGE_M]
  const of = (name: string, writing = false): boolean[] => levels.map(level => may(level, name, writing))
  expect(of('fcsr', true)).toEqual([true, true, true])
  expect(of('sscratch', true)).toEqual([false, true, true])
  expect(of('mscratch', true)).toEqual([false, false, true])
  expect([of('cycle'), of('cycle', true)]).toEqual([[true, true, true], Array(3).fill(false)])
  expect([of('mhartid'), of('mhartid', true), of('tselect'), of('hpmcounter3')].map(a => a[2])).toEqual([true, false, false, false])
  writeCsr(machine, hart, 'scounteren', 5n)
  expect([of('time'), of('instret')]).toEqual([
    [false, true, true],
    [true, true, true],
  ])
  writeCsr(machine, hart, 'mcounteren', 3n)
  expect([of('time'), of('instret')]).toEqual([
    [false, true, true],
    [false, false, true],
  ])
  expect(accessibleCsr(machine, hart, 0x8ff, false)).toBe(null)
  hart.words[WORD_FS] = FS_OFF
  expect(of('frm')).toEqual([false, false, false])
})

test('registers of an extension that the machine lacks are not there, whatever the unit says', () => {
  const isa = parseIsa('rv64imac')
  if (typeof isa === 'string') throw new Error(isa)
  const { machine, hart } = made({ isa })
  hart.words[WORD_FS] = FS_DIRTY
  expect(accessibleCsr(machine, hart, csrByName.get('fcsr')!.number, false)).toBe(null)
  expect(accessibleCsr(machine, hart, csrByName.get('time')!.number, false)?.name).toBe('time')
})
