// Signals of a task: what waits, what is blocked, what happens to each, and the frames of handlers that have not returned.
import {
  actionOf,
  decodeFrame,
  findRegion,
  flagsText,
  FRAME_BYTES,
  hasSignal,
  NSIG,
  peekMm,
  regX,
  SA_FLAGS,
  SA_NODEFER,
  SIG_DFL,
  SIG_IGN,
  showSigInfo,
  showSigset,
  signalName,
  type Kernel,
  type PendingSignals,
  type SigInfo,
  type SignalFrame,
  type Task,
} from '../../kernel/index.ts'
import { REG, xNames } from '../../vm/index.ts'
import { taskOf, userAddress } from './ask.ts'
import { view } from './define.ts'
import { hex } from '../hex.ts'
import { fit } from './layout.ts'
import { ViewError } from './types.ts'

export interface PendingData {
  signal: string
  number: number
  /** As strace shows siginfo_t, one for each that is queued. */
  info: string[]
}

export interface SignalFrameData {
  address: number
  signal: string
  info: string
  /** What goes back when the handler returns. */
  mask: string
  pc: string
  registers: { name: string; value: string }[]
  altStack: { sp: number; size: number; flags: number }
}

export interface SignalsData {
  pid: number
  tgid: number
  pending: PendingData[]
  processPending: PendingData[]
  blocked: string[]
  ignored: string[]
  caught: { signal: string; handler: number; symbol: string | null; flags: string; mask: string }[]
  /** A mask to go back to after sigsuspend, ppoll or pselect. */
  savedMask: string | null
  altStack: { sp: number; size: number; flags: number }
  /** Innermost first. */
  frames: SignalFrameData[]
}

const SIGNALS = Array.from({ length: NSIG }, (_, i) => i + 1)
const FRAME_ALIGN = 16
/** How much of a stack is searched for frames. */
const SEARCHED_BYTES = 0x10000

export const signalsView = view<SignalsData>({
  name: 'signals',
  doc: 'Pending, blocked, ignored and caught signals of a task, and the signal frames on its stack (or at an address).',
  arguments: ['pid', 'address', 'symbol'],

  data(k, args) {
    const task = taskOf(k, args)
    const { group } = task
    const named = (wanted: (signal: number) => boolean): string[] => SIGNALS.filter(wanted).map(signalName)
    return {
      pid: task.pid,
      tgid: group.tgid,
      pending: pendingData(task.pending),
      processPending: pendingData(group.pending),
      blocked: named(signal => hasSignal(task.blocked, signal)),
      ignored: named(signal => actionOf(group, signal).handler === SIG_IGN),
      caught: SIGNALS.filter(signal => isCaught(task, signal)).map(signal => {
        const { handler, flags, mask } = actionOf(group, signal)
        return {
          signal: signalName(signal),
          handler,
          symbol: args.symbol?.(handler) ?? null,
          flags: flagsText(SA_FLAGS, flags >>> 0),
          mask: showSigset(mask),
        }
      }),
      savedMask: task.savedMask === null ? null : showSigset(task.savedMask),
      altStack: { ...task.altStack },
      frames: args.address === undefined ? framesOf(k, task) : [frameAt(k, task, userAddress(args.address))],
    }
  },

  text(d, width) {
    const pending = (title: string, list: readonly PendingData[]): string[] =>
      list.length === 0
        ? [`${title}: none`]
        : [`${title}:`, ...list.flatMap(p => (p.info.length > 0 ? p.info : [p.signal])).map(text => `  ${text}`)]
    return [
      `signals of pid ${d.pid} (process ${d.tgid})`,
      ...pending('pending for the thread', d.pending),
      ...pending('pending for the process', d.processPending),
      `blocked: ${d.blocked.join(' ') || 'none'}${d.savedMask === null ? '' : `, to go back to ${d.savedMask}`}`,
      `ignored: ${d.ignored.join(' ') || 'none'}`,
      `caught: ${d.caught.length === 0 ? 'none' : ''}`.trimEnd(),
      ...d.caught.map(
        c => `  ${c.signal.padEnd(9)} ${hex(c.handler)}${c.symbol === null ? '' : ` <${c.symbol}>`} ${c.flags} mask ${c.mask}`,
      ),
      ...(d.altStack.size === 0 ? [] : [`alternate stack: ${hex(d.altStack.sp)}, ${d.altStack.size} bytes`]),
      ...d.frames.flatMap(frameText),
    ].map(line => fit(line, width))
  },
})

