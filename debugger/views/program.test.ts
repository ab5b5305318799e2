// A program's own state seen through the views: registers and what changed, instructions, memory, a handler's frame, huge pages,
// the timeline and the ledger.
import { describe, expect, test } from 'vitest'
import { subscribe } from '../../kernel/index.ts'
import { CODE, DATA, start } from '../../kernel/testing.ts'
import { resolvePreset } from '../../vm/index.ts'
import { disassemblyView } from './disassembly.ts'
import { EVENT_KINDS, recordEvent, type TimelineEvent } from '../events/index.ts'
import { framesView } from './frames.ts'
import { ledgerView } from './ledger.ts'
import { memoryView } from './memory.ts'
import { registersView } from './registers.ts'
import { signalsView } from './signals.ts'
import { tablesView } from './tables.ts'
import { runUntil } from './testing.ts'
import { timelineView } from './timeline.ts'
import { walkView } from './walk.ts'

const SIGUSR1 = 10
const HUGE = 0x20_0000

test('registers: what changed since is marked', () => {
  const { k, run } = start('li a0, -1\nli t0, 6\nfcvt.d.l fa0, t0\nspin:\nj {spin}', { debug: false })
  run({ maxInstructions: 1 })
  const before = registersView.data(k, {})
  expect(before).toMatchObject({ pid: 1, hart: 0, privilege: 'user', f: [] })
  expect(before.x[10]).toMatchObject({ name: 'a0', value: '0xffffffffffffffff', changed: false })
  run({ maxInstructions: 5 })
  const after = registersView.data(k, { before })
  expect(after.x.filter(r => r.changed).map(r => [r.name, r.value])).toEqual([['t0', '0x6']])
  expect(after.pc).toMatchObject({ value: `0x${(CODE + 12).toString(16)}`, changed: true })
  expect(after.f[10]).toMatchObject({ name: 'fa0', value: '0x4018000000000000', note: '6' })
  expect(after.csrs.find(c => c.name === 'satp')?.note).toMatch(/^Sv48, ASID 1, root 0x8000/)
})

test('disassembly: around pc, real forms beside pseudo ones, names of targets', () => {
  const { k, run } = start('li a0, 5\nmv a1, a0\nnop\nspin:\nj {spin}', { debug: false })
  run({ maxInstructions: 2 })
  const symbol = (address: number): string | null => (address >= CODE ? `main+0x${(address - CODE).toString(16)}` : null)
  const { instructions } = disassemblyView.data(k, { count: 4, symbol })
  expect(instructions.map(i => [i.address - CODE, i.length, i.text, i.real, i.isPc])).toEqual([
    [0, 4, 'li a0,5', 'addi a0,zero,5', false],
    [4, 4, 'mv a1,a0', 'addi a1,a0,0', false],
    [8, 4, 'nop', 'addi zero,zero,0', true],
    [12, 4, 'j 0x1000c', 'jal zero,0x1000c', false],
  ])
  expect(instructions[3]).toMatchObject({ target: CODE + 12, targetSymbol: 'main+0xc' })
  expect(disassemblyView.data(k, { address: 0x7000_0000 })).toMatchObject({ instructions: [], endedAt: 0x7000_0000 })
  expect(disassemblyView.show(k, { count: 4, symbol }).join('\n')).toMatchInlineSnapshot(`
    "main:
       0x10000      00500513  li a0,5                      # addi a0,zero,5
       0x10004      00050593  mv a1,a0                     # addi a1,a0,0
    => 0x10008      00000013  nop                          # addi zero,zero,0
       0x1000c      0000006f  j 0x1000c <main+0xc>         # jal zero,0x1000c"
  `)
})

