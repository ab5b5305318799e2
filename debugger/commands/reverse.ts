// Backwards in time, and questions about causes: every answer is an instant that one can go to.
import { regPc } from '../../kernel/index.ts'
import {
  callLength,
  firstInstant,
  goTo,
  lastInstant,
  now,
  searchBack,
  searchCall,
  searchInstruction,
  searchMachineStep,
  searchOver,
  searchWrite,
  taskById,
  type Instant,
  type Stop,
  type WayOut,
} from '../session/index.ts'
import { statementInSpace } from '../symbols/index.ts'
import { hex } from '../hex.ts'
import { backtrace, selected, spaceOf, valueOf } from './look.ts'
import { atLineStart, below, inPieces, isWanted, PIECE, searchPieces, spOf } from './running.ts'
import { instantText, stopText } from './stops.ts'
import { fail, type Command, type Debugger } from './types.ts'
import { WHY } from './why.ts'

function recorded(d: Debugger): void {
  if (d.session.timeline === null) fail('The run is not recorded: time does not go back.')
  d.ended = null
}

/** Whose steps: the selected task's, even when it has ended by now. */
const whose = (d: Debugger): number => d.session.focus

const instructionBack = (d: Debugger, id: number, count = 1): Promise<Stop> => searchPieces(d, searchInstruction(d.session, id, count))
const overBack = (d: Debugger, id: number): Promise<Stop> => searchPieces(d, searchOver(d.session, id))
const callBack = (d: Debugger, id: number, way: WayOut): Promise<Stop> => searchPieces(d, searchCall(d.session, id, way))

/** Back to the start of the line that was executed last: into functions that have lines, or over them. */
async function lineBack(d: Debugger, into: boolean): Promise<Stop> {
  const id = whose(d)
  const first = taskById(d.session, id)
  // In a function without lines: back to its call.
  if (first !== null && first.mm !== null && statementInSpace(spaceOf(d, first), regPc(d.session.k, first)) === null) {
    const { frames } = backtrace(d, first, 2)
    if (frames.length < 2) return instructionBack(d, id)
    const back = await callBack(d, id, { address: frames[1].pc, stackAbove: below(frames[0], spOf(d, first)) })
    return back.kind === 'historyStart' ? back : toLineStart(d, id, into)
  }
  // From inside of a line, its start is the line before.
  if (first !== null && first.mm !== null && !atLineStart(d, first)) return toLineStart(d, id, into)
  const sp = first?.mm ? spOf(d, first) : 0
  const pc = first?.mm ? regPc(d.session.k, first) : 0
  const stop = await (into ? instructionBack(d, id) : overBack(d, id))
  if (stop.kind !== 'step') return stop
  const task = taskById(d.session, id)
  if (task === null) return stop
  // Into a function without lines: to its call.
  if (statementInSpace(spaceOf(d, task), regPc(d.session.k, task)) === null && spOf(d, task) <= sp && pc !== 0) {
    const back = await callBack(d, id, { address: pc, stackAbove: sp - 1 })
    if (back.kind !== 'step') return back
  }
  return toLineStart(d, id, into)
}

/** Back to the first instruction of the line that a task is in. */
async function toLineStart(d: Debugger, id: number, into: boolean): Promise<Stop> {
  for (;;) {
    const task = taskById(d.session, id)
    if (task === null || task.mm === null) return { kind: 'step', task: id }
    const range = statementInSpace(spaceOf(d, task), regPc(d.session.k, task))
    if (range === null || range.start === regPc(d.session.k, task)) return { kind: 'step', task: id }
    const pc = regPc(d.session.k, task)
    const stop = await (into ? instructionBack(d, id) : overBack(d, id))
    if (stop.kind !== 'step') return stop
    const now = taskById(d.session, id)
    const there = now === null ? null : statementInSpace(spaceOf(d, now), regPc(d.session.k, now))
    if (now !== null && there === null) {
      const back = await callBack(d, id, { address: pc, stackAbove: spOf(d, now) - 1 })
      if (back.kind !== 'step') return back
    } else if (now !== null && there !== null && (there.start !== range.start || there.place.file !== range.place.file)) {
      // It came from elsewhere in the middle of the line: that line is where one is now.
      if (into || callLength(d.session, now) === 0) return toLineStart(d, id, into)
    }
    if (!(await d.host.goOn())) return { kind: 'interrupted' }
  }
}

