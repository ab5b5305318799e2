// What a recording may hold: what is written is taken again, and anything else is no header and no entry.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolvePreset } from '../vm/index.ts'
import { FORMAT, isEntry, isHeader, lineOf, linesOf, parseLine, type Header } from './recording-format.ts'

const HEADER: Header = {
  format: FORMAT,
  build: '0123456789abcdef',
  command: 'cat',
  made: {
    ramBytes: 2 ** 28,
    harts: 2,
    engine: 'interpreter',
    seed: 0,
    shares: [{ host: '/x', guest: '/s', writable: true }],
    clock: 'virtual',
    epoch: 1.7644464e18,
    timing: { preset: resolvePreset('server', ['dtlb.entries=32']), start: 'mark' },
  },
  ownRoot: true,
  files: [{ path: '/cat', kind: 'regular', mode: 0o755, data: Buffer.from('\x7fELF') }],
  init: { path: '/cat', argv: ['cat'], env: [], stdio: ['pipe', 'pipe', 'null'] },
}

test('what is written is read', () => {
  const read = parseLine(lineOf(HEADER))
  expect(isHeader(read)).toBe(true)
  expect((read as unknown as Header).files[0].data).toEqual(new Uint8Array([0x7f, 0x45, 0x4c, 0x46]))
  const entry = { time: 1, executed: 2, steps: 3, kind: 'stdin', data: Buffer.from('typed') }
  expect(parseLine(lineOf({ entry }))).toEqual({ entry: { ...entry, data: new Uint8Array(entry.data) } })
})

test.each([
  ['ramBytes', 1e15],
  ['ramBytes', 'many'],
  ['ramBytes', 1_000_000_000],
  ['engine', 'EWHAT'],
  ['isa', 'rv64gc_zwhat'],
  ['frames', ''],
  ['harts', -1],
  ['harts', 2.5],
  ['shares', 'all'],
  ['shares', [{ host: 7 }]],
  ['epoch', -Infinity],
  ['epoch', 1e300],
  ['policy', 'lottery'],
  ['thp', 'sometimes'],
  ['window', { rows: 1e9, columns: 1 }],
  ['timing', { preset: { ...resolvePreset('server'), config: { ...resolvePreset('server').config, quantum: -1 } }, start: 'mark' }],
  ['timing', { preset: { name: 'none', overrides: [] }, start: 'boot' }],
  ['root', [{ path: '/x', kind: 'regular', mode: 0o644 }]],
  ['host', {}],
])('a machine with %s %o is refused', (name, value) => {
  expect(isHeader({ ...HEADER, made: { ...HEADER.made, [name]: value } })).toBe(false)
})

test.each([
  ['files', [{ path: 7 }]],
  ['files', [{ path: '/x', kind: 'hole', mode: 0 }]],
  ['files', [{ path: '/x', kind: 'regular', mode: 0o777777 }]],
  ['files', [{ path: '/x', kind: 'regular', mode: 0, data: 'text' }]],
  ['files', {}],
  ['init', []],
  ['init', { ...HEADER.init, argv: [{}] }],
  ['init', { ...HEADER.init, stdio: ['tape', 'pipe', 'pipe'] }],
  ['made', null],
])('a header with %s %o is refused', (name, value) => {
  expect(isHeader({ ...HEADER, [name]: value })).toBe(false)
})

const at = { time: 1, executed: 2, steps: 3 }
const stat = { id: '1:2', kind: 'regular', mode: 0o644, size: 3, mtime: 1.7e18 }
test.each<[boolean, object]>([
  [true, { ...at, kind: 'stdin', data: new Uint8Array(3) }],
  [false, { ...at, kind: 'stdin', data: 'text' }],
  [false, { ...at, kind: 'stdin' }],
  [false, { ...at, executed: -1, kind: 'stdin', data: new Uint8Array(3) }],
  [true, { ...at, kind: 'host.lookup', data: stat }],
  [true, { ...at, kind: 'host.lookup', data: 'ENOENT' }],
  [false, { ...at, kind: 'host.lookup', data: { ...stat, size: -1 } }],
  [false, { ...at, kind: 'host.lookup', data: { ...stat, kind: 'door' } }],
  [true, { ...at, kind: 'host.readdir', data: ['a', '..b'] }],
  [false, { ...at, kind: 'host.readdir', data: ['a', '..'] }],
  [false, { ...at, kind: 'host.readdir', data: ['a/b'] }],
  [false, { ...at, kind: 'host.close', data: 7 }],
  [true, { ...at, kind: 'incoming', data: { kind: 'clock', time: 7, idle: true } }],
  [false, { ...at, kind: 'incoming', data: { kind: 'clock', time: NaN, idle: true } }],
  [false, { ...at, kind: 'incoming', data: { kind: 'reboot', idle: true } }],
])('%s: %o', (good, entry) => expect(isEntry(entry)).toBe(good))

test('lines of any length are read one by one', () => {
  const work = mkdtempSync(join(tmpdir(), 'hartbeat-lines-'))
  const lines = ['', 'short', 'x'.repeat(200_000), 'y'.repeat(65535), 'z'.repeat(65536), '', 'last']
  for (const ending of ['', '\n']) {
    writeFileSync(join(work, 'f'), lines.join('\n') + ending)
    expect(Array.from(linesOf(join(work, 'f')), String)).toEqual(lines)
  }
  rmSync(work, { recursive: true })
})
