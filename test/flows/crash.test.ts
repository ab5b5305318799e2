// What the guest's shell says of a command that dies: dash's word for the signal, and below it the kernel's sentence with address, place and
// reason; that of a core dump; and that a file is no program.
import { expect, test } from 'vitest'
import { assembled, program } from '../build.ts'
import { bytesOf, shell, type Ran } from '../machine.ts'

/** Its first argument says how it dies. */
const SOURCE = `
    .globl _start
_start:
    ld t0, 16(sp)
    lbu t0, 0(t0)
    addi t0, t0, -'a'
    beqz t0, null
    addi t0, t0, -1
    beqz t0, alien
    addi t0, t0, -1
    beqz t0, deep
    la t0, word
    jr t0
null:
    li a0, 24
    lw a1, 0(a0)
alien:
    .4byte 0x0d0073d7
deep:
    addi sp, sp, -1024
    sd ra, 0(sp)
    call deep
    .data
word: .8byte 0
`
const FILES = [
  program('/die', assembled('die.s', SOURCE)),
  program('/foreign', bytesOf(`\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x02\0\x3e\0${'\0'.repeat(64)}`)),
]
const said = (script: string): Ran => shell(script, { files: FILES, cwd: '/tmp' })

test('the signal, and what the program did, where, and why that cannot be', () => {
  const { stderr, stdout } = said('/die a; echo $?; /die b | cat; (/die c); /die d; kill -SEGV 999; true')
  expect(stdout).toBe('139\n')
  expect(stderr.split('\n').map(line => line.replace(/^die\[\d+\]: /, 'die: '))).toEqual([
    'Segmentation fault',
    expect.stringMatching(/^die: read of 0x18 at pc 0x[0-9a-f]+, null: no region there$/),
    'Segmentation fault',
    expect.stringMatching(/^die: write to 0x7f[0-9a-f]+ at pc 0x[0-9a-f]+, deep: stack overflow: .* 8388608 bytes \(RLIMIT_STACK\)$/),
    'Segmentation fault',
    expect.stringMatching(/^die: jump to 0x[0-9a-f]+ at pc 0x[0-9a-f]+: not executable: rw-p of \/die$/),
    expect.stringMatching(/999/),
    '',
  ])
})

test('an instruction that is none here; a core dump; nothing of a signal that somebody sent', () => {
  const { stderr, stdout } = said('ulimit -c unlimited; /die b; wc -c < core | tr -d 0-9; sh -c "kill -BUS \\$\\$"; kill -l $?')
  expect(stdout).toBe('\nBUS\n')
  expect(stderr.split('\n')).toEqual([
    'Illegal instruction (core dumped)',
    expect.stringMatching(/^die\[\d+\]: illegal instruction 0x0d0073d7 \(vsetvli t2,zero,e32,m1,ta,ma\) at pc 0x[0-9a-f]+, alien: it needs the V extension, which this/),
    'Bus error (core dumped)',
    '',
  ])
})

test('a file for another machine', () => {
  const { stderr, stdout } = said('/foreign; echo $?')
  expect([stderr, stdout]).toEqual(['sh: /foreign: Exec format error\n', '126\n'])
})
