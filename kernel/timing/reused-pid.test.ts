// A number that is given out again is another task's: what the former bearer cost stays its own.
import { expect, test } from 'vitest'
import { resolvePreset } from '../../vm/index.ts'
import { DATA, runToEnd } from '../testing.ts'
import { pathOfCause, taskOfCause } from './paths.ts'
import { ledgerRows } from './marks.ts'

const [SIGCHLD, CLONE3, WAIT4, PRCTL, PR_SET_NAME, EXIT] = [17, 435, 260, 167, 15, 94]
const AGAIN = 300

/** A child of number 300 (clone3, set_tid), which calls itself by a letter and ends; it is waited for. */
const child = (letter: string): string => `
  li t0, ${SIGCHLD}
  sd t0, 32(s1)
  li t0, ${AGAIN}
  sw t0, 128(s1)
  addi t0, s1, 128
  sd t0, 64(s1)
  li t0, 1
  sd t0, 72(s1)
  mv a0, s1
  li a1, 80
  sys ${CLONE3}
  bnez a0, {parent${letter}}
  li t0, ${letter.charCodeAt(0)}
  sd t0, 136(s1)
  li a0, ${PR_SET_NAME}
  addi a1, s1, 136
  sys ${PRCTL}
  li a0, 0
  sys ${EXIT}
parent${letter}:
  li a1, 0
  li a2, 0
  li a3, 0
  sys ${WAIT4}
  li t0, ${AGAIN}
  bne a0, t0, {bad}`

test('the ledger tells two tasks that had one number after another', () => {
  const { k, status } = runToEnd(`li s1, ${DATA}${child('a')}${child('b')}\n  li a0, 0\n  sys ${EXIT}\nbad:\n  li a0, 1\n  sys ${EXIT}`, {
    timing: { preset: resolvePreset('u74'), start: 'boot' },
  })
  expect(status).toBe(0)
  const ledger = k.machine.timing!.ledger
  const called = ledgerRows(k, ledger).map(({ task }) => task)
  expect([...new Set(called)].filter(task => task.startsWith(`${AGAIN} `))).toEqual([`${AGAIN} a`, `${AGAIN} b`])
  const bearers = [...k.state.costs!.names].filter(([, { pid }]) => pid === AGAIN).map(([id]) => id)
  const paths = bearers.map(id =>
    [...ledger.keys()]
      .filter(cause => taskOfCause(cause) === id)
      .map(pathOfCause)
      .sort(),
  )
  expect([bearers.length, paths[0]]).toEqual([2, paths[1]])
})
