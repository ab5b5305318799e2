// What both engines must do alike, by name: faults in the middle, page ends, atomics, privilege, fuel, the timer, several harts.
import { describe, expect, test } from 'vitest'
import { readCsr, writeCsr } from './csr.ts'
import { frameWritten } from './dirty.ts'
import { CAUSE_STORE_MISALIGNED, PTE_R, PTE_U, PTE_V, randomNumbers, type Random } from './isa/index.ts'
import {
  COUNTERS,
  FS_INITIAL,
  FS_OFF,
  PAGE_SIZE,
  PRIVILEGE_M,
  PRIVILEGE_S,
  PRIVILEGE_U,
  RAM_BASE,
  WORD_FCSR,
  WORD_FS,
  WORD_PRIVILEGE,
} from './layout.ts'
import { run, setTiming } from './machine.ts'
import { getPc, getX, getXBig, setPc, setX, setXBig } from './registers.ts'
import { restoreMachine, snapshotMachine } from './snapshot.ts'
import { resolvePreset } from './timing/index.ts'
import { tlbFlush } from './tlb.ts'
import { bench, CODE, DATA, ENGINES, FRAMES, RWXU, words } from './testing.ts'

describe.each(ENGINES)('%s', engine => {
  test('a fault leaves what came before it done and nothing after it', () => {
    const b = bench('li a1, 1\nlw a2, 0(zero)\nli a1, 2', { engine })
    expect(b.run()).toMatchObject({ kind: 'pageFault', access: 'read', tval: 0, retired: 1 })
    expect([getPc(b.hart), b.x(11)]).toEqual([CODE + 4, 1])
    expect(readCsr(b.machine, b.hart, 'sepc')).toBe(BigInt(CODE + 4))
    expect(readCsr(b.machine, b.hart, 'scause')).toBe(13n)
  })

  test('loads and stores across a page end; a missing second page changes nothing', () => {
    const b = bench('lui a1, 0x12345\naddi a1, a1, 0x678\nsw a1, -2(a0)\nlw a2, -2(a0)\nld a3, -6(a0)\necall', { engine })
    setX(b.hart, 10, DATA + PAGE_SIZE)
    expect(b.run().kind).toBe('syscall')
    expect([b.x(12), getXBig(b.hart, 13)]).toEqual([0x12345678, 0x1234567800000000n])
    const c = bench('li a1, -1\nsw a1, -2(a0)', { engine })
    setX(c.hart, 10, DATA + 4 * PAGE_SIZE)
    expect(c.run()).toMatchObject({ kind: 'pageFault', access: 'write', tval: DATA + 4 * PAGE_SIZE })
    expect(c.data32(4 * 1024 - 1)).toBe(0)
  })

  test('a wild address keeps its 64 bits in stval', () => {
    const b = bench('lb a1, 0(a0)', { engine })
    setXBig(b.hart, 10, 0xdead_beef_1234_5678n)
    expect(b.run().kind).toBe('pageFault')
    expect(readCsr(b.machine, b.hart, 'stval')).toBe(0xdead_beef_1234_5678n)
  })

  test('an instruction across a page end', () => {
    const b = bench('', { engine })
    const [word] = words('addi a1, a1, 5')
    const code = b.machine.ram
    const end = FRAMES.code * PAGE_SIZE + PAGE_SIZE
    code[end - 2] = word & 255
    code[end - 1] = (word >> 8) & 255
    code[end] = (word >> 16) & 255
    code[end + 1] = word >>> 24
    code.set([0x73, 0, 0, 0], end + 2)
    setPc(b.hart, CODE + PAGE_SIZE - 2)
    expect(b.run()).toMatchObject({ kind: 'syscall', retired: 1 })
    expect(b.x(11)).toBe(5)
    b.map(CODE + PAGE_SIZE, 0, 0)
    setPc(b.hart, CODE + PAGE_SIZE - 2)
    b.machine.i32.fill(0, b.hart.base / 4 + 0x2000 / 4, b.hart.base / 4 + 0xe000 / 4)
    expect(b.run()).toMatchObject({ kind: 'pageFault', access: 'fetch', tval: CODE + PAGE_SIZE })
  })

  test('atomics: read-modify-write, reservations, misaligned', () => {
    const b = bench(
      'li a1, 5\namoadd.w a2, a1, (a0)\namomaxu.d a3, a1, (a0)\nlr.w a4, (a0)\nsc.w a5, a1, (a0)\nsc.w a6, a1, (a0)\naddi a0, a0, 2\namoor.w a2, a1, (a0)',
      { engine },
    )
    expect(b.run()).toMatchObject({ kind: 'misaligned', cause: CAUSE_STORE_MISALIGNED, tval: DATA + 2 })
    expect([12, 13, 14, 15, 16].map(n => b.x(n))).toEqual([0, 5, 5, 0, 1])
    expect(b.data32(0)).toBe(5)
  })

  test('with the floating-point unit off an unmapped page is not looked at', () => {
    for (const insn of [
      'flw fa0, 0(zero)',
      'fld fa0, 0(zero)',
      'fsw fa0, 0(zero)',
      'fsd fa0, 0(zero)',
      'fmv.w.x fa0, a0',
      'fadd.s fa0, fa0, fa0',
    ]) {
      const b = bench(insn, { engine })
      b.hart.words[WORD_FS] = FS_OFF
      expect([insn, b.run().kind]).toEqual([insn, 'illegal'])
      expect(b.hart.counters[COUNTERS.loads] + b.hart.counters[COUNTERS.stores]).toBe(0)
    }
    const on = bench('flw fa0, 0(zero)', { engine })
    expect(on.run().kind).toBe('pageFault')
  })

  test('reserved bits of fences do nothing', () => {
    const b = bench('li a1, 1', { engine })
    const words = [0x0ff5850f, 0x1ff0000f, 0x0010100f, 0x0005100f, 0x00000073]
    words.forEach((word, n) => b.machine.view.setUint32(b.machine.layout.ram + FRAMES.code * PAGE_SIZE + 4 * n, word, true))
    setX(b.hart, 10, 7)
    expect(b.run()).toMatchObject({ kind: 'syscall', retired: 4 })
    expect(b.x(10)).toBe(7)
  })

  test('a store to code is seen by the next fetch, from the guest and from the kernel', () => {
    const [replacement] = words('li a1, 7')
    const b = bench(`li a1, 1\nauipc a2, 0\nsw a3, 8(a2)\nli a1, 2\necall`, { engine })
    setX(b.hart, 13, replacement)
    expect(b.run().kind).toBe('syscall')
    expect(b.x(11)).toBe(7)
    b.machine.ram32[(FRAMES.code * PAGE_SIZE) / 4 + 3] = words('li a1, 9')[0]
    frameWritten(b.machine, FRAMES.code)
    setPc(b.hart, CODE + 12)
    b.run()
    expect(b.x(11)).toBe(9)
  })

  test('code is fetched through the TLB: a mapping that changed without a flush is the old one', () => {
    const b = bench(`addi a1, a1, 1\nj ${CODE}`, { engine })
    b.run(2)
    b.map(CODE, FRAMES.data)
    b.run(2)
    expect([b.x(11), getPc(b.hart)]).toEqual([2, CODE])
    tlbFlush(b.machine, b.hart, CODE, null)
    expect(b.run(1).kind).toBe('illegal')
  })

  test('a store to code changes what it stored to: the page stays code, and is fetched again by nobody', () => {
    const [first, second] = [words('addi a1, a1, 1')[0], words('addi a1, a1, 16')[0]]
    // Each round swaps the instruction before the branch.
    const text = `sw a3, 16(a2)\nmv a4, a3\nmv a3, a5\nmv a5, a4\naddi a1, a1, 1\naddi a6, a6, -1\nbne a6, zero, ${CODE}\necall`
    const b = bench(text, { engine })
    setX(b.hart, 12, CODE)
    setX(b.hart, 13, second)
    setX(b.hart, 15, first)
    setX(b.hart, 16, 10)
    expect(b.run().kind).toBe('syscall')
    expect(b.x(11)).toBe(5 * 16 + 5 * 1)
    const { counters } = b.hart
    expect([COUNTERS.fetchMisses, COUNTERS.writeMisses, COUNTERS.stores].map(n => counters[n])).toEqual([1, 1, 10])
  })

  test('a page that was code and is none takes stores again', () => {
    const b = bench(`sw a1, 0(a0)\naddi a1, a1, 1\nbne a1, a2, ${CODE}\necall`, { engine })
    b.map(DATA, FRAMES.code, RWXU)
    setX(b.hart, 10, DATA + 0x800)
    setX(b.hart, 12, 5)
    b.run(6)
    frameWritten(b.machine, FRAMES.code)
    expect(b.run().kind).toBe('syscall')
    expect(b.machine.ram32[(FRAMES.code * PAGE_SIZE + 0x800) / 4]).toBe(4)
  })

  test('fuel ends a run on its very instruction', () => {
    const text = Array.from({ length: 20 }, () => 'addi a1, a1, 1').join('\n') + '\necall'
    for (let fuel = 1; fuel < 20; fuel++) {
      const b = bench(text, { engine })
      expect(b.run(fuel)).toMatchObject({ kind: 'fuel', retired: fuel })
      expect([b.x(11), getPc(b.hart)]).toEqual([fuel, CODE + 4 * fuel])
    }
  })

  test('fuel that ends on a jump into a page that is not there ends the run; the fault is the next one’s', () => {
    for (const jump of ['jalr zero, 0(a1)', `j ${CODE + 0x8000}`]) {
      const b = bench(jump, { engine })
      setX(b.hart, 11, CODE + 0x8000)
      expect([jump, b.run(1)]).toMatchObject([jump, { kind: 'fuel', retired: 1 }])
      expect([getPc(b.hart), b.hart.counters[COUNTERS.fetchMisses]]).toEqual([CODE + 0x8000, 1])
      expect(b.run(1)).toMatchObject({ kind: 'pageFault', access: 'fetch', tval: CODE + 0x8000, retired: 0 })
      const timed = bench(jump, { engine })
      setX(timed.hart, 11, CODE + 0x8000)
      setTiming(timed.machine, resolvePreset('u74').config)
      expect(run(timed.machine, timed.hart, 1)).toMatchObject({ kind: 'fuel', retired: 1 })
      expect(run(timed.machine, timed.hart, 1)).toMatchObject({ kind: 'pageFault', retired: 0 })
    }
  })

  test('the timer stops at its instruction', () => {
    const b = bench(`addi a1, a1, 1\nj ${CODE}`, { engine })
    writeCsr(b.machine, b.hart, 'stimecmp', 1001n)
    expect(b.run(1_000_000)).toMatchObject({ kind: 'timer', retired: 1001 })
    expect(b.x(11)).toBe(501)
    expect(b.run()).toMatchObject({ kind: 'timer', retired: 0 })
  })

  test('user mode may not use what is the supervisor’s', () => {
    for (const text of ['sret', 'wfi', 'sfence.vma', 'csrr a1, satp', 'csrw cycle, a1', 'csrr a1, 0x5c0', 'mret']) {
      expect(bench(text, { engine }).run()).toMatchObject({ kind: 'illegal', retired: 0 })
    }
    const off = bench('fadd.d fa0, fa0, fa0', { engine })
    off.hart.words[WORD_FS] = FS_OFF
    expect(off.run().kind).toBe('illegal')
  })

  test('registers keep what their fields can hold (Privileged spec 3.1.6, 3.1.8, 3.1.18, 4.1.3)', () => {
    const { machine, hart } = bench('', { engine })
    const kept = (name: string, value: bigint): string => {
      writeCsr(machine, hart, name, value)
      return `${name} ${readCsr(machine, hart, name).toString(16)}`
    }
    const all = (1n << 64n) - 1n
    expect(kept('medeleg', all)).toBe('medeleg b3ff')
    expect(kept('mideleg', all)).toBe('mideleg 222')
    expect(kept('menvcfg', all)).toBe('menvcfg 8000000000000001')
    expect(kept('sie', all)).toBe('sie 222')
    expect(kept('mideleg', 2n)).toBe('mideleg 2')
    expect([readCsr(machine, hart, 'sie'), readCsr(machine, hart, 'mie')]).toEqual([2n, 0x222n])
    expect(kept('sie', 0n)).toBe('sie 0')
    expect(readCsr(machine, hart, 'mie')).toBe(0x220n)
    const mpp = (value: bigint): bigint => {
      writeCsr(machine, hart, 'mstatus', value << 11n)
      return (readCsr(machine, hart, 'mstatus') >> 11n) & 3n
    }
    expect([3n, 2n, 1n, 2n, 0n].map(mpp)).toEqual([3n, 3n, 1n, 1n, 0n])
  })

  test('counters are CSRs', () => {
    const b = bench('nop\nnop\nrdinstret a1\nrdtime a2\necall', { engine })
    b.hart.counters[COUNTERS.timeOffset] = 1000
    b.run()
    expect([b.x(11), b.x(12)]).toEqual([2, 1003])
  })

  test('time shows no less than what another hart has shown', () => {
    const b = bench('rdtime a1\nrdtime a2\nnop\nrdtime a3\necall', { engine })
    b.hart.counters[COUNTERS.timeOffset] = 1000
    b.hart.counters[COUNTERS.timeFloor] = 1002
    b.run(2)
    b.run()
    expect([b.x(11), b.x(12), b.x(13)]).toEqual([1002, 1002, 1003])
  })

  test('counters that a lower privilege may not read', () => {
    for (const counteren of ['scounteren', 'mcounteren']) {
      const b = bench('rdcycle a1\nrdinstret a1', { engine })
      writeCsr(b.machine, b.hart, counteren, 1n)
      expect(b.run()).toMatchObject({ kind: 'illegal', retired: 1 })
    }
    const off = bench('frflags a1', { engine })
    off.hart.words[WORD_FS] = FS_OFF
    expect(off.run().kind).toBe('illegal')
  })

  test('supervisor mode: CSRs, SUM, sret to user mode, wfi', () => {
    const supervisor = `csrw sscratch, a0\ncsrr a1, sscratch\nwfi\ncsrw sepc, a2\nsret`
    const b = bench(supervisor, { engine, privilege: PRIVILEGE_S })
    b.map(CODE, FRAMES.code, 0xcf)
    setX(b.hart, 12, CODE + PAGE_SIZE)
    expect(b.run()).toMatchObject({ kind: 'wfi', retired: 3 })
    expect(b.x(11)).toBe(DATA)
    b.machine.ram32[((FRAMES.code + 1) * PAGE_SIZE) / 4] = words('ecall')[0]
    expect(b.run()).toMatchObject({ kind: 'syscall', cause: 8 })
    expect(b.hart.words[WORD_PRIVILEGE]).toBe(PRIVILEGE_U)
    const sum = bench('csrs sstatus, a1\nlw a2, 0(a0)\ncsrc sstatus, a1\nlw a2, 0(a0)', { engine, privilege: PRIVILEGE_S })
    sum.map(CODE, FRAMES.code, 0xcf)
    setX(sum.hart, 11, 1 << 18)
    expect(sum.run()).toMatchObject({ kind: 'pageFault', retired: 3 })
  })

  test('machine mode runs untranslated and returns with mret', () => {
    const b = bench('', { engine, privilege: PRIVILEGE_M })
    b.machine.ram32.set(words('csrw mepc, a2\nmret', RAM_BASE), (FRAMES.code * PAGE_SIZE) / 4)
    b.machine.ram32[((FRAMES.code + 1) * PAGE_SIZE) / 4] = words('ecall')[0]
    setPc(b.hart, RAM_BASE + FRAMES.code * PAGE_SIZE)
    setX(b.hart, 12, CODE + PAGE_SIZE)
    expect(b.run()).toMatchObject({ kind: 'syscall', cause: 8 })
  })

  test('a page without W stops a store, and the store runs again once it may', () => {
    const b = bench('li a1, 3\nsw a1, 0(a0)\necall', { engine })
    b.map(DATA, FRAMES.data, PTE_V | PTE_R | PTE_U)
    expect(b.run()).toMatchObject({ kind: 'pageFault', access: 'write', tval: DATA })
    b.map(DATA, FRAMES.data)
    expect(b.run().kind).toBe('syscall')
    expect(b.data32(0)).toBe(3)
  })

  test('harts have their own registers and TLBs; a reservation does not outlive another hart’s turn', () => {
    const b = bench('lr.w a1, (a0)\nsc.w a2, a1, (a0)\necall', { engine, harts: 2 })
    const [first, second] = b.machine.harts
    second.words.set(first.words)
    for (const csr of ['satp', 'mstatus']) writeCsr(b.machine, second, csr, readCsr(b.machine, first, csr))
    setPc(second, CODE)
    setX(second, 10, DATA)
    run(b.machine, first, 1)
    run(b.machine, second, 10)
    run(b.machine, first, 10)
    expect([getX(first, 12), getX(second, 12)]).toEqual([1, 0])
  })

  test('a snapshot goes back, TLB and all', () => {
    const b = bench(`addi a1, a1, 1\nsw a1, 0(a0)\nlw a2, 0(a0)\nj ${CODE}`, { engine })
    b.run(101)
    const before = snapshotMachine(b.machine)
    b.run(1000)
    const after = snapshotMachine(b.machine)
    restoreMachine(b.machine, before)
    b.run(1000)
    expect(snapshotMachine(b.machine)).toEqual(after)
  })
})

