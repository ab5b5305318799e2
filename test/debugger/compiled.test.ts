// Debugging what is compiled: what is made of code outlives a breakpoint elsewhere and a way back, and what it was made of does not.
import { expect, test, vi } from 'vitest'
import {
  addBreakpoint,
  advance,
  createSession,
  nowOf,
  removePoint,
  resume,
  reverseResume,
  startRecording,
  travel,
  type Session,
} from '../../debugger/index.ts'
import { readElf, readSymbols, regBig, type Kernel } from '../../kernel/index.ts'
import { randomNumbers, REG, resolvePreset } from '../../vm/index.ts'
import { assembled, program } from '../build.ts'
import { fingerprint, start, type TestOptions } from '../machine.ts'

/** A loop whose first instruction is now this one, now that one: it is written over every 64 rounds. And a place on another page that is never run. */
const SOURCE = `
    .option norvc
    .globl _start
    .section .both, "awx", @progbits
_start:
    li s0, 0
    li s1, 3000
round:
    li s2, 20
    call loop
    andi t0, s1, 63
    bnez t0, same
    la t1, loop
    la t3, other
    lw t2, 0(t1)
    lw t4, 0(t3)
    sw t4, 0(t1)
    sw t2, 0(t3)
    fence.i
same:
    addi s1, s1, -1
    bnez s1, round
    andi a0, s0, 127
    li a7, 93
    ecall
other:
    addi s0, s0, 3
    .balign 4096
loop:
    addi s0, s0, 1
middle:
    addi s2, s2, -1
    bnez s2, loop
    ret
    .balign 4096
    nop
cold:
    nop
`
const IMAGE = assembled('both.s', SOURCE)
const FILES = [program('/both', IMAGE)]
const SHT_SYMTAB = 2
const elf = readElf(IMAGE, 'both')
const symbols = elf.sections.filter(({ type }) => type === SHT_SYMTAB).flatMap(section => readSymbols(elf, section))
const addressOf = (name: string): number => Number(symbols.find(symbol => symbol.name === name)?.value)

const both = (options: TestOptions = {}): Kernel => start(['/both'], { files: FILES, debug: false, hotAfter: 3, ...options }).kernel
const ENGINES: readonly TestOptions[] = [
  {},
  { engine: 'interpreter' },
  { engine: 'reference' },
  { timing: { preset: resolvePreset('server'), start: 'boot' } },
]

/** How many modules were compiled meanwhile. */
function modulesOf(what: () => void): number {
  const made = vi.spyOn(WebAssembly, 'Module')
  try {
    what()
    return made.mock.calls.length
  } finally {
    made.mockRestore()
  }
}

test.each(ENGINES)('code that is written over is what it was wherever one goes: %j', options => {
  const k = both(options)
  const t = startRecording(k, 4_000)
  advance(t)
  expect(k.state.halted).not.toBe(null)
  const random = randomNumbers(5)
  for (let n = 0; n < 12; n++) {
    travel(t, { executed: random(t.end.executed), steps: 0 })
    const there = both(options)
    travel(startRecording(there, 1e12), nowOf(k))
    expect(fingerprint(k)).toBe(fingerprint(there))
  }
})

test('a way back keeps what was compiled of code that is the same there', () => {
  const k = both()
  const t = startRecording(k, 10_000)
  // Between two changes: rounds 3000 - 64 n.
  advance(t, { maxInstructions: 60_000 })
  const go = (): void => {
    for (let n = 0; n < 20; n++) travel(t, { executed: 57_000 + 100 * n, steps: 0 })
  }
  go()
  expect(modulesOf(go)).toBe(0)
})

const session = (options: TestOptions = {}): Session => createSession(both(options), { distance: 10_000 })
const sum = (s: Session): bigint => (s.k.state.main === null ? -1n : regBig(s.k, s.k.state.main, REG.s0))

test('a breakpoint elsewhere leaves compiled code as it is, wherever it lies in its page', () => {
  const s = session()
  resume(s, { budget: 60_000 })
  const points = ['cold', 'other'].map(name => addBreakpoint(s, { address: addressOf(name) }))
  // In the page of the loop, and where the loop is in its page: not the loop.
  points.push(addBreakpoint(s, { address: addressOf('loop') + 64 }), addBreakpoint(s, { address: addressOf('loop') + 4096 }))
  expect(
    modulesOf(() => {
      resume(s, { budget: 1_000 })
      for (const { id } of points) removePoint(s, id)
      resume(s, { budget: 1_000 })
    }),
  ).toBe(0)
})

test.each(ENGINES)('a breakpoint in a hot loop stops there each time, and leaves nothing behind: %j', options => {
  const s = session(options)
  resume(s, { budget: 60_000 })
  const before = sum(s)
  const { id } = addBreakpoint(s, { address: addressOf('middle') })
  for (let n = 1n; n < 8n; n++) {
    expect(resume(s)).toMatchObject({ kind: 'breakpoint', points: [id] })
    expect(sum(s) - before).toBe(n)
  }
  expect(reverseResume(s)).toMatchObject({ kind: 'breakpoint', points: [id] })
  expect(sum(s) - before).toBe(6n)
  removePoint(s, id)
  resume(s, { budget: 100_000 })
  const plain = both(options)
  travel(startRecording(plain, 1e12), nowOf(s.k))
  expect(fingerprint(s.k)).toBe(fingerprint(plain))
  // Once more, backwards: all the past is without it.
  addBreakpoint(s, { address: addressOf('cold') })
  expect(reverseResume(s)).toEqual({ kind: 'historyStart' })
})

test('where a breakpoint was, a hot loop is compiled whole again', () => {
  const s = session()
  resume(s, { budget: 60_000 })
  // Long enough that what is around it is compiled without it.
  const { id } = addBreakpoint(s, { address: addressOf('middle'), ignore: 500 })
  expect(modulesOf(() => resume(s))).toBeGreaterThan(0)
  removePoint(s, id)
  expect(modulesOf(() => resume(s, { budget: 60_000 }))).toBeGreaterThan(0)
  expect([...s.k.machine.marks]).toEqual([])
  expect(modulesOf(() => resume(s, { budget: 2_000 }))).toBe(0)
})
