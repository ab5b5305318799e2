import { describe, expect, it } from 'vitest'
import {
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHOPRT,
  ICANON,
  ICRNL,
  IGNCR,
  INLCR,
  IUTF8,
  IXANY,
  OPOST,
  TABDLY,
  VEOL,
  VERASE,
  VMIN,
  VTIME,
} from '../abi/index.ts'
import { processOutput } from './output.ts'
import { hasInput, rawDecision, readableBytes, takeRaw } from './read.ts'
import { newDesk } from './testing.ts'

const RUB = '\b \b'

describe('a line being typed', () => {
  it('is echoed and read once it is finished', () => {
    const d = newDesk()
    d.type('hi')
    expect(d.line()).toBe(null)
    d.type('\r')
    expect(d.screen()).toBe('hi\r\n')
    expect(d.line()).toBe('hi\n')
    expect(d.line()).toBe(null)
  })
  it('comes one line a read, and in pieces to a small buffer', () => {
    const d = newDesk()
    d.type('abc\nde\n')
    expect([d.line(2), d.line(2), d.line(), d.line()]).toEqual(['ab', 'c\n', 'de\n', null])
  })
  it('loses a character to erase, with what stood on the screen', () => {
    const d = newDesk()
    d.type('ab\x7fc\n')
    expect(d.line()).toBe('ac\n')
    expect(d.screen()).toBe(`ab${RUB}c\r\n`)
  })
  it('is there for poll once it is finished, and kills nothing before it', () => {
    const d = newDesk()
    d.change(t => (t.lflag &= ~ECHOKE))
    d.type('ab')
    expect(hasInput(d.tty)).toBe(false)
    d.type('\n\x15')
    expect([hasInput(d.tty), d.screen(), d.line(), hasInput(d.tty)]).toEqual([true, 'ab\r\n', 'ab\n', false])
  })
  it('erases nothing of a line that is already finished', () => {
    const d = newDesk()
    d.type('a\n\x7f\x7fb\n')
    expect([d.line(), d.line()]).toEqual(['a\n', 'b\n'])
  })
  it('shows control characters as ^X and erases both columns', () => {
    const d = newDesk()
    d.type('\x01\x7f\n')
    expect(d.screen()).toBe(`^A${RUB}${RUB}\r\n`)
  })
  it('erases a tab back to where it began', () => {
    const d = newDesk()
    d.type('abc\t\x7f')
    expect(d.screen()).toBe(`abc\t${'\b'.repeat(5)}`)
  })
  it('erases a tab relative to a prompt', () => {
    const d = newDesk()
    for (const byte of [36, 32]) processOutput(d.tty, byte, [])
    d.type('\t\x7f')
    expect(d.screen()).toBe(`\t${'\b'.repeat(6)}`)
  })
  it('loses a word to ^W, and blanks after it', () => {
    const d = newDesk()
    d.type('one two  \x17x\n')
    expect(d.line()).toBe('one x\n')
  })
  it('is forgotten by ^U, rubbed out or, without ECHOKE, with a new line', () => {
    const d = newDesk()
    d.type('ab\x15c\n')
    expect(d.screen()).toBe(`ab${RUB}${RUB}c\r\n`)
    const plain = newDesk()
    plain.change(t => (t.lflag &= ~ECHOKE))
    plain.type('ab\x15c\n')
    expect(plain.screen()).toBe('ab^U\r\nc\r\n')
    expect(plain.line()).toBe('c\n')
  })
  it('shows erased characters between \\ and / under ECHOPRT', () => {
    const d = newDesk()
    d.change(t => (t.lflag |= ECHOPRT))
    d.type('abc\x7f\x7fd')
    expect(d.screen()).toBe('abc\\cb/d')
  })
  it('takes the next key literally after ^V', () => {
    const d = newDesk()
    d.type('\x16\x03\x16\x7f\n')
    expect(d.line()).toBe('\x03\x7f\n')
    expect(d.screen()).toBe('^\b^C^\b^?\r\n')
  })
  it('erases a whole UTF-8 character', () => {
    const d = newDesk()
    d.change(t => (t.iflag |= IUTF8))
    d.type('a\xc3\xa9\x7f\n')
    expect(d.line()).toBe('a\n')
    expect(d.screen()).toBe(`a\xc3\xa9${RUB}\r\n`)
  })
  it('is shown again by ^R', () => {
    const d = newDesk()
    d.type('abc\x12')
    expect(d.screen()).toBe('abc^R\r\nabc')
  })
  it('ends at VEOL too', () => {
    const d = newDesk()
    d.change(t => (t.cc[VEOL] = 59))
    d.type('a;b')
    expect([d.line(), d.line()]).toEqual(['a;', null])
  })
})

