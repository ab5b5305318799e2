// Conditions as people type them: C's ranks and 64-bit arithmetic, casts, memory, texts, and what cannot be read.
import { expect, test } from 'vitest'
import { evaluateIn, type Names } from './expression.ts'

const memory = Uint8Array.from({ length: 32 }, (_, i) => (i < 8 ? 0xf0 + i : i))
const names: Names = {
  name: text => ({ a0: 7n, sp: 16n, minus: -2n, comm: 'sh' })[text] ?? null,
  load(address, bytes) {
    const at = Number(address)
    if (at < 0 || at + bytes > memory.length) return null
    let value = 0n
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(memory[at + i])
    return value
  },
}
const value = (text: string): bigint | string => {
  try {
    return evaluateIn(text, names)
  } catch (error) {
    return (error as Error).message
  }
}

test.each<[string, bigint]>([
  ['1 + 2 * 3', 7n],
  ['(1 + 2) * 3', 9n],
  ['10 - 3 - 2', 5n],
  ['100 / 7 % 4', 2n],
  ['-7 / 2', -3n],
  ['-7 % 2', -1n],
  ['1 << 2 + 1', 8n],
  ['1 << 63', -(2n ** 63n)],
  ['-8 >> 1', -4n],
  ['1 << 64', 1n],
  ['6 & 3 == 3', 0n],
  ['6 & 3 | 8', 10n],
  ['5 ^ 1 & 3', 4n],
  ['1 | 2 ^ 3', 1n],
  ['1 < 2 == 1', 1n],
  ['3 > 3', 0n],
  ['3 >= 3', 1n],
  ['3 <= 2', 0n],
  ['-1 < 0', 1n],
  ['2 != 2', 0n],
  ['0 || 2', 1n],
  ['3 && 0', 0n],
  ['1 || 0 && 0', 1n],
  ['!5', 0n],
  ['!0', 1n],
  ['~0', -1n],
  ['- -3', 3n],
  ['0x7fffffffffffffff + 1', -(2n ** 63n)],
  ['0xffffffffffffffff', -1n],
  ['a0 == 7 && $sp > 8', 1n],
  ['minus * 3', -6n],
  ['*(u8 *)0', 0xf0n],
  ['*(s8 *)0', -16n],
  ['*(u16 *)0', 0xf1f0n],
  ['*(s16 *)0', -0xe10n],
  ['*(u32 *)4', 0xf7f6f5f4n],
  ['*(int *)4', -0x8090a0cn],
  ['*(u32 *)$sp + 1', 0x13121111n],
  ['*(u8 *)(a0 + 9)', 16n],
  ['comm == "sh"', 1n],
  ['comm != "sh"', 0n],
  ['"a" == "b"', 0n],
])('%s', (text, expected) => expect(value(text)).toBe(expected))

test.each(['1 +', '(1', '1 / 0', '5 % 0', 'nothing', '*(u8 *)99', '1 2', 'comm + 1', '@', '*(u9 *)0'])('%s is refused in words', text => {
  const answer = value(text)
  expect([text, typeof answer]).toEqual([text, 'string'])
  expect(answer).not.toBe('')
})
