// Random dialogues over gdb's remote protocol: valid packets with valid and wild arguments, damaged bytes, interrupts, acknowledgements, the
// machine running in between. No exception, no endless packet, one answer to each at most; kernel and memory are sound afterwards, and a
// machine that was only looked at ends as one that was not.
import { afterAll, expect, test } from 'vitest'
import { closeGdb, openGdb, PACKETS, pump, receive, type GdbServer, type GdbView } from '../../debugger/index.ts'
import { findTask, checkInvariants, regPc, runKernel } from '../../kernel/index.ts'
import { randomNumbers, type Random } from '../../vm/index.ts'
import { bytesOf, fingerprint, run, start } from '../machine.ts'
import { symbolAddress } from '../debugger/symbols.ts'
import { cpuMs, damaged, EDGES, expectWell, pick, watchSteps } from './dialogue.ts'
import { amount, FULL, inPart, PATIENCE, SEED } from './size.ts'

const MIB = 2 ** 20
/** A text is sent; a number is how many instructions the machine may run. */
type Step = string | number

const checksum = (text: string): string =>
  ([...text].reduce((sum, char) => sum + char.charCodeAt(0), 0) & 0xff).toString(16).padStart(2, '0')
const packet = (text: string): string => `$${text}#${checksum(text)}`
const hexOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

const PROGRAMS: readonly (readonly string[])[] = [
  ['/labs/cow', '2'],
  ['/labs/pipe-pingpong', '5'],
  ['/bin/sh', '-c', 'seq 20 | wc; true'],
]
/** Functions that the programs come by, data, stacks, RAM, and nowhere. */
const FUNCTIONS = [
  ['labs/cow', 'main'],
  ['labs/cow', 'fork'],
  ['labs/cow', 'write_step'],
  ['labs/cow', 'minor_faults'],
  ['labs/pipe-pingpong', 'main'],
  ['labs/pipe-pingpong', 'fork'],
  ['bin/sh', 'main'],
].map(([file, name]) => symbolAddress(file, name).toString(16))
const ADDRESSES = [...FUNCTIONS, ...FUNCTIONS]
  .concat(['10000', '10100', '101a0', '7fffffffe000', '7fffffffeff0', '7ffff7ffb000', '80000000', '80010000', '80ffffff', '0'])
  .concat('ffffffffffffffff')
const THREADS = ['p1.1', 'p1.-1', 'p-1.-1', '1', '0', '-1', 'p2.2', '2', 'p1', 'p0.0', 'pffffffff.1', 'p9999.9999', 'x', '']
const PATHS = [
  '/bin/sh',
  '/labs/cow',
  '/proc/1/maps',
  '/proc/1/auxv',
  '/etc/passwd',
  '/',
  '../../../etc/passwd',
  '/dev/console',
  'x'.repeat(3000),
]
const FEATURES = ['multiprocess', 'swbreak', 'hwbreak', 'fork-events', 'vfork-events', 'exec-events', 'vContSupported', 'QPassSignals']
const EXPRESSIONS = [
  'a0',
  'pid == 1',
  'pc + 8',
  '*(u32 *)sp',
  '(',
  '1/0',
  '-'.repeat(300),
  '('.repeat(300),
  '"',
  'comm == "sh"',
  '*0',
  '',
  '1 << 9999',
]

/** Arguments by the sign that stands for them in a form. */
const ARGUMENTS: Readonly<Record<string, (r: Random) => string>> = {
  n: r => (r(3) === 0 ? pick(r, EDGES) : r(64).toString(16)),
  a: r => (r(4) === 0 ? pick(r, EDGES) : pick(r, ADDRESSES)),
  t: r => pick(r, THREADS),
  h: r => hexOf('\x13\0\0\0'.repeat(r(5))),
  p: r => hexOf(pick(r, PATHS)),
  s: r => (r(3) === 0 ? pick(r, EDGES) : pick(r, ['1', '2', '5', '9', 'b', 'e', '1e', '0'])),
  f: r =>
    FEATURES.filter(() => r(2) === 0)
      .map(name => `${name}+`)
      .join(';'),
  x: r => pick(r, EXPRESSIONS),
  i: r => pick(r, ['0', '1000', '5000:3', '99999999999999', '1:end', '20000', '-1', '1e99', '9'.repeat(400)]),
}
const fill = (r: Random, form: string): string => form.replace(/%(\w)/g, (_, sign: string) => ARGUMENTS[sign](r))