describe('end of file', () => {
  it('is an empty read at the start of a line', () => {
    const d = newDesk()
    d.type('\x04')
    expect([d.line(), d.line()]).toEqual(['', null])
  })
  it('ends a line without a newline', () => {
    const d = newDesk()
    d.type('ab\x04')
    expect([d.line(), d.line()]).toEqual(['ab', null])
  })
  it('goes with the line when the buffer is exactly full', () => {
    const d = newDesk()
    d.type('ab\x04cd\n')
    expect([d.line(2), d.line()]).toEqual(['ab', 'cd\n'])
  })
  it('does not count as a readable byte', () => {
    const d = newDesk()
    d.type('ab\x04')
    expect(readableBytes(d.tty)).toBe(2)
  })
})

describe('input modes', () => {
  it.each([
    [ICRNL, '\r', '\n'],
    [0, '\n', '\n'],
    [IGNCR, '\ra\n', 'a\n'],
  ])('iflag %o reads %j as %j', (iflag, typed, read) => {
    const d = newDesk()
    d.change(t => (t.iflag = iflag))
    d.type(typed)
    expect(d.line()).toBe(read)
  })
  it('INLCR turns a newline into a return, which ends no line', () => {
    const d = newDesk()
    d.change(t => (t.iflag = INLCR))
    d.type('\n')
    expect(d.line()).toBe(null)
  })
  it('echoes nothing without ECHO', () => {
    const d = newDesk()
    d.change(t => (t.lflag &= ~ECHO))
    d.type('secret\n')
    expect(d.screen()).toBe('')
    expect(d.line()).toBe('secret\n')
  })
  it('echoes the erase key itself without ECHOE', () => {
    const d = newDesk()
    d.change(t => (t.lflag &= ~(ECHOE | ECHOCTL)))
    d.change(t => (t.cc[VERASE] = 35))
    d.type('ab#c')
    expect(d.screen()).toBe('ab#c')
  })
  it('a control character that is 0 is no key', () => {
    const d = newDesk()
    d.change(t => (t.lflag &= ~ECHOK))
    d.change(t => (t.cc[VERASE] = 0))
    d.type('a\0\n')
    expect(d.line()).toBe('a\0\n')
  })
})

describe('too much typed', () => {
  it('an unfinished line keeps its first 4095 bytes and its end', () => {
    const d = newDesk()
    d.type(`${'x'.repeat(5000)}\n`)
    expect(d.line(8192)).toBe(`${'x'.repeat(4095)}\n`)
  })
  it('waits behind unread lines and comes in as they are read', () => {
    const d = newDesk()
    const lines = Array.from({ length: 100 }, (_, i) => `${String(i).padStart(98, '.')}\n`)
    d.type(lines.join(''))
    expect(d.tty.input.backlog.length).toBeGreaterThan(0)
    expect(lines.map(() => d.line())).toEqual(lines)
    expect(d.line()).toBe(null)
  })
})

describe('flow control', () => {
  it('^S holds echo back until ^Q', () => {
    const d = newDesk()
    d.type('a')
    d.type('\x13b')
    expect(d.screen()).toBe('a')
    d.type('\x11')
    expect(d.screen()).toBe('ab')
  })
  it('any key goes on with IXANY', () => {
    const d = newDesk()
    d.change(t => (t.iflag |= IXANY))
    d.type('\x13x')
    expect(d.screen()).toBe('x')
  })
})

