// The page-table walk: leaf sizes, permissions, A and D, and every malformed PTE.
import { describe, expect, test } from 'vitest'
import { PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X } from './isa/index.ts'
import { RAM_PPN } from './layout.ts'
import type { Access } from './state.ts'
import { bench, DATA, FRAMES, RWXU } from './testing.ts'
import { newTranslation, translate, walk, type WalkMode } from './walk.ts'

const USER: WalkMode = { user: true, sum: false, mxr: false }
const SUPERVISOR: WalkMode = { user: false, sum: false, mxr: false }
const VA = 0x4000_0000

function outcome(flags: number, access: Access, mode: WalkMode = USER): string {
  const b = bench('')
  b.map(VA, 100, flags)
  return translate(b.machine, 0, VA | 0, 0, access, mode, newTranslation()).outcome
}

describe('leaves of every size', () => {
  test('4 KiB and 2 MiB', () => {
    const b = bench('')
    b.map(VA, 100)
    b.map(2 * VA, 512, RWXU, 1)
    const t = newTranslation()
    expect(translate(b.machine, 0, (VA + 0xabc) | 0, 0, 'read', USER, t)).toMatchObject({ outcome: 'ok', frame: 100, level: 0 })
    expect(translate(b.machine, 0, (2 * VA + 5 * 4096) | 0, 0, 'read', USER, t)).toMatchObject({ outcome: 'ok', frame: 517, level: 1 })
    expect(walk(b.machine, 0, VA).map(s => s.level)).toEqual([3, 2, 1, 0])
    expect(walk(b.machine, 0, 2 * VA).map(s => s.level)).toEqual([3, 2, 1])
  })
  test('1 GiB: RAM is its first pages, the rest is no memory', () => {
    const b = bench('')
    b.map(3 * VA, 0, RWXU, 2)
    const t = newTranslation()
    expect(translate(b.machine, 0, (3 * VA + 7 * 4096) | 0, 0, 'read', USER, t)).toMatchObject({ outcome: 'ok', frame: 7, level: 2 })
    expect(translate(b.machine, 0, (3 * VA + 0x3000_0000) | 0, 0, 'read', USER, t).outcome).toBe('accessFault')
  })
  test('a large leaf that is not aligned faults', () => {
    const b = bench('')
    b.map(2 * VA, 513, RWXU, 1)
    expect(translate(b.machine, 0, (2 * VA) | 0, 0, 'read', USER, newTranslation()).outcome).toBe('pageFault')
  })
})

describe('permissions', () => {
  const rows: [string, number, Access, WalkMode, string][] = [
    ['read needs R', PTE_V | PTE_X | PTE_U, 'read', USER, 'pageFault'],
    ['MXR reads what may be executed', PTE_V | PTE_X | PTE_U, 'read', { ...USER, mxr: true }, 'ok'],
    ['write needs W', PTE_V | PTE_R | PTE_U, 'write', USER, 'pageFault'],
    ['fetch needs X', PTE_V | PTE_R | PTE_W | PTE_U, 'fetch', USER, 'pageFault'],
    ['user needs U', PTE_V | PTE_R, 'read', USER, 'pageFault'],
    ['supervisor without SUM may not touch U', PTE_V | PTE_R | PTE_U, 'read', SUPERVISOR, 'pageFault'],
    ['supervisor with SUM may', PTE_V | PTE_R | PTE_U, 'read', { ...SUPERVISOR, sum: true }, 'ok'],
    ['supervisor never runs U', PTE_V | PTE_X | PTE_U, 'fetch', { ...SUPERVISOR, sum: true }, 'pageFault'],
    ['supervisor pages', PTE_V | PTE_R | PTE_W, 'write', SUPERVISOR, 'ok'],
    ['W without R is reserved', PTE_V | PTE_W | PTE_U, 'write', USER, 'pageFault'],
    ['not valid', PTE_R | PTE_W | PTE_U, 'read', USER, 'pageFault'],
  ]
  for (const [name, flags, access, mode, expected] of rows) test(name, () => expect(outcome(flags, access, mode)).toBe(expected))
})

test('A is set by any access, D by a write only', () => {
  const b = bench('')
  b.map(VA, 100, PTE_V | PTE_R | PTE_W | PTE_U)
  const pte = (): number => b.machine.ram32[b.pteOf(VA) / 4] & (PTE_A | PTE_D)
  translate(b.machine, 0, VA | 0, 0, 'fetch', USER, newTranslation())
  expect(pte()).toBe(0)
  translate(b.machine, 0, VA | 0, 0, 'read', USER, newTranslation())
  expect(pte()).toBe(PTE_A)
  translate(b.machine, 0, VA | 0, 0, 'write', USER, newTranslation())
  expect(pte()).toBe(PTE_A | PTE_D)
})

test('addresses are sign-extended from bit 47', () => {
  const b = bench('')
  const t = newTranslation()
  expect(translate(b.machine, 0, DATA, 0, 'read', USER, t)).toMatchObject({ outcome: 'ok', frame: FRAMES.data })
  for (const hi of [0x8000, 0x1_0000, 0x7fff_0000, -0x10000, 0x7fff_ffff]) {
    expect(translate(b.machine, 0, DATA, hi, 'read', USER, t).outcome).toBe('pageFault')
  }
})

test('a pointer with leaf bits, reserved bits, or out of RAM', () => {
  const b = bench('')
  const t = newTranslation()
  b.map(VA, 100)
  const [, , level1] = walk(b.machine, 0, VA)
  const at = level1.offset / 4
  const good = b.machine.ram32[at]
  const read = (): string => translate(b.machine, 0, VA | 0, 0, 'read', USER, t).outcome
  b.machine.ram32[at] = good | PTE_U
  expect(read()).toBe('pageFault')
  b.machine.ram32[at] = good
  b.machine.ram32[at + 1] = 1 << 30
  expect(read()).toBe('pageFault')
  b.machine.ram32[at + 1] = 0
  b.machine.ram32[at] = ((RAM_PPN - 1) << 10) | PTE_V
  expect(read()).toBe('accessFault')
  b.machine.ram32[at] = good
  expect(read()).toBe('ok')
})
