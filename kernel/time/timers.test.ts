import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bareKernel, fakeTask } from '../process/testing.ts'
import { addTimer, cancelTimer, nextTimer, takeDueTimer } from './timers.ts'

describe('timers', () => {
  it('fire in order of their instants, equal ones as they were asked for, cancelled ones never', () => {
    const sample = fc.array(fc.record({ at: fc.nat(20), cancel: fc.boolean() }), { maxLength: 50 })
    fc.assert(
      fc.property(sample, timers => {
        const k = bareKernel()
        const spec = { kind: 'wake', task: fakeTask(k) } as const
        const ids = timers.map(({ at }) => addTimer(k, at, spec))
        timers.forEach(({ cancel }, i) => cancel && expect(cancelTimer(k, ids[i])).toBe(true))
        const expected = ids.map((id, i) => ({ id, ...timers[i] })).filter(t => !t.cancel)
        expected.sort((a, b) => a.at - b.at || a.id - b.id)
        for (const { id, at } of expected) {
          expect(nextTimer(k)).toBe(at)
          k.state.time = at - 1
          expect(takeDueTimer(k)).toBe(null)
          k.state.time = at
          expect(takeDueTimer(k)?.id).toBe(id)
        }
        expect(nextTimer(k)).toBe(Infinity)
      }),
    )
  })
})
