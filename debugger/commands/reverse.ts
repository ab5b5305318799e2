// Backwards in time, and questions about causes: every answer is an instant that one can go to.
import { firstInstant, lastInstant, searchWrite, type MotionName } from '../motion/index.ts'
import { now, type Instant } from '../session/index.ts'
import { hex } from '../hex.ts'
import { selected, valueOf } from './look.ts'
import { drive, move } from './running.ts'
import { instantText, stopText } from './stops.ts'
import { fail, type Command, type Debugger } from './types.ts'
import { WHY } from './why.ts'

function recorded(d: Debugger): void {
  if (d.session.timeline === null) fail('The run is not recorded: time does not go back.')
  d.ended = null
}

/** A step back of the selected task, even when it has ended by now, so many times. */
const counted = (name: string, short: readonly string[], doc: string, motion: MotionName): Command => ({
  name,
  short,
  group: 'reverse',
  usage: '[N]',
  doc,
  repeats: 'same',
  async run(d, call) {
    const count = call.count()
    recorded(d)
    return stopText(d, await move(d, motion, { count }))
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
  const search = searchWrite(d.session, { address, bytes, physical: m[1] !== undefined, task: selected(d) })
  const answer = await drive(d, search)
  if (answer.kind !== 'written') fail('Interrupted before it was found.')
  const found = answer.write
  if (found === null) return [`Nobody has written ${hex(address)} since the recording began.`]
  const { instant } = found
  const at = `${instant.executed}${Number.isFinite(instant.steps) ? `.${instant.steps}` : ''}`
  return [`${found.text}.`, `Right after it: goto ${at}`]
}

export const REVERSE: readonly Command[] = [
  counted('reverse-step', ['rs'], 'Step back to the start of an earlier source line, into functions that have lines.', 'lineBack'),
  counted('reverse-next', ['rn'], 'Step back to the start of an earlier source line, over calls.', 'lineOverBack'),
  counted('reverse-stepi', ['rsi'], 'Step back one instruction of the selected task.', 'instructionBack'),
  counted('reverse-nexti', ['rni'], 'Step back one instruction, over calls.', 'overBack'),
  counted('reverse-machine-step', ['rms'], 'Step back one instruction of whichever hart it was.', 'machineBack'),
  counted('reverse-kernel-step', ['rks'], 'Step back to before the last thing that the kernel did.', 'kernelBack'),
  {
    name: 'reverse-continue',
    short: ['rc'],
    group: 'reverse',
    usage: '',
    doc: 'Go back to the last stop before now: breakpoints, watchpoints and catchpoints count backwards too.',
    repeats: 'same',
    async run(d) {
      recorded(d)
      return stopText(d, await move(d, 'stopBack'))
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
      const without = '"reverse-finish" not meaningful in the outermost frame.'
      return stopText(d, await move(d, 'outBack', { task: selected(d) }, without))
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
      const stop = await move(d, 'instant', { instant })
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
