// Who wrote some bytes last: a program's instruction, which a watchpoint finds, or the kernel, whose step is found by halving.
import { regPc } from '../../kernel/index.ts'
import { RAM_BASE } from '../../vm/index.ts'
import { addWatchpoint, NOBODY, processOf, readMemory, refTo, taskById } from '../session/index.ts'
import type { Instant, Session, Stop, TaskRef } from '../session/index.ts'
import { LATEST, nowOf, pointBefore } from '../timeline/index.ts'
import { goingTo, recorded, searchingFor } from './pieces.ts'
import { before, runningAgain } from './search.ts'
import type { Motion, Turn, Work } from './types.ts'

export interface LastWrite {
  /** Right after the write. */
  instant: Instant
  /** NOBODY: the kernel, for itself. */
  task: TaskRef
  text: string
}

export interface Bytes {
  address: number
  bytes: number
  physical: boolean
  /** Whose address it is, when it is virtual. */
  task: TaskRef
}

/** What a search for a write found: null: nobody since the recording began. */
export type Written = { kind: 'written'; write: LastWrite | null }

function valueOf(past: Session, { physical, address, bytes, task: who }: Bytes): string {
  if (physical) return past.k.machine.ram.subarray(address - RAM_BASE, address - RAM_BASE + bytes).join()
  const task = taskById(past, who)
  return task === null ? '' : readMemory(past, task, address, bytes).join()
}

/**
 * Who wrote some bytes last before now: a program's instruction, or the kernel. Each piece is a stretch of the recording. The session
 * stands where it stood when it is through, or given up.
 */
export function searchWrite(s: Session, what: Bytes): Motion<Written> {
  const begun = nowOf(s.k)
  const owner = what.physical ? null : taskById(s, what.task)
  const scope = owner === null ? null : processOf(owner)
  return searchingFor<Written>(
    s,
    function* (past, turn) {
      const t = recorded(past)
      addWatchpoint(past, {
        start: what.address,
        bytes: what.bytes,
        access: 'write',
        physical: what.physical,
        onChange: false,
        scope,
      })
      let write: LastWrite | null = null
      let end = begun
      for (let index = pointBefore(t, before(begun)); index >= 0 && write === null; index--) {
        const from = t.store.points[index].instant
        write = yield* writeBetween(past, turn, what, from, end)
        end = from
      }
      yield* goingTo(past, turn, begun)
      return { kind: 'written', write }
    },
    (_, found) => found,
  )
}

function* writeBetween(past: Session, turn: Turn, what: Bytes, from: Instant, end: Instant): Work<LastWrite | null> {
  yield* goingTo(past, turn, end)
  const final = valueOf(past, what)
  const program = yield* runningAgain(past, turn, from, end, stop => stop.kind === 'watchpoint')
  const after: Instant = program === null ? from : { executed: program.instant.executed + 1, steps: LATEST }
  yield* goingTo(past, turn, after)
  if (valueOf(past, what) !== final) return yield* kernelWrite(past, turn, what, after, end, final)
  if (program === null) return null
  const { task } = program.stop as Extract<Stop, { kind: 'watchpoint' }>
  yield* goingTo(past, turn, program.instant)
  const writer = taskById(past, task)
  const pc = writer === null ? 0 : regPc(past.k, writer)
  return { instant: after, task, text: `${task.pid} (${writer?.comm ?? '?'}) wrote it with the instruction at 0x${pc.toString(16)}` }
}

/** No program wrote it between two instants and yet it changed: the kernel did. */
function* kernelWrite(past: Session, turn: Turn, what: Bytes, from: Instant, to: Instant, final: string): Work<LastWrite> {
  let low = from.executed
  let high = to.executed
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    yield* goingTo(past, turn, { executed: middle, steps: LATEST })
    if (valueOf(past, what) === final) high = middle
    else low = middle
  }
  yield* goingTo(past, turn, { executed: low, steps: LATEST })
  const task = past.k.state.harts[Math.max(past.k.machine.lastHart, 0)].current
  const text = `the kernel wrote it, for ${task === null ? 'nobody' : `${task.pid} (${task.comm})`}`
  return { instant: { executed: high, steps: LATEST }, task: refTo(task ?? NOBODY), text }
}

/** All of it at once. */
export function lastWrite(s: Session, what: Bytes): LastWrite | null {
  const search = searchWrite(s, what)
  for (;;) {
    const answer = search.go(Infinity)
    if (answer.kind === 'written') return answer.write
  }
}
