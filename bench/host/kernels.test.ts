// Dispersed code is the same each time, and each block is there once.
import { expect, test } from 'vitest'
import { dispersedAssembly, dispersedC } from './dispersed.ts'

const BLOCKS = 50

test.each([
  ['assembly', dispersedAssembly, /tail b(\d+)/g],
  ['C', dispersedC, /return b(\d+)\(x\);/g],
])('one way through all blocks, in %s', (_, write, jump) => {
  const text = write(BLOCKS)
  expect(write(BLOCKS)).toBe(text)
  const targets = [...text.matchAll(jump)].map(m => Number(m[1]))
  const first = Number(/(?:call |x = )b(\d+)/.exec(text)![1])
  expect([first, ...targets].sort((a, b) => a - b)).toEqual(Array.from({ length: BLOCKS }, (_, n) => n))
})
