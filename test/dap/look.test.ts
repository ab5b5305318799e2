// Looking at a stopped machine from an editor, and changing it: variables, expressions, instructions, memory, sources, and the requests of
// our own. What cannot be is refused in words.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { describe, expect, test } from 'vitest'
import { VIEWS } from '../../debugger/index.ts'
import { connect, fileOf, labSource, launched, withAdapter, type Debugged } from './client.ts'

withAdapter()

type Variables = DebugProtocol.VariablesResponse['body']
type Scopes = DebugProtocol.ScopesResponse['body']
type Instructions = NonNullable<DebugProtocol.DisassembleResponse['body']>
type Memory = NonNullable<DebugProtocol.ReadMemoryResponse['body']>

const SAMPLE = fileURLToPath(new URL('sample.s', import.meta.url))
const lines = readFileSync(SAMPLE, 'utf8').split('\n')
const lineOf = (text: string, after = 0): number => lines.findIndex((line, n) => n >= after && line.trim().startsWith(text)) + 1

async function inDouble(args: object = {}): Promise<Debugged> {
  const d = await launched({ program: SAMPLE, ...args })
  await d.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'double' }] })
  await d.run('configurationDone')
  return d
}
const evaluate = async (d: Debugged, expression: string, context = 'watch'): Promise<DebugProtocol.EvaluateResponse['body']> =>
  d.ask('evaluate', { expression, context, frameId: (await d.frame()).id })
async function scope(d: Debugged, name: string, level = 0): Promise<number> {
  const { stackFrames } = await d.ask<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 2 })
  const { scopes } = await d.ask<Scopes>('scopes', { frameId: stackFrames[level].id })
  return scopes.find(one => one.name === name)?.variablesReference ?? 0
}
const variables = async (d: Debugged, variablesReference: number): Promise<Variables['variables']> =>
  (await d.ask<Variables>('variables', { variablesReference })).variables

describe('variables', () => {
  test('registers by their names, of the frame and of its caller', async () => {
    const d = await inDouble()
    const inner = await variables(d, await scope(d, 'Registers'))
    expect(inner).toHaveLength(33)
    expect(inner.find(v => v.name === 'a0')).toMatchObject({ value: '0x1 (1)', evaluateName: '$a0', memoryReference: '0x1' })
    const ra = inner.find(v => v.name === 'ra')
    const outer = await variables(d, await scope(d, 'Registers', 1))
    // The caller goes on where its call returns to.
    expect(outer.find(v => v.name === 'pc')?.memoryReference).toBe(ra?.memoryReference)
    const csrs = await variables(d, await scope(d, 'CSRs'))
    expect(csrs.find(v => v.name === 'satp')?.value).toMatch(/^0x9[0-9a-f]+ Sv48, ASID \d+, root 0x/)
  })

  test('a register that is set makes another future', async () => {
    const d = await inDouble()
    const variablesReference = await scope(d, 'Registers')
    expect(await d.ask('setVariable', { variablesReference, name: 'a0', value: '20 + 1' })).toMatchObject({ value: '0x15 (21)' })
    await d.run('next')
    expect((await evaluate(d, 'a0')).result).toBe('0x2a (42)')
    expect(await d.refusal('setVariable', { variablesReference: await scope(d, 'Registers'), name: 'zero', value: '1' })).toBeTypeOf(
      'string',
    )
    expect(await d.refusal('setVariable', { variablesReference: await scope(d, 'CSRs'), name: 'satp', value: '1' })).toBe(
      'satp cannot be set',
    )
    expect((await evaluate(d, '$a0 = 5', 'repl')).result).toBe('0x5 (5)')
    const { id: frameId } = await d.frame()
    expect(await d.ask('setExpression', { expression: 'a1', value: '*(u8 *)text', frameId })).toMatchObject({ value: '0x64 (100)' })
  })

  test('expressions', async () => {
    const d = await inDouble()
    expect((await evaluate(d, 'a0 + 2 * pid')).result).toBe('0x5 (5)')
    expect((await evaluate(d, 'double', 'hover')).result).toMatch(/^0x[0-9a-f]+ \(\d+\) <double>$/)
    expect((await evaluate(d, 'comm')).result).toBe('"sample"')
    const { id: frameId } = await d.frame()
    expect(await d.refusal('evaluate', { expression: 'nobody', frameId })).toBe("no symbol or register 'nobody'")
    expect(await d.refusal('evaluate', { expression: '*0', frameId })).toBe('cannot access memory at address 0x0')
    expect(await d.refusal('evaluate', { expression: '1 +', frameId })).toMatch(/something is missing/)
  })

  test('what was told of a stop is refused after the next', async () => {
    const d = await inDouble()
    const old = await scope(d, 'Registers')
    await d.run('next')
    expect(await d.refusal('variables', { variablesReference: old })).toMatch(/the machine has run since/)
    expect(await d.refusal('scopes', { frameId: 1 })).toMatch(/there is no frame 1/)
  })
})

