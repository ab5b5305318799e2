// ioctl(2) as strace prints it: the request by name, its argument by what the request passes.
import { TERMIOS, TTY_IOCTLS, WINSIZE, CFLAGS, IFLAGS, LFLAGS, OFLAGS, readStruct, CBAUD, SOCKET_IOCTLS } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { fd, pointer } from './args.ts'
import { flagsText, hex, plainHex } from './text.ts'

/** What the argument points to, and whether the call fills it in. */
interface Shape {
  bytes: number
  filled: boolean
  text(bytes: Uint8Array): string
}

const int = (filled: boolean): Shape => ({
  bytes: 4,
  filled,
  text: bytes => `[${new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)}]`,
})

/** Bits of c_cflag that are fields rather than flags. */
const SPEEDS: Readonly<Record<number, string>> = {
  0: 'B0',
  [CFLAGS.B9600]: 'B9600',
  [CFLAGS.B38400]: 'B38400',
  [CFLAGS.B115200]: 'B115200',
}
const SIZES: Readonly<Record<number, string>> = { [CFLAGS.CS5]: 'CS5', [CFLAGS.CS6]: 'CS6', [CFLAGS.CS7]: 'CS7', [CFLAGS.CS8]: 'CS8' }
const {
  CBAUD: _cbaud,
  B9600: _b9600,
  B38400: _b38400,
  B115200: _b115200,
  CSIZE,
  CS5: _cs5,
  CS6: _cs6,
  CS7: _cs7,
  CS8: _cs8,
  ...CONTROL
} = CFLAGS
const { NLDLY, CRDLY, TABDLY, BSDLY, VTDLY, FFDLY, ...OUTPUT } = OFLAGS
const DELAYS = [NLDLY, CRDLY, TABDLY, BSDLY, VTDLY, FFDLY].reduce<number>((all, bits) => all | bits, 0)
const NO_DELAYS = 'NL0|CR0|TAB0|BS0|VT0|FF0'

const joined = (first: string, rest: string): string => (rest === '0' ? first : `${first}|${rest}`)

function termiosText(bytes: Uint8Array): string {
  const { iflag, oflag, cflag, lflag } = readStruct(TERMIOS, bytes)
  const speed = SPEEDS[cflag & CBAUD] ?? hex(cflag & CBAUD)
  const control = joined(`${speed}|${SIZES[cflag & CSIZE]}`, flagsText(CONTROL, (cflag & ~CBAUD & ~CSIZE) >>> 0))
  const output = joined(NO_DELAYS, flagsText(OUTPUT, (oflag & ~DELAYS) >>> 0))
  return `{c_iflag=${flagsText(IFLAGS, iflag)}, c_oflag=${output}, c_cflag=${control}, c_lflag=${flagsText(LFLAGS, lflag)}, ...}`
}

const termios = (filled: boolean): Shape => ({ bytes: TERMIOS.size, filled, text: termiosText })

const winsize = (filled: boolean): Shape => ({
  bytes: WINSIZE.size,
  filled,
  text: bytes => {
    const { rows, columns, xpixel, ypixel } = readStruct(WINSIZE, bytes)
    return `{ws_row=${rows}, ws_col=${columns}, ws_xpixel=${xpixel}, ws_ypixel=${ypixel}}`
  },
})

const T = TTY_IOCTLS
const SHAPES: Readonly<Record<number, Shape>> = {
  [T.TCGETS]: termios(true),
  [T.TCSETS]: termios(false),
  [T.TCSETSW]: termios(false),
  [T.TCSETSF]: termios(false),
  [T.TIOCGWINSZ]: winsize(true),
  [T.TIOCSWINSZ]: winsize(false),
  [T.TIOCGPGRP]: int(true),
  [T.TIOCSPGRP]: int(false),
  [T.TIOCGSID]: int(true),
  [T.FIONREAD]: int(true),
  [T.TIOCOUTQ]: int(true),
  [SOCKET_IOCTLS.SIOCATMARK]: int(true),
  [SOCKET_IOCTLS.FIOGETOWN]: int(true),
  [SOCKET_IOCTLS.SIOCGPGRP]: int(true),
  [SOCKET_IOCTLS.FIOSETOWN]: int(false),
  [SOCKET_IOCTLS.SIOCSPGRP]: int(false),
  [T.FIONBIO]: int(false),
  [T.FIOASYNC]: int(false),
}
/** Requests whose argument is a plain number. */
const NUMBERS: ReadonlySet<number> = new Set([T.TIOCSCTTY, T.TCSBRK, T.TCXONC, T.TCFLSH])
const BARE: ReadonlySet<number> = new Set([T.FIOCLEX, T.FIONCLEX, T.TIOCNOTTY])

/** The top two bits of a request: which way its argument goes. */
const DIRECTIONS = ['_IOC_NONE', '_IOC_WRITE', '_IOC_READ', '_IOC_READ|_IOC_WRITE']

function requestName(request: number): string {
  for (const [name, value] of [...Object.entries(TTY_IOCTLS), ...Object.entries(SOCKET_IOCTLS)]) if (value === request) return name
  const type = plainHex((request >>> 8) & 0xff)
  return `_IOC(${DIRECTIONS[request >>> 30]}, ${type}, ${plainHex(request & 0xff)}, ${plainHex((request >>> 16) & 0x3fff)})`
}

export function ioctlText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  const request = raw[1] >>> 0
  const shape = SHAPES[request]
  const value = (): string => {
    const bytes = raw[2] > 0 && shape ? peekUser(k, task, raw[2], shape.bytes) : null
    return bytes === null || !shape ? pointer(raw[2]) : shape.text(bytes)
  }
  if (result !== undefined) return shape?.filled ? (result < 0 ? pointer(raw[2]) : value()) : ''
  const head = `${fd.show(raw[0], k, task, raw)}, ${requestName(request)}`
  if (BARE.has(request)) return head
  if (shape?.filled) return `${head}, `
  return `${head}, ${NUMBERS.has(request) ? String(raw[2]) : value()}`
}
