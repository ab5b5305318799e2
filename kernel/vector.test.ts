// Vectors under the kernel: kept for each task that uses them, forgotten by system calls, carried by signal frames.
import { expect, test } from 'vitest'
import { auditMemory } from './mm/index.ts'
import { runToEnd } from './testing.ts'

const ISA = 'rv64gcv'
const exit = (code: string): string => `mv a0, ${code}\nsys 94`
const statusOf = (source: string, isa = ISA): number => {
  const { k, status } = runToEnd(source, { isa })
  expect(auditMemory(k)).toEqual([])
  expect([...k.state.trapFrames.vectors]).toEqual([])
  return status
}
const BAD = '\nbad:\nli a0, 1\nsys 94'

test('programs are told of it, and the largest signal frame has room for it', () => {
  // AT_MINSIGSTKSZ - 1088 - 576, and the bit V of AT_HWCAP.
  const source = `
ld t0, 0(sp)
slli t0, t0, 3
add s0, sp, t0
addi s0, s0, 16
environment:
ld t0, 0(s0)
addi s0, s0, 8
bnez t0, {environment}
li s1, 0
auxiliary:
ld t0, 0(s0)
ld t1, 8(s0)
addi s0, s0, 16
li t2, 51
bne t0, t2, {hwcap}
addi s1, t1, -1664
hwcap:
li t2, 16
bne t0, t2, {next}
srli t1, t1, 21
andi t1, t1, 1
add s1, s1, t1
next:
bnez t0, {auxiliary}
${exit('s1')}`
  expect(statusOf(source)).toBe(1 << 8)
})

test('two processes keep their own registers, types and lengths while they take turns', () => {
  const half = (value: number, type: string): string =>
    `
vsetivli zero, ${value}, ${type}, m1, ta, ma
vmv.v.x v31, s0
csrr s3, vtype
li s2, 6000000
1${type}:
addi s2, s2, -1
bnez s2, {1${type}}
csrr t0, vtype
bne t0, s3, {bad}
csrr t0, vl
li t1, ${value}
bne t0, t1, {bad}
vmv.x.s t0, v31
bne t0, s0, {bad}`.replaceAll('1e', 'loop_e')
  const source = `
li s0, 7
vsetivli zero, 1, e8, m1, ta, ma
li a0, 17
li a1, 0
li a2, 0
li a3, 0
li a4, 0
sys 220
beqz a0, {child}
${half(2, 'e64')}
li a0, -1
addi a1, sp, -64
li a2, 0
li a3, 0
sys 260
lw a0, -64(sp)
bnez a0, {bad}
li a0, 0
sys 94
child:
li s0, -9
${half(3, 'e16')}
li a0, 0
sys 94${BAD}`
  expect(statusOf(source)).toBe(0)
})

test('a system call keeps no vector register', () => {
  const source = `
vsetivli zero, 2, e64, m1, ta, ma
vmv.v.i v3, 5
csrrwi zero, vxrm, 2
sys 172
csrr t0, vtype
bgez t0, {bad}
csrr t0, vl
bnez t0, {bad}
csrr t0, vxrm
addi t0, t0, -2
bnez t0, {bad}
vsetivli zero, 2, e64, m1, ta, ma
vmv.x.s t0, v3
addi t0, t0, 1
bnez t0, {bad}
${exit('zero')}${BAD}`
  expect(statusOf(source)).toBe(0)
})

test('a signal frame has the registers, and what a handler writes there is what the program goes on with', () => {
  const source = `
addi s4, sp, -1024
auipc t0, 0
addi t0, t0, {handler}-.
li t1, 4
sd t0, 0(s4)
sd t1, 8(s4)
sd zero, 16(s4)
li a0, 4
mv a1, s4
li a2, 0
li a3, 8
sys 134
vsetivli zero, 2, e64, m1, ta, ma
vmv.v.i v1, 5
vmv.v.i v2, 6
unimp
vmv.x.s t0, v1
addi t0, t0, -5
bnez t0, {bad}
vmv.x.s t0, v2
addi t0, t0, -13
bnez t0, {bad}
csrr t0, vl
addi t0, t0, -2
bnez t0, {bad}
${exit('zero')}`
  const handler = `
handler:
vsetivli zero, 1, e8, m1, ta, ma
vmv.v.i v1, 0
vmv.v.i v2, 0
ld t0, 176(a2)
addi t0, t0, 4
sd t0, 176(a2)
lw t0, 952(a2)
li t1, 0x53465457
bne t0, t1, {bad}
lw t0, 956(a2)
li t1, 568
bne t0, t1, {bad}
ld t0, 1000(a2)
addi t1, a2, 1008
bne t0, t1, {bad}
ld t0, 992(a2)
addi t0, t0, -16
bnez t0, {bad}
li t0, 13
sd t0, 1040(a2)
ret${BAD}`
  expect(statusOf(source.replace('auipc t0, 0\naddi t0, t0, {handler}-.', 'jal t0, {over}\nj {handler}\nover:') + handler)).toBe(0)
})

test('prctl says whether vectors may be used: what is on stays on, and exec decides anew', () => {
  const source = `
li s3, 0
li a0, 69
li a1, 1
sys 167
addi a0, a0, 1
bnez a0, {bad}
li a0, 69
li a1, 20
sys 167
bnez a0, {bad}
li a0, 70
sys 167
addi a0, a0, -22
bnez a0, {bad}
${exit('zero')}${BAD}`
  expect(statusOf(source)).toBe(0)
  const none = `li a0, 70\nsys 167\naddi a0, a0, 22\nbnez a0, {bad}\n${exit('zero')}${BAD}`
  expect(statusOf(none, 'rv64gc')).toBe(0)
  expect(statusOf(`vsetivli zero, 2, e8, m1, ta, ma\n${exit('zero')}`, 'rv64gc') & 0x7f).toBe(4)
})
