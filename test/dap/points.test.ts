// Every kind of breakpoint that an editor can set, on a program assembled at launch.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { describe, expect, test } from 'vitest'
import { fileOf, launched, withAdapter, type Debugged } from './client.ts'

withAdapter()

type Breakpoints = DebugProtocol.SetBreakpointsResponse['body']

const SAMPLE = fileURLToPath(new URL('sample.s', import.meta.url))
const lines = readFileSync(SAMPLE, 'utf8').split('\n')
/** Line of the first one that begins so. */
const lineOf = (text: string, after = 0): number => lines.findIndex((line, n) => n >= after && line.trim().startsWith(text)) + 1

const sample = (args: object = {}): Promise<Debugged> => launched({ program: SAMPLE, ...args })
const setLines = (d: Debugged, ...breakpoints: object[]): Promise<Breakpoints> =>
  d.ask<Breakpoints>('setBreakpoints', { source: { path: SAMPLE }, breakpoints })
const value = async (d: Debugged, expression: string): Promise<string> => {
  const { id: frameId } = await d.frame()
  return (await d.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId, context: 'watch' })).result
}

describe('of a source', () => {
  test('stops before the line, each time it is reached', async () => {
    const d = await sample()
    const line = lineOf('mv a0, s1')
    const { breakpoints } = await setLines(d, { line })
    expect(breakpoints).toMatchObject([{ verified: true, line }])
    for (const pass of [1, 2, 3]) {
      const stop = await d.run(pass === 1 ? 'configurationDone' : 'continue')
      expect(stop).toMatchObject({ reason: 'breakpoint', threadId: 2, hitBreakpointIds: [breakpoints[0].id], allThreadsStopped: true })
      expect(await d.frame()).toMatchObject({ line, source: { path: SAMPLE } })
      expect(await value(d, 's1')).toBe(`0x${pass} (${pass})`)
    }
    expect(await d.toEnd('continue')).toBe(3)
    expect(d.output()).toBe('done\n')
  })

  test('a line without code stands for the next one that has some, and says so', async () => {
    const d = await sample()
    const { breakpoints } = await setLines(d, { line: lineOf('# double') })
    expect(breakpoints[0]).toMatchObject({ verified: true, line: lineOf('add a0, a0, a0') })
    expect(breakpoints[0].message).toMatch(/has no code; the next line that has is/)
    const beyond = await setLines(d, { line: 999 })
    expect(beyond.breakpoints[0].verified).toBe(false)
    expect(beyond.breakpoints[0].message).toMatch(/no program in memory has code of line 999/)
  })

  test('a condition over registers, symbols and memory; one that cannot be read stops and is told', async () => {
    const d = await sample()
    const line = lineOf('mv a0, s1')
    await setLines(d, { line, condition: 's1 == 2 && pid == 2 && *(u8 *)text == 0x64' })
    await d.run('configurationDone')
    expect(await value(d, '$s1')).toBe('0x2 (2)')
    await setLines(d, { line, condition: 'nonsense + 1' })
    await d.run('continue')
    expect(d.output()).toMatch(/condition 'nonsense \+ 1': no symbol or register 'nonsense'/)
  })

  test.each([
    ['3', 3],
    ['== 2', 2],
    ['> 1', 2],
    ['% 3', 3],
  ])('hit count %s', async (hitCondition, first) => {
    const d = await sample()
    await setLines(d, { line: lineOf('mv a0, s1'), hitCondition })
    await d.run('configurationDone')
    expect(await value(d, 's1')).toBe(`0x${first} (${first})`)
  })

  test('a hit count that cannot be read is refused with its point', async () => {
    const d = await sample()
    const { breakpoints } = await setLines(d, { line: lineOf('mv a0, s1'), hitCondition: 'often' })
    expect(breakpoints).toMatchObject([{ verified: false, message: expect.stringContaining("it is not 'often'") }])
  })

  test('a logpoint says what it is told and goes on', async () => {
    const d = await sample()
    await setLines(d, { line: lineOf('mv a0, s1'), logMessage: 'pass {s1} of {comm}, {nothing}' })
    expect(await d.toEnd('configurationDone')).toBe(3)
    const passes = [1, 2, 3].map(n => `pass 0x${n} (${n}) of "sample", <no symbol or register 'nothing'>\n`)
    expect(d.output()).toBe(`${passes.join('')}done\n`)
  })

  test('lines that have code', async () => {
    const d = await sample()
    const { breakpoints } = await d.ask<DebugProtocol.BreakpointLocationsResponse['body']>('breakpointLocations', {
      source: { path: SAMPLE },
      line: lineOf('child:'),
      endLine: lineOf('add a0, a0, a0'),
    })
    const child = lineOf('child:')
    expect(breakpoints.map(b => b.line)).toEqual([...[1, 2, 3, 4, 5].map(n => child + n), lineOf('add a0, a0, a0')])
  })

  test('of a program that is executed later: told when it is there', async () => {
    const d = await launched({ program: '/bin/sh', args: ['-c', '/labs/cow-fault 1'] })
    const { breakpoints } = await d.ask<Breakpoints>('setFunctionBreakpoints', {
      breakpoints: [{ name: 'check_all' }, { name: 'parse_arguments' }],
    })
    const changed = d.client.waitForEvent('breakpoint', 30_000)
    const stop = await d.run('configurationDone')
    expect((await changed).body).toMatchObject({ reason: 'changed', breakpoint: { id: breakpoints[1].id, verified: true } })
    expect(stop).toMatchObject({ reason: 'function breakpoint', hitBreakpointIds: [breakpoints[1].id] })
    expect((await d.frame(stop.threadId)).name).toBe('parse_arguments')
  })
})

