// Frames of the remote protocol: checksums, escapes, run lengths, and streams cut anywhere.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf, decode, frame, fromHex, hexNumber, latin1, newDecoder, toHex, type Received } from './framing.ts'

const read = (text: string, checked = true): Received[] => decode(newDecoder(), bytesOf(text), checked)
const packet = (text: string): Received => ({ kind: 'packet', text })

describe('decoding', () => {
  test.each([
    ['$g#67', [packet('g')]],
    ['+$g#67', [packet('g')]],
    ['$g#68', [{ kind: 'damaged' }]],
    ['\x03', [{ kind: 'interrupt' }]],
    ['-', [{ kind: 'resend' }]],
    ['$#00', [packet('')]],
    // The older, unfinished packet is given up.
    ['$abc$g#67', [packet('g')]],
    ['$}\x03#80', [packet('#')]],
    ['$0* #7a', [packet('0000')]],
    // Counts below the first add nothing, one after the other.
    ['$0*\x1d*\x1d* #08', [packet('0000')]],
    ['$0*#5a', [packet('0')]],
    ['noise', []],
  ] as [string, Received[]][])('%j', (text, expected) => expect(read(text)).toEqual(expected))

  test('without acknowledgements checksums do not matter', () => expect(read('$g#00', false)).toEqual([packet('g')]))
})

test('a run of zeroes is one and a count', () => expect(frame('0000')).toBe('$0* #7a'))

test('any bytes come back as they were, wherever the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.uint8Array({ minLength: 1, maxLength: 1 }).map(b => new Uint8Array(200).fill(b[0])),
        ),
      ),
      fc.integer({ min: 1, max: 50 }),
      (parts, size) => {
        const texts = parts.map(latin1)
        const stream = bytesOf(texts.map(frame).join(''))
        const decoder = newDecoder()
        const received: Received[] = []
        for (let at = 0; at < stream.length; at += size) received.push(...decode(decoder, stream.subarray(at, at + size), true))
        expect(received).toEqual(texts.map(packet))
      },
    ),
  )
})

test('hexadecimal digits', () => {
  expect(toHex(bytesOf('\x00\xffA'))).toBe('00ff41')
  expect(fromHex('00ff41')).toEqual(bytesOf('\x00\xffA'))
  expect(fromHex('0')).toBeNull()
  expect(fromHex('zz')).toBeNull()
  expect(hexNumber('7fffffffedb0')).toBe(0x7fffffffedb0)
  expect(hexNumber('ffffffffffffffff')).toBeNull()
  expect(hexNumber('')).toBeNull()
})