async function times(d: Debugger, count: number, step: () => Stop | Promise<Stop>): Promise<string[]> {
  recorded(d)
  let stop: Stop = { kind: 'step', task: whose(d) }
  for (let n = 0; n < count && stop.kind === 'step'; n++) {
    stop = await step()
    if (!(await isWanted(d))) return stopText(d, { kind: 'interrupted' })
  }
  return stopText(d, stop)
}

const counted = (name: string, short: readonly string[], doc: string, step: (d: Debugger) => Stop | Promise<Stop>): Command => ({
  name,
  short,
  group: 'reverse',
  usage: '[N]',
  doc,
  repeats: 'same',
  run: (d, call) => times(d, call.count(), () => step(d)),
})

/** The same where many steps are one way: instructions are counted. */
const countedAtOnce = (
  name: string,
  short: readonly string[],
  doc: string,
  steps: (d: Debugger, count: number) => Promise<Stop>,
): Command => ({
  ...counted(name, short, doc, d => steps(d, 1)),
  run: (d, call) => {
    const count = call.count()
    return times(d, Math.min(count, 1), () => steps(d, count))
  },
})

/** `1234`, `1234.5`, `start`, `end`, `+100`, `-100`. */
function instantOf(d: Debugger, text: string): Instant {
  const word = text.trim()
  if (word === 'start' || word === 'begin') return firstInstant(d.session)
  if (word === 'end') return lastInstant(d.session)
  const exact = /^(\d+)\.(\d+)$/.exec(word)
  if (exact !== null) return { executed: Number(exact[1]), steps: Number(exact[2]) }
  if (word === '') fail('Argument required (an instant: N, N.STEP, +N, -N, start or end).')
  const relative = /^[+-]/.test(word)
  const value = Number(valueOf(d, relative ? word.slice(1) : word))
  const here = now(d.session).executed
  const executed = relative ? here + (word.startsWith('-') ? -value : value) : value
  const first = firstInstant(d.session)
  return executed <= first.executed ? first : { executed, steps: Infinity }
}

const MOST_BYTES = 4096

/** `ADDRESS [BYTES]`, `pte ADDRESS`, `frame PHYSICAL [BYTES]`. */
async function whoWrote(d: Debugger, text: string): Promise<string[]> {
  recorded(d)
  const m = /^(?:(phys)\s+)?(.+?)(?:\s*,\s*(\d+))?$/.exec(text.trim())
  if (m === null) fail('Argument required (an address).')
  const address = Number(valueOf(d, m[2]))
  const bytes = Number(m[3] ?? 1)
  if (bytes < 1 || bytes > MOST_BYTES) fail(`The number of bytes is 1 to ${MOST_BYTES}.`)
  const search = searchWrite(d.session, { address, bytes, physical: m[1] !== undefined, task: selected(d).pid })
  const answer = await searchPieces(d, search)
  if (answer.kind === 'interrupted') fail('Interrupted before it was found.')
  const found = answer.write
  if (found === null) return [`Nobody has written ${hex(address)} since the recording began.`]
  const { instant } = found
  const at = `${instant.executed}${Number.isFinite(instant.steps) ? `.${instant.steps}` : ''}`
  return [`${found.text}.`, `Right after it: goto ${at}`]
}

/**
 * Back to before the last thing that the kernel did. That was at some instruction before now: it is found by going back twice as far each
 * time, then by halving.
 */