const isCaught = (task: Task, signal: number): boolean => {
  const { handler } = actionOf(task.group, signal)
  return handler !== SIG_DFL && handler !== SIG_IGN
}

function pendingData({ set, queue }: PendingSignals): PendingData[] {
  return SIGNALS.filter(signal => hasSignal(set, signal)).map(signal => ({
    signal: signalName(signal),
    number: signal,
    info: queue.filter((info: SigInfo) => info.signal === signal).map(showSigInfo),
  }))
}

const frameData = (address: number, frame: SignalFrame): SignalFrameData => ({
  address,
  signal: signalName(frame.info.signal),
  info: showSigInfo(frame.info),
  mask: showSigset(frame.mask),
  pc: hex(frame.pc),
  registers: xNames.slice(1).map((name, n) => ({ name, value: hex(frame.x[n + 1]) })),
  altStack: frame.stack,
})

function frameAt(k: Kernel, task: Task, address: number): SignalFrameData {
  const bytes = task.mm === null ? null : peekMm(k, task.mm, address, FRAME_BYTES)
  const frame = bytes?.length === FRAME_BYTES ? decodeFrame(bytes) : null
  if (frame === null) throw new ViewError(`there is no signal frame at ${hex(address)}`)
  return frameData(address, frame)
}

/**
 * The frames of handlers that have not returned: on the stack from sp upwards, of signals that the task catches and that are blocked
 * as they are while their handler runs, each where the kernel would have put it for the stack pointer it saved.
 */
function framesOf(k: Kernel, task: Task): SignalFrameData[] {
  if (task.mm === null || task.state === 'Z') return []
  const sp = regX(k, task, REG.sp)
  const region = findRegion(task.mm, sp)
  if (region === null) return []
  const start = Math.ceil(sp / FRAME_ALIGN) * FRAME_ALIGN
  const bytes = peekMm(k, task.mm, start, Math.min(SEARCHED_BYTES, region.end - start))
  const found: SignalFrameData[] = []
  for (let at = 0; at + FRAME_BYTES <= bytes.length; at += FRAME_ALIGN) {
    const frame = decodeFrame(bytes.subarray(at, at + FRAME_BYTES))
    if (frame !== null && isInProgress(task, frame, start + at)) found.push(frameData(start + at, frame))
  }
  return found
}

function isInProgress(task: Task, frame: SignalFrame, place: number): boolean {
  const { signal } = frame.info
  if (!isCaught(task, signal)) return false
  if (!hasSignal(task.blocked, signal) && !(actionOf(task.group, signal).flags & SA_NODEFER)) return false
  const below = Number(frame.x[REG.sp]) - FRAME_BYTES
  const top = task.altStack.sp + task.altStack.size - FRAME_BYTES
  return [below, top].some(end => place === end - (end % FRAME_ALIGN))
}

function frameText(frame: SignalFrameData): string[] {
  const perLine = 3
  const rows = Math.ceil(frame.registers.length / perLine)
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: perLine }, (_, column) => frame.registers[column * rows + row])
      .map(r => (r === undefined ? '' : `  ${r.name.padEnd(5)}${r.value}`.padEnd(26)))
      .join(''),
  )
  return [`frame at ${hex(frame.address)}: ${frame.info}`, `  interrupted at ${frame.pc}, goes back to mask ${frame.mask}`, ...lines]
}
