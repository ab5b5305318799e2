// Changing a terminal's settings, and what that does to input that was typed under the old ones (n_tty_set_termios).
import { ICANON, IXON, TERMIO, TERMIOS, TERMIOS2, readStruct, speedOf, writeStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { wakeAll } from '../sched/index.ts'
import { INPUT_BYTES } from './create.ts'
import { MARK_END, MARK_NONE, refill } from './input.ts'
import { startOutput } from './echo.ts'
import { noteSettings } from './packet.ts'
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

/** Settings of struct termio: the upper halves and the later characters stay. */
export function termiosFromOld(bytes: Uint8Array, old: Termios): Termios {
  const given = readStruct(TERMIO, bytes)
  const merged = (high: number, low: number): number => ((high & UPPER_HALF) | low) >>> 0
  const cc = old.cc.slice()
  cc.set(given.cc)
  const { iflag, oflag, cflag, lflag } = given
  return {
    ...old,
    iflag: merged(old.iflag, iflag),
    oflag: merged(old.oflag, oflag),
    cflag: merged(old.cflag, cflag),
    lflag: merged(old.lflag, lflag),
    cc,
  }
}

const UPPER_HALF = 0xffff_0000
const LOWER_HALF = 0xffff

export const oldTermiosBytes = ({ iflag, oflag, cflag, lflag, line, cc }: Termios): Uint8Array =>
  writeStruct(TERMIO, {
    iflag: iflag & LOWER_HALF,
    oflag: oflag & LOWER_HALF,
    cflag: cflag & LOWER_HALF,
    lflag: lflag & LOWER_HALF,
    line,
    cc: cc.slice(0, OLD_CHARACTERS),
  })

const OLD_CHARACTERS = 8

/** What TIOCSLCKTRMIOS locked stays as it was. */
function keepLocked(old: Termios, now: Termios, locked: Termios | null): Termios {
  if (locked === null) return now
  const merged = (was: number, is: number, lock: number): number => ((was & lock) | (is & ~lock)) >>> 0
  return {
    ...now,
    iflag: merged(old.iflag, now.iflag, locked.iflag),
    oflag: merged(old.oflag, now.oflag, locked.oflag),
    cflag: merged(old.cflag, now.cflag, locked.cflag),
    lflag: merged(old.lflag, now.lflag, locked.lflag),
    cc: now.cc.map((character, i) => (locked.cc[i] ? old.cc[i] : character)),
  }
}

export function setTermios(k: Kernel, tty: Tty, wanted: Termios): void {
  const old = tty.termios
  const termios = keepLocked(old, wanted, tty.locked)
  tty.termios = termios
  noteSettings(k, tty, old, termios)
  if ((old.lflag ^ termios.lflag) & ICANON) changeMode(tty)
  if (!(termios.iflag & IXON) && old.iflag & IXON && !tty.stoppedByProgram) startOutput(k, tty)
  wakeAll(k, tty.readers)
  refill(k, tty)
}