async function kernelStepBack(d: Debugger): Promise<Stop> {
  const { session: s } = d
  const here = now(s)
  const first = firstInstant(s)
  const go = (to: Instant): Promise<Stop> => inPieces(d, () => goTo(s, to, { budget: PIECE }))
  if (here.steps <= first.steps) return (await go(first)).kind === 'step' ? { kind: 'historyStart' } : { kind: 'historyEnd' }
  // Interrupted on the way it is left there.
  let cut: Stop | null = null
  const isBefore = async (executed: number): Promise<boolean> => {
    const stop = await go({ executed, steps: here.steps - 1 })
    if (stop.kind === 'interrupted') cut = stop
    return now(s).steps < here.steps
  }
  let high = here.executed
  let low = high
  for (let far = 1; cut === null && low > first.executed && !(await isBefore(low)); far *= 2) {
    high = low
    low = Math.max(first.executed, high - far)
  }
  while (cut === null && high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (await isBefore(middle)) low = middle
    else high = middle
  }
  return cut ?? go({ executed: low, steps: here.steps - 1 })
}

export const REVERSE: readonly Command[] = [
  counted('reverse-step', ['rs'], 'Step back to the start of an earlier source line, into functions that have lines.', d =>
    lineBack(d, true),
  ),
  counted('reverse-next', ['rn'], 'Step back to the start of an earlier source line, over calls.', d => lineBack(d, false)),
  countedAtOnce('reverse-stepi', ['rsi'], 'Step back one instruction of the selected task.', (d, count) =>
    instructionBack(d, whose(d), count),
  ),
  counted('reverse-nexti', ['rni'], 'Step back one instruction, over calls.', d => overBack(d, whose(d))),
  countedAtOnce('reverse-machine-step', ['rms'], 'Step back one instruction of whichever hart it was.', (d, count) =>
    searchPieces(d, searchMachineStep(d.session, count)),
  ),
  counted('reverse-kernel-step', ['rks'], 'Step back to before the last thing that the kernel did.', kernelStepBack),
  {
    name: 'reverse-continue',
    short: ['rc'],
    group: 'reverse',
    usage: '',
    doc: 'Go back to the last stop before now: breakpoints, watchpoints and catchpoints count backwards too.',
    repeats: 'same',
    async run(d) {
      recorded(d)
      return stopText(d, await searchPieces(d, searchBack(d.session)))
    },
  },
  {
    name: 'reverse-finish',
    short: ['rfin'],
    group: 'reverse',
    usage: '',
    doc: 'Go back to the call of the function that the program is in.',
    async run(d) {
      recorded(d)
      const task = selected(d)
      const { frames } = backtrace(d, task, 2)
      if (frames.length < 2) fail('"reverse-finish" not meaningful in the outermost frame.')
      return stopText(d, await callBack(d, task.pid, { address: frames[1].pc, stackAbove: below(frames[0], spOf(d, task)) }))
    },
  },
  {
    name: 'goto',
    group: 'reverse',
    usage: 'N | N.STEP | +N | -N | start | end',
    doc: 'Go to an instant, forwards or backwards: N instructions executed by all harts, and steps of the kernel.',
    async run(d, { text }) {
      recorded(d)
      const instant = instantOf(d, text)
      const stop = await inPieces(d, () => goTo(d.session, instant, { budget: PIECE }))
      if (stop.kind === 'step') {
        d.shown = ''
        return [`At ${instantText(d)}.`, ...stopText(d, stop)]
      }
      return stopText(d, stop)
    },
  },
  {
    name: 'when',
    group: 'reverse',
    usage: '',
    doc: 'Say what instant it is, and how far the recording reaches.',
    run(d) {
      const { state } = d.session.k
      const lines = [
        `${instantText(d)[0].toUpperCase()}${instantText(d).slice(1)}: ${state.executed} instructions, ${state.steps} steps of the kernel, ${state.time} ns.`,
      ]
      if (d.session.timeline === null) return lines
      const [first, last] = [firstInstant(d.session), lastInstant(d.session)]
      return [...lines, `Recorded from ${first.executed}.${first.steps} to ${last.executed}.${last.steps}.`]
    },
  },
  {
    name: 'who-wrote',
    group: 'reverse',
    usage: '[phys] ADDRESS[, BYTES]',
    doc: 'Say who wrote a byte last, a program or the kernel, and when. With phys, the address is of RAM: a page-table entry has one.',
    run: (d, { text }) => (text === '' ? fail('Argument required (an address).') : whoWrote(d, text)),
  },
  WHY,
]