describe('instructions and memory', () => {
  test('as many as were asked for, also before the address, with their lines', async () => {
    const d = await inDouble()
    const { instructionPointerReference: memoryReference } = await d.frame()
    const { instructions } = await d.ask<Instructions>('disassemble', { memoryReference, instructionOffset: -3, instructionCount: 5 })
    expect(instructions.map(i => i.instruction)).toEqual(['li a0,0', 'li a7,93', 'ecall', 'add a0,a0,a0', 'ret'])
    expect(instructions.map(i => i.line)).toEqual(
      [-1, 0, 1].map(n => lineOf('li a7, SYS_exit', lineOf('child:')) + n).concat([lineOf('add a0'), lineOf('ret')]),
    )
    expect(instructions[3]).toMatchObject({ address: memoryReference, symbol: 'double', instructionBytes: '952a' })
    expect(instructions[0].location).toMatchObject({ path: SAMPLE })
    const none = await d.ask<Instructions>('disassemble', { memoryReference: '0x10', instructionOffset: -20, instructionCount: 30 })
    expect(none.instructions).toHaveLength(30)
    expect(new Set(none.instructions.map(i => i.presentationHint))).toEqual(new Set(['invalid']))
  })

  test('memory is read and written; what is not mapped is counted', async () => {
    const d = await inDouble()
    const { memoryReference } = await evaluate(d, 'text')
    const read = (): Promise<Memory> => d.ask('readMemory', { memoryReference, count: 5 })
    expect(Buffer.from((await read()).data ?? '', 'base64').toString()).toBe('done\n')
    const data = Buffer.from('gone').toString('base64')
    expect(await d.ask('writeMemory', { memoryReference, data })).toMatchObject({ bytesWritten: 4 })
    expect(Buffer.from((await read()).data ?? '', 'base64').toString()).toBe('gone\n')
    expect(await d.ask('readMemory', { memoryReference: '0x0', count: 8 })).toEqual({ address: '0x0', data: '', unreadableBytes: 8 })
    expect(await d.refusal('writeMemory', { memoryReference: '0x0', data })).toBe('not all of 4 bytes at 0x0 are mapped')
    expect(await d.refusal('readMemory', { memoryReference: 'here', count: 8 })).toBe("'here' is no memory reference")
    await d.ask('setFunctionBreakpoints', { breakpoints: [] })
    expect(await d.toEnd('continue')).toBe(3)
    expect(d.output()).toBe('gone\n')
  })
})

test('sources and modules', async () => {
  const d = await inDouble()
  expect(await d.ask('loadedSources')).toEqual({ sources: [{ name: 'sample.s', path: SAMPLE }] })
  expect(await d.ask('source', { source: { path: SAMPLE }, sourceReference: 0 })).toEqual({ content: lines.join('\n') })
  expect(await d.refusal('source', { source: { path: '/etc/passwd' } })).toBe('/etc/passwd is no source of what is debugged')
  const { modules, totalModules } = await d.ask<DebugProtocol.ModulesResponse['body']>('modules')
  expect(totalModules).toBe(2)
  expect(modules.map(m => m.name)).toEqual(['sample', '[vdso]'])
  expect(modules[0]).toMatchObject({
    addressRange: expect.stringMatching(/^0x10120-0x11[0-9a-f]{3}$/),
    symbolStatus: expect.stringMatching(/^\d+ symbols$/),
  })
})