test('memory: bytes and words; what is unmapped is marked and stays unmapped', () => {
  const { k, run } = start(`li s1, ${DATA}\nli t0, 0x0a6968\nsw t0, 0(s1)\nspin:\nj {spin}`, { debug: false })
  run({ maxInstructions: 20 })
  const [row] = memoryView.data(k, { address: DATA, count: 16, size: 4 }).rows
  expect(row).toMatchObject({ words: ['000a6968', '00000000', '00000000', '00000000'], ascii: 'hi..............' })
  // The data area ends here: eight bytes of it, and eight of nothing.
  const free = k.state.frames.freeCount
  const [last] = memoryView.data(k, { address: DATA + 0x20000 - 8, count: 16 }).rows
  expect(last.bytes).toEqual([...Array<number>(8).fill(0), ...Array<null>(8).fill(null)])
  expect(last.ascii).toBe('........????????')
  expect(k.state.frames.freeCount).toBe(free)
  const { frame } = walkView.data(k, { address: DATA }).result!
  expect(memoryView.data(k, { frame, count: 4 }).rows[0].bytes).toEqual([0x68, 0x69, 0x0a, 0])
  expect(memoryView.show(k, { address: DATA, count: 32 }).join('\n')).toMatchInlineSnapshot(`
    "000000040000 68 69 0a 00 00 00 00 00  00 00 00 00 00 00 00 00 |hi..............|
    000000040010 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 |................|"
  `)
})

/** Catches SIGUSR1, blocks SIGINT, ignores SIGPIPE, sends itself the first two, and stays in the handler. */
const HANDLER = `
  li s1, ${DATA}
  li t0, {handler}
  sd t0, 0(s1)
  li a0, ${SIGUSR1}
  mv a1, s1
  li a2, 0
  li a3, 8
  sys 134
  li t0, 1
  sd t0, 0(s1)
  li a0, 13
  mv a1, s1
  sys 134
  li t0, 2
  sd t0, 32(s1)
  li a0, 0
  addi a1, s1, 32
  sys 135
  li a0, 1
  li a1, 2
  sys 129
  li s5, 0x1234
  li a0, 1
  li a1, ${SIGUSR1}
  sys 129
back:
  j {back}
handler:
  addi sp, sp, -64
inside:
  j {inside}`

describe('a signal handler that has not returned', () => {
  const { k } = start(HANDLER, { debug: false })
  runUntil(k, ({ state }) => state.executed > 200)
  const data = signalsView.data(k, {})

  test('what is pending, blocked, ignored and caught', () => {
    expect(data.processPending.map(p => p.signal)).toEqual(['SIGINT'])
    expect(data.processPending[0].info).toEqual(['{si_signo=SIGINT, si_code=SI_USER, si_pid=1, si_uid=0}'])
    expect([data.pending, data.blocked, data.ignored]).toEqual([[], ['SIGINT', 'SIGUSR1'], ['SIGPIPE']])
    expect(data.caught.map(c => c.signal)).toEqual(['SIGUSR1'])
  })

  test('its frame is found on the stack, with the registers that go back', () => {
    expect(data.frames).toHaveLength(1)
    const [frame] = data.frames
    expect(frame).toMatchObject({ signal: 'SIGUSR1', mask: '[INT]' })
    expect(frame.registers.find(r => r.name === 's5')?.value).toBe('0x1234')
    const { x } = registersView.data(k, {})
    // The handler has taken 64 bytes more.
    expect(frame.address).toBe(Number(x[2].value) + 64)
    expect(signalsView.data(k, { address: frame.address }).frames).toEqual([frame])
    expect(Number(frame.pc)).toBe(data.caught[0].handler - 4)
  })

  test('where there is no frame it says so', () =>
    expect(() => signalsView.data(k, { address: DATA + 0x1000 })).toThrow('no signal frame at 0x41000'))
})

test('a huge page: a leaf of level 1, one run in the tree, shared whole by fork', () => {
  const source = `
    li a0, 0
    li a1, ${2 * HUGE}
    li a2, 3
    li a3, 0x22
    li a4, -1
    li a5, 0
    sys 222
    li t0, ${HUGE - 1}
    add s2, a0, t0
    not t0, t0
    and s2, s2, t0
    sd s2, 0(s2)
    li a0, 17
    li a1, 0
    sys 220
spin:
    j {spin}`
  const { k } = start(source, { debug: false, thp: 'always' })
  runUntil(k, ({ state }) => state.tasks.size === 2, 1)
  const address = Number(registersView.data(k, { pid: 1 }).x[18].value) + 0x5123
  const walk = walkView.data(k, { pid: 1, address })
  expect(walk.steps.map(s => [s.level, s.kind])).toEqual([
    [3, 'table'],
    [2, 'table'],
    [1, 'leaf'],
  ])
  expect(walk.steps[2].frame! % 512).toBe(0)
  expect(walk.result).toMatchObject({ size: HUGE, use: 'anon', count: 2, frame: walk.steps[2].frame! + 5 })
  expect(walk.result!.physical % 4096).toBe(0x123)
  expect(walk.sharers).toEqual([{ pids: [2], va: address - 0x5123 }])
  expect(walk.why.map(w => w.reason)).toEqual(['copy-on-write', 'shared'])
  expect(framesView.data(k, {})).toMatchObject({ hugePages: 1, sharedAnonymous: 513 })
  expect(framesView.data(k, { frame: walk.result!.frame }).detail!.owners).toMatchObject([
    { kind: 'page', pids: [1], va: address - 0x123, level: 1 },
    { kind: 'page', pids: [2], va: address - 0x123, level: 1 },
  ])
  expect(tablesView.show(k, { pid: 1 }).filter(line => line.includes(' 2M huge '))).toHaveLength(1)
})

