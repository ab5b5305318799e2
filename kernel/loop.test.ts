import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { restore, snapshot } from './boot.ts'
import { ifExited, exitCode, termSignal } from './abi/index.ts'
import { advanceClock, followClock, hostInput } from './input.ts'
import { replayOf } from './journal.ts'
import type { Kernel } from './kernel.ts'
import { DATA, runToEnd, start } from './testing.ts'

/** Exits with the number in s0. */
const EXIT = `
  mv a0, s0
  sys 94`

const code = (status: number): number => (ifExited(status) ? exitCode(status) : 1000 + termSignal(status))

describe('a program', () => {
  it('ends with its exit status', () => expect(code(runToEnd(`li s0, 42 ${EXIT}`).status)).toBe(42))
  it('gets ENOSYS for a call that is not there', () => expect(code(runToEnd(`sys 5000\nneg s0, a0 ${EXIT}`).status)).toBe(38))
  it('is pid 1', () => expect(code(runToEnd(`sys 172\nmv s0, a0 ${EXIT}`).status)).toBe(1))
  it('dies of what it does wrong', () => {
    expect(code(runToEnd('ld a0, 0(zero)').status)).toBe(1011)
    expect(code(runToEnd('unimp').status)).toBe(1004)
    expect(code(runToEnd('ebreak').status)).toBe(1005)
    expect(code(runToEnd('li t0, 0x100\njr t0').status)).toBe(1011)
    expect(code(runToEnd('csrr a0, sstatus').status)).toBe(1004)
  })
  it('writes to standard output', () => {
    const { output } = runToEnd(`
      li s1, ${DATA}
      li t0, 0x0a6968
      sw t0, 0(s1)
      li a0, 1
      mv a1, s1
      li a2, 3
      sys 64
      mv s0, a0 ${EXIT}`)
    expect(output()).toBe('hi\n')
  })
  it('stores conditionally to a page that its reservation touched first', () =>
    expect(
      code(
        runToEnd(`
      addi t0, sp, -2048
      addi t0, t0, -2048
      andi t0, t0, -8
      lr.d t1, (t0)
      li t2, 5
      sc.d s0, t2, (t0)
      ld t1, 0(t0)
      add s0, s0, t1 ${EXIT}`).status,
      ),
    ).toBe(5))
  it('uses floating point, which comes with its first instruction', () =>
    expect(code(runToEnd(`li t0, 6\nfcvt.d.l fa0, t0\nfmul.d fa0, fa0, fa0\nfcvt.l.d s0, fa0 ${EXIT}`).status)).toBe(36))
})

/** Parent and child count in their own registers; the parent exits with what the child's status was plus its own count. */
const FORK_WAIT = `
  li s1, ${DATA}
  li a0, 17
  li a1, 0
  sys 220
  bnez a0, {parent}
  li a0, 7
  sys 93
parent:
  li a0, -1
  mv a1, s1
  li a2, 0
  li a3, 0
  sys 260
  lw s0, 0(s1)
  srli s0, s0, 8 ${EXIT}`

/** Two processes spin on memory of their own; both shares are measured when the parent has counted far enough. */
const TWO_SPINNERS = (childNice: number): string => `
  li a0, 0
  li a1, 4096
  li a2, 3
  li a3, 0x21
  li a4, -1
  li a5, 0
  sys 222
  mv s2, a0
  li a0, 17
  li a1, 0
  sys 220
  bnez a0, {parent}
  li a0, 0
  li a1, 0
  li a2, ${childNice}
  sys 140
child:
  ld t0, 8(s2)
  addi t0, t0, 1
  sd t0, 8(s2)
  j {child}
parent:
  li s3, 5000000
spin:
  ld t0, 0(s2)
  addi t0, t0, 1
  sd t0, 0(s2)
  bltu t0, s3, {spin}
  ld t1, 8(s2)
  slli t1, t1, 3
  divu s0, t1, t0 ${EXIT}`

describe('processes', () => {
  it('fork, exit and wait', () => expect(code(runToEnd(FORK_WAIT).status)).toBe(7))
  it('share a processor equally', () => {
    const { status, k } = runToEnd(TWO_SPINNERS(0), { engine: 'interpreter', debug: false })
    expect(code(status)).toBeGreaterThanOrEqual(7)
    expect(code(status)).toBeLessThanOrEqual(8)
    expect(k.state.counts.timerTicks).toBeGreaterThan(5)
  })
  it('get less with a higher nice value: a third at 5', () => {
    const eighths = code(runToEnd(TWO_SPINNERS(5), { debug: false }).status)
    expect(eighths).toBeGreaterThanOrEqual(2)
    expect(eighths).toBeLessThanOrEqual(3)
  })
  it('leave zombies for init when their parent ends', () => {
    // The child forks a grandchild and ends; init waits for both and exits with their number.
    const { status } = runToEnd(`
      li s0, 0
      li a0, 17
      li a1, 0
      sys 220
      bnez a0, {init}
      li a0, 17
      li a1, 0
      sys 220
      li a0, 0
      sys 93
    init:
      li a0, -1
      li a1, 0
      li a2, 0
      li a3, 0
      sys 260
      bltz a0, {done}
      addi s0, s0, 1
      j {init}
    done: ${EXIT}`)
    expect(code(status)).toBe(2)
  })
})

