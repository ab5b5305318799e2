// The seam under the machine: the hosted platform gives traps to the caller of `run`, another one takes them into the guest's handler and
// has a device. That other one is the least that shows it.
import { describe, expect, test } from 'vitest'
import { readCsr, timeOf, writeCsr } from './csr.ts'
import { trapCsrs } from './csr-storage.ts'
import { SSTATUS_SIE, SSTATUS_SPIE, SSTATUS_SPP } from './isa/index.ts'
import { CAUSE_BREAKPOINT, INTERRUPT_S_EXTERNAL, INTERRUPT_S_TIMER, PTE_U } from './isa/index.ts'
import { COUNTERS, PAGE_SIZE, PRIVILEGE_S, RAM_BASE, RAM_PPN, WORD_PRIVILEGE } from './layout.ts'
import { createMachine, setTiming } from './machine.ts'
import { hosted } from './platform.ts'
import { getPc, getPcBig, setPcBig, setX } from './registers.ts'
import type { Hart, Machine, Platform } from './state.ts'
import { bench, CODE, DATA, ENGINES, RWXU, words, type Bench } from './testing.ts'
import { resolvePreset } from './timing/index.ts'
import { takeTrap } from './trap.ts'

const DEVICE = 0x1000_0000
const DEVICE_VA = 0x5_0000
const HANDLER = 0x4_0000
const HANDLER_FRAME = 90
const REGISTER = 8

function enterHandler(machine: Machine, hart: Hart): void {
  const status = readCsr(machine, hart, 'mstatus')
  const spp = hart.words[WORD_PRIVILEGE] === PRIVILEGE_S ? SSTATUS_SPP : 0
  const spie = status & BigInt(SSTATUS_SIE) ? SSTATUS_SPIE : 0
  hart.words[WORD_PRIVILEGE] = PRIVILEGE_S
  writeCsr(machine, hart, 'mstatus', (status & ~BigInt(SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP)) | BigInt(spp | spie))
  setPcBig(hart, readCsr(machine, hart, 'stvec'))
}

/** Every trap but ebreak goes to stvec, and so does the timer; one register of a device that counts how it is used. */
function small(): Platform & { log: string[] } {
  let value = 0x8877_6655_4433_2211n
  const log: string[] = []
  return {
    log,
    name: 'small',
    devices: [{ start: DEVICE, bytes: PAGE_SIZE }],
    onTrap(machine, hart, cause, lo, hi) {
      if (cause === CAUSE_BREAKPOINT) return takeTrap(machine, hart, cause, lo, hi)
      trapCsrs(machine, hart, cause, lo, hi)
      enterHandler(machine, hart)
      return null
    },
    read(_machine, _hart, address, bytes) {
      log.push(`read ${bytes} at ${(address - DEVICE).toString(16)}`)
      return address === DEVICE + REGISTER ? value : null
    },
    write(_machine, _hart, address, bytes, v) {
      log.push(`write ${bytes} at ${(address - DEVICE).toString(16)}: ${v.toString(16)}`)
      if (address !== DEVICE + REGISTER) return false
      value = v
      return true
    },
    pending(machine, hart) {
      if (hart.counters[COUNTERS.timer] > timeOf(machine, hart)) return null
      hart.counters[COUNTERS.timer] = Infinity
      trapCsrs(machine, hart, INTERRUPT_S_TIMER, 0, 0)
      writeCsr(machine, hart, 'scause', (1n << 63n) | BigInt(INTERRUPT_S_TIMER))
      enterHandler(machine, hart)
      return null
    },
  }
}

/** s2 = the sum of causes, s3 = their number, s4 = the last address; goes on after the instruction that trapped, or with it after an interrupt. */
const COUNT = `csrr t0, scause
add s2, s2, t0
addi s3, s3, 1
csrr s4, stval
csrr t1, sepc
bltz t0, ${HANDLER + 28}
addi t1, t1, 4
csrw sepc, t1
sret`

interface Ran extends Bench {
  log: string[]
}
function onSmall(text: string, engine: (typeof ENGINES)[number], handler = COUNT): Ran {
  const platform = small()
  const b = bench(text, { engine, platform })
  b.map(HANDLER, HANDLER_FRAME, RWXU & ~PTE_U)
  b.map(DEVICE_VA, DEVICE / PAGE_SIZE - RAM_PPN)
  b.machine.ram32.set(words(handler, HANDLER), (HANDLER_FRAME * PAGE_SIZE) / 4)
  writeCsr(b.machine, b.hart, 'stvec', BigInt(HANDLER))
  setX(b.hart, 11, DEVICE_VA)
  return { ...b, log: platform.log }
}
const state = (b: Ran): unknown => ({ x: [...b.hart.x], pc: getPcBig(b.hart), counters: [...b.hart.counters], log: b.log })

