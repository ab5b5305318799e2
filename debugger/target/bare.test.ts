// A small program on a machine without any kernel, debugged: points, steps, looks, and what says that it needs an operating system.
import { describe, expect, test } from 'vitest'
import { bench, CODE, DATA, ENGINES, FRAMES } from '../../vm/testing.ts'
import { PAGE_SIZE, RAM_BASE } from '../../vm/index.ts'
import { beginBare, MOTIONS, type MotionName } from '../motion/index.ts'
import { VIEWS, viewByName } from '../views/index.ts'
import { addBareBreakpoint, addBareWatchpoint, closeBareSession, createBareSession, type BareSession } from './bare.ts'
import { hartRegister, readHart, setHartRegister, writeHart } from './hart.ts'

/** Calls a function ten times that adds to a word in memory, then traps. */
const PROGRAM = `addi s1, zero, 10
jal ra, ${CODE + 20}
addi s1, s1, -1
bne s1, zero, ${CODE + 4}
ebreak
lw a1, 0(a0)
addi a1, a1, 3
sw a1, 0(a0)
jalr zero, 0(ra)`
const CALL = CODE + 4
const FUNCTION = CODE + 20
const STORE = CODE + 28

function debugged(engine: (typeof ENGINES)[number]): {
  s: BareSession
  reg: (name: string) => number
  go: (motion: MotionName) => unknown
} {
  const { machine, hart } = bench(PROGRAM, { engine })
  const s = createBareSession(machine)
  return {
    s,
    reg: name => Number(hartRegister(machine, hart, name)),
    go: motion => beginBare(s, motion).go(1_000_000),
  }
}

describe.each(ENGINES)('on the %s', engine => {
  test('breakpoints stop each time, and the trap that nobody handles is the end', () => {
    const { s, reg, go } = debugged(engine)
    const id = addBareBreakpoint(s, FUNCTION)
    for (let n = 10; n > 0; n--) {
      expect(go('stop')).toEqual({ kind: 'breakpoint', points: [id], hart: 0, address: FUNCTION })
      expect([reg('pc'), reg('s1')]).toEqual([FUNCTION, n])
    }
    expect(go('stop')).toMatchObject({ kind: 'trap', hart: 0, trap: 'breakpoint' })
    expect(reg('pc')).toBe(CODE + 16)
  })

  test('steps by instruction, and over a call', () => {
    const { s, reg, go } = debugged(engine)
    expect([go('instruction'), reg('pc')]).toEqual([{ kind: 'step', hart: 0 }, CALL])
    expect([go('over'), reg('pc')]).toEqual([{ kind: 'step', hart: 0 }, CALL + 4])
    expect(s.executed).toBe(6)
    go('instruction')
    go('instruction')
    expect([go('instruction'), reg('pc')]).toEqual([{ kind: 'step', hart: 0 }, FUNCTION])
    expect([beginBare(s, 'address', { address: STORE }).go(100), reg('pc')]).toEqual([{ kind: 'step', hart: 0 }, STORE])
    expect(beginBare(s, 'stop').go(3)).toEqual({ kind: 'interrupted' })
  })

  test('steps of the machine and of a hart are those of the only one', () => {
    const { s, reg, go } = debugged(engine)
    expect([go('machine'), reg('pc')]).toEqual([{ kind: 'step', hart: 0 }, CALL])
    expect([beginBare(s, 'hart', { hart: 0 }).go(1), reg('pc')]).toEqual([{ kind: 'step', hart: 0 }, FUNCTION])
    expect(() => beginBare(s, 'hart', { hart: 7 })).toThrow(/without a hart/)
  })

  test('a watchpoint sees a virtual address, and the physical one behind it', () => {
    for (const [physical, start] of [
      [false, DATA],
      [true, RAM_BASE + FRAMES.data * PAGE_SIZE],
    ] as const) {
      const { s, reg, go } = debugged(engine)
      const id = addBareWatchpoint(s, { start, end: start + 4, physical, reads: false, writes: true })
      expect(go('stop')).toEqual({ kind: 'watchpoint', points: [id], hart: 0, address: DATA, access: 'write' })
      expect([reg('pc'), reg('a1')]).toEqual([STORE + 4, 3])
    }
  })

  test('registers and memory are read and set, through the page tables that satp names', () => {
    const { s, go } = debugged(engine)
    const { machine } = s.target
    const [hart] = machine.harts
    expect(setHartRegister(hart, 's1', 1n)).toBe(true)
    expect(setHartRegister(hart, 'satp', 1n)).toBe(false)
    expect(writeHart(machine, hart, DATA, new Uint8Array([39]))).toBe(1)
    go('instruction')
    setHartRegister(hart, 's1', 1n)
    expect(go('stop')).toMatchObject({ kind: 'trap' })
    expect([...readHart(machine, hart, DATA, 2)]).toEqual([42, 0])
    expect(readHart(machine, hart, 0x7000_0000, 4).length).toBe(0)
    closeBareSession(s)
    expect(machine.debug).toBe(null)
  })

  test('views of the machine show it; those of an operating system say what they need', () => {
    const { s, go } = debugged(engine)
    addBareBreakpoint(s, STORE)
    go('stop')
    const text = (name: string, args = {}): string => {
      const view = viewByName.get(name)
      return view === undefined ? '' : view.text(view.dataOf(s.target, args)).join('\n')
    }
    expect(text('registers')).toMatch(/^on hart 0, user mode\n pc +0x1001c\n/)
    expect(text('disassemble')).toMatch(/=> 0x1001c +00b52023 +sw a1,0\(a0\)/)
    expect(text('memory', { address: CODE, count: 16, size: 4 })).toMatch(/^000000010000 00a00493 /)
    expect(text('walk', { address: DATA })).toMatch(/level 0 .*-> frame 80\n {2}= 0x80050000, frame 80, in a page of 4K/)
    expect(text('tlb')).toMatch(/0 read +\d+ +0x20000 +1 .*current active/)
    const bare = VIEWS.filter(view => view.bare !== undefined).map(view => view.name)
    expect(bare.sort()).toEqual(['disassemble', 'memory', 'registers', 'tlb', 'walk'])
    for (const view of VIEWS) {
      if (view.bare === undefined) expect(() => view.dataOf(s.target)).toThrow(/needs an operating system/)
    }
    const moves = Object.entries(MOTIONS).flatMap(([name, row]) => ('bare' in row && row.bare !== undefined ? [name] : []))
    expect(moves.sort()).toEqual(['address', 'hart', 'instruction', 'machine', 'over', 'stop'])
    expect(() => beginBare(s, 'lineOver')).toThrow(/'lineOver' needs an operating system/)
  })
})
