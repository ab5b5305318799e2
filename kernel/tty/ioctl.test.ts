// ioctl requests of terminals: every one that has a name is answered or refused on purpose; the older settings, locks, exclusive use, and packet mode.
import { describe, expect, it, test } from 'vitest'
import {
  AT_FDCWD,
  CLOCAL,
  ECHO,
  EXTPROC,
  FIOASYNC,
  FIOCLEX,
  FIONBIO,
  FIONCLEX,
  FIONREAD,
  IXON,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDWR,
  PACKET_STATUS,
  POLLIN,
  POLLPRI,
  SIGHUP,
  SIGINT,
  TCFLSH,
  TCOFLUSH,
  TCGETA,
  TCIFLUSH,
  TCIOFLUSH,
  TCOOFF,
  TCOON,
  TCSETA,
  TCXONC,
  TIOCCONS,
  TIOCEXCL,
  TIOCGEXCL,
  TIOCGPKT,
  TIOCGSOFTCAR,
  TIOCMGET,
  TIOCNXCL,
  TIOCPKT,
  TIOCSBRK,
  TIOCSIG,
  TIOCSLCKTRMIOS,
  TIOCSPTLCK,
  TIOCSSOFTCAR,
  TTY_IOCTLS,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getU32, putU32 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { opsOf } from '../vfs/ops.ts'
import { buffer, BUFFER, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'
import { newConsole } from './create.ts'
import { knowsRequest, REFUSED_REQUESTS } from './ioctl.ts'
import { MASTER_REQUESTS } from './pty.ts'
import { setTermios } from './termios.ts'
import type { Tty } from './types.ts'

/** For any file, terminal or not. */
const OF_ANY_FILE = [FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, FIOASYNC]

test.each(Object.entries(TTY_IOCTLS))('%s has a row, here or for any file, or a reason why it is refused', (_name, request) => {
  const ways = [knowsRequest(request), Object.hasOwn(MASTER_REQUESTS, request), Object.hasOwn(REFUSED_REQUESTS, request)]
  expect(ways.some(Boolean) || OF_ANY_FILE.includes(request as never)).toBe(true)
})

interface Pair {
  k: Kernel
  task: Task
  master: number
  slave: number
  tty: Tty
  ioctl(fd: number, request: number, argument?: number): number | string
  /** The same with an int in memory. */
  set(fd: number, request: number, value: number): number | string
  get(fd: number, request: number): number
  read(fd: number): number[] | string
}

function pair(): Pair {
  const { k, task } = fileKernel()
  k.state.ttys.push(newConsole())
  const master = call(k, task, 'openat', AT_FDCWD, '/dev/ptmx', O_RDWR | O_NONBLOCK, 0) as number
  const ioctl = (fd: number, request: number, argument = 0) => outcome(k, task, 'ioctl', fd, request, argument)
  const set = (fd: number, request: number, value: number) => {
    putU32(k, task, BUFFER, value)
    return ioctl(fd, request, BUFFER)
  }
  set(master, TIOCSPTLCK, 0)
  const slave = call(k, task, 'openat', AT_FDCWD, '/dev/pts/0', O_RDWR | O_NOCTTY | O_NONBLOCK, 0) as number
  return {
    ...{ k, task, master, slave, tty: k.state.ttys[1], ioctl, set },
    get(fd, request) {
      ioctl(fd, request, BUFFER)
      return getU32(k, task, BUFFER)
    },
    read(fd) {
      const count = outcome(k, task, 'read', fd, BUFFER, 100)
      return typeof count === 'number' ? Array.from(buffer(k, task, count), c => c.charCodeAt(0)) : count
    },
  }
}

test('TCGETA and TCSETA: the lower halves of the flags and eight characters', () => {
  const { k, task, slave, tty, ioctl } = pair()
  const { lflag } = tty.termios
  tty.termios.lflag |= EXTPROC
  expect(ioctl(slave, TCGETA, BUFFER)).toBe(0)
  expect(getU32(k, task, BUFFER + 4) >>> 16).toBe(lflag & 0xffff)
  expect(buffer(k, task, 3, 9)).toBe('\x03\x1c\x7f')
  putU32(k, task, BUFFER + 4, ((lflag & ~ECHO) << 16) | (tty.termios.cflag & 0xffff))
  expect(ioctl(slave, TCSETA, BUFFER)).toBe(0)
  expect(tty.termios.lflag & ECHO).toBe(0)
  // Beyond 16 bits, and the later characters.
  expect(tty.termios.lflag & EXTPROC & 0xffff_0000).toBe(EXTPROC & 0xffff_0000)
  expect(tty.termios.cc[8]).toBe(0x11)
})

test('what is locked does not change, and only the privileged lock', () => {
  const { k, task, slave, tty, ioctl } = pair()
  for (let i = 0; i < 36; i += 4) putU32(k, task, BUFFER + i, 0)
  putU32(k, task, BUFFER + 12, ECHO)
  expect(ioctl(slave, TIOCSLCKTRMIOS, BUFFER)).toBe(0)
  const { lflag } = tty.termios
  setTermios(k, tty, { ...tty.termios, lflag: 0 })
  expect(tty.termios.lflag).toBe(lflag & ECHO)
  task.credentials = { ...task.credentials, capEffective: 0 }
  expect(ioctl(slave, TIOCSLCKTRMIOS, BUFFER)).toBe('EPERM')
})

test('exclusive use: others cannot open it', () => {
  const { k, slave, ioctl, get } = pair()
  const user = fileTask(k)
  user.credentials = { ...user.credentials, capEffective: 0 }
  const open = () => outcome(k, user, 'openat', AT_FDCWD, '/dev/pts/0', O_RDWR | O_NOCTTY, 0)
  expect(ioctl(slave, TIOCEXCL)).toBe(0)
  expect(get(slave, TIOCGEXCL)).toBe(1)
  expect(open()).toBe('EBUSY')
  expect(ioctl(slave, TIOCNXCL)).toBe(0)
  expect(open()).toBe(0)
})

test('carrier, break, and what is refused', () => {
  const { slave, tty, ioctl, set, get } = pair()
  expect(set(slave, TIOCSSOFTCAR, 1)).toBe(0)
  expect(tty.termios.cflag & CLOCAL).toBe(CLOCAL)
  expect(get(slave, TIOCGSOFTCAR)).toBe(1)
  expect(ioctl(slave, TIOCSBRK)).toBe(0)
  expect([ioctl(slave, TIOCMGET, BUFFER), ioctl(slave, TIOCCONS)]).toEqual(['ENOTTY', 'ENOTTY'])
})

test('TIOCSIG: three signals, from the master alone', () => {
  const { master, slave, ioctl } = pair()
  expect(ioctl(master, TIOCSIG, SIGINT)).toBe(0)
  expect(ioctl(master, TIOCSIG, SIGHUP)).toBe('EINVAL')
  expect(ioctl(slave, TIOCSIG, SIGINT)).toBe('ENOTTY')
})

describe('packet mode', () => {
  const { TIOCPKT_FLUSHREAD, TIOCPKT_FLUSHWRITE, TIOCPKT_STOP, TIOCPKT_START, TIOCPKT_NOSTOP, TIOCPKT_DOSTOP, TIOCPKT_IOCTL } =
    PACKET_STATUS
  const packets = (): Pair => {
    const p = pair()
    p.set(p.master, TIOCPKT, 1)
    return p
  }
  it('puts 0 before data, and tells of nothing from before it was on', () => {
    const p = pair()
    p.ioctl(p.slave, TCFLSH, TCIOFLUSH)
    expect(p.set(p.master, TIOCPKT, 1)).toBe(0)
    expect(p.get(p.master, TIOCGPKT)).toBe(1)
    expect(p.read(p.master)).toBe('EAGAIN')
    call(p.k, p.task, 'write', p.slave, 'ab', 2)
    expect(p.read(p.master)).toEqual([0, 97, 98])
    p.set(p.master, TIOCPKT, 0)
    call(p.k, p.task, 'write', p.slave, 'c', 1)
    expect(p.read(p.master)).toEqual([99])
    expect(p.ioctl(p.slave, TIOCPKT, BUFFER)).toBe('ENOTTY')
  })
  it('tells of flushes, as an exceptional condition, before data', () => {
    const p = packets()
    const file = p.task.files!.files[p.master]!
    const now = (): number => opsOf(p.k, file).poll!(p.k, file, null, p.task)
    call(p.k, p.task, 'write', p.slave, 'ab', 2)
    expect(now() & POLLPRI).toBe(0)
    p.ioctl(p.slave, TCFLSH, TCIFLUSH)
    expect(now() & (POLLPRI | POLLIN)).toBe(POLLPRI | POLLIN)
    expect(p.read(p.master)).toEqual([TIOCPKT_FLUSHREAD])
    expect(p.read(p.master)).toEqual([0, 97, 98])
    p.ioctl(p.slave, TCFLSH, TCIOFLUSH)
    expect(p.read(p.master)).toEqual([TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE])
  })
  it('flushes what its own side would read, and no more', () => {
    const p = pair()
    for (const [queue, master, slave] of [
      [TCOFLUSH, [97, 98], [120, 121, 10]],
      [TCIFLUSH, 'EAGAIN', [120, 121, 10]],
      [TCIOFLUSH, 'EAGAIN', [120, 121, 10]],
    ] as const) {
      p.set(p.master, TIOCPKT, 0)
      call(p.k, p.task, 'write', p.master, 'xy\n', 3)
      p.read(p.master)
      call(p.k, p.task, 'write', p.slave, 'ab', 2)
      expect(p.ioctl(p.master, TCFLSH, queue)).toBe(0)
      expect([p.read(p.master), p.read(p.slave)]).toEqual([master, slave])
    }
    expect(p.ioctl(p.master, TCFLSH, 7)).toBe('EINVAL')
  })
  it('tells of stops: the last of a pair counts', () => {
    const p = packets()
    p.ioctl(p.slave, TCXONC, TCOOFF)
    expect(p.read(p.master)).toEqual([TIOCPKT_STOP])
    p.ioctl(p.slave, TCXONC, TCOON)
    expect(p.read(p.master)).toEqual([TIOCPKT_START])
    p.ioctl(p.slave, TCXONC, TCOOFF)
    p.ioctl(p.slave, TCXONC, TCOON)
    expect(p.read(p.master)).toEqual([TIOCPKT_START])
  })
  it('tells who stops output, and of external processing', () => {
    const p = packets()
    const { iflag, lflag } = p.tty.termios
    setTermios(p.k, p.tty, { ...p.tty.termios, iflag: iflag & ~IXON })
    expect(p.read(p.master)).toEqual([TIOCPKT_NOSTOP])
    setTermios(p.k, p.tty, { ...p.tty.termios, iflag })
    expect(p.read(p.master)).toEqual([TIOCPKT_DOSTOP])
    setTermios(p.k, p.tty, { ...p.tty.termios, lflag: lflag ^ ECHO })
    expect(p.read(p.master)).toBe('EAGAIN')
    setTermios(p.k, p.tty, { ...p.tty.termios, lflag: lflag | EXTPROC })
    expect(p.read(p.master)).toEqual([TIOCPKT_IOCTL])
  })
})
