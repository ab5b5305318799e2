// A terminal as plain data: settings, the line being edited, what can be read, and whose terminal it is.
import type { WaitQueue } from '../sched/types.ts'

/** Linux's kernel `struct termios`: four flag words, the line discipline, NCCS control characters. */
export interface Termios {
  iflag: number
  oflag: number
  cflag: number
  lflag: number
  line: number
  cc: Uint8Array
}

export interface WinSize {
  rows: number
  columns: number
  xpixel: number
  ypixel: number
}

/**
 * The ring between the line discipline and readers. Positions count bytes since the start and never wrap:
 * tail <= canonHead <= head <= tail + INPUT_BYTES. Bytes in [tail, canonHead) are finished lines, [canonHead, head) is still edited.
 */
export interface TtyInput {
  ring: Uint8Array
  /** Beside each byte of the ring: 0, or what ends a line there (LINE_END, LINE_EOF). */
  marks: Uint8Array
  tail: number
  canonHead: number
  head: number
  /** The next byte is taken literally (VLNEXT was typed). */
  literalNext: boolean
}

/** Where output goes: the host's console, or the master side of a pseudo-terminal. */
export type TtyKind = 'console' | 'pty'

export interface Tty {
  kind: TtyKind
  /** Of the console 0; of a pseudo-terminal the N of /dev/pts/N. */
  index: number
  /** Device number, as st_rdev and /proc/PID/stat tty_nr show it. */
  major: number
  minor: number
  termios: Termios
  winsize: WinSize
  input: TtyInput
  /** Column of the cursor, for tabs and for erasing them; where the line being edited began. */
  column: number
  lineStart: number
  /** Output is stopped by ^S (or TCOOFF). */
  stopped: boolean
  /** Foreground process group and session: 0 for none. */
  pgid: number
  sid: number
  /** The other end is gone: reads give end of file, writes EIO. */
  hungUp: boolean
  readers: WaitQueue
  writers: WaitQueue
  /** Only a pseudo-terminal has one: what the master side can read, and who waits there. */
  master: PtyMaster | null
}

export interface PtyMaster {
  output: number[]
  readers: WaitQueue
  writers: WaitQueue
  /** TIOCSPTLCK: the slave cannot be opened yet. */
  locked: boolean
  open: boolean
  /** Open descriptions of the slave. */
  slaves: number
}
