// Whole recordings that somebody damaged: they play, or one sentence says why not. No other exception, no hang, no question to the host.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { play } from '../../cli/commands/replay.ts'
import { CommandError } from '../../cli/errors.ts'
import { nodeHost } from '../../cli/host.ts'
import { FORMAT, lineOf, type Header } from '../../cli/recording-format.ts'
import { openRecording } from '../../cli/recording.ts'
import { createKernel, entriesOf, newJournal, runKernel, spawnInit, type Host, type InitOptions } from '../../kernel/index.ts'
import { DATA, program } from '../../kernel/testing.ts'
import { randomNumbers } from '../../vm/index.ts'
import { amount, PATIENCE, SEED } from './size.ts'

const work = mkdtempSync(join(tmpdir(), 'hartbeat-recordings-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))
const FILE = join(work, 'x.rec')
const BUILD = 'b'

/** Reads a shared file and its directory, writes another, and copies its standard input, all to its output. */
const LOOP = (name: string, fd: string): string => `
  ${name}:
    mv a0, ${fd}
    addi a1, s0, 1024
    li a2, 512
    li a7, 63
    ecall
    bge zero, a0, {${name}End}
    mv a2, a0
    li a0, 1
    li a7, 64
    ecall
    jal zero, {${name}}
  ${name}End:`
const OPEN = (path: number, flags: number): string => `
    li t0, ${path}
    sd t0, 0(s0)
    li a0, -100
    mv a1, s0
    li a2, ${flags}
    li a3, 420
    li a7, 56
    ecall
    mv s1, a0`
// Paths as little-endian words.
const [S, SF, SW] = [0x732f, 0x662f732f, 0x772f732f]
const PROGRAM = program(`
    li s0, ${DATA}
    ${OPEN(SF, 0)}
    ${LOOP('file', 's1')}
    ${OPEN(S, 0)}
    mv a0, s1
    addi a1, s0, 1024
    li a2, 512
    li a7, 61
    ecall
    ${OPEN(SW, 0x42)}
    mv a0, s1
    addi a1, s0, 1024
    li a2, 64
    li a7, 64
    ecall
    ${LOOP('input', 'zero')}
    li a0, 3
    li a7, 93
    ecall
`)

const latin1 = (s: string): Uint8Array => Uint8Array.from(s, c => c.charCodeAt(0))
const stat = (id: number, kind: 'regular' | 'directory', size: number): object => ({
  id: `1:${id}`,
  kind,
  mode: 0o755,
  size,
  mtime: 1.7e18,
})
const CONTENT = 'of the host '.repeat(100)
const FILES: Record<string, (...asked: never[]) => unknown> = {
  root: () => stat(1, 'directory', 0),
  lookup: (_dir, name: string) => (name === 'f' ? stat(2, 'regular', CONTENT.length) : 'ENOENT'),
  readdir: () => ['f', 'g'],
  create: () => stat(3, 'regular', 0),
  open: () => 0,
  close: () => 0,
  read: (_file, offset: number, length: number) => latin1(CONTENT.slice(offset, offset + length)),
  write: (_file, _offset, bytes: Uint8Array) => bytes.length,
}

function recorded(): string[] {
  let at = 0
  const input = latin1('typed\n'.repeat(30))
  const host = {
    write: () => 0 as const,
    readInput: (max: number) => input.slice(at, (at += Math.min(max, 50))),
    inputSize: () => input.length,
    files: FILES as unknown as Host['files'],
  } as const
  const made = { ramBytes: 2 ** 22, harts: 1, shares: [{ host: '/h', guest: '/s', writable: true }] }
  const files = [{ path: '/p', kind: 'regular', mode: 0o755, data: PROGRAM } as const]
  const init: InitOptions = { path: '/p', argv: ['p'], env: [], stdio: ['regular', 'pipe', 'pipe'] }
  const k = createKernel({ ...made, host, root: files, journal: newJournal() })
  spawnInit(k, init)
  expect(runKernel(k, { maxInstructions: 1e6 })).toMatchObject({ kind: 'halted', status: 3 << 8 })
  const header: Header = { format: FORMAT, build: BUILD, command: 'p', made, ownRoot: false, files, init }
  const instant = { executed: k.state.executed, steps: k.state.steps }
  const lines = [lineOf(header), ...Array.from(entriesOf(k.journal), entry => lineOf({ entry })), lineOf({ at: instant })]
  return [...lines, lineOf({ end: { ...instant, word: '0' } })].map(line => line.trimEnd())
}

type Random = (below: number) => number
const pick = <T>(list: readonly T[], random: Random): T => list[random(list.length)]

const VALUES: readonly unknown[] = [0, 1, -1, 7.5, 1e9, 2 ** 53, 1e300, '', '..', 'f', '/s/f', 'ENOENT', 'EWHAT', null, true, [], {}]
const BYTES: readonly unknown[] = [{ $bytes: '' }, { $bytes: 'AAAA' }, { $bytes: 'A'.repeat(99_999) }, { $infinity: true }]

/** Puts another value somewhere into a line. */
function changed(line: string, random: Random): string {
  const value = JSON.parse(line) as Record<string, unknown>
  let here = value
  for (;;) {
    const key = pick(Object.keys(here), random)
    const next = here[key]
    if (typeof next === 'object' && next !== null && Object.keys(next).length > 0 && random(5) > 0) here = next as Record<string, unknown>
    else {
      here[key] = pick(random(3) === 0 ? BYTES : VALUES, random)
      return JSON.stringify(value)
    }
  }
}

const MUTATIONS: readonly ((lines: string[], at: number, random: Random) => void)[] = [
  (lines, at, random) => (lines[at] = changed(lines[at], random)),
  (lines, at, random) => (lines[at] = changed(lines[at], random)),
  (lines, at) => lines.splice(at, 1),
  (lines, at, random) => lines.splice(at, 0, pick(lines, random)),
  (lines, at, random) => ([lines[at], lines[1]] = [lines[1], pick([lines[at], lines[2]], random)]),
  (lines, at, random) => (lines[at] = lines[at].slice(0, random(lines[at].length))),
  (lines, at, random) => {
    const place = random(lines[at].length)
    lines[at] = lines[at].slice(0, place) + String.fromCharCode(random(256)) + lines[at].slice(place + 1)
  },
]

function damaged(whole: readonly string[], random: Random): string {
  const lines = [...whole]
  // One change more often than several: they hide each other.
  for (let n = 1 + Math.floor(random(6) / 4); n > 0; n--) {
    // The header is one line of many.
    const at = random(4) === 0 ? 0 : random(lines.length)
    try {
      pick(MUTATIONS, random)(lines, at, random)
    } catch (error) {
      // A line that is no JSON any more.
      expect(error).toBeInstanceOf(SyntaxError)
    }
  }
  return lines.join('\n')
}

test('damaged recordings: a run or a sentence', { timeout: PATIENCE }, () => {
  const asked = vi.fn(() => {
    throw new Error('the host was asked')
  })
  for (const name of Object.keys(nodeHost.files)) vi.spyOn(nodeHost.files, name as 'close').mockImplementation(asked)
  for (const name of ['write', 'readInput', 'readInputAt', 'inputSize'] as const) vi.spyOn(nodeHost, name).mockImplementation(asked)
  const whole = recorded()
  const random = randomNumbers(SEED + 2)
  const outcomes = { played: 0, refused: 0, strayed: 0 }
  const COUNT = amount(120, 10_000)
  for (let n = 0; n < COUNT; n++) {
    const file = n === 0 ? whole.join('\n') : damaged(whole, random)
    writeFileSync(FILE, file, 'latin1')
    let opened = false
    try {
      const recording = openRecording(FILE, () => 0, BUILD)
      opened = true
      play(FILE, recording, 20_000)
      outcomes.played++
    } catch (error) {
      if (!(error instanceof CommandError)) throw new Error(`of ${file}`, { cause: error })
      // What is behind a sentence is the journal, not a fault of ours.
      if (error.cause !== undefined) throw new Error(`of ${file}`, { cause: error.cause })
      expect(error.message).toMatch(/^[^\n]+$/)
      outcomes[opened ? 'strayed' : 'refused']++
    }
  }
  expect(asked).not.toHaveBeenCalled()
  expect(readdirSync(work)).toEqual(['x.rec'])
  expect(Math.min(...Object.values(outcomes)), JSON.stringify(outcomes)).toBeGreaterThan(COUNT / 40)
})
