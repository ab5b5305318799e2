// open(2) flags as strace prints them: the access mode first and always by name, O_RDONLY too.
import { OPEN_FLAGS, O_ACCMODE } from '../abi/index.ts'
import type { Arg } from './define.ts'
import { flags } from './args.ts'
import { flagsText } from './text.ts'

/** Every open(2) flag that exists: openat ignores others, openat2 refuses them. */
export const VALID_OPEN_FLAGS = Object.values(OPEN_FLAGS).reduce<number>((all, bits) => all | bits, O_ACCMODE)

const ACCESS = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE']

export function openFlagsText(value: number): string {
  const rest = (value & ~O_ACCMODE) >>> 0
  return ACCESS[value & O_ACCMODE] + (rest === 0 ? '' : `|${flagsText(OPEN_FLAGS, rest)}`)
}

export const openFlags: Arg<number> = { ...flags(OPEN_FLAGS), show: raw => openFlagsText(raw) }
