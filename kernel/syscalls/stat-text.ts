// struct stat and struct statx as strace prints them without -v: type and permissions, and the size or device that goes with them.
import {
  FILE_TYPES,
  FS_MAGIC,
  majorOf,
  minorOf,
  NANOSECONDS,
  readStruct,
  S_IFBLK,
  S_IFCHR,
  S_IFMT,
  STATX,
  TIMESPEC,
  TWO_32,
  UTIME_NOW,
  UTIME_OMIT,
  type STAT,
  type STATFS,
  type STATX_LAYOUT,
  type StructValues,
} from '../abi/index.ts'
import { peekUser } from '../mm/index.ts'
import { pointer } from './args.ts'
import type { Arg } from './define.ts'
import { flagsText, nameOf } from './text.ts'

/** `S_IFREG|0644`: four octal digits, as strace has them. */
function modeText(mode: number): string {
  const { S_IFMT: _mask, ...types } = FILE_TYPES
  return `${nameOf(types, mode & S_IFMT)}|0${(mode & ~S_IFMT).toString(8).padStart(3, '0')}`
}

const isDevice = (mode: number): boolean => (mode & S_IFMT) === S_IFCHR || (mode & S_IFMT) === S_IFBLK
const device = (major: number, minor: number): string => `makedev(0x${major.toString(16)}, 0x${minor.toString(16)})`

export function statText(s: StructValues<(typeof STAT)['members']>): string {
  const what = isDevice(s.mode) ? `st_rdev=${device(majorOf(s.rdev), minorOf(s.rdev))}` : `st_size=${s.size}`
  return `{st_mode=${modeText(s.mode)}, ${what}, ...}`
}

const { STATX_ALL, STATX_BASIC_STATS, ...SINGLE } = STATX
/** The sets of bits come before the bits they hold. */
export const STATX_NAMES = { STATX_ALL, STATX_BASIC_STATS, ...SINGLE } as const

export function statxText(s: StructValues<(typeof STATX_LAYOUT)['members']>): string {
  return `{stx_mask=${flagsText(STATX_NAMES, s.mask)}, stx_attributes=0, stx_mode=${modeText(s.mode)}, stx_size=${s.size}, ...}`
}

const ST_FLAGS = { ST_RDONLY: 1, ST_VALID: 0x20, ST_RELATIME: 0x1000 } as const

export function statfsText(s: StructValues<(typeof STATFS)['members']>): string {
  const id = `{val=[${s.fsid % TWO_32}, ${Math.floor(s.fsid / TWO_32)}]}`
  return (
    `{f_type=${nameOf(FS_MAGIC, s.type)}, f_bsize=${s.bsize}, f_blocks=${s.blocks}, f_bfree=${s.bfree}, f_bavail=${s.bavail}, ` +
    `f_files=${s.files}, f_ffree=${s.ffree}, f_fsid=${id}, f_namelen=${s.namelen}, f_frsize=${s.frsize}, f_flags=${flagsText(ST_FLAGS, s.flags)}}`
  )
}

/** `{tv_sec=1, tv_nsec=2} /* 1970-01-01T00:00:01.000000002+0000 ... `, UTIME_NOW or UTIME_OMIT. */
function timeText(bytes: Uint8Array, offset: number): string {
  const { sec, nsec } = readStruct(TIMESPEC, bytes, offset)
  if (nsec === UTIME_NOW) return 'UTIME_NOW'
  if (nsec === UTIME_OMIT) return 'UTIME_OMIT'
  const value = `{tv_sec=${sec}, tv_nsec=${nsec}}`
  const date = new Date(Number(sec) * 1000)
  if (!(nsec >= 0 && nsec < NANOSECONDS) || Number.isNaN(date.getTime()) || sec === 0) return value
  const fraction = nsec === 0 ? '' : `.${String(nsec).padStart(9, '0')}`
  return `${value} /* ${date.toISOString().slice(0, SECONDS_LENGTH)}${fraction}+0000 */`
}
/** "2001-01-01T00:00:00" */
const SECONDS_LENGTH = 19

/** The two times of utimensat. */
export const timesIn: Arg<number> = {
  type: 'const struct timespec *',
  read: raw => raw,
  show: (raw, k, task) => {
    const bytes = raw > 0 ? peekUser(k, task, raw, 2 * TIMESPEC.size) : null
    return bytes === null ? pointer(raw) : `[${timeText(bytes, 0)}, ${timeText(bytes, TIMESPEC.size)}]`
  },
}
