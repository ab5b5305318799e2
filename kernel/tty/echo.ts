// Echo: what typing shows. It is collected while input comes in and shown at its end, so a Ctrl-C in the middle still takes it back
// (n_tty.c's echo buffer). An item is a byte for output processing, or a byte with one of the instructions below.
import { ECHOCTL } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { wakeAll } from '../sched/index.ts'
import { isControl, processOutput, roomAtMaster, sendOut } from './output.ts'
import { noteStarted, noteStopped } from './packet.ts'
import type { Tty } from './types.ts'

const INSTRUCTION_SHIFT = 8
const BYTE = 0xff
/** ^X for a control character. */
const CARET_FORM = 1
/** The line being edited begins at the cursor. */
const SET_LINE_COLUMN = 2
/** Goes back over a tab that began after so many columns from the line's start; or, the second one, from the tab before. */
const ERASE_FIRST_TAB = 3
const ERASE_TAB = 4
/** The last byte took no column. */
const BACK_COLUMN = 5
const UNPROCESSED = 6

const BACKSPACE = 8
const TAB = 9
const CARET = 94
const CARET_BIT = 0x40
const TAB_WIDTH = 8

export const hasLocal = (tty: Tty, flag: number): boolean => (tty.termios.lflag & flag) !== 0

const instruct = (tty: Tty, instruction: number, byte = 0): void => {
  tty.echo.push((instruction << INSTRUCTION_SHIFT) | byte)
}

/** A byte as itself, through output processing (which Linux spares 0xff, the mark of instructions in its own buffer). */
export const echoRaw = (tty: Tty, byte: number): void => {
  if (byte === BYTE) instruct(tty, UNPROCESSED, byte)
  else tty.echo.push(byte)
}

/** A typed byte: control characters as ^X under ECHOCTL. */
export function echoByte(tty: Tty, byte: number): void {
  if (hasLocal(tty, ECHOCTL) && isControl(byte) && byte !== TAB) instruct(tty, CARET_FORM, byte)
  else echoRaw(tty, byte)
}

export const echoLineStart = (tty: Tty): void => instruct(tty, SET_LINE_COLUMN)
export const echoBackColumn = (tty: Tty): void => instruct(tty, BACK_COLUMN)
export const echoEraseTab = (tty: Tty, columns: number, afterTab: boolean): void =>
  instruct(tty, afterTab ? ERASE_TAB : ERASE_FIRST_TAB, columns % TAB_WIDTH)

function eraseTab(tty: Tty, columns: number, out: number[]): void {
  for (let n = TAB_WIDTH - (columns % TAB_WIDTH); n > 0; n--) {
    out.push(BACKSPACE)
    if (tty.column > 0) tty.column--
  }
}

/** What each instruction does to the screen. */
const RUN: Readonly<Record<number, (tty: Tty, byte: number, out: number[]) => void>> = {
  [0]: processOutput,
  [CARET_FORM]: (tty, byte, out) => {
    out.push(CARET, byte ^ CARET_BIT)
    tty.column += 2
  },
  [SET_LINE_COLUMN]: tty => {
    tty.lineColumn = tty.column
  },
  [ERASE_FIRST_TAB]: (tty, columns, out) => eraseTab(tty, columns + tty.lineColumn, out),
  [ERASE_TAB]: eraseTab,
  [UNPROCESSED]: (tty, byte, out) => {
    out.push(byte)
    tty.column++
  },
  [BACK_COLUMN]: tty => {
    if (tty.column > 0) tty.column--
  },
}

/** Echo that may wait (n_tty.c: N_TTY_BUF_SIZE). Typing never waits for it: what is too much is lost, oldest first. */
const MAX_ECHO = 4096

/** Shows what was echoed, unless output is stopped, and as far as the reader of a pseudo-terminal leaves room. */
export function flushEcho(k: Kernel, tty: Tty): void {
  if (tty.echo.length === 0) return
  if (!tty.stopped) {
    const items = tty.echo
    const room = roomAtMaster(tty)
    const out: number[] = []
    let shown = 0
    while (shown < items.length && out.length < room) {
      const item = items[shown++]
      RUN[item >> INSTRUCTION_SHIFT]?.(tty, item & BYTE, out)
    }
    tty.echo = items.slice(shown)
    sendOut(k, tty, Uint8Array.from(out))
  }
  if (tty.echo.length > MAX_ECHO) tty.echo.splice(0, tty.echo.length - MAX_ECHO)
}

/** Nothing more can be shown, nor kept to be shown. */
export const echoIsFull = (tty: Tty): boolean => tty.echo.length >= MAX_ECHO

/** Between two bytes of a long input: nothing more than this is held back until its end. */
export function relieveEcho(k: Kernel, tty: Tty): void {
  if (tty.echo.length > MAX_ECHO) flushEcho(k, tty)
}

export function stopOutput(k: Kernel, tty: Tty, byProgram: boolean): void {
  if (!tty.stopped) noteStopped(k, tty)
  tty.stopped = true
  tty.stoppedByProgram = byProgram
}

export function startOutput(k: Kernel, tty: Tty): void {
  if (!tty.stopped) return
  tty.stopped = false
  noteStarted(k, tty)
  tty.stoppedByProgram = false
  flushEcho(k, tty)
  wakeAll(k, tty.writers)
}
