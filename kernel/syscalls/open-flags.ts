// open(2) flags as strace prints them: the access mode first and always by name, O_RDONLY too.
import { OPEN_FLAGS, O_ACCMODE, O_DIRECTORY, O_DSYNC, O_SYNC, O_TMPFILE } from '../abi/index.ts'
import type { Arg } from './define.ts'
import { flags } from './args.ts'
import { flagsText } from './text.ts'

/** Every open(2) flag that exists: openat ignores others, openat2 refuses them. */
export const VALID_OPEN_FLAGS = Object.values(OPEN_FLAGS).reduce<number>((all, bits) => all | bits, O_ACCMODE)

const ACCESS = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE']
const { O_RDONLY: _rdonly, O_WRONLY: _wronly, O_RDWR: _rdwr, O_ACCMODE: _accmode, O_ASYNC: FASYNC, ...NAMED } = OPEN_FLAGS
/** The bits of which O_SYNC and O_TMPFILE are more than one have names of their own. */
const TEXT = { ...NAMED, __O_SYNC: O_SYNC & ~O_DSYNC, __O_TMPFILE: O_TMPFILE & ~O_DIRECTORY, FASYNC }

/** Flags of open(2) as strace prints them. */
export function openFlagsText(value: number): string {
  const rest = (value & ~O_ACCMODE) >>> 0
  return ACCESS[value & O_ACCMODE] + (rest === 0 ? '' : `|${flagsText(TEXT, rest)}`)
}

/** With an access mode: open's. */
export const openFlags: Arg<number> = { ...flags(OPEN_FLAGS), show: raw => openFlagsText(raw) }
/** Without one: what dup3 and pipe2 take of them. */
export const descriptorFlags: Arg<number> = flags(TEXT, '0', 'int', 'O_')
