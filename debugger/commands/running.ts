// Letting the program run: to the next stop, by instructions, by source lines, over and out of calls. Long runs are cut in pieces, between
// which the face may say that it is enough.
import { regBig, regPc, type Task } from '../../kernel/index.ts'
import {
  addBreakpoint,
  callLength,
  firstInstant,
  goTo,
  resume,
  runTo,
  stepInstruction,
  stepKernel,
  stepMachine,
  taskById,
  type Search,
  type Stop,
} from '../session/index.ts'
import { applies, countHit } from '../session/points.ts'
import { lineInSpace, statementInSpace, symbolInSpace, type StackFrame } from '../symbols/index.ts'
import { hex } from '../hex.ts'
import { backtrace, selected, spaceOf } from './look.ts'
import { completeSymbol, resolvePlace } from './places.ts'
import { frameText, stopText } from './stops.ts'
import { fail, type Command, type Debugger } from './types.ts'

/** Instructions between two questions whether to go on: some milliseconds. */
export const PIECE = 2_000_000
const RA = 1
const SP = 2
const A0 = 10

export const spOf = (d: Debugger, task: Task): number => Number(regBig(d.session.k, task, SP))

/** Runs pieces until one ends with something else than the end of its budget. */
export async function inPieces(d: Debugger, piece: () => Stop): Promise<Stop> {
  for (;;) {
    const stop = piece()
    if (stop.kind !== 'interrupted' || d.session.interrupted) return stop
    if (!(await d.host.goOn())) return stop
  }
}

/** False: it has gone on for long, and somebody says that it is enough. */
export const isWanted = async ({ session: { k }, host }: Debugger): Promise<boolean> => k.enough?.() !== true || (await host.goOn())