/** A fingerprint of everything: equal machines have equal ones. */
function fingerprint(k: Kernel): string {
  const { ram } = k.machine
  let hash = 0
  for (let i = 0; i < ram.length; i++) if (ram[i] !== 0) hash = (Math.imul(hash, 31) + ram[i] + i) | 0
  const { time, executed, counts } = k.state
  return JSON.stringify([hash, time, executed, counts, [...k.state.tasks.values()].map(t => [t.pid, t.state, t.sched.vruntime, t.usage])])
}

const BUSY = TWO_SPINNERS(3).replace('5000000', '200000')

describe('a run', () => {
  const whole = runToEnd(BUSY, { debug: false })
  const target = fingerprint(whole.k)
  it('does not depend on where it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 8 }), pieces => {
        const run = start(BUSY, { debug: false })
        for (const maxInstructions of pieces) run.run({ maxInstructions })
        run.run()
        expect(fingerprint(run.k)).toBe(target)
      }),
      { numRuns: 6 },
    )
  })
  it('goes on from a snapshot as it went on from there', () => {
    for (const at of [1, 50_000, 777_777]) {
      const run = start(BUSY, { debug: false })
      run.run({ maxInstructions: at })
      const then = snapshot(run.k)
      run.run()
      restore(run.k, then)
      run.run()
      expect(fingerprint(run.k)).toBe(target)
    }
  })
  it('is the same on both engines', () => {
    const short = BUSY.replace('200000', '20000')
    expect(fingerprint(runToEnd(short, { engine: 'reference', debug: false }).k)).toBe(fingerprint(runToEnd(short, { debug: false }).k))
  })
  it('works on several harts, and is repeatable there', () => {
    const first = runToEnd(BUSY, { harts: 3 })
    const run = start(BUSY, { harts: 3 })
    for (const maxInstructions of [7, 12_345, 100_000]) run.run({ maxInstructions })
    run.run()
    expect(fingerprint(run.k)).toBe(fingerprint(first.k))
  })
})

/** Sleeps until the console has a byte, adds it up, ends at a dot; a millisecond's work between bytes. */
const READER = `
  li a0, -100
  li a1, ${DATA}
  li t0, 0x7665642f
  sw t0, 0(a1)
  li t0, 0x6e6f632f
  sw t0, 4(a1)
  li t0, 0x656c6f73
  sw t0, 8(a1)
  li a2, 0
  li a3, 0
  sys 56
  mv s1, a0
  li s0, 0
next:
  mv a0, s1
  li a1, ${DATA}
  li a2, 1
  sys 63
  li t1, 100000
work:
  addi t1, t1, -1
  bnez t1, {work}
  li a1, ${DATA}
  lbu t0, 0(a1)
  li t1, 46
  beq t0, t1, {end}
  add s0, s0, t0
  j {next}
end: ${EXIT}`

describe('the journal', () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0))
  it('gives a run again, with what came in at its instants', () => {
    const run = start(READER)
    expect(run.run()).toEqual({ kind: 'idle', until: Infinity })
    hostInput(run.k, bytes('a\n'))
    expect(run.run({ maxInstructions: 12_345 }).kind).toBe('budget')
    hostInput(run.k, bytes('b\nc'))
    expect(run.run().kind).toBe('idle')
    hostInput(run.k, bytes('\n.\n'))
    const end = run.run()
    expect(end.kind).toBe('halted')
    const again = start(READER, { journal: replayOf(run.k.journal) })
    expect(again.run()).toEqual(end)
    expect(fingerprint(again.k)).toBe(fingerprint(run.k))
  })

  /** Touches pages, each a step without an instruction, and sleeps in between. */
  const TOUCHER = `
    li s0, 0
    li s1, ${DATA}
    lui s2, 1
    li t0, 2000
    sd t0, 8(s1)
  touch:
    add s1, s1, s2
    sd s0, 0(s1)
    li a0, ${DATA}
    li a1, 0
    sys 101
    addi s0, s0, 1
    li t0, 20
    bne s0, t0, {touch}
    ${EXIT}`
  it.each([1, 3])('gives a run again whose clock was put forward wherever it stood, after %s instructions each', maxInstructions => {
    const { k, run } = start(TOUCHER, { clock: 'real' })
    for (;;) {
      const result = run({ maxInstructions })
      if (result.kind === 'halted') break
      // A host that looks at its clock once more before it waits, and waits in parts.
      followClock(k, k.state.time + 700)
      if (result.kind === 'idle') for (let i = 0; i < 2; i++) advanceClock(k, Math.min(k.state.time + 1100, result.until))
    }
    const again = start(TOUCHER, { clock: 'real', journal: replayOf(k.journal) })
    expect(again.run().kind).toBe('halted')
    expect(fingerprint(again.k)).toBe(fingerprint(k))
    expect(again.k.state.steps).toBe(k.state.steps)
  })
})
