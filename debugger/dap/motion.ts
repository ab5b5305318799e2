// The motions behind an editor's buttons.
import { beginMotion, EDITOR, type Motion, type MotionName, type Sight } from '../motion/index.ts'
import { refTo, taskById, tasksOf, type Instant, type Stop, type TaskRef } from '../session/index.ts'

/** By request: what it moves by, and what by when instructions are asked for. */
export const STEPS = {
  next: { line: 'lineOver', instruction: 'over' },
  stepIn: { line: 'line', instruction: 'instruction' },
  stepOut: { line: 'out', instruction: 'out' },
  stepBack: { line: 'lineOverBack', instruction: 'instructionBack' },
} as const satisfies Readonly<Record<string, { line: MotionName; instruction: MotionName }>>

/** A motion of a task, that of the focus unless it is said. Throws an Error that can be shown. */
export const motion = (sight: Sight, name: MotionName, task?: TaskRef): Motion => beginMotion({ ...sight, rules: EDITOR }, name, { task })

/** To an instant of the recording. */
export function going(sight: Sight, instant: Instant): Motion {
  const { s } = sight
  const way = beginMotion({ ...sight, rules: EDITOR }, 'instant', { instant })
  return {
    ...way,
    go(budget) {
      const stop = way.go(budget)
      if (taskById(s, s.focus) === null) s.focus = refTo(tasksOf(s, null)[0] ?? s.focus)
      return stop
    },
  }
}

/** What its end is called, since it is not what it looks like. */
export const arrivalOf = ({ kind }: Stop): { reason: string; description: string } => ({
  reason: 'goto',
  description: kind === 'historyEnd' ? 'the recording ends here' : 'the instant that was asked for',
})
