// struct stat and struct statx as strace prints them without -v: type and permissions, and the size or device that goes with them.
import { FILE_TYPES, S_IFBLK, S_IFCHR, S_IFMT, STATX_LAYOUT, type STAT, type StructValues } from '../abi/index.ts'
import { nameOf } from './text.ts'

const DEV_BITS = 8

/** `S_IFREG|0644`: four octal digits, as strace has them. */
function modeText(mode: number): string {
  const { S_IFMT: _mask, ...types } = FILE_TYPES
  return `${nameOf(types, mode & S_IFMT)}|0${(mode & ~S_IFMT).toString(8).padStart(3, '0')}`
}

const isDevice = (mode: number): boolean => (mode & S_IFMT) === S_IFCHR || (mode & S_IFMT) === S_IFBLK
const device = (major: number, minor: number): string => `makedev(0x${major.toString(16)}, 0x${minor.toString(16)})`

export function statText(s: StructValues<(typeof STAT)['members']>): string {
  const what = isDevice(s.mode) ? `st_rdev=${device(s.rdev >> DEV_BITS, s.rdev & 0xff)}` : `st_size=${s.size}`
  return `{st_mode=${modeText(s.mode)}, ${what}, ...}`
}

export function statxText(s: StructValues<(typeof STATX_LAYOUT)['members']>): string {
  return `{stx_mask=0x${s.mask.toString(16)}, stx_attributes=0, stx_mode=${modeText(s.mode)}, stx_size=${s.size}, ...}`
}
