// Archives, and files that are for other machines.
import { expect, it } from 'vitest'
import { assemble, link, nm, objdump, writeArchive } from '../index.ts'

const object = (text: string): Uint8Array => assemble({ name: 'a.s', text }).object ?? new Uint8Array(0)

it('nm lists the members of an archive', () => {
  const archive = writeArchive([
    { name: 'f.o', bytes: object('.globl f\nf: ret') },
    { name: 'g.o', bytes: object('.globl g\ng: call f') },
  ])
  expect(nm(archive, 'l.a')).toBe('\nf.o:\n0000000000000000 T f\n\ng.o:\n                 U f\n0000000000000000 T g\n')
})

it('foreign machines are named', () => {
  const foreign = object('nop').slice()
  foreign[18] = 62
  expect(() => objdump(foreign, 'x', { disassemble: true })).toThrow('x: a file for x86-64: only 64-bit RISC-V can be disassembled')
  expect(link([{ name: 'x', bytes: foreign }]).diagnostics[0].message).toBe('not a RISC-V file, but one for x86-64')
})
