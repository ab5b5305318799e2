// openat2(2) says everything in a structure that may grow, and refuses what openat ignores.
import {
  E2BIG,
  EAGAIN,
  EINVAL,
  OPEN_HOW,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_TMPFILE,
  O_TRUNC,
  RESOLVE,
  RESOLVE_BENEATH,
  RESOLVE_CACHED,
  RESOLVE_IN_ROOT,
  readStruct,
} from '../abi/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { VALID_OPEN_FLAGS } from './open-flags.ts'

const PERMISSIONS = 0o7777
const TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY
const VALID_RESOLVE = Object.values(RESOLVE).reduce<number>((all, bit) => all | bit, 0)
/** What may stand beside O_PATH. */
const O_PATH_FLAGS = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

/** Refuses any bit of a 64-bit word that `valid` does not have. EINVAL. */
function only(word: bigint, valid: number): number {
  if (word & ~BigInt(valid)) throw EINVAL
  return Number(word)
}

/** The structure, judged as Linux judges it. E2BIG: it says something that is not known here, or is larger than a page. */
export function readHow(k: Kernel, task: Task, at: number, bytes: number): { flags: number; mode: number; resolve: number } {
  if (bytes < OPEN_HOW.size) throw EINVAL
  if (bytes > PAGE_SIZE) throw E2BIG
  const raw = copyIn(k, task, at, bytes)
  if (raw.subarray(OPEN_HOW.size).some(byte => byte !== 0)) throw E2BIG
  const how = readStruct(OPEN_HOW, raw)
  const flags = only(how.flags, VALID_OPEN_FLAGS)
  const resolve = only(how.resolve, VALID_RESOLVE)
  if (resolve & RESOLVE_BENEATH && resolve & RESOLVE_IN_ROOT) throw EINVAL
  const mode = only(how.mode, flags & (O_CREAT | TMPFILE_BIT) ? PERMISSIONS : 0)
  if (flags & O_PATH && flags & ~O_PATH_FLAGS) throw EINVAL
  if (resolve & RESOLVE_CACHED && flags & (O_TRUNC | O_CREAT | TMPFILE_BIT)) throw EAGAIN
  return { flags, mode, resolve }
}
