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
  /** Bits per second. They slow nothing down. */
  ispeed: number
  ospeed: number
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
  /** Beside each byte of the ring: what it means for lines (MARK_*). */
  marks: Uint8Array
  tail: number
  canonHead: number
  head: number
  /** The next byte is taken literally (VLNEXT was typed). */
  literalNext: boolean
  /** ECHOPRT has opened a `\` that wants its `/`. */
  erasing: boolean
  /** Typed while the ring was full of unread lines: taken in as readers make room. */
  backlog: number[]
}

/** Where output goes: the host's console, or the master side of a pseudo-terminal. */
export type TtyKind = 'console' | 'pty'

export interface Tty {
  kind: TtyKind
  /** Place in `KernelState.ttys`. */
  index: number
  /** Device number, as st_rdev and tty_nr of /proc/PID/stat show it. */
  major: number
  minor: number
  termios: Termios
  winsize: WinSize
  input: TtyInput
  /** Column of the cursor, for tabs; and where the line being edited began, for erasing them. */
  column: number
  lineColumn: number
  /** Output is stopped by ^S or TCOOFF; `byProgram`: by TCOOFF, which IXANY does not undo. */
  stopped: boolean
  stoppedByProgram: boolean
  /** Echo not yet shown, because more input is just coming or output is stopped: bytes and instructions (echo.ts). */
  echo: number[]
  /** Foreground process group and session: 0 for none. */
  pgid: number
  sid: number
  /** The other end is gone: reads give end of file, writes EIO. */
  hungUp: boolean
  readers: WaitQueue
  writers: WaitQueue
  /** TIOCEXCL: only the privileged may open it again. */
  exclusive: boolean
  /** TIOCSLCKTRMIOS: bits and characters that are set here cannot be changed. */
  locked: Termios | null
  /** Only a pseudo-terminal has one. */
  master: PtyMaster | null
}

/** The master side of a pseudo-terminal. */
export interface PtyMaster {
  /** What it can read: the slave's output. */
  output: number[]
  readers: WaitQueue
  writers: WaitQueue
  /** TIOCSPTLCK: the slave cannot be opened yet. */
  locked: boolean
  /** The description of /dev/ptmx is open. */
  open: boolean
  /** Open descriptions of the slave, and whether there ever was one. */
  slaves: number
  opened: boolean
  /** TIOCPKT, and what happened that it has not been told yet (TIOCPKT_*). */
  packet: boolean
  status: number
}

/** Of an open file of either side: the terminal's place in `KernelState.ttys`. */
export interface TtyData {
  kind: 'tty'
  index: number
}

/** What a sleeping raw read remembers: when to give up, and how much there was (VTIME counts from the last byte). */
export interface RawWait {
  deadline: number
  seen: number
}

export interface TtyReading extends RawWait {
  call: 'ttyRead'
}
