// What programs see of a machine that is not RV64GC, and that such a machine runs on as it was made.
import { expect, test } from 'vitest'
import { createKernel, restore, snapshot } from './boot.ts'
import { runToEnd, start } from './testing.ts'

const EXIT = '\nli a0, 0\nsys 94'
const words = (output: string): bigint[] => {
  const bytes = Uint8Array.from(output, c => c.charCodeAt(0))
  return [...new BigUint64Array(bytes.buffer)]
}

/** riscv_hwprobe of keys 3 and 4, and of AT_HWCAP, written to standard output as 64-bit words. */
const ASK = `
addi s1, sp, -64
mv s0, sp
li t0, 3
sd t0, 0(s1)
li t0, 4
sd t0, 16(s1)
mv a0, s1
li a1, 2
li a2, 0
li a3, 0
li a4, 0
sys 258
ld t0, 0(s0)
slli t0, t0, 3
add s0, s0, t0
addi s0, s0, 16
environment:
ld t0, 0(s0)
addi s0, s0, 8
bnez t0, {environment}
auxiliary:
ld t0, 0(s0)
ld t1, 8(s0)
addi s0, s0, 16
li t2, 16
bne t0, t2, {auxiliary}
sd t1, 32(s1)
li a0, 1
mv a1, s1
li a2, 40
sys 64
${EXIT}`

test.each([
  [undefined, [1n, 3n], 0x112dn],
  ['rv64gc', [1n, 3n], 0x112dn],
  ['rv64imac', [1n, 2n], 0x1105n],
  ['rv64i', [0n, 0n], 0x100n],
])('hwprobe and AT_HWCAP of %s', (isa, probed, hwcap) => {
  const { output } = runToEnd(ASK, { isa })
  expect(words(output())).toEqual([3n, probed[0], 4n, probed[1], hwcap])
})

test.each([
  [undefined, 0n],
  ['rv64gc_zicbom_zicbop_zicboz', 64n],
])('the cache blocks that %s tells of', (isa, bytes) => {
  const keys = [6, 12, 15]
  const ask = keys.map((key, n) => `li t0, ${key}\nsd t0, ${16 * n}(s1)`).join('\n')
  const source = `addi s1, sp, -64\n${ask}\nmv a0, s1\nli a1, 3\nli a2, 0\nli a3, 0\nli a4, 0\nsys 258\nli a0, 1\nmv a1, s1\nli a2, 48\nsys 64${EXIT}`
  expect(words(runToEnd(source, { isa }).output())).toEqual(keys.flatMap(key => [BigInt(key), bytes]))
})

test('an instruction that the machine lacks ends the program, though the kernel offers it floating point', () => {
  expect(runToEnd(`fadd.d fa0, fa0, fa0${EXIT}`).status).toBe(0)
  expect(runToEnd(`fadd.d fa0, fa0, fa0${EXIT}`, { isa: 'rv64imac' }).status & 0x7f).toBe(4)
  expect(runToEnd(`csrrs a0, fcsr, zero${EXIT}`, { isa: 'rv64imac' }).status & 0x7f).toBe(4)
})

test('cache blocks: programs may clean and zero them, not drop them; hpmcounters are not shown', () => {
  const isa = 'rv64gc_zicbom_zicboz_zihpm'
  const signal = (text: string): number => runToEnd(`${text}${EXIT}`, { isa }).status & 0x7f
  expect(['cbo.clean (sp)', 'cbo.flush (sp)', 'cbo.zero (sp)', 'cbo.inval (sp)', 'csrrs a0, hpmcounter3, zero'].map(signal)).toEqual([
    0, 0, 0, 4, 4,
  ])
  expect(['cbo.clean (zero)', 'cbo.zero (zero)'].map(signal)).toEqual([11, 11])
  expect(runToEnd(`cbo.zero (sp)${EXIT}`).status & 0x7f).toBe(4)
  const zeroed = `addi s0, sp, -256\nandi s0, s0, -64\nli t0, -1\nsd t0, -8(s0)\nsd t0, 56(s0)\nsd t0, 64(s0)\naddi t1, s0, 33\ncbo.zero (t1)
    li a0, 1\naddi a1, s0, -8\nli a2, 80\nsys 64${EXIT}`
  const expected = [(1n << 64n) - 1n, ...Array<bigint>(8).fill(0n), (1n << 64n) - 1n]
  expect(words(runToEnd(zeroed, { isa }).output())).toEqual(expected)
})

test('a jump to where no instruction may begin is SIGBUS', () => {
  const source = `auipc t0, 0\njalr ra, 10(t0)${EXIT}`
  expect(runToEnd(source, { isa: 'rv64imafd' }).status & 0x7f).toBe(7)
})

test('a snapshot belongs to its instruction set', () => {
  const { k } = start(EXIT.trim(), { isa: 'rv64imac' })
  const at = snapshot(k)
  restore(k, at)
  expect(() => restore(start(EXIT.trim()).k, at)).toThrow(/rv64imac_zicntr_zicsr into one of rv64imafdc/)
})

test('a set that cannot be is refused in words', () => {
  const { host } = start(EXIT.trim()).k
  expect(() => createKernel({ host, isa: 'rv64gc_zwhat' })).toThrow(/^creating a machine of rv64gc_zwhat: there is no extension zwhat here/)
})