/** The same on both engines; answers the interpreter's. */
function onBoth(text: string, fuel = 1000, set: (b: Ran) => void = () => {}, handler = COUNT): Ran & { kind: string; retired: number } {
  const [a, b] = ENGINES.map(engine => {
    const ran = onSmall(text, engine, handler)
    set(ran)
    const { kind, retired } = ran.run(fuel)
    return { ...ran, kind, retired }
  })
  expect(state(a)).toEqual(state(b))
  expect([a.kind, a.retired]).toEqual([b.kind, b.retired])
  return a
}

describe('a platform that takes traps into the guest', () => {
  test('a call enters the handler at stvec, and the run goes on behind it', () => {
    const b = onBoth('ecall\nli a2, 7\nlw a3, 0(zero)\nli a4, 8\nebreak')
    expect([b.kind, getPc(b.hart), b.x(12), b.x(14), b.x(18), b.x(19)]).toEqual(['breakpoint', CODE + 16, 7, 8, 8 + 13, 2])
    expect(b.hart.words[WORD_PRIVILEGE]).toBe(0)
    // Two instructions trapped, two retired, and the handler's nine twice.
    expect(b.retired).toBe(20)
  })

  test('fuel ends it on the same instruction, wherever that is', () => {
    for (let fuel = 0; fuel < 25; fuel++)
      expect(onBoth('ecall\nld a3, 8(a1)\nlw a3, 0(zero)\nli a4, 8\nebreak', fuel).retired).toBeLessThan(fuel + 1)
  })

  test('a handler that cannot be fetched traps until the fuel is spent', () => {
    const b = onBoth('ecall', 50, ({ machine, hart }) => writeCsr(machine, hart, 'stvec', 0x7_0000n))
    expect([b.kind, b.retired, getPc(b.hart)]).toEqual(['fuel', 0, 0x7_0000])
  })

  test('the timer interrupts on the same instruction, and the run goes on', () => {
    const b = onBoth(`addi a2, a2, 1\nj ${CODE}`, 100, ({ hart }) => {
      hart.counters[COUNTERS.timer] = 31
    })
    // 31 of the loop's and 8 of the handler's, which goes back to the instruction that did not run.
    expect([b.kind, b.retired, b.x(19), b.x(12)]).toEqual(['fuel', 100, 1, (100 - 8) / 2])
  })

  test('both engines take the same cycles when it is timed', () => {
    const timed = ({ machine }: Ran): void => setTiming(machine, resolvePreset('u74').config)
    const b = onBoth('ecall\nld a3, 8(a1)\nsd a3, 0(a0)\nlw a3, 0(zero)\nebreak', 1000, timed)
    expect(b.hart.counters[COUNTERS.cycles]).toBeGreaterThan(b.retired)
  })

  test('a platform that leaves its timer due is an error of ours', () => {
    const b = bench('nop', { platform: { ...hosted, pending: () => null } })
    b.hart.counters[COUNTERS.timer] = 0
    expect(() => b.run()).toThrow('platform hosted left a timer that is due')
  })
})

/** A line that wants service as long as it is up: taken where sie and sstatus let it in, and down then. */
function withLine(): Platform & { up: boolean } {
  return {
    ...small(),
    name: 'line',
    up: true,
    pending(machine, hart) {
      const isOpen = (readCsr(machine, hart, 'sie') & (1n << BigInt(INTERRUPT_S_EXTERNAL))) !== 0n
      const isOn = (readCsr(machine, hart, 'sstatus') & BigInt(SSTATUS_SIE)) !== 0n
      if (!this.up || !isOpen || (!isOn && hart.words[WORD_PRIVILEGE] === PRIVILEGE_S)) return null
      this.up = false
      trapCsrs(machine, hart, INTERRUPT_S_EXTERNAL, 0, 0)
      enterHandler(machine, hart)
      return null
    },
  }
}

