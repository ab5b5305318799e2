// Editing the line that is being typed: erase a character, a word, the line, show it again (n_tty.c: eraser).
import { ECHO, ECHOCTL, ECHOE, ECHOK, ECHOKE, ECHOPRT, VERASE, VKILL, VWERASE } from '../abi/index.ts'
import { INPUT_BYTES } from './create.ts'
import { echoBackColumn, echoByte, echoEraseTab, echoRaw, hasLocal } from './echo.ts'
import { isAlphanumeric, isContinuation, isControl } from './output.ts'
import type { Tty } from './types.ts'

const BACKSPACE = 8
const TAB = 9
const NEWLINE = 10
const SPACE = 32
const SLASH = 47
const BACKSLASH = 92
const UNDERSCORE = 95

const byteAt = (tty: Tty, position: number): number => tty.input.ring[position % INPUT_BYTES] as number

export function finishErasing(tty: Tty): void {
  if (!tty.input.erasing) return
  echoRaw(tty, SLASH)
  tty.input.erasing = false
}

const isWordByte = (byte: number): boolean => isAlphanumeric(byte) || byte === UNDERSCORE

function rubOut(tty: Tty): void {
  echoRaw(tty, BACKSPACE)
  echoRaw(tty, SPACE)
  echoRaw(tty, BACKSPACE)
}

/** Columns from the last tab (or the line's start) to the tab being erased tell how far back it reached. */
function rubOutTab(tty: Tty): void {
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
  echoEraseTab(tty, columns, afterTab)
}

/** Shows that `byte`, the first of a character that ended at `end`, is gone. */
function echoErased(tty: Tty, byte: number, end: number, key: number): void {
  if (hasLocal(tty, ECHOPRT)) {
    if (!tty.input.erasing) echoRaw(tty, BACKSLASH)
    tty.input.erasing = true
    echoByte(tty, byte)
    for (let at = tty.input.head + 1; at < end; at++) {
      echoRaw(tty, byteAt(tty, at))
      echoBackColumn(tty)
    }
  } else if (key === VERASE && !hasLocal(tty, ECHOE)) {
    echoByte(tty, tty.termios.cc[VERASE] as number)
  } else if (byte === TAB) {
    rubOutTab(tty)
  } else {
    if (isControl(byte) && hasLocal(tty, ECHOCTL)) rubOut(tty)
    if (!isControl(byte) || hasLocal(tty, ECHOCTL)) rubOut(tty)
  }
}

/** VKILL where the line cannot be rubbed out: it is forgotten, and a new line begins if ECHOK says so. */
function killPlainly(tty: Tty): void {
  tty.input.head = tty.input.canonHead
  if (!hasLocal(tty, ECHO)) return
  finishErasing(tty)
  echoByte(tty, tty.termios.cc[VKILL] as number)
  if (hasLocal(tty, ECHOK)) echoRaw(tty, NEWLINE)
}

/** Erases what `key` (VERASE, VWERASE or VKILL) says of the unfinished line. */
export function erase(tty: Tty, key: typeof VERASE | typeof VWERASE | typeof VKILL): void {
  const { input } = tty
  if (input.head === input.canonHead) return
  const canRubOut = hasLocal(tty, ECHO) && hasLocal(tty, ECHOK) && hasLocal(tty, ECHOKE) && hasLocal(tty, ECHOE)
  if (key === VKILL && !canRubOut) return killPlainly(tty)
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
    if (hasLocal(tty, ECHO)) echoErased(tty, byte, end, key)
    if (key === VERASE) break
  }
  if (input.head === input.canonHead && hasLocal(tty, ECHO)) finishErasing(tty)
}

/** VREPRINT: the unfinished line once more on a new line; `key` is echoed first. */
export function reprint(tty: Tty, key: number): void {
  finishErasing(tty)
  echoByte(tty, key)
  echoRaw(tty, NEWLINE)
  for (let at = tty.input.canonHead; at < tty.input.head; at++) echoByte(tty, byteAt(tty, at))
}
