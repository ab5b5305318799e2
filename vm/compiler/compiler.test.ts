// What regions must get right, by name: each program runs on the interpreter and compiled, and everything of the machine must be equal
// whenever it stops: registers, memory, TLBs, counters.
import { describe, expect, test } from 'vitest'
import { setDebugPoints } from '../debug.ts'
import { frameWritten } from '../dirty.ts'
import { COUNTERS, PAGE_SIZE } from '../layout.ts'
import { getPc, setPc, setX } from '../registers.ts'
import { snapshotMachine } from '../snapshot.ts'
import { bench, CODE, DATA, FRAMES, words, type Bench } from '../testing.ts'

/** The same program on the interpreter, compiled, and compiled without tail calls. */
const engines = (text: string): Bench[] => [
  bench(text, { engine: 'interpreter' }),
  bench(text, { engine: 'compiler' }),
  bench(text, { engine: 'compiler', tailCalls: false }),
]

/** Where two machines differ: offsets in the hart's block, and pages. */
function differences(a: Bench, b: Bench): string[] {
  const [one, other] = [a, b].map(({ machine }) => snapshotMachine(machine))
  const harts = [...one.harts[0].keys()].filter(at => one.harts[0][at] !== other.harts[0][at])
  const pages = [...new Set([...one.pages.keys(), ...other.pages.keys()])].filter(
    frame => Buffer.compare(one.pages.get(frame) ?? NO_PAGE, other.pages.get(frame) ?? NO_PAGE) !== 0,
  )
  const frames = String(one.fetchFrames) === String(other.fetchFrames) ? [] : ['fetch TLB']
  return [...harts.slice(0, 8).map(at => `hart + ${at}`), ...pages.map(frame => `page ${frame}`), ...frames]
}
const NO_PAGE = new Uint8Array(0)

/** Does the same with all of them, and holds them to be equal. Answers what the first one says. */
function alike<T>(machines: readonly Bench[], what: (b: Bench) => T): T {
  const [first, ...others] = machines
  const [said, ...alsoSaid] = machines.map(what)
  for (const also of alsoSaid) expect(also).toEqual(said)
  for (const other of others) expect(differences(first, other)).toEqual([])
  return said
}
const stop = (b: Bench, fuel?: number): unknown => ({ ...b.run(fuel) })
const put = (b: Bench, offset: number, text: string, at = CODE): void =>
  b.machine.ram32.set(words(text, at + offset), (FRAMES.code * PAGE_SIZE + offset) / 4)

const SUM = `li a1, 0\nli a2, 100\nadd a1, a1, a2\naddi a2, a2, -1\nbnez a2, ${CODE + 8}\necall`

