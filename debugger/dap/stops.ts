// Stops as an editor shows them: why, in one word of the protocol's and one line of ours.
import { causeText, dueSignal, explainSignal, signalName, NO_TASK } from '../../kernel/index.ts'
import { hex } from '../hex.ts'
import { taskById, type Session, type Stop, type TaskRef } from '../session/index.ts'
import type { Wanted } from './points.ts'

export interface StopReport {
  reason: string
  description: string
  /** Shown with the source, for what is called an exception. */
  text?: string
  hits: number[]
  task: TaskRef
  /** Of an exception: the filters' names, or what was caught. */
  exception: { id: string; text: string } | null
}

const REASONS: Readonly<Record<Wanted['goal']['kind'], string>> = {
  source: 'breakpoint',
  function: 'function breakpoint',
  instruction: 'instruction breakpoint',
  data: 'data breakpoint',
  exception: 'exception',
}

const bytesText = (bytes: Uint8Array): string =>
  bytes.length === 0 ? 'nothing' : `0x${[...bytes].reverse().reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '')}`

/** Of a task that stands before a signal: `1 null: SIGSEGV: read of 0x0: no region there`. null: it does not. */
function dueText(s: Session, who: TaskRef): string | null {
  const task = taskById(s, who)
  const due = task === null ? null : dueSignal(s.k, task)
  return task === null || due === null
    ? null
    : `${task.pid} ${task.comm}: ${signalName(due.info.signal)}: ${causeText(explainSignal(s.k, task, due.info))}`
}

/** What a stop says. null: it is none (`interrupted`) or the machine's end. */
export function reportOf(s: Session, stop: Stop, hits: readonly Wanted[], reasonOfStep: string): StopReport | null {
  const ids = hits.map(wanted => wanted.id)
  const plain = (reason: string, description: string, task = s.focus): StopReport => ({
    reason,
    description,
    hits: ids,
    task,
    exception: null,
  })
  switch (stop.kind) {
    case 'breakpoint':
      return plain(REASONS[hits[0].goal.kind], `at 0x${stop.address.toString(16)}`, stop.task)
    case 'watchpoint': {
      const change = stop.access === 'read' ? 'was read' : `was ${bytesText(stop.before)}, is ${bytesText(stop.after)}`
      return { ...plain(REASONS.data, `${hex(stop.address)} ${change}`, stop.task), text: change }
    }
    case 'catchpoint': {
      const [goal] = hits.flatMap(({ goal }) => (goal.kind === 'exception' ? [goal] : []))
      const text = dueText(s, stop.task) ?? stop.event.text
      return {
        ...plain(REASONS.exception, text, stop.task.id === NO_TASK ? s.focus : stop.task),
        text,
        exception: { id: goal?.filter ?? stop.event.kind, text },
      }
    }
    case 'signal':
      return {
        ...plain('exception', dueText(s, stop.task) ?? `signal ${stop.signal}`, stop.task),
        text: dueText(s, stop.task) ?? undefined,
      }
    case 'exited':
      return plain('step', `task ${stop.task.pid} has ended`, stop.task)
    case 'step':
      return plain(reasonOfStep, reasonOfStep, stop.task)
    case 'idle':
      return plain('pause', 'every task sleeps and nothing can wake one')
    case 'historyStart':
      return plain('entry', 'the recording begins here')
    case 'historyEnd':
      return plain('pause', 'the recording ends here')
    case 'interrupted':
    case 'halted':
      return null
  }
}
