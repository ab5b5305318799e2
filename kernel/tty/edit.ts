// Editing the line that is being typed: erase a character, a word, the line, show it again; and echo (n_tty.c: eraser, echo_char).
// Echo text is collected in `out` and sent by the caller.
import { ECHO, ECHOCTL, ECHOE, ECHOK, ECHOKE, ECHOPRT, VERASE, VKILL, VWERASE } from '../abi/index.ts'
import { INPUT_BYTES } from './create.ts'
import { isContinuation, isControl, processOutput } from './output.ts'
import type { Tty } from './types.ts'

const BACKSPACE = 8
const TAB = 9
const NEWLINE = 10
const SPACE = 32
const CARET = 94
const SLASH = 47
const BACKSLASH = 92
const UNDERSCORE = 95
/** ^C stands for byte 3. */
const CARET_BIT = 0x40
const TAB_WIDTH = 8

export const byteAt = (tty: Tty, position: number): number => tty.input.ring[position % INPUT_BYTES] as number

export const hasLocal = (tty: Tty, flag: number): boolean => (tty.termios.lflag & flag) !== 0

/** A byte as itself, through output processing. */
export const echoRaw = (tty: Tty, byte: number, out: number[]): void => processOutput(tty, byte, out)

/** A typed byte: control characters as ^X under ECHOCTL. */
export function echoByte(tty: Tty, byte: number, out: number[]): void {
  if (hasLocal(tty, ECHOCTL) && isControl(byte) && byte !== TAB) {
    out.push(CARET, byte ^ CARET_BIT)
    tty.column += 2
  } else {
    processOutput(tty, byte, out)
  }
}

export function finishErasing(tty: Tty, out: number[]): void {
  if (!tty.input.erasing) return
  echoRaw(tty, SLASH, out)
  tty.input.erasing = false
}

const isWordByte = (byte: number): boolean =>
  (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === UNDERSCORE

function rubOut(tty: Tty, out: number[]): void {
  echoRaw(tty, BACKSPACE, out)
  echoRaw(tty, SPACE, out)
  echoRaw(tty, BACKSPACE, out)
}

/** Columns from the last tab (or the line's start) to the tab being erased tell how far back it reached. */
function rubOutTab(tty: Tty, out: number[]): void {
  const { canonHead, head } = tty.input
  let columns = 0
  let at = head
  let afterTab = false
  while (at > canonHead && !afterTab) {
    const byte = byteAt(tty, --at)
    if (byte === TAB) afterTab = true
    else if (isControl(byte)) columns += hasLocal(tty, ECHOCTL) ? 2 : 0
    else if (!isContinuation(tty, byte)) columns++
  }
  if (!afterTab) columns += tty.lineColumn
  for (let n = TAB_WIDTH - (columns % TAB_WIDTH); n > 0; n--) echoRaw(tty, BACKSPACE, out)
}

/** Shows that `byte`, the first of a character that ended at `end`, is gone. */
function echoErased(tty: Tty, byte: number, end: number, key: number, out: number[]): void {
  if (hasLocal(tty, ECHOPRT)) {
    if (!tty.input.erasing) echoRaw(tty, BACKSLASH, out)
    tty.input.erasing = true
    echoByte(tty, byte, out)
    for (let at = tty.input.head + 1; at < end; at++) out.push(byteAt(tty, at))
  } else if (key === VERASE && !hasLocal(tty, ECHOE)) {
    echoByte(tty, tty.termios.cc[VERASE] as number, out)
  } else if (byte === TAB) {
    rubOutTab(tty, out)
  } else {
    if (isControl(byte) && hasLocal(tty, ECHOCTL)) rubOut(tty, out)
    if (!isControl(byte) || hasLocal(tty, ECHOCTL)) rubOut(tty, out)
  }
}

/** VKILL where the line cannot be rubbed out: it is forgotten, and a new line begins if ECHOK says so. */
function killPlainly(tty: Tty, out: number[]): void {
  tty.input.head = tty.input.canonHead
  if (!hasLocal(tty, ECHO)) return
  finishErasing(tty, out)
  echoByte(tty, tty.termios.cc[VKILL] as number, out)
  if (hasLocal(tty, ECHOK)) echoRaw(tty, NEWLINE, out)
}

/** Erases what `key` (VERASE, VWERASE or VKILL) says of the unfinished line. */
export function erase(tty: Tty, key: typeof VERASE | typeof VWERASE | typeof VKILL, out: number[]): void {
  const { input } = tty
  if (input.head === input.canonHead) return
  const canRubOut = hasLocal(tty, ECHO) && hasLocal(tty, ECHOK) && hasLocal(tty, ECHOKE) && hasLocal(tty, ECHOE)
  if (key === VKILL && !canRubOut) return killPlainly(tty, out)
  let inWord = false
  while (input.head !== input.canonHead) {
    let start = input.head
    do start--
    while (isContinuation(tty, byteAt(tty, start)) && start > input.canonHead)
    const byte = byteAt(tty, start)
    // Half a character stays: its beginning is in a line that was finished already.
    if (isContinuation(tty, byte)) break
    if (key === VWERASE) {
      if (isWordByte(byte)) inWord = true
      else if (inWord) break
    }
    const end = input.head
    input.head = start
    if (hasLocal(tty, ECHO)) echoErased(tty, byte, end, key, out)
    if (key === VERASE) break
  }
  if (input.head === input.canonHead && hasLocal(tty, ECHO)) finishErasing(tty, out)
}

/** VREPRINT: the unfinished line once more on a new line; `key` is echoed first. */
export function reprint(tty: Tty, key: number, out: number[]): void {
  finishErasing(tty, out)
  echoByte(tty, key, out)
  echoRaw(tty, NEWLINE, out)
  for (let at = tty.input.canonHead; at < tty.input.head; at++) echoByte(tty, byteAt(tty, at), out)
}
