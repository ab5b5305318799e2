// Steps in an editor, in, over and out, and back in time: over a call, a system call and a copy on write, and in forked tasks.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { expect, test } from 'vitest'
import { connect, fileOf, labSource, launched, PATIENCE, withAdapter, type Debugged } from './client.ts'

withAdapter()

const SAMPLE = fileURLToPath(new URL('sample.s', import.meta.url))
const lines = readFileSync(SAMPLE, 'utf8').split('\n')
const lineOf = (text: string, after = 0): number => lines.findIndex((line, n) => n >= after && line.trim().startsWith(text)) + 1

/** Stopped at a line. */
async function at(line: number, args: object = {}, path = SAMPLE): Promise<Debugged> {
  const d = await launched({ program: path, ...args })
  await d.ask('setBreakpoints', { source: { path }, breakpoints: [{ line }] })
  await d.run('configurationDone')
  await d.ask('setBreakpoints', { source: { path }, breakpoints: [] })
  return d
}
const bits = async (d: Debugged, expression: string, threadId = 2): Promise<number> => {
  const { id: frameId } = await d.frame(threadId)
  const { result } = await d.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId, context: 'watch' })
  return parseInt(result)
}
const now = async (d: Debugged): Promise<object> => (await d.ask<{ now: object }>('hartbeat/now')).now

test('in, out and over', async () => {
  const call = lineOf('call double')
  const d = await at(call)
  expect(await d.run('stepIn')).toMatchObject({ reason: 'step', threadId: 2 })
  expect(await d.frame()).toMatchObject({ name: 'double', line: lineOf('add a0, a0, a0') })
  const { stackFrames } = await d.ask<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 2 })
  expect(stackFrames.map(f => f.line)).toEqual([lineOf('add a0, a0, a0'), call])
  await d.run('stepOut')
  expect((await d.frame()).line).toBe(call + 1)
  expect(await bits(d, 'a0')).toBe(2)
  await d.run('next')
  await d.run('next')
  expect((await d.frame()).line).toBe(lineOf('addi s1'))
  await d.run('next')
  await d.run('next')
  expect((await d.frame()).line).toBe(call)
  await d.run('next')
  expect((await d.frame()).line).toBe(call + 1)
  expect(await bits(d, 'a0')).toBe(4)
})

test('by instruction, into a call, back out of it, and over it', async () => {
  const call = lineOf('call double')
  const d = await at(call)
  const from = await bits(d, 'pc')
  const step = async (command: string): Promise<[string, number]> => {
    await d.run(command, { threadId: 2, granularity: 'instruction' })
    const { name, line } = await d.frame()
    return [name, line]
  }
  // The linker has made one jump of it.
  expect(await step('stepIn')).toEqual(['double', lineOf('add a0, a0, a0')])
  expect(await step('stepIn')).toEqual(['double+2', lineOf('ret')])
  expect(await step('stepBack')).toEqual(['double', lineOf('add a0, a0, a0')])
  await step('stepBack')
  expect(await bits(d, 'pc')).toBe(from)
  expect((await step('next'))[1]).toBe(call + 1)
})

test('back over a call, to the line before it', async () => {
  const call = lineOf('call double')
  const d = await at(call + 1)
  const a0 = await bits(d, 'a0')
  await d.run('stepBack')
  expect((await d.frame()).line).toBe(call)
  expect(await bits(d, 'a0')).toBe(a0 / 2)
})

test('back over a system call, and on again to the same instant', async () => {
  const after = lineOf('mv s2, a0')
  const d = await at(after)
  const then = await now(d)
  expect(await bits(d, 'a0')).toBe(2)
  await d.run('stepBack', { threadId: 2, granularity: 'instruction' })
  expect((await d.frame()).line).toBe(after - 1)
  expect(await bits(d, 'a0')).toBe(6)
  await d.run('next', { threadId: 2, granularity: 'instruction' })
  expect(await bits(d, 'a0')).toBe(2)
  expect(await now(d)).toMatchObject({ executed: (then as { executed: number }).executed })
})

test('back over a copy on write: the memory and the page are what they were', async () => {
  const store = lineOf('sd t1', lineOf('child:'))
  const d = await at(store)
  const frameOfPage = async (): Promise<string> => {
    const { data } = await d.ask<{ data: unknown }>('hartbeat/view', {
      name: 'walk',
      arguments: { pid: 3, address: await bits(d, 's0', 3) },
    })
    return JSON.stringify(data)
  }
  const sharedPage = await frameOfPage()
  expect(await bits(d, '*(u64 *)shared', 3)).toBe(6)
  await d.run('next', { threadId: 3 })
  expect(await bits(d, '*(u64 *)shared', 3)).toBe(9)
  expect(await bits(d, '*(u64 *)shared', 2)).not.toBe(9)
  const ownPage = await frameOfPage()
  expect(ownPage).not.toBe(sharedPage)
  await d.run('stepBack', { threadId: 3, granularity: 'instruction' })
  expect((await d.frame(3)).line).toBe(store)
  expect(await bits(d, '*(u64 *)shared', 3)).toBe(6)
  expect(await frameOfPage()).toBe(sharedPage)
  await d.run('next', { threadId: 3 })
  expect(await frameOfPage()).toBe(ownPage)
})

