// Random dialogues in the Debug Adapter Protocol: requests in and out of order, with wild and missing fields, while the machine runs and
// after its end. Every request is answered exactly once, what is refused is refused in words, and the kernel is sound afterwards.
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { Adapter } from '../../cli/dap/adapter.ts'
import { REQUESTS } from '../../cli/dap/index.ts'
import { SHAPES } from '../../cli/dap/shapes.ts'
import { checkInvariants } from '../../kernel/index.ts'
import { randomNumbers, type Random } from '../../vm/index.ts'
import { cpuMs, expectWell, pick, watchSteps } from './dialogue.ts'
import { amount, FULL, inPart, PATIENCE, SEED } from './size.ts'

const ROOT = fileURLToPath(new URL('../../dist/root.cpio', import.meta.url))

/** A request; or how many turns the event loop takes. */
type Step = { command: unknown; arguments?: unknown } | number

const NUMBERS = [0, 1, 2, 3, 7, 8, 40, 100, 4096, 65_536, -1, 2 ** 31, 2 ** 53, 1e300, 0.5, -(2 ** 53)]
const TEXTS = [
  'main',
  'a0',
  '*sp',
  'pc + 4',
  '0x10100',
  '0x101a0',
  '1@0x10100',
  'view ps',
  'view walk address=65792',
  'sp = 3',
  '(',
  '-'.repeat(500),
]
  .concat([
    '',
    '%',
    '> 3',
    '1.1:0x10100:8',
    'physical:0x80001000:8',
    'syscall',
    'instruction',
    'statement',
    'repl',
    'x'.repeat(5000),
    '/labs/cow.s',
  ])
  .concat(['AAAA', 'signal', 'fault', 'regions', 'registers', '\0', '__proto__', 'constructor', '{a}', '"', '1/0', '99999999999999999999'])
const ODD: readonly unknown[] = [null, true, false, [], {}, [null], [[]], '', 'x', 1e308, { path: 5 }, [5], { a: { b: [] } }]

const FIELDS = [...new Set(Object.values(SHAPES).flatMap(shape => Object.keys(shape)))].concat([
  'threadId',
  'frameId',
  'variablesReference',
  'instructionCount',
  'instructionOffset',
  'count',
  'executed',
  'steps',
  'program',
  'restart',
])

function value(r: Random, name: string): unknown {
  if (r(8) === 0) return pick(r, ODD)
  switch (name) {
    case 'threadId':
    case 'frameId':
    case 'variablesReference':
      return r(4) === 0 ? pick(r, NUMBERS) : 1 + r(4)
    case 'source':
      return { path: pick(r, ['/labs/cow.s', '/etc/passwd', 'cow.s', '../cow.s']) }
    case 'breakpoints':
      return Array.from({ length: r(4) }, () =>
        fields(r, ['line', 'name', 'instructionReference', 'dataId', 'condition', 'hitCondition', 'logMessage', 'accessType', 'offset']),
      )
    case 'filters':
      return Array.from({ length: r(3) }, () => pick(r, TEXTS))
    case 'filterOptions':
      return [{ filterId: pick(r, ['syscall', 'fault', 'signal', 'x']), condition: pick(r, TEXTS) }]
    case 'arguments':
      return { address: pick(r, NUMBERS), pid: pick(r, NUMBERS), count: pick(r, NUMBERS) }
    case 'executed':
      return pick(r, [0, 1000, 5000, 20_000, 2 ** 50, -1])
    default:
      return /^(line|endLine|offset|bytes|start|count|levels|width|steps|.*Count|.*Offset|.*Frame|.*Module)$/.test(name)
        ? pick(r, NUMBERS)
        : pick(r, TEXTS)
  }
}
const fields = (r: Random, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.flatMap(name => (r(4) === 0 ? [] : [[name, value(r, name)]])))

const COMMANDS = Object.keys(REQUESTS)
/** Programs and files of the host are no business of a fuzzer's. */
const isHarmless = (command: string): boolean => !['launch', 'restart', 'disconnect'].includes(command)

const OWN: Readonly<Record<string, readonly string[]>> = {
  'hartbeat/goto': ['executed', 'steps'],
  'hartbeat/view': ['name', 'arguments', 'width'],
  disassemble: ['memoryReference', 'offset', 'instructionCount', 'instructionOffset'],
  readMemory: ['memoryReference', 'offset', 'count'],
}
const WITH_THREAD = ['threadId', 'frameId', 'variablesReference']

