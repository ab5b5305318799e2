// A new terminal, set up as Linux sets up each (tty_std_termios), and its window.
import {
  B38400,
  CREAD,
  CS8,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  HUPCL,
  ICANON,
  ICRNL,
  IEXTEN,
  ISIG,
  IXON,
  NCCS,
  ONLCR,
  OPOST,
  SIGWINCH,
  VEOF,
  VERASE,
  VDISCARD,
  VINTR,
  VKILL,
  VLNEXT,
  VMIN,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VWERASE,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { newQueue } from '../sched/index.ts'
import { kernelInfo, signalProcessGroup } from '../signal/index.ts'
import type { Termios, Tty, TtyKind, WinSize } from './types.ts'

/** Linux takes from a terminal, and gives to it, through buffers of these sizes: a fault loses what is left of one (tty_io.c). */
export const READ_PIECE = 64
export const COPIED_PIECE = 2048

/** Bytes between a terminal and its readers (N_TTY_BUF_SIZE): also the longest line that can be edited. */
export const INPUT_BYTES = 4096
const SERIAL_MAJOR = 4
const SERIAL_MINOR = 64
const DEFAULT_WINDOW: WinSize = { rows: 24, columns: 80, xpixel: 0, ypixel: 0 }

const control = (letter: string): number => letter.charCodeAt(0) & 0x1f
const DELETE = 0x7f

const DEFAULT_CC: Readonly<Record<number, number>> = {
  [VINTR]: control('C'),
  [VQUIT]: control('\\'),
  [VERASE]: DELETE,
  [VKILL]: control('U'),
  [VEOF]: control('D'),
  [VMIN]: 1,
  [VSTART]: control('Q'),
  [VSTOP]: control('S'),
  [VSUSP]: control('Z'),
  [VREPRINT]: control('R'),
  [VDISCARD]: control('O'),
  [VWERASE]: control('W'),
  [VLNEXT]: control('V'),
}

function defaultTermios(): Termios {
  const cc = new Uint8Array(NCCS)
  for (const [index, value] of Object.entries(DEFAULT_CC)) cc[Number(index)] = value
  return {
    iflag: ICRNL | IXON,
    oflag: OPOST | ONLCR,
    cflag: B38400 | CS8 | CREAD | HUPCL,
    lflag: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
    line: 0,
    cc,
    ispeed: 38400,
    ospeed: 38400,
  }
}

/** A terminal that nobody has opened. `index` is its place in `KernelState.ttys`. */
export function newTty(kind: TtyKind, index: number, major: number, minor: number): Tty {
  const termios = defaultTermios()
  // There is no line to hang up when the last user closes it.
  if (kind === 'pty') termios.cflag &= ~HUPCL
  return {
    kind,
    index,
    major,
    minor,
    termios,
    winsize: kind === 'console' ? { ...DEFAULT_WINDOW } : { rows: 0, columns: 0, xpixel: 0, ypixel: 0 },
    input: {
      ring: new Uint8Array(INPUT_BYTES),
      marks: new Uint8Array(INPUT_BYTES),
      tail: 0,
      canonHead: 0,
      head: 0,
      literalNext: false,
      erasing: false,
      backlog: [],
    },
    column: 0,
    lineColumn: 0,
    stopped: false,
    stoppedByProgram: false,
    echo: [],
    pgid: 0,
    sid: 0,
    hungUp: false,
    readers: newQueue(),
    writers: newQueue(),
    exclusive: false,
    locked: null,
    master: null,
  }
}

/** The machine's console, a serial line as on real boards: /dev/ttyS0, and /dev/console stands for it. Always the first terminal. */
export const newConsole = (): Tty => newTty('console', 0, SERIAL_MAJOR, SERIAL_MINOR)

/** The window changed: SIGWINCH to the foreground. */
export function resizeTty(k: Kernel, tty: Tty, winsize: WinSize): void {
  const { rows, columns, xpixel, ypixel } = tty.winsize
  if (rows === winsize.rows && columns === winsize.columns && xpixel === winsize.xpixel && ypixel === winsize.ypixel) return
  tty.winsize = { ...winsize }
  if (tty.pgid !== 0) signalProcessGroup(k, tty.pgid, kernelInfo(SIGWINCH))
}
