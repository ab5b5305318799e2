// Where the debugger looks: the selected task and frame, symbols and lines of its address space, values of expressions in it, and
// sources. Everything else asks here.
import type { Task } from '../../kernel/index.ts'
import { xNames } from '../../vm/index.ts'
import { evaluateIn, readMemory, readRegister, refTo, registersOf, taskById, tasksOf } from '../session/index.ts'
import {
  describeInSpace,
  lineInSpace,
  loadTask,
  symbolsInSpace,
  unwind,
  type Backtrace,
  type SourcePlace,
  type StackFrame,
  type SymbolSpace,
} from '../symbols/index.ts'
import { hex } from '../hex.ts'
import { fail, type Debugger } from './types.ts'

/** The task that commands are about. When it has ended, another one of its kind is taken. */
export function selected(d: Debugger): Task {
  const { session: s } = d
  const task = taskById(s, s.focus)
  if (task?.mm) return task
  const other = tasksOf(s, task?.group.tgid ?? null)[0] ?? tasksOf(s, null)[0]
  if (other === undefined) fail('The program is not being run.')
  s.focus = refTo(other)
  d.frame = 0
  return other
}

export const spaceOf = (d: Debugger, task: Task): SymbolSpace => loadTask(d.session.k, task, d.cache)

export const reader =
  (d: Debugger, task: Task) =>
  (address: number, length: number): Uint8Array | null => {
    const bytes = readMemory(d.session, task, address, length)
    return bytes.length === length ? bytes : null
  }

/** The callers of a task, innermost first; at most `limit`. */
export function backtrace(d: Debugger, task: Task, limit?: number): Backtrace {
  const values = registersOf(d.session, task)
  return unwind(spaceOf(d, task), { pc: Number(values[32]), values: values.slice(0, 32) }, reader(d, task), limit)
}

/** The selected frame of the selected task. */
export function frameOf(d: Debugger): StackFrame {
  const { frames } = backtrace(d, selected(d), d.frame + 1)
  return frames[Math.min(d.frame, frames.length - 1)]
}

/** `main+12`, or null. */
export const nameOf = (d: Debugger, task: Task, address: number): string | null => describeInSpace(spaceOf(d, task), address)

/** ` <main+12>` or nothing. */
export function inAngles(d: Debugger, task: Task, address: number): string {
  const name = nameOf(d, task, address)
  return name === null ? '' : ` <${name}>`
}

export const lineOf = (d: Debugger, task: Task, address: number): SourcePlace | null => lineInSpace(spaceOf(d, task), address)

/** The last part of a path, as gdb shows sources that it was given by path. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Lines of a source, or null. */
export function sourceLines(d: Debugger, file: string): string[] | null {
  let lines = d.sources.get(file)
  if (lines === undefined) {
    const text = d.host.readFile(file)
    lines = text === null ? null : text.replace(/\n$/, '').split('\n')
    d.sources.set(file, lines)
  }
  return lines
}

/** `40\tenter 3, 16`: as gdb shows a line; null: the source is not there. */
export function sourceLine(d: Debugger, file: string, line: number): string | null {
  const text = sourceLines(d, file)?.[line - 1]
  return text === undefined ? null : `${line}\t${text.trimEnd()}`
}

/** Value of an expression in the selected frame: registers, the machine's own names, symbols' addresses, `$1`, `$name`. */
export function valueOf(d: Debugger, text: string): bigint {
  const task = selected(d)
  const { session: s } = d
  const space = spaceOf(d, task)
  const own: Readonly<Record<string, () => bigint | string>> = {
    pid: () => BigInt(task.group.tgid),
    tid: () => BigInt(task.pid),
    ppid: () => BigInt(task.group.parent?.tgid ?? 0),
    comm: () => task.comm,
    time: () => BigInt(s.k.state.time),
    executed: () => BigInt(s.k.state.executed),
    steps: () => BigInt(s.k.state.steps),
  }
  try {
    return evaluateIn(withHistory(d, text), {
      name: name => {
        if (Object.hasOwn(own, name)) return own[name]()
        return d.variables.get(name) ?? registerOf(d, task, name) ?? symbolValue(space, name)
      },
      load: (address, bytes) => {
        const read = reader(d, task)(Number(address), bytes)
        if (read === null) fail(`Cannot access memory at address ${hex(address)}`)
        return read.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
      },
    })
  } catch (error) {
    const { message } = error as Error
    const unknown = /^no symbol or register '(.*)'$/.exec(message)
    fail(unknown === null ? message : `No symbol "${unknown[1].replace(/^\$/, '')}" in current context.`)
  }
}

/** `$3`, `$` and `$$` are values that were printed. */
const withHistory = (d: Debugger, text: string): string =>
  text.replace(/\$(\d+|\$?)(?![\w$])/g, (_, which: string) => {
    const index = which === '' ? d.values.length - 1 : which === '$' ? d.values.length - 2 : Number(which) - 1
    const value = d.values[index]
    if (value === undefined) fail('History has not yet reached $' + which + '.')
    return `(${value})`
  })

const symbolValue = (space: SymbolSpace, name: string): bigint | null => {
  const symbol = symbolsInSpace(space, name)[0]
  return symbol === undefined ? null : BigInt(symbol.address)
}

/** A register in the selected frame: the innermost has all of them, outer ones those that were saved or kept. */
function registerOf(d: Debugger, task: Task, name: string): bigint | null {
  const known = readRegister(d.session, task, name)
  if (known === null || d.frame === 0) return known
  const frame = frameOf(d)
  if (name === 'pc') return BigInt(frame.pc)
  const n = xNames.indexOf(name)
  return n < 0 ? known : (frame.registers[n] ?? fail(`${name} is not saved in this frame`))
}
