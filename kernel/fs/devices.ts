// The devices of /dev: one row each gives its number, its node and what opening it gets.
import { EINVAL, ENOSPC, ENOTTY, makeDev, majorOf, CAP_SYS_ADMIN, EPERM } from '../abi/index.ts'
import { putU32 } from '../mm/index.ts'
import { capable } from '../task/index.ts'
import { randomBytes } from '../random.ts'
import { writeMarks } from '../timing/index.ts'
import type { FileOps, FileOpsKind } from '../vfs/types.ts'

interface Device {
  name: string
  major: number
  minor: number
  mode: number
  kind: FileOpsKind
}

const WORLD = 0o666
/** Linux's numbers (Documentation/admin-guide/devices.txt). */
export const devices: readonly Device[] = [
  { name: 'null', major: 1, minor: 3, mode: WORLD, kind: 'null' },
  { name: 'zero', major: 1, minor: 5, mode: WORLD, kind: 'zero' },
  { name: 'full', major: 1, minor: 7, mode: WORLD, kind: 'full' },
  { name: 'random', major: 1, minor: 8, mode: WORLD, kind: 'random' },
  { name: 'urandom', major: 1, minor: 9, mode: WORLD, kind: 'random' },
  { name: 'kmsg', major: 1, minor: 11, mode: 0o644, kind: 'kmsg' },
  // Ours: marks of measurements. Numbers of the range that Linux leaves for local use.
  { name: 'timing', major: 240, minor: 0, mode: WORLD, kind: 'timing' },
  { name: 'tty', major: 5, minor: 0, mode: WORLD, kind: 'tty' },
  { name: 'ttyS0', major: 4, minor: 64, mode: 0o620, kind: 'tty' },
  { name: 'console', major: 5, minor: 1, mode: 0o600, kind: 'tty' },
  { name: 'ptmx', major: 5, minor: 2, mode: WORLD, kind: 'ptmx' },
]

/** Every minor number of these is a pseudo-terminal's slave. */
const SLAVE_MAJOR = 136

/** st_rdev as the kernel keeps it. */
export const deviceNumber = makeDev

/** Which operations a device number has; undefined: nobody serves it (ENXIO). */
export const deviceKind = (rdev: number): FileOpsKind | undefined =>
  majorOf(rdev) === SLAVE_MAJOR ? 'tty' : devices.find(d => deviceNumber(d.major, d.minor) === rdev)?.kind

const NOTHING = new Uint8Array(0)
const swallow: FileOps['write'] = (_k, _task, _file, bytes) => bytes.length
/** With `writePiece: 0`: the program's bytes are not even looked at. */
const swallowUnseen: FileOps['write'] = (_k, _task, _file, _bytes, _offset, done, length) => length - done
const noIoctl: FileOps['ioctl'] = () => {
  throw ENOTTY
}

/** random(4): what only root may ask for changes nothing here, for every number comes from the machine's seed. */
const RNDGETENTCNT = 0x8004_5200
const ROOT_REQUESTS: ReadonlySet<number> = new Set([0x4004_5201, 0x4008_5203, 0x5204, 0x5206, 0x5207])
/** Bits of a pool that is full. */
const POOL_BITS = 256

const randomIoctl: FileOps['ioctl'] = (k, task, _file, request, argument) => {
  if (request === RNDGETENTCNT) putU32(k, task, argument, POOL_BITS)
  else if (!ROOT_REQUESTS.has(request)) throw EINVAL
  else if (!capable(task.credentials, CAP_SYS_ADMIN)) throw EPERM
  return 0
}

export const deviceOps: Readonly<Record<'null' | 'zero' | 'full' | 'random' | 'timing', FileOps>> = {
  null: {
    noWait: true,
    takesViews: () => true,
    read: () => NOTHING,
    write: swallowUnseen,
    writePiece: 0,
    ioctl: noIoctl,
    noPosition: true,
  },
  zero: {
    fills: true,
    noWait: true,
    spliceFrom: () => true,
    read: (_k, _task, _file, max) => new Uint8Array(max),
    write: swallowUnseen,
    writePiece: 0,
    ioctl: noIoctl,
    noPosition: true,
    mapTarget: () => null,
  },
  full: {
    fills: true,
    spliceFrom: () => true,
    spliceTo: () => false,
    writePiece: 0,
    read: (_k, _task, _file, max) => new Uint8Array(max),
    write() {
      throw ENOSPC
    },
    ioctl: noIoctl,
    noPosition: true,
  },
  timing: {
    writePiece: Infinity,
    read: () => NOTHING,
    write(k, _task, _file, bytes) {
      writeMarks(k, bytes)
      return bytes.length
    },
    ioctl: noIoctl,
    noPosition: true,
  },
  random: {
    fills: true,
    noWait: true,
    spliceFrom: () => true,
    read: (k, _task, _file, max) => randomBytes(k, max),
    // Mixing in what programs write would only make runs differ.
    write: swallow,
    ioctl: randomIoctl,
    noPosition: true,
  },
}