test('of functions and instructions', async () => {
  const d = await sample({ stopOnEntry: true })
  expect(await d.run('configurationDone')).toMatchObject({ reason: 'entry' })
  const set = await d.ask<Breakpoints>('setFunctionBreakpoints', {
    breakpoints: [{ name: 'double', condition: 'a0 == 2' }, { name: 'none' }],
  })
  expect(set.breakpoints).toMatchObject([{ verified: true }, { verified: false, message: 'no program in memory has a function none' }])
  expect(await d.run('continue')).toMatchObject({ reason: 'function breakpoint', hitBreakpointIds: [set.breakpoints[0].id] })
  const { instructionPointerReference } = await d.frame()
  await d.ask('setFunctionBreakpoints', { breakpoints: [] })
  await d.ask('setInstructionBreakpoints', { breakpoints: [{ instructionReference: instructionPointerReference, offset: 2 }] })
  expect(await d.run('continue')).toMatchObject({ reason: 'instruction breakpoint' })
  expect((await d.frame()).name).toBe('double+2')
})

test('of data: a variable of memory that changes, and physical memory', async () => {
  const d = await sample({ stopOnEntry: true })
  await d.run('configurationDone')
  const { id: frameId } = await d.frame()
  const info = (name: string, more: object = {}): Promise<DebugProtocol.DataBreakpointInfoResponse['body']> =>
    d.ask('dataBreakpointInfo', { name, frameId, ...more })
  expect(await info('$a0')).toMatchObject({ dataId: null, description: '$a0 is a register: only memory can be watched' })
  const { dataId, accessTypes } = await info('shared')
  expect(dataId).toMatch(/^2\.\d+:0x[0-9a-f]+:8$/)
  expect(accessTypes).toEqual(['read', 'write', 'readWrite'])
  expect((await info('physical 0x80001000', { bytes: 4 })).dataId).toBe('physical:0x80001000:4')
  const set = await d.ask<Breakpoints>('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'write' }, { dataId: 'nonsense' }] })
  expect(set.breakpoints).toMatchObject([{ verified: true }, { verified: false, message: "'nonsense' is no data id" }])
  expect(await d.run('continue')).toMatchObject({
    reason: 'data breakpoint',
    threadId: 2,
    text: 'was 0x0000000000000000, is 0x0000000000000006',
  })
  // The child's write is to memory of its own.
  expect(await d.run('continue')).toMatchObject({ threadId: 2, text: 'was 0x0000000000000006, is 0x0000000000000007' })
  expect(await d.toEnd('continue')).toBe(3)
})

describe('things that happen', () => {
  const stopAt = async (
    filterOptions: object[],
    program = SAMPLE,
    args: string[] = [],
  ): Promise<[Debugged, DebugProtocol.StoppedEvent['body']]> => {
    const d = await launched({ program, args })
    await d.ask('setExceptionBreakpoints', { filters: [], filterOptions })
    return [d, await d.run('configurationDone')]
  }

  test.each([
    ['cow', '', /^[23] sample: copy-on-write at /],
    ['fork', '', /^2 sample: forks 3 sample$/],
    ['syscalls', 'write', /^2 sample: write\(1, "/],
    ['syscalls', 'if a7 == 172', /^2 sample: getpid\(\)$/],
    ['syscallReturns', 'getpid', /^2 sample: getpid = 2$/],
    ['faults', 'cow', /: write fault at 0x[0-9a-f]+: copied$/],
    ['switches', '3', /: switch from .* to 3 sample$/],
    ['tlbMisses', '', /TLB miss at 0x/],
  ])('%s %s', async (filterId, condition, text) => {
    const [d, stop] = await stopAt([{ filterId, condition }])
    expect(stop).toMatchObject({ reason: 'exception', text: expect.stringMatching(text) })
    const info = await d.ask<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', { threadId: stop.threadId })
    expect(info).toMatchObject({ exceptionId: filterId, breakMode: 'always', description: expect.stringMatching(text) })
  })

  test('execs', async () => {
    const [, stop] = await stopAt([{ filterId: 'exec', condition: '/bin/true' }], '/bin/sh', ['-c', '/bin/true; :'])
    expect(stop.text).toMatch(/: execs \/bin\/true$/)
  })

  test('a crash is seen before the signal takes the program away, and ends it when it goes on', async () => {
    const program = fileOf('crash.s', '.globl _start\n_start:\n li a0, 1\n ld a1, 0(zero)\n nop\n')
    const [d, stop] = await stopAt([{ filterId: 'crashes' }], program)
    expect(stop.text).toBe('2 crash: SIGSEGV: read of 0x0: no region there')
    expect(await d.frame()).toMatchObject({ line: 4 })
    expect(await value(d, 'a0')).toBe('0x1 (1)')
    expect(await d.toEnd('continue')).toBe(139)
  })

  test('an exit, with the task as it was', async () => {
    const [d, stop] = await stopAt([{ filterId: 'exit', condition: 'if pid == 3' }])
    expect(stop).toMatchObject({ threadId: 3, text: expect.stringMatching(/^3 sample: exits with wait status 0x0$/) })
    expect((await d.frame(3)).line).toBe(lineOf('ecall', lineOf('child:')))
  })

  test('a filter that there is not', async () => {
    const d = await sample()
    const { breakpoints } = await d.ask<Breakpoints>('setExceptionBreakpoints', { filters: ['comets', 'cow'] })
    expect(breakpoints).toMatchObject([{ verified: false, message: "there is no filter 'comets'" }, { verified: true }])
  })
})
