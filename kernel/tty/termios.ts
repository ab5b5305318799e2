// Changing a terminal's settings, and what that does to input that was typed under the old ones (n_tty_set_termios).
import { ICANON, IXON, TERMIOS, readStruct, writeStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { wakeAll } from '../sched/index.ts'
import { INPUT_BYTES } from './create.ts'
import { MARK_END, MARK_NONE, refill } from './input.ts'
import { startOutput } from './echo.ts'
import type { Termios, Tty } from './types.ts'

/** struct termios, 36 bytes. */
export const termiosBytes = (termios: Termios): Uint8Array => writeStruct(TERMIOS, { ...termios, cc: termios.cc })

export function termiosFrom(bytes: Uint8Array): Termios {
  const { iflag, oflag, cflag, lflag, cc } = readStruct(TERMIOS, bytes)
  // There is one line discipline: the field is kept as 0, as Linux does for those it cannot set this way.
  return { iflag, oflag, cflag, lflag, line: 0, cc }
}

/** All that is there becomes one line (to canonical) or plain bytes (to raw). */
function changeMode(tty: Tty): void {
  const { input } = tty
  for (let at = input.tail; at < input.head; at++) input.marks[at % INPUT_BYTES] = MARK_NONE
  if (tty.termios.lflag & ICANON && input.head !== input.tail) input.marks[(input.head - 1) % INPUT_BYTES] = MARK_END
  input.canonHead = input.head
  input.literalNext = false
  input.erasing = false
}

export function setTermios(k: Kernel, tty: Tty, termios: Termios): void {
  const old = tty.termios
  tty.termios = termios
  if ((old.lflag ^ termios.lflag) & ICANON) changeMode(tty)
  if (!(termios.iflag & IXON) && old.iflag & IXON && !tty.stoppedByProgram) startOutput(k, tty)
  wakeAll(k, tty.readers)
  refill(k, tty)
}