/** Looks for something in the past, likewise; given up, it says so. */
export async function searchPieces<T>(d: Debugger, search: Search<T>): Promise<T | { kind: 'interrupted' }> {
  for (;;) {
    const found = search.go(PIECE)
    if (typeof found !== 'object' || found === null || !('kind' in found) || found.kind !== 'interrupted') return found
    if (await d.host.goOn()) continue
    search.giveUp()
    return found
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

export async function goOn(d: Debugger): Promise<Stop> {
  for (;;) {
    const stop = await inPieces(d, () => resume(d.session, { budget: PIECE }))
    if (!isForeign(d, stop)) return stop
  }
}

const runToPlace = (d: Debugger, to: Parameters<typeof runTo>[1]): Promise<Stop> =>
  inPieces(d, () => runTo(d.session, to, { budget: PIECE }))

/** A step that ends at a breakpoint has hit it. */
function landed(d: Debugger, stop: Stop): Stop {
  if (stop.kind !== 'step') return stop
  const task = taskById(d.session, stop.task)
  if (task === null) return stop
  const address = regPc(d.session.k, task)
  const points = [...d.session.points.values()].filter(
    p => p.kind === 'breakpoint' && p.enabled && p.id > 0 && p.address === address && applies(d.session, p, task) && countHit(p),
  )
  for (const point of points) if (point.temporary) d.session.points.delete(point.id)
  return points.length === 0 ? stop : { kind: 'breakpoint', points: points.map(p => p.id), task: stop.task, address }
}

async function oneInstruction(d: Debugger, id: number): Promise<Stop> {
  return landed(d, await inPieces(d, () => stepInstruction(d.session, id, { budget: PIECE })))
}

async function overInstruction(d: Debugger, id: number): Promise<Stop> {
  const task = taskById(d.session, id)
  const length = task === null ? 0 : callLength(d.session, task)
  if (task === null || length === 0) return oneInstruction(d, id)
  const to = { address: regPc(d.session.k, task) + length, task: id, stackAbove: spOf(d, task) - 1 }
  return landed(d, await runToPlace(d, to))
}

/** One source line: into functions that have lines, or over every call. Without lines, out of the function. */
async function oneLine(d: Debugger, id: number, into: boolean): Promise<Stop> {
  const first = taskById(d.session, id) ?? fail('The program is not being run.')
  const space = spaceOf(d, first)
  let range = statementInSpace(space, regPc(d.session.k, first))
  if (range === null) return outOf(d, first)
  for (;;) {
    const before = taskById(d.session, id)
    const calls = before !== null && callLength(d.session, before) > 0
    const stop = await (into || !calls ? oneInstruction(d, id) : overInstruction(d, id))
    if (stop.kind !== 'step') return stop
    const task = taskById(d.session, id)
    if (task === null) return stop
    if (!(await isWanted(d))) return { kind: 'interrupted' }
    const pc = regPc(d.session.k, task)
    if (range !== null && pc >= range.start && pc < range.end) continue
    const next = statementInSpace(spaceOf(d, task), pc)
    if (next === null) {
      // A function without lines was called: it is run through.
      if (!calls) return stop
      const out = await runToPlace(d, { address: Number(regBig(d.session.k, task, RA)), task: id, stackAbove: spOf(d, task) - 1 })
      if (out.kind !== 'step') return out
      const back = taskById(d.session, id)
      if (back !== null) {
        const here = regPc(d.session.k, back)
        if (range !== null && here >= range.start && here < range.end) continue
      }
      const landing = back === null ? null : statementInSpace(spaceOf(d, back), regPc(d.session.k, back))
      if (landing === null || landing.start === regPc(d.session.k, back as Task)) return landed(d, out)
      range = landing
      continue
    }
    if (next.start === pc) return stop
    range = next
  }
}

/** Right below the caller's stack pointer, as it is again once the frame is left: deeper calls of the same function are not meant. */
export const below = ({ cfa }: StackFrame, sp: number): number => (cfa ?? sp) - 1

/** Until the function that a task is in has returned. */
async function outOf(d: Debugger, task: Task): Promise<Stop> {
  const { frames } = backtrace(d, task, 2)
  if (frames.length < 2) fail('Cannot find bounds of current function')
  return runToPlace(d, { address: frames[1].pc, task: task.pid, stackAbove: below(frames[0], spOf(d, task)) })
}

/** Repeats a step; the last one is told. */
async function times(d: Debugger, count: number, step: () => Stop | Promise<Stop>): Promise<string[]> {
  alive(d)
  let stop: Stop = { kind: 'step', task: d.session.focus }
  for (let n = 0; n < count; n++) {
    stop = await step()
    if (stop.kind !== 'step') break
    if (!(await isWanted(d)) || (n % 64 === 63 && !(await d.host.goOn()))) return stopText(d, { kind: 'interrupted' })
  }
  return stopText(d, stop)
}

export function alive(d: Debugger): Task {
  if (d.ended !== null && d.session.timeline === null) fail('The program is not being run.')
  const task = selected(d)
  d.started = true
  return task
}

async function restart(d: Debugger): Promise<void> {
  if (!d.started) return
  if (d.session.timeline === null) fail('The run was not recorded: it cannot begin again.')
  goTo(d.session, firstInstant(d.session))
  d.session.focus = d.session.k.state.main?.pid ?? 1
  d.ended = null
}

const counted = (name: string, short: readonly string[], doc: string, step: (d: Debugger) => Stop | Promise<Stop>): Command => ({
  name,
  short,
  group: 'running',
  usage: '[N]',
  doc,
  repeats: 'same',
  run: (d, call) => times(d, call.count(), () => step(d)),
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
      const point = addBreakpoint(d.session, { address: place.addresses[0], spec: 'main', temporary: true, scope: alive(d).group.tgid })
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
  counted('step', ['s'], 'Step to another source line, into functions that have lines.', d => oneLine(d, alive(d).pid, true)),
  counted('next', ['n'], 'Step to another source line, over calls.', d => oneLine(d, alive(d).pid, false)),
  counted('stepi', ['si'], 'Step one instruction of the selected task; a system call is one.', d => oneInstruction(d, alive(d).pid)),
  counted('nexti', ['ni'], 'Step one instruction, over calls.', d => overInstruction(d, alive(d).pid)),
  counted('machine-step', ['ms'], 'Step one instruction of whichever hart is next.', d => inPieces(d, () => stepMachine(d.session))),
  counted('kernel-step', ['ks'], 'Run up to the next thing that the kernel does, and through it.', d =>
    inPieces(d, () => stepKernel(d.session, PIECE)),
  ),
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
      const stop = await runToPlace(d, { address: caller.pc, task: task.pid, stackAbove: below(frames[d.frame], spOf(d, task)) })
      const value = stop.kind === 'step' ? regBig(d.session.k, taskById(d.session, task.pid) ?? task, A0) : null
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
      if (text !== '') return stopText(d, await runToPlace(d, { address: resolvePlace(d, text).addresses[0], task: task.pid }))
      const start = regPc(d.session.k, task)
      const name = symbolInSpace(spaceOf(d, task), start, true)?.address
      for (;;) {
        const stop = await oneLine(d, task.pid, false)
        const here = taskById(d.session, task.pid)
        if (stop.kind !== 'step' || here === null) return stopText(d, stop)
        const pc = regPc(d.session.k, here)
        if (pc > start || symbolInSpace(spaceOf(d, here), pc, true)?.address !== name) return stopText(d, stop)
        if (!(await d.host.goOn())) return stopText(d, { kind: 'interrupted' })
      }
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
      return stopText(d, await runToPlace(d, { address: resolvePlace(d, text).addresses[0], task: alive(d).pid }))
    },
  },
]

/** Instants are for people who compare: is it a line that one stands at the start of? */
export const atLineStart = (d: Debugger, task: Task): boolean => {
  const pc = regPc(d.session.k, task)
  const range = statementInSpace(spaceOf(d, task), pc)
  return range === null || (range.start === pc && lineInSpace(spaceOf(d, task), pc) !== null)
}