test('what the interpreter does not do itself is counted by kind', () => {
  const b = bench(
    'fadd.d fa0, fa0, fa1, rtz\nfadd.d fa0, fa0, fa1\nld a1, -4(a0)\nsd a1, -4(a0)\nsw zero, 64(a2)\nfadd.d fa0, fa0, fa1, rup\necall',
  )
  setX(b.hart, 10, DATA + PAGE_SIZE)
  setX(b.hart, 12, CODE)
  b.run()
  b.run()
  // The first access to each page finds it, and then the access is made here or there.
  expect(Object.fromEntries(b.machine.engine.aside)).toEqual({ 'fadd.d': 2, ld: 1, sd: 1, 'store to code': 1 })
  setPc(b.hart, CODE)
  b.run()
  expect(b.machine.engine.aside.get('access across pages')).toBe(2)
})

test('programs that store into themselves do the same on every engine', () => {
  const parcel = (random: Random): number => [0x0585, 0x15fd, 0x0001, 0x872e][random(4)]
  const long = (random: Random): number => words(['addi a1, a1, 7', 'xor a1, a1, a2', 'slli a1, a1, 3', 'srli a4, a1, 2'][random(4)])[0]
  const stores = ['sb', 'sh', 'sw', 'sd']
  for (let seed = 0; seed < 60; seed++) {
    const runs = ENGINES.map(engine => {
      const random = randomNumbers(seed)
      const word = (): number => (random(2) === 0 ? long(random) : parcel(random) | (parcel(random) << 16))
      const body = Array.from({ length: 30 }, word)
      // Stores to what runs after them, at any alignment, and on into the next page.
      const lines = Array.from({ length: 12 }, () => `${stores[random(4)]} a${3 + random(3)}, ${random(130) - 4}(a2)`)
      const b = bench(lines.join('\n'), { engine })
      const at = FRAMES.code * PAGE_SIZE + PAGE_SIZE - 60
      const target = CODE + PAGE_SIZE - 60
      b.machine.ram32.set(words(`j ${target}`, CODE + 4 * lines.length), (FRAMES.code * PAGE_SIZE) / 4 + lines.length)
      b.machine.ram32.set([...body, 0x73], at / 4)
      setX(b.hart, 12, target)
      for (const n of [13, 14, 15]) setXBig(b.hart, n, BigInt(word() >>> 0) | (BigInt(word()) << 32n))
      const seen: unknown[] = []
      for (let round = 0; round < 3; round++) {
        setPc(b.hart, CODE)
        const { kind, retired, tval } = b.run(200)
        seen.push(kind, retired, tval, ...b.hart.x, ...b.hart.counters)
        setX(b.hart, 12, target)
        for (const n of [13, 14]) setXBig(b.hart, n, BigInt(word() >>> 0) | (BigInt(word()) << 32n))
      }
      return [...seen, b.machine.ram.slice(at, at + 200)]
    })
    expect([seed, runs[0]]).toEqual([seed, runs[1]])
  }
})