/** Forms of packets that look, and let it run. */
const LOOKING =
  `? qC qfThreadInfo qsThreadInfo qAttached:%n qSupported:%f Hg%t Hc%t T%t g p%n m%a,%n x%a,%n qXfer:features:read:target.xml:%n,%n
  qXfer:threads:read::%n,%n qXfer:auxv:read::%n,%n qXfer:exec-file:read:%n:%n,%n qXfer:siginfo:read::%n,%n qXfer:osdata:read::%n,%n
  qXfer:osdata:read:procs:%n,%n qXfer:memory-map:read::%n,%n qThreadExtraInfo,%t qHostInfo qProcessInfo qMemoryRegionInfo:%a qSymbol::
  vFile:setfs:%n vFile:open:%p,%n,%n vFile:pread:%n,%n,%n vFile:fstat:%n vFile:readlink:%p vFile:close:%n vFile:pwrite:%n,%n,x vFile:unlink:%p
  Z0,%a,4 Z1,%a,%n Z2,%a,%n Z3,%a,8 Z4,%a,%n z0,%a,4 z1,%a,%n z2,%a,%n z3,%a,8 vCont? vCont;c vCont;s vCont;s:%t vCont;t vCont;r%a,%a:%t vCont;c:%t
  c s bs bc QCatchSyscalls:1 QCatchSyscalls:0 QCatchSyscalls:1;%n;%n qRcmd,%n ! R%n vRun;%p qSearch:memory:%a;%n;ab qCRC:%a,%n
  QStartNoAckMode Qqemu.PhyMemMode:%n qqemu.PhyMemMode vMustReplyEmpty vAttach;%n`.split(/\s+/)
/** Of monitor's lines that only look. */
const LINES =
  'help|when|goto %i|why 0x%a|why 0x%a,%n|pt 0x%a|maps|ps|procs|threads|condition 0x%a %x|condition 0x%a|condition %x %x|%x|frames|harts'.split(
    '|',
  )
/** Those that change something. */
const CHANGING =
  `G%h P%n=%h P2=%h P20=%h M%a,%n:%h M%a,4:13000000 X%a,%n:%h X%a,4:abcd C%s S%s C%s;%a vCont;C%s vCont;S%s:%t D D;%n k vKill;%n
  QPassSignals:%s;%s QProgramSignals:%s`.split(/\s+/)

function step(r: Random, looking: boolean): Step {
  const what = r(20)
  if (what < 5) return pick(r, [1, 100, 5000, 50_000])
  if (what === 5) return pick(r, ['\x03', '-', '+', '$', '#', '\x03\x03', '$#00', '$$', '+$?#3f'])
  if (what === 6) return packet(`qRcmd,${hexOf(fill(r, pick(r, LINES)))}`)
  const form = pick(r, looking || r(4) > 0 ? LOOKING : CHANGING)
  const text = fill(r, form)
  if (what === 7 && !looking) return damaged(r, packet(text))
  if (what === 8) return packet(looking ? text : damaged(r, text))
  return packet(text)
}

/** Milliseconds of a processor's that a step may take. */
const MOST_MS = 10_000

const replies = (bytes: Uint8Array): number => Buffer.from(bytes).toString('latin1').split('$').length - 1

/** How much a conversation keeps. */
const keeps = (g: GdbServer): number =>
  g.files.size +
  g.placed.length +
  g.conditions.size +
  g.features.size +
  g.noted.length +
  g.queue.length +
  (g.catchCalls?.size ?? 0) +
  g.session.points.size +
  (g.session.timeline?.store.points.length ?? 0)
const MOST_KEPT = 20_000

/** What is wrong with the thread that a stop is told of: it must live, in the process that is said, and stand where the stop says. */
function wrongThread(g: GdbServer, answer: string): string | null {
  const m = /\$T..(.*?)thread:(?:p([0-9a-f]+)\.)?([0-9a-f]+);/.exec(answer)
  if (m === null || g.view === 'machine') return null
  const task = findTask(g.session.k.state.ns, parseInt(m[3], 16))
  if (task === null || task.mm === null) return `there is no thread ${m[3]}: ${answer}`
  if (m[2] !== undefined && parseInt(m[2], 16) !== task.group.tgid) return `thread ${m[3]} is not of process ${m[2]}: ${answer}`
  const pc = regPc(g.session.k, task)
  if (m[1].endsWith('wbreak:;') && !g.placed.some(({ address }) => address === pc)) return `no breakpoint at ${pc.toString(16)}: ${answer}`
  return null
}

