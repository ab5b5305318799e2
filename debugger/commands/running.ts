// Letting the program run: gdb's words for motions. Long runs are cut in pieces, between which the face may say that it is enough.
import { REG } from '../../vm/index.ts'
import { regBig, type Task } from '../../kernel/index.ts'
import { beginMotion, CONSOLE, firstInstant, goTo, NoWay, type About, type Motion, type MotionName } from '../motion/index.ts'
import { addBreakpoint, processOf, refTo, taskById, type Stop } from '../session/index.ts'
import { hex } from '../hex.ts'
import { backtrace, selected, spaceOf } from './look.ts'
import { completeSymbol, resolvePlace } from './places.ts'
import { frameText, stopText } from './stops.ts'
import { fail, type Command, type Debugger } from './types.ts'

/** Instructions between two questions whether to go on: some milliseconds. */
const PIECE = 2_000_000

/** A motion to its end, its first stop, or until somebody says that it is enough. */
export async function drive<T>(d: Debugger, motion: Motion<T>): Promise<T | Stop> {
  for (;;) {
    const found = motion.go(PIECE)
    if (!isInterrupted(found) || d.session.interrupted) return found
    if (await d.host.goOn()) continue
    motion.giveUp()
    return found
  }
}

const isInterrupted = (found: unknown): boolean =>
  typeof found === 'object' && found !== null && 'kind' in found && found.kind === 'interrupted'

/** A motion by name. `without`: what is said when there is no way to where it should go. */
export async function move(
  d: Debugger,
  name: MotionName,
  about: About = {},
  without = 'Cannot find bounds of current function',
): Promise<Stop> {
  try {
    return await drive(d, beginMotion({ s: d.session, files: d.cache, rules: CONSOLE }, name, about))
  } catch (error) {
    if (error instanceof NoWay) fail(without)
    throw error
  }
}

/** Is a stop at a machine-wide breakpoint in the program that it was set in? Others have other code at the same address. */
function isForeign(d: Debugger, stop: Stop): boolean {
  if (stop.kind !== 'breakpoint') return false
  const task = taskById(d.session, stop.task)
  const files = task === null ? [] : spaceOf(d, task).files
  return stop.points.every(id => {
    const wanted = d.places.get(id)?.file ?? null
    return wanted !== null && !files.some(f => f.file.name === wanted && stop.address >= f.start && stop.address < f.end)
  })
}

async function goOn(d: Debugger): Promise<Stop> {
  for (;;) {
    const stop = await move(d, 'stop')
    if (stop.kind === 'idle' && (await d.host.wait?.()) === true) continue
    if (!isForeign(d, stop)) return stop
  }
}

function alive(d: Debugger): Task {
  if (d.ended !== null && d.session.timeline === null) fail('The program is not being run.')
  const task = selected(d)
  d.started = true
  return task
}

async function restart(d: Debugger): Promise<void> {
  if (!d.started) return
  if (d.session.timeline === null) fail('The run was not recorded: it cannot begin again.')
  goTo(d.session, firstInstant(d.session))
  d.session.focus = refTo(d.session.k.state.main ?? d.session.focus)
  d.ended = null
}

/** A step of the selected task, so many times. */
const counted = (name: string, short: readonly string[], doc: string, motion: MotionName): Command => ({
  name,
  short,
  group: 'running',
  usage: '[N]',
  doc,
  repeats: 'same',
  async run(d, call) {
    const count = call.count()
    return stopText(d, await move(d, motion, { task: alive(d), count }))
  },
})