test('the timeline: a lane for each hart, one line for each event', () => {
  const { k } = start(
    'li a0, 17\nli a1, 0\nsys 220\nbeqz a0, {child}\nli a0, -1\nli a1, 0\nli a2, 0\nli a3, 0\nsys 260\nchild:\nli a0, 3\nsys 93',
    { debug: false },
  )
  const events: TimelineEvent[] = []
  subscribe(k, EVENT_KINDS, (event, kernel) => events.push(recordEvent(kernel, event)))
  runUntil(k, ({ state }) => state.halted !== null)
  const { rows } = timelineView.data(k, { events, pid: 2 })
  expect(rows.map(r => r.kind)).toEqual(expect.arrayContaining(['switch', 'fault', 'syscallEnter', 'exit']))
  expect(rows.every((r, i) => i === 0 || r.time >= rows[i - 1].time)).toBe(true)
  expect(rows.find(r => r.kind === 'exit')).toMatchObject({ words: 'exits with wait status 0x300', lanes: [2] })
  expect(timelineView.data(k, { events, count: 2 })).toMatchObject({ earlier: events.length - 2 })
  expect(timelineView.show(k, { events }).join('\n')).toMatchInlineSnapshot(`
    "        TIME    H0  EVENT
     0.000000000    *1  the scheduler chooses 1 test after idle, 0 more waiting
     0.000000000    *1  switch from idle to 1 test
     0.000000906    *1  1 test: fetch fault at 0x10000: page of a file
     0.000000910    *1  1 test: clone(child_stack=NULL, flags=SIGCHLD)
     0.000007110    *1  1 test: TLB flush of 0x7fffffffe000 of ASID 1
     0.000007110    *1  1 test: forks 2 test
     0.000007110    *1  1 test: clone = 2
     0.000007117    *1  1 test: wait4(-1, NULL, 0, NULL)
     0.000007917    *1  1 test: sleeps in wait4
     0.000007917    *2  the scheduler chooses 2 test after 1 test, 0 more waiting
     0.000007917    *2  switch from 1 test to 2 test
     0.000008823    *2  2 test: fetch fault at 0x10010: page of a file
     0.000008827    *2  2 test: exit(3)
     0.000012027     2  2 test: exits with wait status 0x300
     0.000012027     2  1 test: {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=2, si_
     0.000012027     2  1 test: wakes up
     0.000012027    *1  the scheduler chooses 1 test after 2 test, 0 more waiting
     0.000012027    *1  switch from 2 test to 1 test
     0.000012027    *1  1 test: wait4 = 2
     0.000012030    *1  1 test: exit(3)
     0.000015230     1  1 test: exits with wait status 0x300"
  `)
})

test('the ledger: on a timed machine all its cycles, else nothing', () => {
  const source = 'li t0, 1000\nagain:\naddi t0, t0, -1\nbnez t0, {again}\nspin:\nj {spin}'
  expect(ledgerView.show(start(source).k)).toEqual(['the machine is not timed'])
  const { k, run } = start(source, { debug: false, timing: { preset: resolvePreset('server', []), start: 'boot' } })
  run({ maxInstructions: 3000 })
  const { rows, total, components } = ledgerView.data(k, {})
  const all = [...k.machine.timing!.ledger.values()].flatMap(row => [...row]).reduce((a, b) => a + b, 0)
  expect(total).toBeCloseTo(all)
  expect(components.reduce((sum, c) => sum + c.cycles, 0)).toBeCloseTo(total)
  expect(rows.some(r => r.task === '1 test' && r.component === 'instructions')).toBe(true)
})
