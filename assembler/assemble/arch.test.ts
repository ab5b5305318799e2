import { expect, test } from 'vitest'
import { changeArch, parseArch, unionArch } from './arch.ts'

// Versions are those of Debian's GNU as (ISA spec 2.2), which wrote each of these down.
test.each([
  ['rv64gc', 'rv64i2p0_m2p0_a2p0_f2p0_d2p0_c2p0_zmmul1p0'],
  ['rv64g', 'rv64i2p0_m2p0_a2p0_f2p0_d2p0_zmmul1p0'],
  ['rv64imac', 'rv64i2p0_m2p0_a2p0_c2p0_zmmul1p0'],
  ['rv64id', 'rv64i2p0_f2p0_d2p0'],
  ['rv64ifd2p2', 'rv64i2p0_f2p0_d2p2'],
  ['rv64ic_zmmul', 'rv64i2p0_c2p0_zmmul1p0'],
  ['rv64gc_zba_zbb', 'rv64i2p0_m2p0_a2p0_f2p0_d2p0_c2p0_zmmul1p0_zba1p0_zbb1p0'],
  ['rva20u64', 'rv64i2p0_m2p0_a2p0_f2p0_d2p0_c2p0_ziccamoa1p0_ziccif1p0_zicclsm1p0_ziccrse1p0_zicntr2p0_zicsr2p0_zmmul1p0_za128rs1p0'],
  ['rv64i_svinval_zicbom_zmmul', 'rv64i2p0_zicbom1p0_zmmul1p0_svinval1p0'],
])('%s', (march, expected) => expect(parseArch(march)).toBe(expected))

test.each([
  ['rv32i', 'rv32i: ISA string must begin with rv64, or be a profile'],
  ['rv64q_xyz', "rv64q_xyz: unknown standard ISA extension `q'"],
  ['rv64c', "rv64c: first ISA extension must be `i' or `g'"],
  ['rv64i_foo', "rv64i_foo: unknown standard ISA extension `o'"],
  ['rv64i_z-', "rv64i_z-: unknown ISA extension `z-'"],
])('%s is refused', (march, message) => expect(() => parseArch(march)).toThrow(message))

test('an extension comes and goes, with what it implies', () => {
  expect(changeArch('rv64i2p0', '+d')).toBe('rv64i2p0_f2p0_d2p0')
  expect(changeArch('rv64i2p0_f2p0_d2p0', '-f')).toBe('rv64i2p0_d2p0')
  expect(unionArch('rv64i2p0_c2p0', 'rv64i2p0_m2p0_zmmul1p0')).toBe('rv64i2p0_m2p0_c2p0_zmmul1p0')
})
