// From programs and from echo to the screen: output processing (OPOST) keeps track of the cursor's column, then bytes leave for the
// host's console or the master side of a pseudo-terminal.
import { IUTF8, OCRNL, OLCUC, ONLCR, ONLRET, ONOCR, OPOST, TABDLY } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { hostWrite } from '../output.ts'
import { wakeAll } from '../sched/index.ts'
import type { Tty, TtyKind } from './types.ts'

const BACKSPACE = 8
const TAB = 9
const NEWLINE = 10
const RETURN = 13
const SPACE = 32
const DELETE = 127
const TAB_WIDTH = 8

export const isControl = (byte: number): boolean => byte < SPACE || byte === DELETE
/** A byte that continues a UTF-8 character, where the terminal is told that its text is UTF-8. */
export const isContinuation = (tty: Tty, byte: number): boolean => (tty.termios.iflag & IUTF8) !== 0 && (byte & 0xc0) === 0x80

/** Letters above ASCII are those of Latin 1, whatever the text's encoding, as in the kernel's ctype table. */
const isLatin = (byte: number, first: number): boolean => byte >= first && byte !== first + 0x17
const isUpper = (byte: number): boolean => (byte >= 65 && byte <= 90) || (isLatin(byte, 0xc0) && byte <= 0xde)
const isLower = (byte: number): boolean => (byte >= 97 && byte <= 122) || isLatin(byte, 0xe0) || byte === 0xdf
export const isAlphanumeric = (byte: number): boolean => isUpper(byte) || isLower(byte) || (byte >= 48 && byte <= 57)
const CASE_BIT = 0x20
const toUpper = (byte: number): number => (isLower(byte) ? byte - CASE_BIT : byte)
export const toLower = (byte: number): number => (isUpper(byte) ? byte + CASE_BIT : byte)

/** One byte through output processing (n_tty.c, do_output_char), appended to `out`. */
export function processOutput(tty: Tty, byte: number, out: number[]): void {
  const { oflag } = tty.termios
  if (!(oflag & OPOST)) {
    out.push(byte)
    return
  }
  const special = SPECIAL[byte]
  if (special) {
    special(tty, oflag, out)
    return
  }
  if (isControl(byte)) {
    out.push(byte)
    return
  }
  if (!isContinuation(tty, byte)) tty.column++
  out.push(oflag & OLCUC ? toUpper(byte) : byte)
}

/** The bytes that move the cursor. */
const SPECIAL: Readonly<Record<number, (tty: Tty, oflag: number, out: number[]) => void>> = {
  [NEWLINE]: (tty, oflag, out) => {
    if (oflag & (ONLRET | ONLCR)) tty.column = 0
    tty.lineColumn = tty.column
    if (oflag & ONLCR) out.push(RETURN)
    out.push(NEWLINE)
  },
  [RETURN]: (tty, oflag, out) => {
    if (oflag & ONOCR && tty.column === 0) return
    const becomesNewline = (oflag & OCRNL) !== 0
    if (!becomesNewline || oflag & ONLRET) tty.lineColumn = tty.column = 0
    out.push(becomesNewline ? NEWLINE : RETURN)
  },
  [TAB]: (tty, oflag, out) => {
    const spaces = TAB_WIDTH - (tty.column % TAB_WIDTH)
    tty.column += spaces
    if ((oflag & TABDLY) === TABDLY) for (let i = 0; i < spaces; i++) out.push(SPACE)
    else out.push(TAB)
  },
  [BACKSPACE]: (tty, _oflag, out) => {
    if (tty.column > 0) tty.column--
    out.push(BACKSPACE)
  },
}

/** Output that may wait for the reader of a pseudo-terminal; then writers wait, and echo. */
const MAX_UNREAD = 16384

/** How much more may wait at the master: without end where there is none. */
export const roomAtMaster = ({ master }: Tty): number => (master === null ? Infinity : MAX_UNREAD - master.output.length)
export const isFull = (tty: Tty): boolean => roomAtMaster(tty) <= 0

/** By kind: takes finished bytes away. False when there is nobody on the other side. */
const sinks: { [K in TtyKind]: (k: Kernel, tty: Tty, bytes: Uint8Array) => boolean } = {
  console: (k, _tty, bytes) => hostWrite(k, 1, bytes) === 0,
  pty: (k, tty, bytes) => {
    const { master } = tty
    if (!master || !master.open) return false
    for (const byte of bytes) master.output.push(byte)
    wakeAll(k, master.readers)
    return true
  },
}

/** Sends bytes that are already processed. False: the other side is gone. */
export const sendOut = (k: Kernel, tty: Tty, bytes: Uint8Array): boolean => bytes.length === 0 || sinks[tty.kind](k, tty, bytes)
