import { expect, test } from 'vitest'
import { start } from '../../kernel/testing.ts'
import { registersView } from './registers.ts'

const PROGRAM = `
li s0, 3
j {on}
loop:
j {loop}
on:
vsetivli zero, 2, e64, m1, ta, ma
vmv.v.x v2, s0
j {loop}`

test('vector registers are shown once a task has used them, as long as they are', () => {
  const { k, run } = start(PROGRAM, { isa: 'rv64gcv_zvl256b' })
  run({ maxInstructions: 2 })
  expect(registersView.data(k, { pid: 1 }).v).toEqual([])
  run({ maxInstructions: 1000 })
  const data = registersView.data(k, { pid: 1 })
  expect(data.v).toHaveLength(36)
  expect([2, 32, 33].map(n => [data.v[n].name, data.v[n].value, data.v[n].note])).toEqual([
    ['v2', `0x${'0'.repeat(32)}${'0000000000000003'.repeat(2)}`, ''],
    ['vl', '0x2', '2 elements'],
    ['vtype', '0xd8', 'e64,m1,ta,ma'],
  ])
  expect(registersView.text(data, 120).some(line => /^ v2 +0x0+30{15}3/.test(line))).toBe(true)
})
