// A multi-level feedback queue (Corbató 1962): whoever uses up what a level allows goes down one, where slices are longer and everybody
// above goes first. After a while all are at the top again, so nobody starves.
import type { SchedEntity } from '../../types.ts'
import { sharing } from '../shares.ts'

const LOWEST = 3
/** Slice at the top; it doubles with each level, and is what a level allows. */
const QUANTUM = 1_000_000
/** Time that a task may have before it is at the top again. */
const BOOST = 50_000_000

const levelOf = ({ lab }: SchedEntity): number => lab?.level ?? 0
const allowance = (s: SchedEntity): number => QUANTUM * 2 ** levelOf(s)

function settle(s: SchedEntity): void {
  const { sumExec } = s
  const lab = (s.lab ??= {})
  if (sumExec - (lab.boosted ?? 0) >= BOOST) Object.assign(lab, { level: 0, since: sumExec, boosted: sumExec })
  else if (sumExec - (lab.since ?? 0) >= allowance(s)) Object.assign(lab, { level: Math.min(LOWEST, levelOf(s) + 1), since: sumExec })
}

export const mlfq = sharing({
  name: 'mlfq',
  doc: 'four levels of feedback: who uses up its slice goes down, and up again after 50 ms of its own',
  orders(_hart, s) {
    settle(s)
    return levelOf(s)
  },
  preempts: (_hart, current, s) => levelOf(s) < levelOf(current),
  slice: (_k, _hart, s) => allowance(s),
  says: s => `level ${levelOf(s)}`,
  whyNext: (s, other, words) =>
    levelOf(s) === levelOf(other)
      ? `level ${levelOf(s)} like ${words.other}, and it came first`
      : `level ${levelOf(s)}, above ${levelOf(other)}`,
  whySlice: () => "its level's",
})
