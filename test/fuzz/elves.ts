// The two whole ELF files that the ELF fuzzer damages: a static executable with text, data and bss, and a position-independent one
// (the linker makes no such file yet, so it is put together here).
import { assembled } from '../build.ts'

const SOURCE = `
  .text
  .globl _start
_start:
  la t0, value
  ld a0, 0(t0)
  la t1, zeroes
  sd a0, 0(t1)
  ld a0, 0(t1)
  addi sp, sp, -64
  sd a0, 0(sp)
  ld a0, 0(sp)
  li a7, 94
  ecall
  .data
  .balign 8
value: .dword 7
  .bss
  .balign 8
zeroes: .skip 5000
`

export const staticElf = assembled('small.s', SOURCE)

const EHDR_BYTES = 64
const PHDR_BYTES = 56
const PAGE = 4096
const [ET_DYN, EM_RISCV, PT_LOAD, PT_PHDR, PT_GNU_STACK] = [3, 243, 1, 6, 0x6474e551]
const [R, RW, RX] = [4, 6, 5]
/** auipc t0, 1; ld a0, 0(t0); li a7, 94; ecall: exits with the doubleword one page further on. */
const CODE = [0x00001297, 0x0002b503, 0x05e00893, 0x00000073]

function makePie(): Uint8Array {
  const codeAt = PAGE
  const dataAt = 2 * PAGE
  const bytes = new Uint8Array(dataAt + 16)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  const words = (at: number, width: 2 | 4 | 8, ...values: number[]): void =>
    values.forEach((value, n) => {
      if (width === 2) view.setUint16(at + 2 * n, value, true)
      else if (width === 4) view.setUint32(at + 4 * n, value, true)
      else view.setBigUint64(at + 8 * n, BigInt(value), true)
    })
  words(16, 2, ET_DYN, EM_RISCV)
  words(20, 4, 1)
  words(24, 8, codeAt, EHDR_BYTES, 0)
  words(48, 4, 5)
  words(52, 2, EHDR_BYTES, PHDR_BYTES, 4, 64, 0, 0)
  const headers: readonly (readonly [type: number, flags: number, at: number, size: number, inMemory: number, align: number])[] = [
    [PT_PHDR, R, EHDR_BYTES, 4 * PHDR_BYTES, 4 * PHDR_BYTES, 8],
    [PT_LOAD, RX, 0, codeAt + 4 * CODE.length, codeAt + 4 * CODE.length, PAGE],
    [PT_LOAD, RW, dataAt, 16, 3 * PAGE, PAGE],
    [PT_GNU_STACK, RW, 0, 0, 0, 16],
  ]
  headers.forEach(([type, flags, at, size, inMemory, align], n) => {
    words(EHDR_BYTES + n * PHDR_BYTES, 4, type, flags)
    words(EHDR_BYTES + n * PHDR_BYTES + 8, 8, at, at, at, size, inMemory, align)
  })
  words(codeAt, 4, ...CODE)
  words(dataAt, 8, 7)
  return bytes
}

export const pieElf = makePie()
