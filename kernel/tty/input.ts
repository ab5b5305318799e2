// From the keyboard to readers: Linux's line discipline 0 (n_tty). Bytes become signals, flow control, edits of the line, or input.
import {
  ECHO,
  ECHOCTL,
  ECHONL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IUCLC,
  IXANY,
  IXON,
  NOFLSH,
  SIGINT,
  SIGQUIT,
  SIGTSTP,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VWERASE,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { wakeAll } from '../sched/index.ts'
import { kernelInfo, signalProcessGroup } from '../signal/index.ts'
import { INPUT_BYTES } from './create.ts'
import { echoByte, echoLineStart, echoRaw, flushEcho, hasLocal, relieveEcho, startOutput, stopOutput } from './echo.ts'
import { erase, finishErasing, reprint } from './edit.ts'
import { toLower } from './output.ts'
import { noteFlush } from './packet.ts'
import type { Tty } from './types.ts'

/** What `TtyInput.marks` says of a byte: nothing, the last of a line, or an end of file that is not itself read. */
export const MARK_NONE = 0
export const MARK_END = 1
export const MARK_EOF = 2

const BACKSPACE = 8
const NEWLINE = 10
const RETURN = 13
const CARET = 94
const SEVEN_BITS = 0x7f

const hasInput = (tty: Tty, flag: number): boolean => (tty.termios.iflag & flag) !== 0

/** Is this byte that control character? 0 (_POSIX_VDISABLE) is none. */
const isKey = (tty: Tty, byte: number, key: number): boolean => byte !== 0 && byte === tty.termios.cc[key]
const isExtended = (tty: Tty, byte: number, key: number): boolean => hasLocal(tty, IEXTEN) && isKey(tty, byte, key)

/** One meaning that a byte of input can have; it takes the byte by answering true. */
type Meaning = (k: Kernel, tty: Tty, byte: number) => boolean
/** Asked in this order, before and after the newline conversions. */
const BEFORE_CONVERSION: readonly Meaning[] = [flowControl, signalKey]
const AFTER_CONVERSION: readonly Meaning[] = [editKey, lineEnd, ordinary]

function put(tty: Tty, byte: number, mark: number): void {
  const { input } = tty
  const at = input.head % INPUT_BYTES
  input.ring[at] = byte
  input.marks[at] = mark
  input.head++
}

/** ^S and ^Q; with IXANY any key continues. */
function flowControl(k: Kernel, tty: Tty, byte: number): boolean {
  if (!hasInput(tty, IXON)) return false
  if (isKey(tty, byte, VSTART)) {
    startOutput(k, tty)
    return true
  }
  if (isKey(tty, byte, VSTOP)) {
    stopOutput(k, tty, false)
    return true
  }
  return false
}

const SIGNAL_KEYS: readonly (readonly [number, number])[] = [
  [VINTR, SIGINT],
  [VQUIT, SIGQUIT],
  [VSUSP, SIGTSTP],
]

/** Forgets everything typed and not yet read. */
export function flushInput(k: Kernel, tty: Tty): void {
  const { input } = tty
  input.tail = input.canonHead = input.head
  input.literalNext = false
  input.erasing = false
  noteFlush(k, tty, true, false)
}

function signalKey(k: Kernel, tty: Tty, byte: number): boolean {
  if (hasLocal(tty, ISIG)) {
    for (const [key, signal] of SIGNAL_KEYS) {
      if (!isKey(tty, byte, key)) continue
      if (tty.pgid !== 0) signalProcessGroup(k, tty.pgid, kernelInfo(signal))
      if (!hasLocal(tty, NOFLSH)) {
        flushInput(k, tty)
        noteFlush(k, tty, false, true)
        tty.echo = []
        if (tty.master) tty.master.output = []
      }
      if (hasInput(tty, IXON)) startOutput(k, tty)
      if (hasLocal(tty, ECHO)) echoByte(tty, byte)
      return true
    }
  }
  if (tty.stopped && !tty.stoppedByProgram && hasInput(tty, IXON) && hasInput(tty, IXANY)) startOutput(k, tty)
  return false
}

function editKey(_k: Kernel, tty: Tty, byte: number): boolean {
  if (!hasLocal(tty, ICANON)) return false
  if (isKey(tty, byte, VERASE)) erase(tty, VERASE)
  else if (isKey(tty, byte, VKILL)) erase(tty, VKILL)
  else if (isExtended(tty, byte, VWERASE)) erase(tty, VWERASE)
  else if (isExtended(tty, byte, VLNEXT)) literalNext(tty)
  else if (hasLocal(tty, ECHO) && isExtended(tty, byte, VREPRINT)) reprint(tty, byte)
  else return false
  return true
}

function literalNext(tty: Tty): void {
  tty.input.literalNext = true
  if (!hasLocal(tty, ECHO)) return
  finishErasing(tty)
  if (hasLocal(tty, ECHOCTL)) {
    echoRaw(tty, CARET)
    echoRaw(tty, BACKSPACE)
  }
}

function finishLine(k: Kernel, tty: Tty, byte: number, mark: number): true {
  put(tty, byte, mark)
  tty.input.canonHead = tty.input.head
  wakeAll(k, tty.readers)
  return true
}

function lineEnd(k: Kernel, tty: Tty, byte: number): boolean {
  if (!hasLocal(tty, ICANON)) return false
  if (byte === NEWLINE) {
    if (hasLocal(tty, ECHO) || hasLocal(tty, ECHONL)) echoRaw(tty, NEWLINE)
    return finishLine(k, tty, byte, MARK_END)
  }
  if (isKey(tty, byte, VEOF)) return finishLine(k, tty, 0, MARK_EOF)
  if (!isKey(tty, byte, VEOL) && !isExtended(tty, byte, VEOL2)) return false
  echoTyped(tty, byte)
  return finishLine(k, tty, byte, MARK_END)
}

function echoTyped(tty: Tty, byte: number): void {
  if (!hasLocal(tty, ECHO)) return
  finishErasing(tty)
  if (tty.input.canonHead === tty.input.head) echoLineStart(tty)
  echoByte(tty, byte)
}

function ordinary(k: Kernel, tty: Tty, byte: number): boolean {
  echoTyped(tty, byte)
  enter(k, tty, byte)
  return true
}

/** A byte of input; in raw mode it can be read at once. */
function enter(k: Kernel, tty: Tty, byte: number): void {
  put(tty, byte, MARK_NONE)
  if (hasLocal(tty, ICANON)) return
  tty.input.canonHead = tty.input.head
  wakeAll(k, tty.readers)
}

/** ISTRIP, IUCLC and the newline conversions; null when the byte is dropped (IGNCR). Signal keys are recognised before the latter. */
const stripped = (tty: Tty, byte: number): number => {
  const seven = hasInput(tty, ISTRIP) ? byte & SEVEN_BITS : byte
  return hasInput(tty, IUCLC) && hasLocal(tty, IEXTEN) ? toLower(seven) : seven
}

function converted(tty: Tty, byte: number): number | null {
  if (byte === RETURN) return hasInput(tty, IGNCR) ? null : hasInput(tty, ICRNL) ? NEWLINE : byte
  return byte === NEWLINE && hasInput(tty, INLCR) ? RETURN : byte
}

/** Makes room for one byte, or says that it must wait for readers. An unfinished line that is too long loses its last byte instead. */
function hasRoom(tty: Tty): boolean {
  const { input } = tty
  const room = INPUT_BYTES - 1 - (input.head - input.tail)
  if (room > 0) return true
  if (!hasLocal(tty, ICANON) || input.canonHead !== input.tail) return false
  if (room < 0) input.head--
  return true
}

function receive(k: Kernel, tty: Tty, typed: number): void {
  const byte = stripped(tty, typed)
  if (tty.input.literalNext) {
    tty.input.literalNext = false
    ordinary(k, tty, byte)
    return
  }
  for (const takes of BEFORE_CONVERSION) if (takes(k, tty, byte)) return
  const meant = converted(tty, byte)
  if (meant === null) return
  if (meant === NEWLINE && byte === RETURN && !hasLocal(tty, ICANON)) {
    // The return key shows as a new line in raw mode too, unlike ^J.
    if (hasLocal(tty, ECHO)) echoRaw(tty, NEWLINE)
    enter(k, tty, meant)
    return
  }
  for (const takes of AFTER_CONVERSION) if (takes(k, tty, meant)) return
}

/** Takes bytes from a backlog for as long as there is room. */
function drain(k: Kernel, tty: Tty): void {
  const { backlog } = tty.input
  let taken = 0
  while (taken < backlog.length && hasRoom(tty)) {
    receive(k, tty, backlog[taken++] as number)
    relieveEcho(k, tty)
  }
  backlog.splice(0, taken)
  if (tty.master && taken > 0) wakeAll(k, tty.master.writers)
  flushEcho(k, tty)
}

/** Bytes typed at the terminal. */
export function ttyInput(k: Kernel, tty: Tty, bytes: Uint8Array): void {
  for (const byte of bytes) tty.input.backlog.push(byte)
  drain(k, tty)
}

/** Bytes that were typed and not yet taken in: whoever brings them may wait meanwhile. */
export const typedAhead = (tty: Tty): number => tty.input.backlog.length

/** Readers made room: what was typed meanwhile comes in. */
export function refill(k: Kernel, tty: Tty): void {
  if (tty.input.backlog.length !== 0) drain(k, tty)
}
