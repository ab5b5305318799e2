// Cells and what is sent for them; styles by what a terminal can show.
import { describe, expect, test } from 'vitest'
import { diff, newBuffer, rowsOf, write, writeLine } from './cells.ts'
import { depthOf, sequenceOf } from './styles.ts'

const screen = (...rows: string[]) => {
  const buffer = newBuffer(10, rows.length)
  rows.forEach((row, y) => write(buffer, 0, y, row, 'plain'))
  return buffer
}
const PLAIN = '\x1b[0m'

test('equal screens send nothing', () => {
  expect(diff(screen('abc', 'def'), screen('abc', 'def'), '16')).toBe('')
})

test('only what differs is written, at its place', () => {
  expect(diff(screen('abc', 'def'), screen('abc', 'dXf'), '16')).toBe(`\x1b[2;2H${PLAIN}X`)
})

test('cells close by are written through, those far off are jumped to', () => {
  expect(diff(screen('abcdefghij'), screen('XbcYefghij'), '16')).toBe(`\x1b[1;1H${PLAIN}XbcY`)
  expect(diff(screen('abcdefghij'), screen('XbcdefghiY'), '16')).toBe(`\x1b[1;1H${PLAIN}X\x1b[1;10HY`)
})

test('an unknown screen, or one of another size, is cleared and written whole', () => {
  const all = `${PLAIN}\x1b[2J\x1b[1;1H${PLAIN}ab`
  expect(diff(null, screen('ab'), '16')).toBe(all)
  expect(diff(newBuffer(5, 1), screen('ab'), '16')).toBe(all)
})

test('a change of style alone is a change', () => {
  const after = screen('abc')
  write(after, 1, 0, 'b', 'changed')
  expect(diff(screen('abc'), after, 'none')).toBe('\x1b[1;2H\x1b[0;1mb')
  expect(diff(screen('abc'), after, '16')).toBe('\x1b[1;2H\x1b[0;1;33mb')
})

test('tabs are blanks, what moves a cursor is a question mark, and nothing leaves its limits', () => {
  const buffer = newBuffer(12, 1)
  write(buffer, 0, 0, 'a\tb\x1b\u4e2d', 'plain')
  expect(rowsOf(buffer)).toEqual(['a       b??'])
  writeLine(buffer, 2, 0, [{ text: 'xyzzyx', style: 'plain' }], 5)
  expect(rowsOf(buffer)).toEqual(['a xyz   b??'])
  write(buffer, 0, 7, 'below', 'plain')
  expect(rowsOf(buffer)).toEqual(['a xyz   b??'])
})

describe('colours', () => {
  test.each([
    [{ TERM: 'xterm' }, '16'],
    [{ TERM: 'xterm-256color' }, '256'],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 'true'],
    [{ TERM: 'xterm-256color', NO_COLOR: '1' }, 'none'],
    [{ TERM: 'xterm-256color', NO_COLOR: '' }, '256'],
    [{ TERM: 'dumb' }, 'none'],
    [{ TERM: 'vt100' }, 'none'],
    [{ TERM: 'dumb', FORCE_COLOR: '3' }, 'true'],
  ] as const)('%j: %s', (env, depth) => {
    expect(depthOf(env)).toBe(depth)
  })
  test('each depth has its sequences, and without colours attributes are left', () => {
    expect(sequenceOf('breakpoint', '16')).toBe('\x1b[0;1;31m')
    expect(sequenceOf('breakpoint', '256')).toBe('\x1b[0;1;38;5;203m')
    expect(sequenceOf('breakpoint', 'true')).toBe('\x1b[0;1;38;2;250;90;90m')
    expect(sequenceOf('breakpoint', 'none')).toBe('\x1b[0;1m')
    expect(sequenceOf('status', 'none')).toBe('\x1b[0;7m')
    expect(sequenceOf('faint', '16')).toBe('\x1b[0;2;90m')
  })
})
