// Input of terminals as keys, and the places of panes.
import { expect, test } from 'vitest'
import { readKeys } from './keys.ts'
import { layout, PANES } from './layout.ts'

const names = (input: string) =>
  readKeys(input).keys.map(key => (key.kind === 'char' ? key.char : key.kind === 'named' ? key.name : key.kind))

test('characters, control keys and sequences', () => {
  expect(names('sS\r\t\x7f\x03')).toEqual(['s', 'S', 'enter', 'tab', 'backspace', 'interrupt'])
  expect(names('\x1b[A\x1bOB\x1b[1;5C\x1b[5~\x1b[Z\x1b[3~')).toEqual(['up', 'down', 'right', 'pageUp', 'backTab', 'delete'])
  expect(names('ä€')).toEqual(['ä', '€'])
  // Unknown sequences are swallowed whole, Alt-x is Escape and x.
  expect(names('\x1b[99~a\x1bx')).toEqual(['a', 'escape', 'x'])
})

test('the wheel and buttons, in SGR form', () => {
  expect(readKeys('\x1b[<64;10;5M\x1b[<65;1;1M\x1b[<0;3;4M\x1b[<0;3;4m').keys).toEqual([
    { kind: 'wheel', by: -1, x: 9, y: 4 },
    { kind: 'wheel', by: 1, x: 0, y: 0 },
    { kind: 'press', x: 2, y: 3 },
  ])
})

test('a sequence that is cut off waits for its rest, wherever the cut is', () => {
  const whole = 'a\x1b[<64;10;5M\x1b[1;5Cb'
  for (let at = 0; at <= whole.length; at++) {
    const first = readKeys(whole.slice(0, at))
    const second = readKeys(first.rest + whole.slice(at))
    expect([...first.keys, ...second.keys]).toEqual(readKeys(whole).keys)
    expect(second.rest).toBe('')
  }
})

test.each([
  [80, 24],
  [120, 40],
  [200, 60],
  [40, 10],
  [109, 33],
])('panes of %i x %i lie beside each other, within the screen', (width, height) => {
  for (const chosen of PANES) {
    const rects = layout(width, height, chosen)
    expect(rects.some(r => r.pane === chosen)).toBe(true)
    expect(new Set(rects.map(r => r.pane)).size).toBe(rects.length)
    const taken = new Set<number>()
    for (const { x, y, width: w, height: h } of rects) {
      expect(h).toBeGreaterThan(1)
      for (let row = y; row < y + h; row++) {
        for (let column = x; column < x + w; column++) {
          const cell = row * width + column
          if (row < 1 || row >= height - 1 || column >= width || taken.has(cell)) expect.fail(`${chosen}: row ${row}, column ${column}`)
          taken.add(cell)
        }
      }
    }
  }
})

test('a large screen has every pane', () => {
  expect(
    layout(120, 40, 'source')
      .map(r => r.pane)
      .sort(),
  ).toEqual([...PANES].sort())
})
