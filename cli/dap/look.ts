// Requests that look at the stopped machine, or change it: threads, frames, variables, expressions, sources, memory.
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { dap, readMemory, tasksOf, type Task } from '../../debugger/index.ts'
import { request, whileStopped, type Adapter, type Requests } from './adapter.ts'
import { frameOf, nodeOf, referenced, referenceFor, taskOf, type Debuggee } from './debuggee.ts'
import { forgetSeen } from './run.ts'
import { showView } from './views.ts'

function sourceOf(d: Debuggee, name: string): DebugProtocol.Source {
  const path = d.hostPath(name)
  const there: Partial<DebugProtocol.Source> = existsSync(path) ? {} : { presentationHint: 'deemphasize', origin: 'not found on this host' }
  return { name: basename(path), path, ...there }
}

const threadName = (task: Task): string =>
  task.pid === task.group.tgid ? `${task.pid} ${task.comm}` : `${task.pid} ${task.comm}, of process ${task.group.tgid}`

function threadsOf({ sight: { s } }: Debuggee): DebugProtocol.Thread[] {
  const alive = tasksOf(s, null)
  // Of an ended machine the editor still needs one, to go back with.
  if (alive.length === 0) return [{ id: s.focus.pid, name: `${s.focus.pid} (ended)` }]
  return alive.map(task => ({ id: task.pid, name: threadName(task) }))
}

const number = <T>(list: T[], item: T): number => list.push(item)

function variableOf(d: Debuggee, row: dap.VariableRow, task: number): DebugProtocol.Variable {
  const { name, value, type, evaluateName, memoryReference, node, named, indexed } = row
  return {
    name,
    value,
    ...(type === undefined ? {} : { type }),
    ...(evaluateName === undefined ? {} : { evaluateName }),
    ...(memoryReference === undefined ? {} : { memoryReference: referenceFor(d, task, memoryReference) }),
    variablesReference: node === null ? 0 : number(d.nodes, node),
    ...(named === undefined ? {} : { namedVariables: named }),
    ...(indexed === undefined ? {} : { indexedVariables: indexed }),
  }
}

/** The answer to whoever set something: what it is now. Other answers are old. */
function setAndShow(
  a: Adapter,
  d: Debuggee,
  at: { task: number; level: number },
  expression: string,
  text: string,
): DebugProtocol.Variable {
  dap.setExpression(d.sight, at.task, at.level, expression, text)
  a.afterwards(() => a.tell('invalidated', { areas: ['variables', 'stacks'] }))
  return variableOf(d, dap.rowOfExpression(d.sight, at.task, at.level, expression), at.task)
}

/** How a row of an opened node is written as an expression. */
function expressionFor(d: Debuggee, node: dap.VariableNode, name: string): string {
  const row = dap.rowsOf(d.sight, node).find(one => one.name === name)
  if (row?.evaluateName === undefined) throw new Error(`'${name}' cannot be set`)
  return row.evaluateName
}

function stackTrace(d: Debuggee, args: DebugProtocol.StackTraceArguments): DebugProtocol.StackTraceResponse['body'] {
  const first = args.startFrame ?? 0
  const task = taskOf(d, args.threadId)
  const { frames } = dap.framesOf(d.sight, task)
  const shown = frames.slice(first, args.levels === undefined || args.levels === 0 ? undefined : first + args.levels)
  return {
    totalFrames: frames.length,
    stackFrames: shown.map(frame => ({
      id: number(d.frames, { task: task.pid, level: frame.level }),
      name: frame.signal ? '<signal handler called>' : (frame.place ?? `0x${frame.pc.toString(16)}`),
      line: frame.line?.line ?? 0,
      column: frame.line?.column ?? 0,
      instructionPointerReference: referenceFor(d, task.pid, frame.pc),
      ...(frame.line === null ? { presentationHint: 'subtle' as const } : { source: sourceOf(d, frame.line.file) }),
    })),
  }
}

const MOST_INSTRUCTIONS = 10_000
const MOST_MEMORY = 2 ** 24

const count = (what: string, value: unknown, most: number): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
    throw new Error(`${what}: a whole number up to ${most}`)
  return value
}

function disassembly(d: Debuggee, args: DebugProtocol.DisassembleArguments): DebugProtocol.DisassembleResponse['body'] {
  const { task, address } = referenced(d, args.memoryReference, args.offset)
  const wanted = count('instructionCount', args.instructionCount, MOST_INSTRUCTIONS)
  const skip = args.instructionOffset ?? 0
  if (!Number.isInteger(skip) || Math.abs(skip) > MOST_INSTRUCTIONS)
    throw new Error(`instructionOffset: a whole number up to ${MOST_INSTRUCTIONS}`)
  const rows = dap.instructionsAround(d.sight.s, task, dap.spaceOf(d.sight, task), address, skip, wanted)
  let file = ''
  let line = 0
  return {
    instructions: rows.map(row => {
      const { place } = row
      const newLine = place !== null && (place.file !== file || place.line !== line)
      const newFile = place !== null && place.file !== file
      if (place !== null) ({ file, line } = place)
      return {
        address: `0x${Math.max(row.address, 0).toString(16)}`,
        instructionBytes: row.bytes,
        instruction: row.text,
        ...(args.resolveSymbols === false || row.symbol === null ? {} : { symbol: row.symbol }),
        ...(newFile && place !== null ? { location: sourceOf(d, place.file) } : {}),
        ...(newLine && place !== null ? { line: place.line } : {}),
        ...(row.valid ? {} : { presentationHint: 'invalid' as const }),
      }
    }),
  }
}