describe('output processing', () => {
  const out = (text: string, change: (oflag: number) => number = o => o): [string, number] => {
    const d = newDesk()
    d.change(t => (t.oflag = change(t.oflag)))
    const bytes: number[] = []
    for (const letter of text) processOutput(d.tty, letter.charCodeAt(0), bytes)
    return [String.fromCharCode(...bytes), d.tty.column]
  }
  it('turns newlines into return and newline', () => expect(out('ab\nc')).toEqual(['ab\r\nc', 1]))
  it('counts tabs and backspaces', () => expect(out('ab\tc\b')).toEqual(['ab\tc\b', 8]))
  it('expands tabs under XTABS', () => expect(out('ab\tc', o => o | TABDLY)).toEqual(['ab      c', 9]))
  it('leaves bytes alone without OPOST', () => expect(out('a\n', o => o & ~OPOST)).toEqual(['a\n', 0]))
})

describe('raw mode', () => {
  const raw = (min: number, time: number) => {
    const d = newDesk()
    d.change(t => {
      t.lflag &= ~ICANON
      t.cc[VMIN] = min
      t.cc[VTIME] = time
    })
    return d
  }
  it('gives bytes as they come, erase keys among them', () => {
    const d = raw(1, 0)
    d.type('a\x7f')
    expect(takeRaw(d.k, d.tty, 10)).toEqual(Uint8Array.of(97, 127))
  })
  it('waits for VMIN bytes, or as many as fit', () => {
    const d = raw(3, 0)
    d.type('ab')
    expect(rawDecision(d.k, d.tty, 10, null)).toEqual({ deadline: Infinity, seen: 2 })
    expect(rawDecision(d.k, d.tty, 2, null)).toBe('take')
    expect(hasInput(d.tty)).toBe(false)
    d.type('c')
    expect(rawDecision(d.k, d.tty, 10, null)).toBe('take')
    expect(hasInput(d.tty)).toBe(true)
  })
  it('with VMIN 0 and VTIME 0 never waits', () => expect(rawDecision(raw(0, 0).k, raw(0, 0).tty, 10, null)).toBe('take'))
  it('with VMIN 0 waits VTIME tenths of a second from the start', () => {
    const d = raw(0, 2)
    const wait = { deadline: 2e8, seen: 0 }
    expect(rawDecision(d.k, d.tty, 10, null)).toEqual(wait)
    d.k.state.time = 1e8
    expect(rawDecision(d.k, d.tty, 10, wait)).toEqual(wait)
    d.k.state.time = 2e8
    expect(rawDecision(d.k, d.tty, 10, wait)).toBe('take')
  })
  it('with both counts VTIME from each byte', () => {
    const d = raw(5, 1)
    const none = { deadline: Infinity, seen: 0 }
    expect(rawDecision(d.k, d.tty, 10, null)).toEqual(none)
    d.k.state.time = 5e8
    d.type('a')
    const one = { deadline: 6e8, seen: 1 }
    expect(rawDecision(d.k, d.tty, 10, none)).toEqual(one)
    d.k.state.time = 5.5e8
    d.type('b')
    expect(rawDecision(d.k, d.tty, 10, one)).toEqual({ deadline: 6.5e8, seen: 2 })
    d.k.state.time = 6.5e8
    expect(rawDecision(d.k, d.tty, 10, { deadline: 6.5e8, seen: 2 })).toBe('take')
  })
  it('half a line becomes readable when canonical mode ends, and a line when it begins', () => {
    const d = newDesk()
    d.type('ab')
    d.change(t => (t.lflag &= ~ICANON))
    expect(readableBytes(d.tty)).toBe(2)
    d.change(t => (t.lflag |= ICANON))
    expect(d.line()).toBe('ab')
  })
})
