// The whole thing on a real terminal: a pty, keys that are typed, text that is waited for. Nothing sleeps to synchronise.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn } from '@lydell/node-pty'
import { afterEach, expect, test } from 'vitest'

const CLI = join(fileURLToPath(new URL('../..', import.meta.url)), 'dist', 'hartbeat.js')
/** A step that takes longer has failed: the machine these tests run on may be busy. */
const PATIENCE = 60_000
const KEPT = 4096

interface Terminal {
  type(keys: string): void
  /** Waits for a text, or a match, in what was shown since the last one that was waited for. Answers what was shown up to its end. */
  until(expected: string | RegExp): Promise<string>
  resize(columns: number, rows: number): void
  /** The exit status, and what was shown at the end. */
  ended(): Promise<number>
  kill(): void
}

const open: Terminal[] = []
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.kill()
})

function terminal(args: readonly string[], size = { cols: 80, rows: 24 }): Terminal {
  const pty = spawn(process.execPath, [CLI, ...args], { name: 'xterm', ...size, env: { ...process.env, TERM: 'xterm' } })
  let shown = ''
  let status: number | null = null
  let changed: (() => void)[] = []
  const wake = (): void => {
    for (const one of changed.splice(0)) one()
  }
  pty.onData(data => {
    shown += data
    wake()
  })
  pty.onExit(({ exitCode }) => {
    status = exitCode
    wake()
  })
  const next = (what: () => string): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what()}; shown: ${JSON.stringify(shown.slice(-KEPT))}`)), PATIENCE)
      changed.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  const made: Terminal = {
    type: keys => pty.write(keys),
    until: async expected => {
      for (;;) {
        const at = typeof expected === 'string' ? shown.indexOf(expected) : shown.search(expected)
        if (at >= 0) {
          const end = at + (typeof expected === 'string' ? expected.length : (expected.exec(shown)?.[0].length ?? 0))
          const text = shown.slice(0, end)
          shown = shown.slice(end)
          return text
        }
        if (status !== null)
          throw new Error(`it ended with ${status} before ${String(expected)}; shown: ${JSON.stringify(shown.slice(-KEPT))}`)
        // A flood is looked at once.
        if (shown.length > 100 * KEPT) shown = shown.slice(-KEPT)
        await next(() => `waiting for ${String(expected)}`)
      }
    },
    resize: (columns, rows) => pty.resize(columns, rows),
    ended: async () => {
      while (status === null) await next(() => 'waiting for the end')
      return status
    },
    kill: () => {
      changed = []
      if (status === null) pty.kill('SIGKILL')
    },
  }
  open.push(made)
  return made
}

const PROMPT = /[#$] $/

async function shellPrompt(): Promise<Terminal> {
  const t = terminal(['boot'])
  await t.until(PROMPT)
  return t
}

test('boots to a prompt, echoes, runs commands, Ctrl-D ends it', { timeout: 3 * PATIENCE }, async () => {
  const t = await shellPrompt()
  t.type('echo one two\r')
  expect(await t.until('one two\r\none two\r\n')).toBe('echo one two\r\none two\r\n')
  await t.until(PROMPT)
  t.type('seq 3 | tail -n 1\r')
  await t.until('tail -n 1\r\n3\r\n')
  await t.until(PROMPT)
  t.type('\x04')
  expect(await t.ended()).toBe(0)
})

test('Ctrl-C ends a running yes, and the shell stays', { timeout: 3 * PATIENCE }, async () => {
  const t = await shellPrompt()
  t.type('yes\r')
  await t.until('y\r\ny\r\ny\r\n')
  t.type('\x03')
  await t.until('^C')
  await t.until(PROMPT)
  t.type('echo status $?\r')
  await t.until('status 130\r\n')
  t.type('exit 3\r')
  expect(await t.ended()).toBe(3)
})

test('Ctrl-Z, jobs, bg, fg', { timeout: 3 * PATIENCE }, async () => {
  const t = await shellPrompt()
  // It has the terminal once it says so: before that the key is the shell's, which ignores it.
  t.type('( echo up; sleep 1000 )\r')
  await t.until('\r\nup\r\n')
  t.type('\x1a')
  await t.until(/\^Z[^]*\[1\]\+ +Stopped +\( echo up; sleep 1000 \)\r\n/)
  await t.until(PROMPT)
  t.type('jobs\r')
  await t.until(/\[1\]\+ +Stopped +\( echo up; sleep 1000 \)\r\n/)
  t.type('bg\r')
  await t.until('[1]+ ( echo up; sleep 1000 ) &\r\n')
  t.type('jobs\r')
  await t.until(/\[1\]\+ +Running +\( echo up; sleep 1000 \)/)
  await t.until(PROMPT)
  t.type('fg\r')
  await t.until('fg\r\n( echo up; sleep 1000 )\r\n')
  t.type('\x03')
  await t.until('^C')
  await t.until(PROMPT)
  t.type('jobs; echo none left\r')
  expect(await t.until('\r\nnone left\r\n')).not.toContain('[1]')
  t.type('exit\r')
  await t.ended()
})

test('a shell with stopped jobs says so once, and ends when told again', { timeout: 3 * PATIENCE }, async () => {
  const t = await shellPrompt()
  t.type('cat\r')
  await t.until('cat\r\n')
  // It has the terminal once it answers: before that the key is the shell's, which ignores it.
  t.type('hello\r')
  await t.until('hello\r\nhello\r\n')
  t.type('\x1a')
  await t.until(PROMPT)
  t.type('\x04')
  await t.until('\r\nThere are stopped jobs.\r\n')
  await t.until(PROMPT)
  t.type('echo; exit 3\r')
  await t.until('\r\nThere are stopped jobs.\r\n')
  await t.until(PROMPT)
  t.type('(exit 5); exit 4\r')
  expect(await t.ended()).toBe(4)
})

test('sleeping takes time of the host, and keys are seen meanwhile', { timeout: 3 * PATIENCE }, async () => {
  const t = await shellPrompt()
  const began = performance.now()
  t.type('sleep 0.3; echo awake\r')
  await t.until('\r\nawake\r\n')
  expect(performance.now() - began).toBeGreaterThan(290)
  await t.until(PROMPT)
  t.type('sleep 0.2\recho typed ahead\r')
  await t.until('# typed ahead\r\n')
})

test('erase, kill-line and word-erase edit the line', { timeout: 3 * PATIENCE }, async () => {
  const t = await shellPrompt()
  t.type('echo wrong\x15echo abx\x7fc word\x17\r')
  await t.until('\r\nabc\r\n')
})

test('Ctrl-\\ quits a program, end of input ends cat', { timeout: 3 * PATIENCE }, async () => {
  const t = await shellPrompt()
  t.type('sleep 1000\r')
  await t.until('sleep 1000\r\n')
  t.type('\x1c')
  await t.until('^\\')
  await t.until(PROMPT)
  t.type('echo status $?\r')
  await t.until('status 131\r\n')
  await t.until(PROMPT)
  t.type('cat\r')
  await t.until('cat\r\n')
  t.type('line\r')
  await t.until('line\r\nline\r\n')
  t.type('\x04')
  await t.until(PROMPT)
})

test('the guest knows the window’s size, and when it changes', { timeout: 3 * PATIENCE }, async () => {
  const t = terminal(['run', join(fileURLToPath(new URL('.', import.meta.url)), 'window.s')], { cols: 91, rows: 33 })
  await t.until('33 91\r\n')
  t.resize(70, 20)
  await t.until('20 70\r\n')
  t.type('\x03')
  expect(await t.ended()).toBe(130)
})

test('a signal’s death on a terminal is told by the status', { timeout: 3 * PATIENCE }, async () => {
  const t = terminal(['run', 'sh', '-c', 'kill -SEGV $$'])
  expect(await t.ended()).toBe(139)
})

test('one program on a terminal: its Ctrl-C is the program’s', { timeout: 3 * PATIENCE }, async () => {
  const t = terminal(['run', 'cat'])
  t.type('abc\r')
  await t.until('abc\r\nabc\r\n')
  t.type('\x03')
  expect(await t.ended()).toBe(130)
})