export const RUNNING: readonly Command[] = [
  {
    name: 'run',
    short: ['r'],
    group: 'running',
    usage: '',
    doc: 'Run the program from its beginning. Once it has run, the recorded run is gone back to.',
    async run(d) {
      await restart(d)
      alive(d)
      return stopText(d, await goOn(d))
    },
  },
  {
    name: 'start',
    group: 'running',
    usage: '',
    doc: 'Run the program from its beginning to main.',
    async run(d) {
      await restart(d)
      const place = resolvePlace(d, 'main')
      const point = addBreakpoint(d.session, { address: place.addresses[0], spec: 'main', temporary: true, scope: processOf(alive(d)) })
      d.places.set(point.id, { what: place.what, condition: null, file: place.file })
      const told =
        place.spot === null ? '' : `: ${`file ${place.spot.file.slice(place.spot.file.lastIndexOf('/') + 1)}, line ${place.spot.line}`}.`
      const lines = [`Temporary breakpoint ${point.id} at ${hex(place.addresses[0])}${told}`]
      return [...lines, ...stopText(d, await goOn(d))]
    },
  },
  {
    name: 'continue',
    short: ['c', 'fg'],
    group: 'running',
    usage: '[N]',
    doc: 'Go on to the next stop; with N, pass over N - 1 stops at this breakpoint.',
    repeats: 'same',
    async run(d, call) {
      alive(d)
      const said: string[] = []
      if (call.text !== '' && d.lastStop !== null && 'points' in d.lastStop) {
        const point = d.session.points.get(d.lastStop.points[0])
        if (point !== undefined) {
          point.ignore = call.count() - 1
          said.push(`Will ignore next ${point.ignore} crossings of breakpoint ${point.id}.  Continuing.`)
        }
      }
      return [...said, ...stopText(d, await goOn(d))]
    },
  },
  counted('step', ['s'], 'Step to another source line, into functions that have lines.', 'line'),
  counted('next', ['n'], 'Step to another source line, over calls.', 'lineOver'),
  counted('stepi', ['si'], 'Step one instruction of the selected task; a system call is one.', 'instruction'),
  counted('nexti', ['ni'], 'Step one instruction, over calls.', 'over'),
  counted('machine-step', ['ms'], 'Step one instruction of whichever hart is next.', 'machine'),
  counted('kernel-step', ['ks'], 'Run up to the next thing that the kernel does, and through it.', 'kernel'),
  {
    name: 'finish',
    short: ['fin'],
    group: 'running',
    usage: '',
    doc: 'Run until the function of the selected frame returns.',
    async run(d) {
      const task = alive(d)
      const { frames } = backtrace(d, task, d.frame + 2)
      const caller = frames[d.frame + 1]
      if (caller === undefined) fail('"finish" not meaningful in the outermost frame.')
      const said = [`Run till exit from #${d.frame}  ${frameText(frames[d.frame], true)}`]
      const stop = await move(d, 'out', { task: task, frame: d.frame })
      const value = stop.kind === 'step' ? regBig(d.session.k, taskById(d.session, task) ?? task, REG.a0) : null
      const lines = stopText(d, stop)
      if (value === null) return [...said, ...lines]
      d.values.push(value)
      return [...said, ...lines, `Value returned is $${d.values.length} = ${value}`]
    },
  },
  {
    name: 'until',
    short: ['u'],
    group: 'running',
    usage: '[LOCATION]',
    doc: 'Run until a later source line of this function, past the ends of loops; or until a location.',
    repeats: 'same',
    complete: (d, _, last) => completeSymbol(d, last),
    async run(d, { text }) {
      const task = alive(d)
      const to: About = text === '' ? {} : { address: resolvePlace(d, text).addresses[0] }
      return stopText(d, await move(d, text === '' ? 'later' : 'address', { ...to, task: task }))
    },
  },
  {
    name: 'advance',
    group: 'running',
    usage: 'LOCATION',
    doc: 'Run until a location.',
    complete: (d, _, last) => completeSymbol(d, last),
    async run(d, { text }) {
      if (text === '') fail('Argument required (a location).')
      return stopText(d, await move(d, 'address', { address: resolvePlace(d, text).addresses[0], task: alive(d) }))
    },
  },
]
