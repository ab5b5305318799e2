// A program that holds itself to filters, in a run: answers, traps, ends. Step by step beside Linux: test/oracle/programs/seccomp.c.
import { expect, test } from 'vitest'
import { SECCOMP_RET } from '../abi/index.ts'
import { restore, snapshot } from '../boot.ts'
import { DATA, runToEnd, start } from '../testing.ts'

const [LD_NR, JEQ, RET] = [0x20, 0x15, 0x06]
const [PROGRAM, GETPPID, GETSID, ENOANO, SIGSYS] = [DATA + 64, 173, 156, 55, 31]
/** As doublewords: code, jt, jf in the low one, k in the high one. */
const word = (code: number, k: number, jt = 0, jf = 0): string =>
  String((BigInt(k) << 32n) + BigInt(code + (jt << 16)) + BigInt(jf) * 2n ** 24n)
/** Of one call's number an answer; other calls are made. */
const filter = (nr: number, action: number, flags = 0): string => {
  const words = [word(LD_NR, 0), word(JEQ, nr, 0, 1), word(RET, action), word(RET, SECCOMP_RET.ALLOW)]
  return `${words.map((w, i) => `\n li t0, ${w}\n li t1, ${PROGRAM + 8 * i}\n sd t0, 0(t1)`).join('')}
    li t1, ${DATA}
    li t0, 4
    sd t0, 0(t1)
    li t0, ${PROGRAM}
    sd t0, 8(t1)
    li a0, 1
    li a1, ${flags}
    mv a2, t1
    sys 277`
}
const call = (nr: number): string => `\n sys ${nr}`
const exit = `\n sys 94`

const status = (source: string): number => runToEnd(source).status
test('ERRNO answers for the call; the others are made', () => {
  expect(status(`${filter(GETPPID, SECCOMP_RET.ERRNO + ENOANO)}${call(GETPPID)}\n neg a0, a0${exit}`)).toBe(ENOANO << 8)
  expect(status(`${filter(GETSID, SECCOMP_RET.ERRNO + ENOANO)}${call(GETPPID)}${exit}`)).toBe(0)
})
test('what kills does: the process, an unknown answer, and mode 1 for what it does not know', () => {
  expect(status(`${filter(GETPPID, SECCOMP_RET.KILL_PROCESS)}${call(GETPPID)}${exit}`)).toBe(SIGSYS)
  expect(status(`${filter(GETPPID, 0x0001_0000)}${call(GETPPID)}${exit}`)).toBe(SIGSYS)
  expect(status(`\n li a0, 0\n li a1, 0\n li a2, 0\n sys 277${call(GETPPID)}${exit}`)).toBe(9)
  expect(status(`\n li a0, 0\n li a1, 0\n li a2, 0\n sys 277\n li a0, 5\n sys 93`)).toBe(5 << 8)
})
test('children have the same filters, and a snapshot too', () => {
  const source = `${filter(GETPPID, SECCOMP_RET.ERRNO + ENOANO)}
    li a0, 17
    li a1, 0
    sys 220
    beqz a0, {child}
    mv s2, a0
    li a0, -1
    li a1, ${DATA + 512}
    li a2, 0
    li a3, 0
    sys 260
    li t0, ${DATA + 512}
    lw a0, 0(t0)
    srli a0, a0, 8${exit}
  child:${call(GETPPID)}
    neg a0, a0${exit}`
  const { k, run } = start(source)
  while (k.state.tasks.size < 2) run({ maxInstructions: 5 })
  const taken = snapshot(k)
  expect([run(), k.state.halted?.status]).toEqual([{ kind: 'halted', status: ENOANO << 8 }, ENOANO << 8])
  restore(k, taken)
  expect(run()).toEqual({ kind: 'halted', status: ENOANO << 8 })
})
