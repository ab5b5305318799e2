// What a terminal sends, as keys and turns of the wheel. A sequence that is cut off waits for its rest.

export type Key =
  | { kind: 'char'; char: string }
  | { kind: 'named'; name: KeyName }
  | { kind: 'wheel'; by: 1 | -1; x: number; y: number }
  | { kind: 'press'; x: number; y: number }

export type KeyName =
  | 'enter'
  | 'tab'
  | 'backTab'
  | 'escape'
  | 'backspace'
  | 'delete'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'pageUp'
  | 'pageDown'
  | 'interrupt'
  | 'eof'
  | 'redraw'
  | 'killLine'
  | 'killWord'

const CONTROL: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x01': 'home',
  '\x03': 'interrupt',
  '\x04': 'eof',
  '\x05': 'end',
  '\x0b': 'killLine',
  '\x0c': 'redraw',
  '\x0e': 'down',
  '\x10': 'up',
  '\x15': 'killLine',
  '\x17': 'killWord',
}
/** By what follows ESC [ or ESC O. */
const SEQUENCES: Readonly<Record<string, KeyName>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  Z: 'backTab',
  '1~': 'home',
  '3~': 'delete',
  '4~': 'end',
  '5~': 'pageUp',
  '6~': 'pageDown',
  '7~': 'home',
  '8~': 'end',
}

const ESCAPE = '\x1b'
const MOUSE = /^\x1b\[<(\d+);(\d+);(\d+)([Mm])/
// oxlint-disable-next-line no-control-regex
const CSI = /^\x1b(?:\[|O)([0-9;]*)([A-Za-z~])/
// oxlint-disable-next-line no-control-regex
const PARTIAL = /^\x1b(?:$|\[[<0-9;]*$|O$)/
const WHEEL_UP = 64
const WHEEL_DOWN = 65

/** Keys of a stretch of input, and what is left of it: the start of a sequence. */
export function readKeys(input: string): { keys: Key[]; rest: string } {
  const keys: Key[] = []
  let text = input
  while (text !== '') {
    if (text[0] !== ESCAPE) {
      const char = String.fromCodePoint(text.codePointAt(0) ?? 0)
      const name = CONTROL[char]
      if (name !== undefined) keys.push({ kind: 'named', name })
      else if (char >= ' ') keys.push({ kind: 'char', char })
      text = text.slice(char.length)
      continue
    }
    const mouse = MOUSE.exec(text)
    if (mouse !== null) {
      const [all, button, x, y, end] = mouse
      const at = { x: Number(x) - 1, y: Number(y) - 1 }
      if (Number(button) === WHEEL_UP) keys.push({ kind: 'wheel', by: -1, ...at })
      else if (Number(button) === WHEEL_DOWN) keys.push({ kind: 'wheel', by: 1, ...at })
      else if (Number(button) === 0 && end === 'M') keys.push({ kind: 'press', ...at })
      text = text.slice(all.length)
      continue
    }
    if (PARTIAL.test(text)) return { keys, rest: text }
    const sequence = CSI.exec(text)
    if (sequence === null) {
      keys.push({ kind: 'named', name: 'escape' })
      text = text.slice(1)
      continue
    }
    // Modifiers (1;5A) are not told apart.
    const [all, numbers, final] = sequence
    const name = SEQUENCES[final === '~' ? `${numbers.split(';')[0]}~` : final]
    if (name !== undefined) keys.push({ kind: 'named', name })
    text = text.slice(all.length)
  }
  return { keys, rest: '' }
}
