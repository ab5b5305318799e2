// Memory runs out: who dies, who goes on as if nothing had been, and what the log says.
import { describe, expect, it } from 'vitest'
import { messagesFrom } from '../klog.ts'
import { start, type Run } from '../testing.ts'
import type { ThreadGroup } from '../state.ts'

const MAP = 222
const CLONE = 220
const NANOSLEEP = 101
const GETRANDOM = 278
const PPOLL = 73
const WAIT4 = 260
const EXIT = 94
const SIGCHLD = 17
const MIB = 2 ** 20
/** When the children have all that they want, and init sleeps. */
const READY = 50e6

/** s2 = anonymous memory. */
const map = (bytes: number): string => `
  li a0, 0
  li a1, ${bytes}
  li a2, 3
  li a3, 0x4022
  li a4, -1
  li a5, 0
  sys ${MAP}
  mv s2, a0`
let labels = 0
const touch = (bytes: number): string => {
  const again = `again${labels++}`
  return `
  mv t1, s2
  li t0, ${bytes}
  add t0, t0, s2
  li t2, 4096
  ${again}:
  sb t0, 0(t1)
  add t1, t1, t2
  bltu t1, t0, {${again}}`
}
/** What gets through before the memory ends is answered; the rest is asked for again. */
const fill = (bytes: number): string => `
  mv s5, s2
  li s6, ${bytes}
  more:
  mv a0, s5
  mv a1, s6
  li a2, 0
  sys ${GETRANDOM}
  blt a0, zero, {exit}
  add s5, s5, a0
  sub s6, s6, a0
  bne s6, zero, {more}`

/** A child that keeps so much; the parent has its pid in `s`. */
const child = (s: string, bytes: number): string => {
  const name = `child${labels++}`
  return `
  li a0, ${SIGCHLD}
  li a1, 0
  li a2, 0
  li a3, 0
  li a4, 0
  sys ${CLONE}
  mv ${s}, a0
  bne a0, zero, {${name}}
  ${map(bytes)}
  ${touch(bytes)}
  li a0, 0
  li a1, 0
  li a2, 0
  li a3, 0
  sys ${PPOLL}
  ${name}:`
}
const SLEEP = `
  addi sp, sp, -16
  sd zero, 0(sp)
  li t0, ${2 * READY}
  sd t0, 8(sp)
  mv a0, sp
  li a1, 0
  sys ${NANOSLEEP}`
/** Exits with what the child in `s` was killed by, 100 if it lives. */
const ask = (s: string): string => `
  mv a0, ${s}
  mv a1, sp
  li a2, 1
  li a3, 0
  sys ${WAIT4}
  mv t0, a0
  li a0, 100
  beq t0, zero, {exit}
  lw a0, 0(sp)
  exit:
  sys ${EXIT}`

/** init has children with 7 and 3 MiB of the 16, then wants 8 MiB itself in some way; answers its status and the log. */
function shortOf(want: string, about: 's3' | 's4', prepare: (run: Run, first: ThreadGroup, second: ThreadGroup) => void = () => {}) {
  const source = `${child('s3', 7 * MIB)}\n${child('s4', 3 * MIB)}\n${SLEEP}\n${map(8 * MIB)}\n${want}\n${ask(about)}`
  const run = start(source)
  run.run({ until: READY })
  if (run.k.state.counts.oomKills > 0) throw new Error('too early')
  const [, first, second] = run.k.state.groups.values()
  prepare(run, first, second)
  const result = run.run()
  if (result.kind !== 'halted') throw new Error(`${result.kind} at ${run.k.state.time}`)
  const log = messagesFrom(run.k.state.klog, 0).map(({ text }) => text)
  const exited = (result.status & 0x7f) === 0
  return { outcome: exited ? result.status >> 8 : `killed ${result.status & 0x7f}`, log, kills: run.k.state.counts.oomKills }
}

const USES = { 'a fault': touch(8 * MIB), 'a system call': fill(8 * MIB) }

describe.each(Object.entries(USES))('%s for which there is no frame', (_name, want) => {
  it('kills who has most, and is done', () => {
    const { outcome, kills, log } = shortOf(want, 's3')
    expect([outcome, kills]).toEqual([9, 1])
    expect(log).toContain('test invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0')
    expect(log.at(-1)).toMatch(/^test\[2\]: out of memory: it had 7\d{3}kB of 16384kB$/)
    expect(log.at(-2)).toMatch(
      /^Out of memory: Killed process 2 \(test\) total-vm:\d+kB, anon-rss:7\d{3}kB, .* UID:0 pgtables:\d+kB oom_score_adj:0$/,
    )
    expect(log.filter(line => /^\[ +[23]\] /.test(line))).toHaveLength(2)
  })
  it('leaves the others alone', () => expect(shortOf(want, 's4').outcome).toBe(100))
  it('oom_score_adj decides: thousandths of RAM, and -1000 is never', () => {
    const spare = (_run: Run, first: ThreadGroup): void => void (first.oomScoreAdj = -1000)
    const point = (_run: Run, _first: ThreadGroup, second: ThreadGroup): void => void (second.oomScoreAdj = 300)
    expect(shortOf(want, 's4', spare).outcome).toBe(9)
    expect(shortOf(want, 's4', point).outcome).toBe(9)
  })
})

it('a machine in which nobody may be killed stops', () => {
  const both = (_run: Run, first: ThreadGroup, second: ThreadGroup): void => void (first.oomScoreAdj = second.oomScoreAdj = -1000)
  const { outcome, log, kills } = shortOf(USES['a fault'], 's3', both)
  expect([outcome, kills]).toEqual(['killed 9', 0])
  expect(log.slice(-2)).toEqual([
    'Out of memory and no killable processes...',
    'Kernel panic - not syncing: System is deadlocked on memory',
  ])
})

it('vm.oom_kill_allocating_task: who asks, unless it is init; vm.panic_on_oom: nobody goes on', () => {
  expect(shortOf(USES['a fault'], 's3', ({ k }) => void (k.state.sysctl.oomKillAllocatingTask = 1)).outcome).toBe(9)
  const { outcome, log } = shortOf(USES['a fault'], 's3', ({ k }) => void (k.state.sysctl.panicOnOom = 1))
  expect(outcome).toBe('killed 9')
  expect(log.at(-1)).toBe('Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled')
})

it('brk has no errno to answer: it says where the heap ends still', () => {
  const run = start(`
    li a0, 0
    sys 214
    mv s0, a0
    li t0, 65536
    add a0, a0, t0
    sys 214
    sub a0, a0, s0
    sys ${EXIT}`)
  const { frames } = run.k.state
  // No room for the kernel's record of a region.
  frames.fileReserve = 2 * frames.total
  expect(run.run()).toEqual({ kind: 'halted', status: 0 })
})
