import { expect, test } from 'vitest'
import { csrByName, csrExists, csrPrivilege, csrReadOnly, csrs, csrsStored } from './csrs.ts'
import { extensionNamed } from './extensions.ts'

// To mend: each number and each name once; the extension of a register as its row in extensions.ts names it.
test('a register is one row', () => {
  expect(new Set(csrs.map(c => c.number)).size).toBe(csrs.length)
  expect(new Set(csrs.map(c => c.name)).size).toBe(csrs.length)
  expect(csrs.filter(c => extensionNamed(c.extension)?.name !== c.extension).map(c => c.name)).toEqual([])
})

test('what a row says about writes fits its number and what it holds', () => {
  // A read-only number is never written; what is not storage keeps no bits.
  expect(csrs.filter(c => csrReadOnly(c.number) && (c.writable !== 0n || c.after !== null)).map(c => c.name)).toEqual([])
  const kept = ['storage', 'status', 'delegated', 'fcsr', 'vector']
  expect(csrs.filter(c => c.writable !== 0n && !kept.includes(c.holds?.kind ?? '')).map(c => c.name)).toEqual([])
  expect(csrs.filter(c => c.enable !== null && c.holds?.kind === 'counter').map(c => [c.name, c.enable])).toEqual([
    ['cycle', 1],
    ['time', 2],
    ['instret', 4],
  ])
  const others = csrs.filter(c => c.enable !== null && c.holds?.kind !== 'counter')
  expect(others.filter(c => c.enable !== 2 ** (c.number & 31) || c.extension !== 'Zihpm')).toEqual([])
  expect(csrs.filter(c => c.after !== null).map(c => [c.name, c.after])).toEqual([
    ['sstatus', 'translation'],
    ['stimecmp', 'timer'],
    ['satp', 'addressSpace'],
    ['mstatus', 'translation'],
  ])
})

test('the registers that there are, and those that are names only', () => {
  expect(['fcsr', 'satp', 'misa', 'mhartid', 'pmpcfg0', 'time', 'hpmcounter3'].map(csrExists)).toEqual(Array(7).fill(true))
  expect(['tselect', 'mcountinhibit', 'pmpaddr1', 'dpc', 'nosuch'].map(csrExists)).toEqual(Array(5).fill(false))
  expect([csrPrivilege(csrByName.get('sie')!.number), csrPrivilege(csrByName.get('mtvec')!.number)]).toEqual([1, 3])
})

// Snapshots and the word at the end of a recording have a hart's block: a register that moves in it makes others of them. New ones go to the end.
test('storage stays where it is', () => {
  expect(csrsStored.join(' '), 'new storage is the last row of the table, and the last name here').toBe(
    'stvec scounteren senvcfg sscratch sepc scause stval stimecmp satp mstatus medeleg mideleg mie mip mtvec mcounteren menvcfg mscratch mepc mcause mtval',
  )
})