describe('a region', () => {
  test('is left on the very instruction that fuel ends at', () => {
    const machines = engines(SUM)
    for (let fuel = 1; fuel < 12; fuel++) for (let n = 0; n < 4; n++) alike(machines, b => stop(b, fuel))
  })

  test('calls, returns and goes on to other regions', () => {
    // The callee lies in the next page, so that it may be a region of its own.
    const machines = engines(`li s0, 300\nli a1, 0\njal ra, ${CODE + PAGE_SIZE}\naddi s0, s0, -1\nbnez s0, ${CODE + 8}\necall`)
    for (const b of machines) put(b, PAGE_SIZE, 'addi a1, a1, 3\nret')
    expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'syscall' })
    expect(machines[1].x(11)).toBe(900)
    // The callee's page is another one now: what was compiled with the old one is not run.
    for (const b of machines) {
      b.map(CODE + PAGE_SIZE, FRAMES.code + 2)
      b.machine.ram32.set(words('addi a1, a1, 5\nret'), ((FRAMES.code + 2) * PAGE_SIZE) / 4)
      b.machine.i32.fill(0, (b.hart.base + 0x2000) >> 2, (b.hart.base + 0xe000) >> 2)
      setPc(b.hart, CODE)
    }
    alike(machines, b => stop(b))
    expect(machines[1].x(11)).toBe(1500)
  })

  test('faults at its instruction, with all before it done and counted', () => {
    const machines = engines(`li a1, 0\nlw a2, 0(a0)\nadd a1, a1, a2\nsw a1, 4(a0)\naddi a0, a0, 64\nj ${CODE + 4}`)
    expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'pageFault', access: 'read', tval: DATA + 4 * PAGE_SIZE })
    expect(getPc(machines[1].hart)).toBe(CODE + 4)
  })

  test('has an instruction that goes on in the next page', () => {
    const end = PAGE_SIZE - 2
    const machines = engines('')
    const [wide] = words('addi a1, a1, 5')
    for (const b of machines) {
      const at = b.machine.layout.ram + FRAMES.code * PAGE_SIZE
      b.machine.view.setUint16(at + end, wide & 0xffff, true)
      b.machine.view.setUint16(at + PAGE_SIZE, wide >>> 16, true)
      const rest = words(`addi a2, a2, -1\nbnez a2, ${CODE + end}\necall`, CODE + PAGE_SIZE + 2)
      rest.forEach((word, n) => b.machine.view.setUint32(at + PAGE_SIZE + 2 + 4 * n, word, true))
      setX(b.hart, 12, 50)
      setPc(b.hart, CODE + end)
    }
    expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'syscall' })
    expect(machines[1].x(11)).toBe(250)
    // Its second half becomes another one.
    const [other] = words('addi a1, a1, 7')
    for (const b of machines) {
      b.machine.view.setUint16(b.machine.layout.ram + (FRAMES.code + 1) * PAGE_SIZE, other >>> 16, true)
      frameWritten(b.machine, FRAMES.code + 1)
      setX(b.hart, 12, 50)
      setPc(b.hart, CODE + end)
    }
    alike(machines, b => stop(b))
    expect(machines[1].x(11)).toBe(250 + 350)
  })

  test('is dropped when it is stored to, also by itself', () => {
    const [three] = words('addi a1, a1, 3')
    const text = `li s0, 20\naddi a1, a1, 1\naddi s0, s0, -1\nbnez s0, ${CODE + 4}\nauipc a2, 0\nsw a3, -12(a2)\naddi s1, s1, 1\nli a4, 3\nblt s1, a4, ${CODE}\necall`
    const machines = engines(text)
    for (const b of machines) setX(b.hart, 13, three)
    expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'syscall' })
    expect(machines[1].x(11)).toBe(20 + 60 + 60)
  })

  test('is left before a breakpoint that comes and goes, wherever its page is mapped', () => {
    const elsewhere = 0x7_1234_5000
    const machines = engines(`li a1, 0\naddi a1, a1, 1\naddi a3, a3, 1\nli a4, 90\nblt a3, a4, ${CODE + 4}\nli a3, 0\necall`)
    for (const b of machines) b.map(elsewhere, FRAMES.code)
    const at = (address: number): void =>
      machines.forEach(b => setDebugPoints(b.machine, { breakpoints: new Set([address]), watches: [], tlbMisses: false }))
    const goTo = (pc: number): void => machines.forEach(b => setPc(b.hart, pc))
    for (const page of [CODE, elsewhere, CODE]) {
      goTo(page)
      alike(machines, b => stop(b, 100))
      at(page + 8)
      for (let n = 0; n < 3; n++) expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'debug' })
      expect(getPc(machines[1].hart)).toBe(page + 8)
      // The same instruction, elsewhere.
      at(CODE + elsewhere - page + 8)
      alike(machines, b => stop(b, 99))
      for (const b of machines) setDebugPoints(b.machine, null)
      expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'syscall' })
    }
  })

  test('runs wherever its page is mapped', () => {
    const elsewhere = 0x7_1234_5000
    const machines = engines(`li a1, 0\nauipc a2, 0\nadd a1, a1, a2\naddi a3, a3, 1\nli a4, 30\nblt a3, a4, ${CODE + 4}\nli a3, 0\necall`)
    for (const b of machines) b.map(elsewhere, FRAMES.code)
    for (const at of [CODE, elsewhere, CODE, elsewhere]) {
      alike(machines, b => {
        setPc(b.hart, at)
        return stop(b)
      })
      expect(machines[1].x(12)).toBe(at + 4)
    }
  })

  test('reads pages that take each other’s place in the TLB, and counts every miss', () => {
    const apart = 1024 * PAGE_SIZE
    const machines = engines(`li s0, 500\nlw a1, 0(a0)\nlw a2, 0(a5)\nld a3, -4(a5)\naddi s0, s0, -1\nbnez s0, ${CODE + 4}\necall`)
    for (const b of machines) {
      b.map(DATA + apart, FRAMES.data + 1)
      b.map(DATA + apart - PAGE_SIZE, FRAMES.data + 2)
      setX(b.hart, 15, DATA + apart)
    }
    alike(machines, b => stop(b, 1234))
    expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'syscall' })
    expect(machines[1].hart.counters[COUNTERS.readMisses]).toBeGreaterThan(990)
  })

  test('raises flags for a result that nobody gets', () => {
    const machines = engines(
      `li a1, 3\nfcvt.d.w fa0, a1\nfdiv.d fa1, fa0, fa1\nfcvt.w.d zero, fa1\nfeq.d zero, fa1, fa0\nfrflags a2\necall`,
    )
    alike(machines, b => stop(b))
    // Three by zero is infinite, and no integer.
    expect(machines[1].x(12)).toBe(0x18)
  })

  test('takes a switch’s cases in', () => {
    // Four cases of 16 bytes at CODE + 64; a1 chooses.
    const machines = engines(`li s0, 400\nandi a1, s0, 3\nslli a1, a1, 4\nadd a1, a1, a4\njr a1`)
    for (const b of machines) {
      for (let n = 0; n < 4; n++) put(b, 64 + 16 * n, `addi a2, a2, ${n + 1}\naddi s0, s0, -1\nbnez s0, ${CODE + 4}\necall`)
      setX(b.hart, 14, CODE + 64)
    }
    expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'syscall' })
    expect(machines[1].x(12)).toBe(1000)
  })

  const PRIMES = [1, 2, 3, 5, 7, 11, 13, 17, 19, 23]
  const forgetTlbs = (b: Bench): void => void b.machine.i32.fill(0, (b.hart.base + 0x2000) >> 2, (b.hart.base + 0xe000) >> 2)
  /** Loads and stores off two pointers that move on through pages, from `from` on. */
  const COPY = [
    ...['ld a2, -8(a0)', 'ld a3, 0(a0)', 'lhu a4, 13(a0)', 'mv a6, a0', 'lw a5, 20(a6)', 'add a2, a2, a3', 'add a2, a2, a4'],
    ...['sd a2, 0(a1)', 'sw a5, -4(a1)', 'sb a4, 9(a1)', 'lbu a7, 9(a1)', 'addi a0, a0, 8', 'addi a1, a1, 8', 'addi s0, s0, -1'],
  ].join('\n')

  test('asks once for accesses of a page, and for each where they are on two', () => {
    const machines = engines(`li s0, 900\n${COPY}\nbnez s0, ${CODE + 4}\necall`)
    for (const b of machines) {
      setX(b.hart, 10, DATA + 8)
      setX(b.hart, 11, DATA + 2 * PAGE_SIZE + 4)
      for (let n = 0; n < PAGE_SIZE; n++) b.machine.ram32[(FRAMES.data * PAGE_SIZE) / 4 + n] = n * 0x9e3779b1
    }
    for (const fuel of PRIMES) alike(machines, b => stop(b, fuel))
    for (let n = 0; n < 5; n++) {
      machines.forEach(forgetTlbs)
      alike(machines, b => stop(b, 700))
    }
    expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'syscall' })
  })

  test.each([1, 2])('faults in the middle of accesses that were asked for together: pointer %d', pointer => {
    const machines = engines(`li s0, 900\n${COPY}\nbnez s0, ${CODE + 4}\necall`)
    for (const b of machines) {
      setX(b.hart, 9 + pointer, DATA + 3 * PAGE_SIZE + 8)
      setX(b.hart, 12 - pointer, DATA + 8)
    }
    const access = pointer === 1 ? 'read' : 'write'
    expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'pageFault', access })
    for (const b of machines) b.map(DATA + 4 * PAGE_SIZE, FRAMES.data)
    alike(machines, b => stop(b))
  })

  test('looks in a table that lies on two pages', () => {
    const text = `li s0, 600\nandi a2, s0, 255\nslli a2, a2, 3\nadd a2, a2, a3\nld a4, -1024(a2)\nsw a4, 4(a2)\nadd a5, a5, a4\naddi s0, s0, -1\nbnez s0, ${CODE + 4}\necall`
    const machines = engines(text)
    for (const b of machines) setX(b.hart, 13, DATA + PAGE_SIZE + 500)
    for (const fuel of PRIMES) alike(machines, b => stop(b, 100 + fuel))
    expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'syscall' })
  })

  test('extends signs of words once', () => {
    const ops = [
      ...['srliw a2, a1, 0', 'srliw a3, a1, 1', 'slliw a4, a1, 31', 'sext.w a5, a2', 'xor a6, a5, a3', 'sext.w a6, a6', 'or a7, a6, a1'],
      ...['sext.w a7, a7', 'sraiw s1, a7, 3', 'srlw s2, a1, a3', 'slli s3, a1, 32', 'srli s3, s3, 32', 'sext.w s4, s3', 'li s5, -1'],
      ...[
        'sext.w s5, s5',
        'mv s6, s4',
        'sext.w s6, s6',
        'slt s7, s6, a7',
        'sext.w s7, s7',
        'lwu s8, 0(a0)',
        'sext.w s9, s8',
        'and s10, s9, s8',
      ],
      ...['sext.w s10, s10', 'add a1, a1, s10', 'sub a1, a1, s3', 'slli s11, a1, 13', 'xor a1, a1, s11', 'sd a1, 0(a0)', 'addi s0, s0, -1'],
    ]
    const machines = engines(`li s0, 300\n${ops.join('\n')}\nbnez s0, ${CODE + 4}\necall`)
    for (const b of machines) setX(b.hart, 11, 0x1234_5678_9abc)
    for (const fuel of PRIMES) alike(machines, b => stop(b, fuel))
    expect(alike(machines, b => stop(b))).toMatchObject({ kind: 'syscall' })
  })
})
