// The interpreter's loop as the build left it, against what the emitter makes now.
import { expect, test } from 'vitest'
import { defaultIsa, prepareLoop } from '../vm/index.ts'
import { preparedLoop } from './resources.ts'

test('the loop that commands load is the one that they would make', () => {
  const made = prepareLoop(defaultIsa)
  expect(preparedLoop()).toEqual(made)
  expect(made.numbers.length).toBeGreaterThan(200)
})