const watch = watchSteps()
afterAll(watch.done)

const untouched = new Map<string, string>()
function endOf(argv: readonly string[]): string {
  const known = untouched.get(argv.join(' '))
  if (known !== undefined) return known
  const { kernel, stdout } = run(argv, { debug: false, ramBytes: 16 * MIB })
  const end = `${fingerprint(kernel)} ${stdout}`
  untouched.set(argv.join(' '), end)
  return end
}

function play(argv: readonly string[], view: GdbView, looking: boolean, steps: readonly Step[]): string | null {
  const { kernel: k, host } = start(argv, { debug: false, ramBytes: 16 * MIB })
  const g = openGdb(k, view, { distance: 20_000 })
  let [sent, answered] = [0, 0]
  for (const one of steps) {
    const begun = cpuMs()
    watch.begin(one)
    if (typeof one === 'number') {
      const { bytes } = pump(g, one)
      answered += replies(bytes)
      const wrong = wrongThread(g, Buffer.from(bytes).toString('latin1'))
      if (wrong !== null) return wrong
    } else {
      sent += one.split('$').length - 1
      answered += replies(receive(g, bytesOf(one)))
    }
    if (cpuMs() - begun > MOST_MS) return `it took ${cpuMs() - begun} ms: ${JSON.stringify(one).slice(0, 200)}`
    if (keeps(g) > MOST_KEPT) return `it keeps ${keeps(g)} things`
  }
  // What was cut off, and what still runs.
  const CLEAN = '#00'
  receive(g, bytesOf(CLEAN))
  if (g.going !== null) {
    receive(g, bytesOf('\x03'))
    for (let n = 0; n < 100 && g.going !== null; n++) answered += replies(pump(g, 50_000).bytes)
    if (g.going !== null && k.state.halted === null) return 'it does not hear an interrupt'
  }
  // A nack has the last answer again.
  const nacks = steps
    .filter(one => typeof one === 'string')
    .join('')
    .split('-').length
  if (answered > sent + nacks) return `${answered} answers to ${sent} packets`
  if (!g.gone && g.going === null && replies(receive(g, bytesOf(packet('qC')))) !== 1) return 'it does not answer qC any more'
  closeGdb(g)
  const result = runKernel(k, { maxInstructions: 20_000_000 })
  const problems = checkInvariants(k)
  if (problems.length > 0) return problems.join('\n')
  if (!looking) return null
  if (result.kind !== 'halted') return `the machine did not end: ${result.kind}`
  return `${fingerprint(k)} ${host.out}` === endOf(argv) ? null : 'it ended otherwise than a machine that nobody looked at'
}

const LENGTH = 40
const DIALOGUES = amount(12, 2600)

test.each([true, false])('dialogues with gdb: only looking %s', { timeout: PATIENCE }, async looking => {
  const random = randomNumbers(SEED + (looking ? 100 : 200))
  let packets = 0
  for (let n = 0; n < DIALOGUES / 2; n++) {
    const steps = Array.from({ length: LENGTH + random(LENGTH) }, () => step(random, looking))
    packets += steps.filter(one => typeof one === 'string').length
    if (!inPart(n)) continue
    const argv = PROGRAMS[n % PROGRAMS.length]
    const view = n % 4 === 3 ? 'machine' : 'process'
    await expectWell(`dialogue ${n} about ${argv.join(' ')}, ${view}`, some => play(argv, view, looking, some), steps)
  }
  if (FULL) expect(packets).toBeGreaterThanOrEqual(50_000)
})

test('every packet of the table is among the forms', () => {
  const all = [...LOOKING, ...CHANGING]
  expect(PACKETS.filter(({ prefix }) => !all.some(form => form.startsWith(prefix)) && prefix !== 'vCont;' && prefix !== 'vKill;')).toEqual(
    [],
  )
})