test('reverseContinue: to the last breakpoint, and to where the recording begins', async () => {
  const d = await at(lineOf('la s0, shared'))
  const line = lineOf('mv a0, s1')
  await d.ask('setBreakpoints', { source: { path: SAMPLE }, breakpoints: [{ line }] })
  for (const pass of [3, 2, 1]) {
    expect(await d.run('reverseContinue')).toMatchObject({ reason: 'breakpoint' })
    expect(await bits(d, 's1')).toBe(pass)
  }
  expect(await d.run('reverseContinue')).toMatchObject({ reason: 'entry', description: 'the recording begins here' })
  expect(await d.run('continue')).toMatchObject({ reason: 'breakpoint' })
  expect(await bits(d, 's1')).toBe(1)
  // From where it stands it goes on, it does not stop there again.
  await d.run('continue')
  expect(await bits(d, 's1')).toBe(2)
})

test('the end can be gone back from', async () => {
  const d = await launched({ program: SAMPLE, stopAtEnd: true })
  await d.ask('setBreakpoints', { source: { path: SAMPLE }, breakpoints: [{ line: lineOf('li a0, 3') }] })
  await d.run('configurationDone')
  await d.ask('setBreakpoints', { source: { path: SAMPLE }, breakpoints: [] })
  expect(await d.run('continue')).toMatchObject({ reason: 'exit', description: expect.stringContaining('status 3') })
  expect(await d.ask('threads')).toEqual({ threads: [{ id: 2, name: '2 (ended)' }] })
  await d.run('stepBack', { threadId: 2, granularity: 'instruction' })
  expect(await d.frame()).toMatchObject({ line: lineOf('ecall', lineOf('li a0, 3')) })
  expect(d.output()).toBe('done\n')
  expect(await d.run('continue')).toMatchObject({ reason: 'exit' })
  expect(await d.toEnd('continue')).toBe(3)
  // What was shown once is not shown again.
  expect(d.output()).toBe('done\n')
})

test('forked tasks are threads, each with frames of its own', async () => {
  const d = await launched({ program: SAMPLE })
  const started: number[] = []
  d.client.on('thread', (event: DebugProtocol.ThreadEvent) => {
    if (event.body.reason === 'started') started.push(event.body.threadId)
  })
  await d.ask('setBreakpoints', { source: { path: SAMPLE }, breakpoints: [{ line: lineOf('li t1, 9') }] })
  expect(await d.run('configurationDone')).toMatchObject({ threadId: 3 })
  expect(started).toEqual([3])
  expect(await d.ask('threads')).toEqual({
    threads: [
      { id: 2, name: '2 sample' },
      { id: 3, name: '3 sample' },
    ],
  })
  expect([await bits(d, 'a0', 3), await bits(d, 'pid', 2), await bits(d, 'pid', 3)]).toEqual([0, 2, 3])
  expect((await d.frame(2)).instructionPointerReference).toMatch(/^2@0x/)
})

test('a long run is paused, goes on, and is ended by disconnecting', async () => {
  const program = fileOf('spin.s', '.globl _start\n_start:\n li s1, 0\nloop:\n addi s1, s1, 1\n j loop\n nop\n')
  const d = await launched({ program })
  // Never reached, beside the loop: all of the past is looked through for it.
  await d.ask('setBreakpoints', { source: { path: program }, breakpoints: [{ line: 7 }] })
  await d.ask('configurationDone')
  expect(await d.refusal('stackTrace', { threadId: 2 })).toBe('the machine is running: pause it first')
  const first = await d.run('pause').then(() => bits(d, 's1'))
  await d.ask('continue', { threadId: 2 })
  await d.run('pause')
  expect(await bits(d, 's1')).toBeGreaterThan(first)
  // Back too: it stands somewhere between.
  while ((await bits(d, 's1')) < 120_000_000) await d.ask('continue', { threadId: 2 }).then(() => d.run('pause'))
  const far = await bits(d, 's1')
  // A pause that is heard before the first stretch was looked through leaves it where it stood.
  for (let wait = 10; (await bits(d, 's1')) === far && wait < PATIENCE; wait *= 1.5) {
    await d.ask('reverseContinue', { threadId: 2 })
    await new Promise(resolve => setTimeout(resolve, wait))
    expect((await d.run('pause')).reason).toBe('pause')
  }
  expect(await bits(d, 's1')).toBeLessThan(far)
  expect(await bits(d, 's1')).toBeGreaterThan(0)
  // In the middle of a run.
  await d.ask('continue', { threadId: 2 })
  const terminated = d.client.waitForEvent('terminated', PATIENCE)
  await d.ask('disconnect')
  await terminated
})

test('without a recording there is no way back', async () => {
  const d = await launched({ program: labSource('cow'), args: ['1'], stopOnEntry: true, record: false })
  await d.run('configurationDone')
  for (const command of ['stepBack', 'reverseContinue'])
    expect(await d.refusal(command, { threadId: 2 })).toBe('nothing is recorded, so there is no way back')
  await d.run('next')
  expect(await d.toEnd('continue')).toBe(0)
})

test('restarting begins anew, with the same breakpoints', async () => {
  const d = await launched({ program: SAMPLE })
  await d.ask('setBreakpoints', { source: { path: SAMPLE }, breakpoints: [{ line: lineOf('la s0, shared') }] })
  await d.run('configurationDone')
  const then = await now(d)
  await d.run('next')
  await d.run('restart', {})
  expect(await now(d)).toEqual(then)
  expect(await d.toEnd('continue')).toBe(3)
  expect(await d.refusal('continue', { threadId: 2 })).toBe('the machine has ended')
})

test('terminate ends it in the middle', async () => {
  const d = await at(lineOf('call double'))
  const terminated = d.client.waitForEvent('terminated', PATIENCE)
  await d.ask('terminate')
  await terminated
})

test('nothing was launched', async () => {
  const d = await connect()
  expect(await d.refusal('threads')).toBe('nothing was launched yet')
})
