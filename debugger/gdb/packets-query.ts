// Questions (q), settings (Q): what this server can, threads, tables, files, and what lldb asks of its own.
import { fromHex, hexNumber, hexText, latin1 } from './framing.ts'
import { listen, stopAtSignals } from './hear.ts'
import { monitor } from './monitor.ts'
import { linuxSignal } from './signals.ts'
import { currentThread, parseThread, taskOf, threadName, threads } from './threads.ts'
import { OBJECTS, transfer } from './transfer.ts'
import type { GdbServer, PacketRow } from './types.ts'

const PACKET_SIZE = 0x20000

/** Said of ourselves only when it works; most only when the other side knows it too. */
const FEATURES: readonly { name: string; both?: boolean; view?: 'process' | 'machine' }[] = [
  { name: 'QStartNoAckMode' },
  { name: 'multiprocess', both: true },
  { name: 'swbreak', both: true },
  { name: 'hwbreak', both: true },
  { name: 'fork-events', both: true, view: 'process' },
  { name: 'vfork-events', both: true, view: 'process' },
  { name: 'exec-events', both: true, view: 'process' },
  { name: 'vContSupported', both: true },
  { name: 'QCatchSyscalls', view: 'process' },
  { name: 'QPassSignals', view: 'process' },
  { name: 'QProgramSignals', view: 'process' },
  { name: 'ReverseStep' },
  { name: 'ReverseContinue' },
  { name: 'binary-upload' },
]

function supported(g: GdbServer, rest: string): string {
  const theirs = rest.replace(/^:/, '').split(';')
  for (const feature of theirs) if (FEATURES.some(({ name }) => feature === `${name}+`)) g.features.add(feature.slice(0, -1))
  const own = FEATURES.filter(({ name, both, view }) => (view === undefined || view === g.view) && (!both || g.features.has(name)))
  const objects = OBJECTS.filter(({ view }) => view === undefined || view === g.view).map(({ name }) => `qXfer:${name}:read+`)
  return [`PacketSize=${PACKET_SIZE.toString(16)}`, ...own.map(({ name }) => `${name}+`), ...objects].join(';')
}

/** Numbers in hexadecimal between semicolons; what is none is left out. */
const numbers = (text: string): number[] => text.split(';').flatMap(part => hexNumber(part) ?? [])

const signalSet = (text: string): Set<number> => new Set(numbers(text).flatMap(n => linuxSignal(n) ?? []))

function catchSyscalls(g: GdbServer, rest: string): string {
  const m = /^:([01])(?:;(.*))?$/.exec(rest)
  if (m === null) return 'E16'
  g.catchCalls = m[1] === '0' ? null : new Set(numbers(m[2] ?? ''))
  listen(g)
  return 'OK'
}

function threadInfo(g: GdbServer, rest: string): string {
  const thread = parseThread(g, rest.replace(/^,/, ''))
  const task = taskOf(g, thread)
  if (thread === null) return 'E16'
  if (g.view === 'machine') return hexText(task === null ? 'idle' : `runs ${task.pid} (${task.comm})`)
  return task === null ? 'E03' : hexText(`${task.comm}, ${task.state}${task.onHart >= 0 ? ` on hart ${task.onHart}` : ''}`)
}

function command(g: GdbServer, rest: string): string | null {
  const bytes = fromHex(rest.replace(/^,/, ''))
  const text = bytes === null ? undefined : monitor(g, latin1(bytes))
  return text === undefined ? 'E16' : text === null ? null : hexText(text)
}

const TRIPLE = hexText('riscv64-unknown-linux-gnu')
const HOST = `triple:${TRIPLE};endian:little;ptrsize:8;ostype:linux;`

function processInfo(g: GdbServer): string {
  const thread = currentThread(g)
  if (thread === null) return 'E03'
  const parent = g.view === 'machine' ? 0 : (taskOf(g, thread)?.group.parent?.tgid ?? 0)
  return `pid:${thread.pid.toString(16)};parent-pid:${parent.toString(16)};${HOST}`
}