test('counters and floating-point state: every instruction, with and without a source and a destination', () => {
  const names = ['csrrw', 'csrrs', 'csrrc', 'csrrwi', 'csrrsi', 'csrrci']
  const sources = (name: string): string[] => (name.endsWith('i') ? ['0', '13'] : ['zero', 'a1'])
  const lines = names.flatMap(name =>
    ['fflags', 'frm', 'fcsr'].flatMap(csr =>
      sources(name).flatMap(from => [`${name} a2, ${csr}, ${from}`, `${name} zero, ${csr}, ${from}`]),
    ),
  )
  const [seen, expected] = ENGINES.map(engine => {
    const b = bench(`${lines.join('\n')}\nrdcycle a3\ncsrrc a4, instret, zero\ncsrrci a5, time, 0\necall`, { engine })
    setX(b.hart, 11, 0x1b6)
    const states = lines.map(() => {
      b.hart.words[WORD_FS] = FS_INITIAL
      expect(b.run(1).kind).toBe('fuel')
      return [b.x(12), b.hart.words[WORD_FCSR], b.hart.words[WORD_FS]]
    })
    expect(b.run().kind).toBe('syscall')
    expect([13, 14, 15].map(n => b.x(n))).toEqual([lines.length, lines.length + 1, lines.length + 2])
    return states
  })
  expect(seen).toEqual(expected)
  expect(new Set(expected.map(String)).size).toBeGreaterThan(10)
})
