// The debugger's screen on a real terminal: a pty, keys that are typed, and the cells that a terminal emulator shows.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn } from '@lydell/node-pty'
import headless, { type Terminal } from '@xterm/headless'
import { afterEach, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CLI = join(ROOT, 'dist', 'hartbeat.js')
/** A step that takes longer has failed: the machine these tests run on may be busy. */
const PATIENCE = 60_000

interface Screen {
  type(keys: string): void
  /** Waits until the screen satisfies. */
  until(shows: (rows: string[]) => boolean): Promise<string[]>
  rows(): string[]
  term: Terminal
  /** All bytes so far. */
  bytes(): string
  resize(columns: number, rows: number): void
  ended(): Promise<number>
  kill(signal?: string): void
}
const open: Screen[] = []
afterEach(() => {
  for (const screen of open.splice(0)) screen.kill('SIGKILL')
})

function screen(args: readonly string[], cols: number, rows: number, env: Record<string, string> = {}): Screen {
  const term = new headless.Terminal({ cols, rows, allowProposedApi: true })
  const { NO_COLOR: _n, FORCE_COLOR: _f, COLORTERM: _c, ...inherited } = process.env
  const pty = spawn(process.execPath, [CLI, 'debug', ...args], {
    name: env.TERM ?? 'xterm-256color',
    cols,
    rows,
    cwd: ROOT,
    env: { ...inherited, ...env },
  })
  let all = ''
  let parsed = 0
  let status: number | null = null
  let wake: (() => void)[] = []
  const changed = (): void => {
    for (const one of wake.splice(0)) one()
  }
  pty.onData(data => {
    all += data
    term.write(data, () => {
      parsed += data.length
      changed()
    })
  })
  pty.onExit(({ exitCode, signal }) => {
    status = signal ? 128 + signal : exitCode
    changed()
  })
  const next = (what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what}:\n${made.rows().join('\n')}`)), PATIENCE)
      wake.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  const made: Screen = {
    term,
    bytes: () => all,
    type: keys => pty.write(keys),
    rows: () => Array.from({ length: term.rows }, (_, y) => term.buffer.active.getLine(y)?.translateToString(true).trimEnd() ?? ''),
    until: async shows => {
      // Pictures are looked at when they are whole: each ends by saying whether there is a cursor.
      const whole = (): boolean => parsed === all.length && /\x1b\[\?25[lh]$/.test(all)
      while (!(whole() && shows(made.rows()))) {
        if (status !== null) throw new Error(`it ended with ${status}:\n${made.rows().join('\n')}`)
        await next('this was shown instead')
      }
      return made.rows()
    },
    resize: (c, r) => {
      term.resize(c, r)
      pty.resize(c, r)
    },
    ended: async () => {
      while (status === null) await next('it did not end')
      return status
    },
    kill: signal => {
      wake = []
      if (status === null) pty.kill(signal)
    },
  }
  open.push(made)
  return made
}

const COW = ['programs/labs/cow.s', '2']
const has = (text: string | RegExp) => (rows: string[]) =>
  rows.some(row => (typeof text === 'string' ? row.includes(text) : text.test(row)))
/** Not while a command runs. */
const rests =
  (...texts: (string | RegExp)[]) =>
  (rows: string[]) =>
    !rows[0].includes('running') && texts.every(text => has(text)(rows))

async function stopped(cols: number, rows: number, env: Record<string, string> = {}): Promise<Screen> {
  const s = screen(['-ex', 'break write_step', '-ex', 'run', ...COW], cols, rows, env)
  await s.until(rests('Breakpoint 1, write_step', '106'))
  return s
}

test('80 x 24, cell by cell: source, registers, commands, stack', { timeout: 3 * PATIENCE }, async () => {
  const s = await stopped(80, 24)
  expect(s.rows()).toMatchInlineSnapshot(`
    [
      " hartbeat  programs/labs/cow.s 2                         2.2 cow  instant 103.5",
      "─ cow.s ─────────────────────────────────│─ registers 2.2 ──────────────────────",
      "  100     lstr a2, "the number of pages m│pc  *0x10244       ra  *0x1017c",
      "  101     li a3, MAX_PAGES               │sp  *~7fffffffed10 gp  *0x141e4",
      "  102     call die                       │tp   0x0           t0  *0x1000",
      "  103                                    │t1  *0x1           t2  *~ffffffffffbf",
      "  104 # write_step(mark, what): writes ma│s0  *~7ffff7ffb000 s1  *0x2",
      "  105 write_step:                        │a0  *0x50          a1  *0x119cf",
      "B>106     enter 6                        │a2  *0x3           a3  *0x22",
      "  107     mv s3, a0                      │a4  *~ffffffffffff a5   0x0",
      "  108     mv s4, a1                      │a6   0x0           a7  *0xa5",
      "  109     call minor_faults              │s2  *0x119c8       s3   0x0",
      "  110     mv s5, a0                      │s4   0x0           s5   0x0",
      "  111     mv t0, s0                      │s6   0x0           s7   0x0",
      "─ commands ──────────────────────────────│─ stack 0x7fffffffed10 ───────────────",
      "  :break main and r stop at main, ? lists│sp+0   0x0",
      "  keys.                                  │sp+8   0x0",
      ":break write_step                        │sp+10  0x106ec <_start+56>",
      "Breakpoint 1 at 0x10244: file cow.s, line│sp+18  0x0",
      "  106.                                   │sp+20  0x0",
      ":run                                     │sp+28  0x0",
      "Breakpoint 1, write_step () at cow.s:106 │sp+30  0x2",
      "106         enter 6                      │sp+38  0x7fffffffef7a",
      " s step  n next  c go on  S N C back  b break  : command  Tab pane  ? keys  q qu",
    ]
  `)
  const cell = (x: number, y: number) => s.term.buffer.active.getLine(y)?.getCell(x)
  const pc = s.rows().findIndex(row => row.startsWith('B>106'))
  // The mark of a breakpoint is red and bold, the line of pc in reverse up to the pane's border.
  expect([cell(0, pc)?.isBold() !== 0, cell(0, pc)?.getFgColor()]).toEqual([true, 203])
  for (let x = 1; x < 41; x++) expect(cell(x, pc)?.isInverse()).not.toBe(0)
  expect(cell(41, pc)?.getChars()).toBe('│')
  expect(cell(41, pc)?.isInverse()).toBe(0)
  expect(cell(0, pc + 1)?.isInverse()).toBe(0)
})

test('keys step forwards, capitals and the wheel go back, changes are lit', { timeout: 4 * PATIENCE }, async () => {
  const s = await stopped(80, 24)
  s.type('n')
  await s.until(rests(/^ >107/))
  s.type('n')
  const [status] = await s.until(rests(/^ >108/))
  const s3 = s.rows().findIndex(row => row.includes('s3  *0x50'))
  const column = s.rows()[s3].indexOf('s3  *')
  expect(s.term.buffer.active.getLine(s3)?.getCell(column)?.getFgColor()).toBe(220)
  s.type('N')
  await s.until(rests(/^ >107/))
  s.type('\x1b[<65;5;5M')
  expect((await s.until(rests(/^ >108/)))[0]).toBe(status)
  s.type('\x1b[<64;5;5M')
  await s.until(rests(/^ >107/))
  s.type('S')
  await s.until(rests(/^B>106/))
  // Back at the call, in main.
  s.type('I')
  await s.until(rests(/^ > 52 {5}call write_step/))
})

test('Tab turns panes, ? lists keys, b sets and removes a breakpoint', { timeout: 4 * PATIENCE }, async () => {
  const s = await stopped(80, 24)
  // The three that are always there come first; each of the others takes the place in turn.
  s.type('\t\t')
  for (const title of ['stack 0x', 'tasks', 'last fault: 2 at', 'TLB', 'timeline', 'guest output']) {
    s.type('\t')
    // Underlined: it is the one that is scrolled.
    await s.until(rows => {
      const y = rows.findIndex(row => row.includes(`─ ${title}`))
      return y >= 0 && s.term.buffer.active.getLine(y)?.getCell(rows[y].indexOf(title))?.isUnderline() !== 0
    })
  }
  s.type('?')
  await s.until(has('Keys (any key goes back)'))
  s.type(' ')
  await s.until(has('─ cow.s'))
  s.type('n')
  await s.until(rests(/^ >107/))
  s.type('b')
  await s.until(rests(/^B>107/))
  s.type('b')
  await s.until(rests(/^ >107/))
})

test('a command line: editing, completion, history, mistakes', { timeout: 4 * PATIENCE }, async () => {
  const s = await stopped(80, 24)
  const line = (): string => s.rows()[23]
  s.type(':fini')
  await s.until(() => line() === ':fini')
  s.type('\t')
  await s.until(() => s.term.buffer.active.cursorX === 8 && line() === ':finish')
  s.type('\x15tbreak rea\t')
  await s.until(() => line() === ':tbreak read')
  s.type('_s\t\r')
  await s.until(rests('Temporary breakpoint 2 at'))
  s.type(':frobnicate\r')
  await s.until(rests('Undefined command: "frobnicate"'))
  s.type(':\x1b[A\x1b[A')
  await s.until(() => line().startsWith(':tbreak read_step'))
  s.type('\x1b')
  await s.until(() => line().startsWith(' s step'))
  s.type('c')
  await s.until(rests('Temporary breakpoint 2, read_step'))
})

test('120 x 40 has every pane', { timeout: 3 * PATIENCE }, async () => {
  const s = screen(['-ex', 'catch cow', '-ex', 'run', '-ex', 'continue', ...COW], 120, 40)
  await s.until(rests(/^ >114/))
  expect(s.rows()).toMatchInlineSnapshot(`
    [
      " hartbeat  programs/labs/cow.s 2                                                               3.3 cow  instant 4248.21",
      "─ cow.s ───────────────────────────────────────────────────────────│─ registers 3.3 ────────────────────────────────────",
      "  106     enter 6                                                  │pc  *0x10264              ra  *0x1025c",
      "  107     mv s3, a0                                                │sp  *0x7fffffffecd0       gp   0x141e4",
      "  108     mv s4, a1                                                │tp   0x0                  t0  *0x7ffff7ffb000",
      "  109     call minor_faults                                        │t1  *0x2                  t2  *0x1000",
      "  110     mv s5, a0                                                │s0   0x7ffff7ffb000       s1   0x2",
      "  111     mv t0, s0                                                │a0  *0x2                  a1  *0x7fffffffec30",
      "  112     mv t1, s1                                                │a2  *0x30                 a3  *0x7fffffffec90",
      "  113     li t2, PAGE_SIZE                                         │a4   0x0                  a5   0x0",
      " >114 1:  sb s3, 0(t0)                                             │a6   0x0                  a7  *0xa5",
      "  115     add t0, t0, t2                                           │s2   0x11a3d              s3  *0x43",
      "  116     addi t1, t1, -1                                          │─ stack 0x7fffffffecd0 ─────────────────────────────",
      "  117     bnez t1, 1b                                              │sp+0   0x101f4 <child+42>",
      "  118     call minor_faults                                        │sp+8   0x7ffff7ffb000",
      "  119     sub a4, a0, s5                                           │sp+10  0x2",
      "  120     mv a3, s4                                                │sp+18  0x11a3d",
      "  121     call report                                              │─ tasks ────────────────────────────────────────────",
      "  122     leave 6                                                  │PID PPID PGID SID S H      TIME COMMAND WHY",
      "─ commands ────────────────────────────────────────────────────────│  1    0    1   1 S -      0 ns init    waits for a",
      ":catch cow                                                         │  2    1    2   1 S - 16.259 us cow     waits for a",
      "Catchpoint 1 (copy-on-write)                                       │─ last fault: 3 at 0x7ffff7ffb000 ──────────────────",
      ":run                                                               │3 [255] 0x20005c01 -------V > frame 23",
      "Catchpoint 1 (3 cow: copy-on-write at 0x7fffffffe000: frame 14     │2 [511] 0x20006001 -------V > frame 24",
      "  copied to 27), 0x10308 in minor_faults ()                        │1 [447] 0x20006401 -------V > frame 25",
      ":continue                                                          │0 [507] 0x200070d7 DA-U-WRV > frame 28",
      "Catchpoint 1 (3 cow: copy-on-write at 0x7ffff7ffb000: frame 17     │anon frame 28, count 1",
      "  copied to 28), write_step () at cow.s:114                        │─ TLB ──────────────────────────────────────────────",
      "114     1:  sb s3, 0(t0)                                           │hart 0: ASID 2, 6 entries",
      "─ timeline ────────────────────────────────────────────────────────│HART FOR   INDEX        ADDRESS ASID PID FLAGS    LV",
      "27 earlier                                                         │   0 read     17        0x11000    2 3   -A-UX-RV",
      "        TIME    H0  EVENT                                          │   0 read   1020 0x7ffff7ffc000    2 3   -A-U--RV",
      " 0.000019342    *3  3 cow: getrusage(RUSAGE_SELF, 0x7fffffffec30)  │─ guest output ─────────────────────────────────────",
      " 0.000019942    *3  3 cow: getrusage = 0                           │parent fills the fresh buffer          2 faults",
      " 0.000021958    *3  3 cow: write(1, "child  reads every page       │child  reads every page                0 faults",
      " 0.000022508    *3  3 cow: write = 48                              │",
      " 0.000022575    *3  3 cow: getrusage(RUSAGE_SELF, 0x7fffffffec30)  │",
      " 0.000023175    *3  3 cow: getrusage = 0                           │",
      " 0.000024090    *3  3 cow: copy-on-write at 0x7ffff7ffb000: frame 1│",
      " s step  n next  c go on  S N C back  b break  : command  Tab pane  ? keys  q quit",
    ]
  `)
})

test('another size is drawn at once, too small a one says so', { timeout: 3 * PATIENCE }, async () => {
  const s = await stopped(80, 24)
  s.resize(120, 40)
  await s.until(has('─ timeline'))
  expect(s.rows()[39]).toMatch(/^ s step/)
  s.resize(30, 8)
  await s.until(has('The screen is too small'))
  s.resize(80, 24)
  await s.until(has('B>106'))
})

test('a program that runs is stopped by Ctrl-C; its input is typed', { timeout: 4 * PATIENCE }, async () => {
  const s = screen(['/bin/sh', '-c', 'while read x; do while :; do :; done; done'], 80, 24)
  await s.until(rests('Before the first instruction'))
  s.type('c')
  await s.until(rests('Every task sleeps'))
  s.type(':input go\r')
  // Among the answers: it has been done.
  await s.until(rests(/^:input go +│/))
  s.type('c')
  await s.until(has('running: Ctrl-C stops'))
  s.type('\x03')
  await s.until(rests('Program received signal SIGINT'))
  s.type('q')
  expect(await s.ended()).toBe(0)
})

describe('whatever ends it, the terminal is as it was', () => {
  const RESTORED = /\x1b\[\?1006l\x1b\[\?1000l\x1b\[0m\x1b\[\?25h\x1b\[\?1049l$/
  test.each([
    ['q', 0],
    [':quit 5\r', 5],
    ['\x04', 0],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%j', { timeout: 2 * PATIENCE }, async (how, status) => {
    const s = await stopped(80, 24)
    expect(s.term.buffer.active.type).toBe('alternate')
    if (how.startsWith('SIG')) s.kill(how)
    else s.type(how)
    expect(await s.ended()).toBe(status)
    expect(s.bytes()).toMatch(RESTORED)
  })
  test("the guest's status is ours when it has ended", { timeout: 2 * PATIENCE }, async () => {
    const s = screen(['-ex', 'run', '/bin/sh', '-c', 'exit 9'], 80, 24)
    await s.until(rests('exited with code'))
    s.type('q')
    expect(await s.ended()).toBe(9)
  })
})

describe('colours', () => {
  // oxlint-disable-next-line no-control-regex
  const COLOUR = /\x1b\[[0-9;]*[;[](?:3[0-8]|4[0-8]|9[0-7])[;m]/
  test('none with NO_COLOR: attributes are left', { timeout: 2 * PATIENCE }, async () => {
    const s = await stopped(80, 24, { NO_COLOR: '1' })
    expect(s.bytes()).not.toMatch(COLOUR)
    expect(s.bytes()).toContain('\x1b[0;7m')
  })
  test.each([
    ['16', { TERM: 'xterm' }, '\x1b[0;1;31m'],
    ['256', {}, '\x1b[0;1;38;5;203m'],
    ['all', { COLORTERM: 'truecolor' }, '\x1b[0;1;38;2;250;90;90m'],
  ])('%s', { timeout: 2 * PATIENCE }, async (_, env, red) => {
    expect((await stopped(80, 24, env)).bytes()).toContain(red)
  })
})
