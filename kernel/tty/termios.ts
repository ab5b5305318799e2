// Changing a terminal's settings, and what that does to input that was typed under the old ones (n_tty_set_termios).
import { ICANON, IXON, TERMIOS, TERMIOS2, readStruct, speedOf, writeStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { wakeAll } from '../sched/index.ts'
import { INPUT_BYTES } from './create.ts'
import { MARK_END, MARK_NONE, refill } from './input.ts'
import { startOutput } from './echo.ts'
import type { Termios, Tty } from './types.ts'

/** The settings as struct termios (36 bytes) or struct termios2 (44, with the speeds). */
export const termiosBytes = (termios: Termios, layout: typeof TERMIOS | typeof TERMIOS2): Uint8Array =>
  writeStruct(layout, { ...termios, cc: termios.cc })

/** Settings from either; the speed is what c_cflag says, or what struct termios2 says where that leaves it open. */
export function termiosFrom(bytes: Uint8Array, layout: typeof TERMIOS | typeof TERMIOS2, old: Termios): Termios {
  const { iflag, oflag, cflag, lflag, cc } = readStruct(TERMIOS, bytes)
  const given = layout === TERMIOS2 ? readStruct(TERMIOS2, bytes) : old
  const speed = speedOf(cflag)
  // There is one line discipline: the field is kept as 0, as Linux does for those it cannot set this way.
  return { iflag, oflag, cflag, lflag, line: 0, cc, ispeed: speed ?? given.ispeed, ospeed: speed ?? given.ospeed }
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