function step(r: Random): Step {
  const what = r(30)
  if (what < 8) return 1 + r(6)
  if (what === 8) return { command: pick(r, [5, null, {}, [], '', 'launch', 'toString', '__proto__', 'nothing']), arguments: pick(r, ODD) }
  if (what === 9) return { command: 'launch', arguments: { program: '/labs/cow', memory: pick(r, ODD), args: pick(r, ODD) } }
  if (what === 10) return { command: pick(r, ['configurationDone', 'pause', 'continue', 'terminate']) }
  if (what === 11) return { command: 'restart', arguments: r(4) === 0 ? pick(r, ODD) : {} }
  if (what === 12 && r(8) === 0) return { command: 'disconnect', arguments: {} }
  const command = pick(r, COMMANDS.filter(isHarmless))
  if (what === 13) return { command, arguments: pick(r, ODD) }
  const names = [...Object.keys(SHAPES[command] ?? {}), ...WITH_THREAD, ...(OWN[command] ?? []), ...(r(10) === 0 ? [pick(r, FIELDS)] : [])]
  return { command, arguments: fields(r, names) }
}

const turn = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))
const DEFECT = /^(TypeError|RangeError|ReferenceError)/
const MOST_MS = 10_000

const watch = watchSteps()
afterAll(watch.done)

async function play(steps: readonly Step[]): Promise<string | null> {
  const answers = new Map<number, number>()
  let problem: string | null = null
  const adapter = new Adapter(REQUESTS, () => {})
  adapter.onDidSendMessage(message => {
    const response = message as DebugProtocol.Response & { body?: { error?: { format: string }; description?: string } }
    if (response.body?.description?.includes('a defect of ours') === true) problem ??= response.body.description
    if (response.type !== 'response') return
    answers.set(response.request_seq, (answers.get(response.request_seq) ?? 0) + 1)
    const format = response.body?.error?.format ?? ''
    if (DEFECT.test(format)) problem ??= `${response.command}: ${format}`
  })
  let seq = 0
  const ask = (command: unknown, args?: unknown): void =>
    // JSON, as it comes over the wire; handlers may change what they get.
    adapter.handleMessage(
      JSON.parse(JSON.stringify({ type: 'request', seq: ++seq, command, arguments: args })) as DebugProtocol.ProtocolMessage,
    )
  for (const one of steps) {
    const begun = cpuMs()
    watch.begin(one)
    if (typeof one === 'number') for (let n = 0; n < one; n++) await turn()
    else ask(one.command, one.arguments)
    if (cpuMs() - begun > MOST_MS) return `it took ${cpuMs() - begun} ms: ${JSON.stringify(one).slice(0, 300)}`
    if (problem !== null) return problem
  }
  for (let n = 0; n < 50 && adapter.debuggee?.running === true && !adapter.debuggee.closed; n++) {
    if (n % 10 === 0) ask('pause', {})
    await turn()
  }
  if (adapter.debuggee?.running === true && !adapter.debuggee.closed) return 'it does not pause'
  await turn()
  for (let n = 1; n <= seq; n++) if (answers.get(n) !== 1) return `request ${n} was answered ${answers.get(n) ?? 0} times`
  if (problem !== null) return problem
  if (adapter.debuggee !== null) launched++
  const problems = adapter.debuggee === null ? [] : checkInvariants(adapter.debuggee.sight.s.k)
  adapter.shutdown()
  return problems.length === 0 ? null : problems.join('\n')
}

let launched = 0
const LENGTH = 60
const DIALOGUES = amount(12, 1900)

test('dialogues with editors', { timeout: PATIENCE }, async () => {
  const random = randomNumbers(SEED + 300)
  let [requests, played] = [0, 0]
  for (let n = 0; n < DIALOGUES; n++) {
    const begin: Step[] = [
      { command: 'initialize', arguments: { adapterID: 'x' } },
      {
        command: 'launch',
        arguments: {
          program: pick(random, ['/labs/cow', '/labs/pipe-pingpong']),
          memory: 16,
          root: ROOT,
          stopOnEntry: random(2) === 0,
          stopAtEnd: random(2) === 0,
        },
      },
      { command: 'configurationDone' },
    ]
    const steps = [...(random(8) === 0 ? [] : begin), ...Array.from({ length: LENGTH + random(LENGTH) }, () => step(random))]
    requests += steps.filter(one => typeof one !== 'number').length
    if (!inPart(n)) continue
    played++
    await expectWell(`dialogue ${n}`, play, steps)
  }
  expect(launched).toBeGreaterThan(played / 2)
  if (FULL) expect(requests).toBeGreaterThanOrEqual(100_000)
})

test('every row of the shapes is a request', () => expect(Object.keys(SHAPES).filter(name => !COMMANDS.includes(name))).toEqual([]))
