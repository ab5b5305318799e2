import { expect, test } from 'vitest'
import { CODE, DATA, ENGINES, FRAMES, RWXU, bench, type Bench } from './testing.ts'
import { PAGE_SIZE, VECTOR } from './layout.ts'
import { readCsr } from './csr.ts'

const ISA = 'rv64gcv'
const END = 'ecall'
const dataAt = FRAMES.data * PAGE_SIZE
const text = (b: Bench, at: number, length: number): string =>
  Buffer.from(b.machine.ram.slice(dataAt + at, dataAt + at + length)).toString()
const put = (b: Bench, at: number, bytes: Iterable<number>): void => b.machine.ram.set([...bytes], dataAt + at)
const words = (b: Bench, at: number, count: number): number[] => Array.from({ length: count }, (_, n) => b.data32(at / 4 + n))

for (const engine of ENGINES) {
  const start = (source: string, isa = ISA): Bench => bench(source, { engine, isa })

  test(`memcpy goes in pieces of whatever length fits (${engine})`, () => {
    const b = start(`
      li a1, 100; addi a2, a0, 1024; mv a3, a0
      vsetvli t0, a1, e8, m1, ta, ma
      vle8.v v0, (a3)
      add a3, a3, t0; sub a1, a1, t0
      vse8.v v0, (a2)
      add a2, a2, t0
      bnez a1, ${CODE + 12}
      ${END}`)
    const message = 'A hundred bytes and no more are copied by a loop that does not know how long a register is, at all.'
    put(b, 0, Buffer.from(message.padEnd(120, '#')))
    expect(b.run().kind).toBe('syscall')
    expect(text(b, 1024, 101)).toBe(message.padEnd(100, '#') + '\0')
    expect(b.x(5)).toBe(100 % 16)
  })

  test(`strlen reads past the end as far as there is memory (${engine})`, () => {
    const source = `
      mv a3, a0
      vsetvli a1, zero, e8, m8, ta, ma
      vle8ff.v v8, (a3)
      csrr a1, vl
      vmseq.vi v0, v8, 0
      vfirst.m a2, v0
      add a3, a3, a1
      bltz a2, ${CODE + 4}
      add a0, a0, a1; add a3, a3, a2; sub a0, a3, a0
      ${END}`
    const b = start(source)
    const at = 4 * PAGE_SIZE - 21
    put(b, at, Buffer.from('twenty characters, ok\0').subarray(0, 21))
    b.machine.ram[dataAt + 4 * PAGE_SIZE - 1] = 0
    b.hart.x[20] = DATA + at
    expect(b.run().kind).toBe('syscall')
    expect([b.x(10), b.x(11)]).toEqual([20, 21])
  })

  test(`a page that is not there stops a load at its element, and the load goes on from there (${engine})`, () => {
    const b = start(`
      vsetivli zero, 8, e32, m2, ta, ma
      vid.v v2
      vle32.v v2, (a0)
      ${END}`)
    b.hart.x[20] = DATA + 4 * PAGE_SIZE - 12
    put(b, 4 * PAGE_SIZE - 12, new Uint8Array(new Int32Array([70, 71, 72]).buffer))
    expect(b.run()).toMatchObject({ kind: 'pageFault', tval: DATA + 4 * PAGE_SIZE, access: 'read' })
    expect(b.hart.vector[VECTOR.vstart]).toBe(3)
    expect([...b.hart.v.signed[2].slice(8, 16)]).toEqual([70, 71, 72, 3, 4, 5, 6, 7])
    b.map(DATA + 4 * PAGE_SIZE, FRAMES.data + 4, RWXU)
    put(b, 4 * PAGE_SIZE, new Uint8Array(new Int32Array([73, 74, 75, 76, 77]).buffer))
    expect(b.run().kind).toBe('syscall')
    expect([...b.hart.v.signed[2].slice(8, 16)]).toEqual([70, 71, 72, 73, 74, 75, 76, 77])
    expect(b.hart.vector[VECTOR.vstart]).toBe(0)
  })

  test(`saxpy (${engine})`, () => {
    const b = start(`
      li a1, 11; addi a2, a0, 256; mv a3, a0; li t1, 3; fcvt.s.w fa0, t1
      vsetvli t0, a1, e32, m4, ta, ma
      vle32.v v4, (a3)
      vle32.v v8, (a2)
      vfmacc.vf v8, fa0, v4
      vse32.v v8, (a2)
      ${END}`)
    const [x, y] = [1, 10].map(by => new Float32Array(Array.from({ length: 11 }, (_, n) => n * by)))
    put(b, 0, new Uint8Array(x.buffer))
    put(b, 256, new Uint8Array(y.buffer))
    expect(b.run().kind).toBe('syscall')
    const sums = new Float32Array(b.machine.ram.slice(dataAt + 256, dataAt + 256 + 44).buffer)
    expect([...sums]).toEqual(Array.from({ length: 11 }, (_, n) => 13 * n))
  })

  test(`a dot product: multiplied wide, added in order, of the elements that a mask names (${engine})`, () => {
    const b = start(`
      vsetivli zero, 6, e16, m1, ta, ma
      vid.v v1
      vadd.vi v2, v1, 1
      vwmul.vv v4, v1, v2
      vand.vi v6, v1, 1
      vmseq.vi v0, v6, 1
      vsetvli zero, zero, e32, m2, ta, ma
      vmv.s.x v8, a1
      vredsum.vs v9, v4, v8
      vredsum.vs v10, v4, v8, v0.t
      vmv.x.s a2, v9
      vmv.x.s a3, v10
      ${END}`)
    b.hart.x[22] = 1000
    expect(b.run().kind).toBe('syscall')
    expect([b.x(12), b.x(13)]).toEqual([1000 + 2 + 6 + 12 + 20 + 30, 1000 + 2 + 12 + 30])
  })

  test(`a load of structures takes them apart (${engine})`, () => {
    const b = start(`
      vsetivli zero, 4, e8, mf2, ta, ma
      vlseg3e8.v v4, (a0)
      addi a1, a0, 64
      vsse8.v v4, (a1), zero
      vse8.v v5, (a1)
      addi a1, a1, 16
      vsseg2e8.v v5, (a1)
      ${END}`)
    put(b, 0, Buffer.from('rgbRGBxyzXYZ'))
    expect(b.run().kind).toBe('syscall')
    expect([4, 5, 6].map(n => Buffer.from(b.hart.v.bytes.slice(16 * n, 16 * n + 4)).toString())).toEqual(['rRxX', 'gGyY', 'bBzZ'])
    expect([text(b, 64, 4), text(b, 80, 8)]).toEqual(['gGyY', 'gbGByzYZ'])
  })

  test(`conversions towards zero are those of that rounding mode (${engine})`, () => {
    const b = start(`
      vsetivli zero, 4, e32, m1, ta, ma
      vle32.v v2, (a0)
      vfcvt.rtz.x.f.v v3, v2
      vfcvt.rtz.xu.f.v v4, v2
      vfwcvt.rtz.x.f.v v6, v2
      fsrmi zero, 1
      vfcvt.x.f.v v8, v2
      vfcvt.xu.f.v v9, v2
      vfwcvt.x.f.v v10, v2
      ${END}`)
    put(b, 0, new Uint8Array(new Float32Array([-1.75, 2.5, 1e20, NaN]).buffer))
    expect(b.run().kind).toBe('syscall')
    const of = (n: number): number[] => [...b.hart.v.signed[2].slice(4 * n, 4 * n + 4)]
    expect([of(3), of(4).map(v => v >>> 0)]).toEqual([
      [-1, 2, 0x7fffffff, 0x7fffffff],
      [0, 2, 0xffffffff, 0xffffffff],
    ])
    expect([of(3), of(4), of(6), of(7)]).toEqual([of(8), of(9), of(10), of(11)])
  })

  test(`registers are as long as the machine's (${engine})`, () => {
    const source = `vsetvli a1, zero, e8, m8, ta, ma; csrr a2, vlenb; vsetvli a3, zero, e64, mf2, ta, ma; csrr a4, vtype; ${END}`
    const lengths = [
      [ISA, 16, 1],
      ['rv64gcv_zvl256b', 32, 2],
      ['rv64gcv_zvl1024b', 128, 8],
    ] as const
    for (const [isa, bytes] of lengths) {
      const b = start(source, isa)
      expect(b.run().kind).toBe('syscall')
      // Half a register cannot be relied on to hold an element of 64 bits.
      expect([isa, b.x(11), b.x(12), b.x(13)]).toEqual([isa, 8 * bytes, bytes, 0])
      expect(readCsr(b.machine, b.hart, 'vtype')).toBe(1n << 63n)
    }
  })

  test(`there are no vectors without V, with the unit off, or of a reserved type (${engine})`, () => {
    const illegal = (source: string, isa = ISA): void => {
      const b = start(source, isa)
      expect([source, b.run().kind]).toEqual([source, 'illegal'])
    }
    illegal('vsetivli zero, 4, e8, m1, ta, ma', 'rv64gc')
    illegal('csrr a0, vlenb', 'rv64gc')
    illegal('vadd.vv v1, v2, v3')
    illegal('vsetivli zero, 4, e8, m2, ta, ma; vadd.vv v1, v2, v4')
    illegal('vsetivli zero, 4, e8, m2, ta, ma; vwadd.vv v4, v4, v8')
    illegal('vsetivli zero, 4, e8, m1, ta, ma; vadd.vv v0, v2, v4, v0.t')
    illegal('vsetivli zero, 4, e16, m1, ta, ma; vfadd.vv v1, v2, v4')
    illegal('vsetivli zero, 4, e64, m1, ta, ma; vadd.vv v1, v2, v4; vfadd.vv v1, v2, v4', 'rv64gc_zve64f')
    const off = start('csrr a0, vl')
    off.hart.vector[VECTOR.vs] = 0
    expect(off.run().kind).toBe('illegal')
  })
}

test('words are read where they were put', () => {
  const b = bench('vsetivli a1, 2, e32, m1, ta, ma; vmv.v.i v1, -5; vse32.v v1, (a0); ecall', { isa: ISA })
  b.run()
  expect(words(b, 0, 3)).toEqual([-5, -5, 0])
})
