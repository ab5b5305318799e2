// Reading a terminal: whole lines in canonical mode, VMIN and VTIME in raw mode (termios(3)).
import { ICANON, VMIN, VTIME } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { INPUT_BYTES } from './create.ts'
import { hasLocal } from './echo.ts'
import { MARK_EOF, MARK_NONE, refill } from './input.ts'
import type { RawWait, Tty } from './types.ts'

/** Unit of VTIME. */
const DECISECOND = 100_000_000

const markAt = (tty: Tty, position: number): number => tty.input.marks[position % INPUT_BYTES] as number

/** Bytes that a read could have now: finished lines, or in raw mode everything. Marks for end of file do not count. */
export function readableBytes(tty: Tty): number {
  const { tail, canonHead, head } = tty.input
  if (!hasLocal(tty, ICANON)) return head - tail
  let count = 0
  for (let at = tail; at < canonHead; at++) if (markAt(tty, at) !== MARK_EOF) count++
  return count
}

/** Would a read return at once, if only with an end of file? For poll: in raw mode when VMIN is reached, unless VTIME is set too. */
export function hasInput(tty: Tty): boolean {
  const { tail, canonHead, head } = tty.input
  if (hasLocal(tty, ICANON)) return canonHead !== tail
  const { cc } = tty.termios
  const least = cc[VTIME] === 0 ? Math.max(cc[VMIN] as number, 1) : 1
  return head - tail >= least
}

function copy(tty: Tty, from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = tty.input.ring[(from + i) % INPUT_BYTES] as number
  return bytes
}

/** At most one line, or null while there is none. An end of file typed after text ends the line; typed alone it is an empty read. */
export function takeLine(k: Kernel, tty: Tty, max: number): Uint8Array | null {
  const { input } = tty
  if (input.tail === input.canonHead) return null
  const start = input.tail
  let at = start
  while (at < input.canonHead && at - start < max && markAt(tty, at) === MARK_NONE) at++
  const mark = at < input.canonHead ? markAt(tty, at) : MARK_NONE
  // The buffer may be full exactly before the end-of-file mark: it belongs to this read, or the next would look like an end of file.
  const takesEnd = mark === MARK_EOF || (mark !== MARK_NONE && at - start < max)
  input.tail = takesEnd ? at + 1 : at
  const bytes = copy(tty, start, takesEnd && mark !== MARK_EOF ? at + 1 - start : at - start)
  refill(k, tty)
  return bytes
}

export function takeRaw(k: Kernel, tty: Tty, max: number): Uint8Array {
  const { input } = tty
  const bytes = copy(tty, input.tail, Math.min(max, input.head - input.tail))
  input.tail += bytes.length
  refill(k, tty)
  return bytes
}

/** Decides about a raw read of `max` bytes: 'take' what is there (maybe nothing), or keep waiting until the deadline. */
export function rawDecision(k: Kernel, tty: Tty, max: number, before: RawWait | null): 'take' | RawWait {
  const { cc } = tty.termios
  const least = Math.min(cc[VMIN] as number, max)
  const time = (cc[VTIME] as number) * DECISECOND
  const there = tty.input.head - tty.input.tail
  if (there >= Math.max(least, 1) || max === 0) return 'take'
  if (least === 0 && time === 0) return 'take'
  const now = k.state.time
  // With VMIN 0 the clock starts with the read; otherwise with the first byte, and again with each.
  const runs = time !== 0 && (least === 0 || there > 0)
  if (!runs) return { deadline: Infinity, seen: there }
  const restarted = before === null || before.deadline === Infinity || (least !== 0 && before.seen !== there)
  const deadline = restarted ? now + time : before.deadline
  return now >= deadline ? 'take' : { deadline, seen: there }
}