function evaluate(a: Adapter, d: Debuggee, args: DebugProtocol.EvaluateArguments): DebugProtocol.EvaluateResponse['body'] {
  const view = args.context === 'repl' ? /^\s*view\b(.*)$/s.exec(args.expression) : null
  if (view !== null) return { result: showView(d, view[1]), variablesReference: 0 }
  const { task, level } = frameOf(d, args.frameId)
  const assigned = args.context === 'repl' ? /^\s*(\$?[\w.>[\]()*-]+?)\s*=\s*([^=].*)$/s.exec(args.expression) : null
  const shown =
    assigned === null
      ? variableOf(d, dap.rowOfExpression(d.sight, task, level, args.expression), task)
      : setAndShow(a, d, { task, level }, assigned[1], assigned[2])
  const { name: _name, value, ...rest } = shown
  return { result: value, ...rest }
}

export const lookRequests: Requests = {
  threads: request(a => ({ threads: threadsOf(a.debuggeeOrError()) })),
  stackTrace: whileStopped<DebugProtocol.StackTraceArguments>((_, d, args) => stackTrace(d, args)),
  scopes: whileStopped<DebugProtocol.ScopesArguments>((_, d, { frameId }) => {
    const { task, level } = frameOf(d, frameId)
    return {
      scopes: dap.scopesOf(d.sight, task, level).map(({ name, hint, expensive, node }) => ({
        name,
        ...(hint === undefined ? {} : { presentationHint: hint }),
        expensive,
        variablesReference: number(d.nodes, node),
      })),
    }
  }),
  variables: whileStopped<DebugProtocol.VariablesArguments>((_, d, args) => {
    const node = nodeOf(d, args.variablesReference)
    return { variables: dap.rowsOf(d.sight, node, args.start, args.count).map(row => variableOf(d, row, node.task)) }
  }),
  setVariable: whileStopped<DebugProtocol.SetVariableArguments>((a, d, args) => {
    const node = nodeOf(d, args.variablesReference)
    const { name: _name, evaluateName: _evaluate, ...body } = setAndShow(a, d, node, expressionFor(d, node, args.name), args.value)
    return body
  }),
  setExpression: whileStopped<DebugProtocol.SetExpressionArguments>((a, d, args) => {
    const { name: _name, evaluateName: _evaluate, ...body } = setAndShow(a, d, frameOf(d, args.frameId), args.expression, args.value)
    return body
  }),
  evaluate: whileStopped<DebugProtocol.EvaluateArguments>(evaluate),
  exceptionInfo: whileStopped<DebugProtocol.ExceptionInfoArguments>((_, d, { threadId }) => {
    const { report } = d
    if (report?.exception == null || report.task.pid !== threadId)
      throw new Error(`thread ${threadId} did not stop at something that happened`)
    const { id, text } = report.exception
    return { exceptionId: id, description: text, breakMode: 'always', details: { message: text, typeName: id } }
  }),

  disassemble: whileStopped<DebugProtocol.DisassembleArguments>((_, d, args) => disassembly(d, args)),
  readMemory: whileStopped<DebugProtocol.ReadMemoryArguments>((_, d, args) => {
    const { task, address } = referenced(d, args.memoryReference, args.offset)
    const wanted = count('count', args.count, MOST_MEMORY)
    const bytes = readMemory(d.sight.s, task, address, wanted)
    const unreadableBytes = wanted - bytes.length
    return {
      address: `0x${address.toString(16)}`,
      data: Buffer.from(bytes).toString('base64'),
      ...(unreadableBytes === 0 ? {} : { unreadableBytes }),
    }
  }),
  writeMemory: whileStopped<DebugProtocol.WriteMemoryArguments>((a, d, args) => {
    const { task, address } = referenced(d, args.memoryReference, args.offset)
    const bytes = new Uint8Array(Buffer.from(args.data, 'base64'))
    if (args.allowPartial !== true && readMemory(d.sight.s, task, address, bytes.length).length < bytes.length)
      throw new Error(`not all of ${bytes.length} bytes at 0x${address.toString(16)} are mapped`)
    const bytesWritten = dap.writePartially(d.sight, task.pid, address, bytes)
    forgetSeen(d)
    a.afterwards(() => a.tell('invalidated', { areas: ['variables', 'stacks'] }))
    return { offset: 0, bytesWritten }
  }),

  source: request<DebugProtocol.SourceArguments>((a, { source }) => {
    a.debuggeeOrError()
    const path = source?.path
    if (typeof path !== 'string') throw new Error('source: it has no path')
    // Only what the program was made from: an editor has no business with other files here.
    if (!dap.sourcesOf(a.debuggeeOrError().sight).some(name => a.debuggeeOrError().hostPath(name) === path))
      throw new Error(`${path} is no source of what is debugged`)
    try {
      return { content: readFileSync(path, 'utf8') }
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
    }
  }),
  loadedSources: request(a => {
    const d = a.debuggeeOrError()
    return { sources: dap.sourcesOf(d.sight).map(name => sourceOf(d, name)) }
  }),
  modules: request<DebugProtocol.ModulesArguments>((a, { startModule = 0, moduleCount = 0 }) => {
    const all = dap.modulesOf(a.debuggeeOrError().sight)
    const shown = all.slice(startModule, moduleCount === 0 ? undefined : startModule + moduleCount)
    return {
      totalModules: all.length,
      modules: shown.map(({ task, file, start, end }) => ({
        id: `${task.group.tgid} ${file.name}`,
        name: basename(file.name),
        path: file.name,
        process: threadName(task),
        addressRange: `0x${start.toString(16)}-0x${end.toString(16)}`,
        symbolStatus: file.problems.length > 0 ? file.problems.join('; ') : `${file.symbols.sorted.length} symbols`,
      })),
    }
  }),
}