describe('an interrupt that was masked comes right after the instruction that lets it in', () => {
  /** s2: where, s3: what a2 was then. */
  const SEEN = 'csrr s2, sepc\nmv s3, a2\nsret'
  const [SIE, SEIE] = [SSTATUS_SIE, 1 << INTERRUPT_S_EXTERNAL]
  const masked = { sie: SEIE, sstatus: 0 }
  const closed = { sie: 0, sstatus: SIE }
  test.each([
    ['sstatus', masked, `csrsi sstatus, ${SIE}`],
    ['sie', closed, 'csrw sie, s0'],
    ['a write that changes nothing else', masked, `csrrsi zero, sstatus, ${SIE}`],
    ['sret', masked, 'sret'],
  ])('%s', (what, { sie, sstatus }, opens) => {
    const back = CODE + 8
    const ends = Array.from({ length: 12 }, (_, fuel) => fuel).map(fuel =>
      ENGINES.map(engine => {
        const platform = withLine()
        const b = bench(`li a2, 1\n${opens}\nli a2, 2\nebreak`, { engine, platform, privilege: PRIVILEGE_S })
        b.map(CODE, 64, RWXU & ~PTE_U)
        b.map(HANDLER, HANDLER_FRAME, RWXU & ~PTE_U)
        b.machine.ram32.set(words(SEEN, HANDLER), (HANDLER_FRAME * PAGE_SIZE) / 4)
        writeCsr(b.machine, b.hart, 'stvec', BigInt(HANDLER))
        writeCsr(b.machine, b.hart, 'sepc', BigInt(back))
        writeCsr(b.machine, b.hart, 'sie', BigInt(sie))
        writeCsr(b.machine, b.hart, 'sstatus', BigInt(sstatus | SSTATUS_SPP | (what === 'sret' ? SSTATUS_SPIE : 0)))
        setX(b.hart, 8, SEIE)
        const { kind, retired } = b.run(fuel)
        if (fuel === 11) expect([kind, retired, b.x(18), b.x(19), b.x(12)]).toEqual(['breakpoint', 6, back, 1, 2])
        return [kind, retired, getPcBig(b.hart), ...b.hart.x, ...b.hart.counters]
      }),
    )
    for (const [a, b] of ends) expect(a).toEqual(b)
  })

  test('a timer that is set to what has passed interrupts there', () => {
    const b = onBoth('csrw stimecmp, zero\nli a2, 2\nebreak', 100, ran => {
      ran.hart.words[WORD_PRIVILEGE] = PRIVILEGE_S
      ran.map(CODE, 64, RWXU & ~PTE_U)
    })
    expect([b.kind, b.x(12), b.x(19)]).toEqual(['breakpoint', 2, 1])
  })
})

describe('a device', () => {
  test('is read and written by its physical address, in any width', () => {
    const b = onBoth('lb a2, 8(a1)\nlhu a3, 8(a1)\nlw a4, 8(a1)\nsd a0, 8(a1)\nsb a0, 8(a1)\nld a5, 8(a1)\nebreak')
    expect([b.x(12), b.x(13), b.x(14), b.x(15), b.x(19)]).toEqual([0x11, 0x2211, 0x44332211, DATA & 0xff, 0])
    expect(b.log.join()).toBe(`read 1 at 8,read 2 at 8,read 4 at 8,write 8 at 8: ${DATA.toString(16)},write 1 at 8: 0,read 8 at 8`)
    expect([b.hart.counters[COUNTERS.loads], b.hart.counters[COUNTERS.stores]]).toEqual([4, 2])
  })

  test('answers no to what it has not, which is an access fault', () => {
    const b = onBoth('lw a2, 0(a1)\nsw a2, 4(a1)\nebreak')
    expect([b.x(18), b.x(19), b.x(20)]).toEqual([5 + 7, 2, DEVICE_VA + 4])
  })

  test('takes no atomics, no access that leaves its page, and runs no code', () => {
    const b = onBoth(
      'addi a2, a1, 8\namoadd.d a3, a3, (a2)\nlr.w a3, (a2)\nsc.w a3, a3, (a2)\nld a3, -4(a1)\nsd a3, -4(a1)\nebreak',
      1000,
      ({ map }) => map(DEVICE_VA - PAGE_SIZE, 95),
    )
    expect([b.x(18), b.x(19), b.log]).toEqual([7 + 5 + 7 + 5 + 7, 5, []])
    const jump = onBoth('jr a1', 5)
    expect([jump.x(18), jump.x(19), getPc(jump.hart)]).toEqual([1, 1, HANDLER + 12])
  })

  test('is no device under another platform', () => {
    for (const engine of ENGINES) {
      const b = bench('ld a2, 8(a1)', { engine })
      b.map(DEVICE_VA, DEVICE / PAGE_SIZE - RAM_PPN)
      setX(b.hart, 11, DEVICE_VA)
      expect(b.run()).toMatchObject({ kind: 'accessFault', access: 'read', tval: DEVICE_VA + 8, retired: 0 })
      // The walk of an access that fails leaves the PTE as it was.
      expect(b.machine.ram32[b.pteOf(DEVICE_VA) / 4]).toBe(((DEVICE / PAGE_SIZE) << 10) | RWXU)
    }
  })
})

test('ranges of physical memory are whole pages and do not overlap', () => {
  const withDevice = (start: number, bytes: number) => (): Machine =>
    createMachine({ ramBytes: 1 << 20, engine: 'reference', platform: { ...hosted, devices: [{ start, bytes }] } })
  expect(withDevice(DEVICE, 4096)().physical).toEqual([
    { kind: 'ram', start: RAM_BASE, bytes: 1 << 20 },
    { kind: 'device', start: DEVICE, bytes: 4096 },
  ])
  expect(withDevice(DEVICE, 100)).toThrow('whole pages')
  expect(withDevice(RAM_BASE + 4096, 4096)).toThrow('overlap')
})