const READ = 1
const WRITE = 2
const EXEC = 4

/** The region around an address, or the hole in which it is (lldb). */
function memoryRegion(g: GdbServer, rest: string): string {
  const address = hexNumber(rest.replace(/^:/, ''))
  const regions = taskOf(g, currentThread(g))?.mm?.regions
  if (address === null || regions === undefined) return 'E16'
  const found = regions.find(r => address >= r.start && address < r.end)
  if (found !== undefined) {
    const letters = [found.prot & READ && 'r', found.prot & WRITE && 'w', found.prot & EXEC && 'x'].filter(Boolean).join('')
    return `start:${found.start.toString(16)};size:${(found.end - found.start).toString(16)};permissions:${letters};`
  }
  const start = Math.max(0, ...regions.filter(r => r.end <= address).map(r => r.end))
  const end = Math.min(2 ** 53, ...regions.filter(r => r.start > address).map(r => r.start))
  return `start:${start.toString(16)};size:${(end - start).toString(16)};`
}

export const QUERY_PACKETS: readonly PacketRow[] = [
  { prefix: 'qSupported', doc: 'what both sides can', handle: supported },
  {
    prefix: 'QStartNoAckMode',
    doc: 'no acknowledgements from here on',
    handle(g) {
      g.acks = false
      return 'OK'
    },
  },
  {
    prefix: 'QPassSignals',
    doc: 'signals that programs get without a stop',
    handle(g, rest) {
      stopAtSignals(g, signalSet(rest.replace(/^:/, '')))
      return 'OK'
    },
  },
  // Which signals a program may get when the debugger leaves: what it was stopped with is given to it then only if it is one of them.
  {
    prefix: 'QProgramSignals',
    doc: 'signals that programs may get',
    handle(g, rest) {
      g.programSignals = signalSet(rest.replace(/^:/, ''))
      return 'OK'
    },
  },
  { prefix: 'QCatchSyscalls', doc: 'system calls to stop at', handle: catchSyscalls },
  {
    prefix: 'Qqemu.PhyMemMode:',
    doc: 'machine view: addresses of memory packets are physical (1) or virtual (0)',
    handle(g, rest) {
      if (g.view !== 'machine') return ''
      g.physical = rest === '1'
      return 'OK'
    },
  },
  { prefix: 'qqemu.PhyMemMode', doc: 'which of them they are', handle: g => (g.view === 'machine' ? (g.physical ? '1' : '0') : '') },
  { prefix: 'qAttached', doc: 'programs were there before the debugger: it leaves them running', handle: () => '1' },
  {
    prefix: 'qC',
    doc: 'the current thread',
    handle(g) {
      const thread = currentThread(g)
      return thread === null ? 'QC0' : `QC${threadName(g, thread)}`
    },
  },
  {
    prefix: 'qfThreadInfo',
    doc: 'all threads',
    handle(g) {
      const all = threads(g)
      return all.length === 0 ? 'l' : 'm' + all.map(thread => threadName(g, thread)).join(',')
    },
  },
  { prefix: 'qsThreadInfo', doc: 'there are no more', handle: () => 'l' },
  { prefix: 'qThreadExtraInfo', doc: 'a thread in words', handle: threadInfo },
  { prefix: 'qXfer:', doc: 'tables and descriptions', handle: transfer },
  { prefix: 'qRcmd', doc: 'monitor commands', alone: true, handle: command },
  { prefix: 'qSymbol', doc: 'no symbols are wanted', handle: () => 'OK' },
  { prefix: 'qHostInfo', doc: 'lldb: the machine', handle: () => HOST },
  { prefix: 'qProcessInfo', doc: 'lldb: the process', handle: processInfo },
  { prefix: 'qMemoryRegionInfo', doc: 'lldb: the region around an address', handle: memoryRegion },
]