describe('requests of our own', () => {
  test('every view, as data and as text', async () => {
    const d = await inDouble()
    const { views } = await d.ask<{ views: { name: string }[] }>('hartbeat/views')
    expect(views.map(v => v.name)).toEqual(VIEWS.map(v => v.name))
    const text = async (name: string, args: object = {}): Promise<string> =>
      (await d.ask<{ text: string[] }>('hartbeat/view', { name, arguments: args })).text.join('\n')
    expect(await text('tasks')).toMatch(/sample/)
    expect(await text('regions')).toMatch(/^00010000-00011000 +r-xp /m)
    const { memoryReference } = await evaluate(d, 'text')
    expect(await text('walk', { address: Number(memoryReference) })).toMatch(/level 0 .* empty\n.*\n.*\nnot present: never touched here/)
    expect((await evaluate(d, 'view tasks', 'repl')).result).toMatch(/sample/)
    expect((await evaluate(d, 'view', 'repl')).result.split('\n')).toHaveLength(VIEWS.length)
    expect(await d.refusal('hartbeat/view', { name: 'moon' })).toMatch(/^there is no view 'moon': they are registers, /)
    expect(await d.refusal('hartbeat/view', { name: 'walk', arguments: { address: 'x' } })).toBe("address: 'x' is no number")
    expect(await d.refusal('hartbeat/view', { name: 'tasks', arguments: { pid: 77 } })).toBe('there is no task 77')
  })

  test('who wrote it last, and a visit there and back', async () => {
    const d = await launched({ program: SAMPLE })
    await d.ask('setBreakpoints', { source: { path: SAMPLE }, breakpoints: [{ line: lineOf('mv s2, a0') }] })
    await d.run('configurationDone')
    interface Moment {
      executed: number
    }
    const here = await d.ask<{ now: Moment; first: Moment; last: Moment }>('hartbeat/now')
    const { write } = await d.ask<{ write: { instant: Moment; task: number; text: string } }>('hartbeat/lastWrite', {
      expression: 'shared',
    })
    expect(write).toMatchObject({ task: 2, text: expect.stringMatching(/wrote it with the instruction at 0x/) })
    expect(await d.run('hartbeat/goto', { executed: write.instant.executed - 1 })).toMatchObject({ reason: 'goto' })
    expect((await d.frame()).line).toBe(lineOf('sd a0, 0(s0)'))
    expect((await evaluate(d, '*shared')).result).toBe('0x0 (0)')
    await d.run('hartbeat/goto', { executed: write.instant.executed })
    expect((await evaluate(d, '*shared')).result).toBe('0x6 (6)')
    await d.run('hartbeat/goto', { executed: here.now.executed })
    expect((await d.frame()).line).toBe(lineOf('mv s2, a0'))
    expect(await d.ask('hartbeat/lastWrite', { expression: 'text' })).toEqual({ write: null })
    expect(await d.refusal('hartbeat/goto', { executed: -1 })).toMatch(/'executed' is a count of instructions/)
  })
})

describe('launching', () => {
  test('arguments, environment, directory, standard input, harts and timing reach the guest', async () => {
    const script = 'echo $0 $1 $NAME; pwd; cat; exit 7'
    const d = await launched({
      program: '/bin/sh',
      args: ['-c', script, 'zero', 'one'],
      env: { NAME: 'value' },
      cwd: '/tmp',
      stdin: 'grüße\n',
      harts: 2,
      timing: 'u74',
    })
    expect(await d.toEnd('configurationDone')).toBe(7)
    expect(d.output()).toBe('zero one value\n/tmp\ngrüße\n')
  })

  test('standard input from a file; without debugging no breakpoint counts', async () => {
    const d = await launched({ program: '/bin/cat', stdinFile: fileOf('input', 'from a file\n'), noDebug: true })
    await d.ask('setExceptionBreakpoints', { filters: ['syscalls'] })
    expect(await d.toEnd('configurationDone')).toBe(0)
    expect(d.output()).toBe('from a file\n')
  })

  test.each<[object, RegExp]>([
    [{}, /^launch: 'program' is missing/],
    [{ program: 5 }, /^launch: 'program' is a path$/],
    [{ program: SAMPLE, args: 'x' }, /^launch: 'args' is a list of texts$/],
    [{ program: SAMPLE, stdin: '', stdinFile: 'x' }, /exclude each other/],
    [{ program: 'no/such.s' }, /No such file or directory/],
    [{ program: SAMPLE, harts: 99 }, /--smp 99: a whole number from 1 to 32/],
    [{ program: SAMPLE, timing: 'abacus' }, /abacus/],
    [{ program: labSource('cow').replace('.s', '') }, /No such file or directory|not found/i],
  ])('%j is refused', async (args, words) => {
    const d = await connect()
    expect(await d.refusal('launch', args)).toMatch(words)
  })

  test('what the assembler says is shown', async () => {
    const d = await connect()
    expect(await d.refusal('launch', { program: fileOf('bad.s', '_start:\n  fly a0\n') })).toMatch(/bad\.s: not assembled/)
    expect(d.output()).toMatch(/bad\.s:2.*fly/)
  })
})

test('requests that make no sense are refused in words', async () => {
  const d = await inDouble()
  expect(await d.refusal('dance')).toBe("there is no request 'dance'")
  expect(await d.refusal('attach')).toMatch(/there is nothing to attach to/)
  expect(await d.refusal('launch', { program: SAMPLE })).toMatch(/was launched already/)
  expect(await d.refusal('stackTrace', { threadId: 99 })).toBe('there is no thread 99')
  expect(await d.refusal('next', {})).toBe('there is no thread undefined')
  expect(await d.refusal('pause', { threadId: 2 })).toBe('the machine does not run')
  expect(await d.refusal('setBreakpoints', {})).toBe('breakpoints: the source has no path')
  expect(await d.refusal('exceptionInfo', { threadId: 2 })).toMatch(/did not stop at something that happened/)
  expect(await d.refusal('disassemble', { memoryReference: '0x10000', instructionCount: 1e9 })).toMatch(/^instructionCount: /)
  // It still works.
  expect((await d.frame()).name).toBe('double')
})
