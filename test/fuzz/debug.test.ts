// Random command lines for the debugger, and random keys on its screen: an answer or a sentence, never an exception, and a sound kernel.
import { afterAll, expect, test } from 'vitest'
import { closeSession, createSession, execute, newDebugger, newUi, press, readKeys, render } from '../../debugger/index.ts'
import { checkInvariants } from '../../kernel/index.ts'
import { randomNumbers, type Random } from '../../vm/index.ts'
import { start } from '../machine.ts'
import { cpuMs, damaged, EDGES, expectWell, pick, watchSteps } from './dialogue.ts'
import { amount, inPart, PATIENCE, SEED } from './size.ts'

const WORDS = [
  'main',
  '*main',
  'a0',
  '$sp',
  '*(u32 *)sp',
  '0x10100',
  '1',
  '2',
  '-1',
  '0',
  'if a0 == 1',
  '/4xw',
  '/i',
  'start',
  'end',
  '+100',
]
  .concat([
    '99999999999',
    'read',
    'SIGUSR1',
    'stop',
    'syscall',
    'fault',
    'registers',
    'breakpoints',
    'ps',
    '(',
    '"',
    '$',
    '$$9',
    '1/0',
    '=',
  ])
  .concat([',', '4096', 'phys 0x80001000', '/999999999c', 'all', 'nothing', '\xff', '('.repeat(3000), 'x'.repeat(3000), ...EDGES])
const KEYS = [
  's',
  'n',
  'i',
  'k',
  'c',
  'S',
  'N',
  'I',
  'K',
  'C',
  'u',
  'd',
  'w',
  'b',
  't',
  'a',
  '.',
  ':',
  '?',
  '\t',
  '\r',
  '\x1b',
  '\x1b[A',
  '\x1b[B',
].concat([
  '\x1b[5~',
  '\x1b[Z',
  '\x7f',
  '\x15',
  '\x17',
  '\x0c',
  '\x1b[<64;3;3M',
  '\x1b[<65;3;3M',
  '\x1b[<0;999;999M',
  '\x1b[',
  '\xff',
  'info ps\r',
])

/** Commands that leave, read files of ours, or begin anew. */
const NOT = ['quit', 'source', 'shell']

function line(r: Random, names: readonly string[]): string {
  const text = [pick(r, names), ...Array.from({ length: r(4) }, () => pick(r, WORDS))].join(' ')
  const made = r(6) === 0 ? damaged(r, text) : text
  return NOT.some(name => made.trim().startsWith(name.slice(0, 1)) && name.startsWith(made.trim().split(/\W/)[0])) ? 'help' : made
}

/** Lines are commands; what begins with a bell are keys. */
const BELL = '\x07'
const MOST_MS = 20_000

const watch = watchSteps()
afterAll(watch.done)

async function play(steps: readonly string[]): Promise<string | null> {
  const { kernel } = start(['/labs/cow', '2'], { debug: false, ramBytes: 2 ** 24 })
  const session = createSession(kernel, { distance: 20_000 })
  // Whoever presses Ctrl-C after some pieces.
  let pieces = 0
  const goOn = (): Promise<boolean> => Promise.resolve(++pieces % 5 !== 0)
  const d = newDebugger(session, { readFile: () => null, goOn, type: () => false }, 80)
  const ui = newUi('fuzz', 80, 24)
  for (const one of steps) {
    const begun = cpuMs()
    watch.begin(one)
    if (!one.startsWith(BELL)) await execute(d, one)
    else {
      for (const key of readKeys(one.slice(1)).keys) {
        const action = press(d, ui, key)
        if (action.kind === 'command' && !NOT.includes(action.line.split(' ')[0])) await execute(d, action.line)
        render(d, ui)
      }
    }
    if (cpuMs() - begun > MOST_MS) return `it took ${cpuMs() - begun} ms: ${JSON.stringify(one).slice(0, 200)}`
  }
  closeSession(session)
  const problems = checkInvariants(kernel)
  return problems.length === 0 ? null : problems.join('\n')
}

const DIALOGUES = amount(2, 600)
const LENGTH = 25

test('command lines and keys', { timeout: PATIENCE }, async () => {
  const random = randomNumbers(SEED + 400)
  const { kernel } = start(['/labs/cow', '2'], { debug: false, ramBytes: 2 ** 24 })
  const { commands } = newDebugger(createSession(kernel), { readFile: () => null, goOn: () => Promise.resolve(false), type: () => false })
  const names = commands.flatMap(({ name, short }) => [name, ...(short ?? [])]).filter(name => !NOT.includes(name))
  expect(names.length).toBeGreaterThan(40)
  for (let n = 0; n < DIALOGUES; n++) {
    const steps = Array.from({ length: LENGTH }, () =>
      random(4) === 0 ? BELL + Array.from({ length: 1 + random(8) }, () => pick(random, KEYS)).join('') : line(random, names),
    )
    if (!inPart(n)) continue
    await expectWell(`dialogue ${n}`, play, steps)
  }
})
