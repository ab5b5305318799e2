// What a message counts against its sender's buffer: as Linux's sk_buffs do, whose memory is rounded up (truesize in net/core/skbuff.c).

const PAGE = 4096
/** An sk_buff, and what stands behind the bytes of its head. */
const BUFFER = 256
const SHARED = 320
const CACHE_LINE = 64
/** The smallest head, which has a cache of its own, and the next size from which on they are powers of two. */
const SMALL_HEAD = 512
/** Bytes of a head of one page, and of four: more of a stream's or a datagram's bytes lie in pages. */
const STREAM_HEAD = PAGE - SHARED
const DATAGRAM_HEAD = 4 * PAGE - SHARED
const STREAM_PAGES = 32768
const DATAGRAM_PAGES = 17 * PAGE
/** Bytes of SO_SNDBUF that a datagram cannot have. */
const DATAGRAM_REST = 32
const HALF_REST = 64

const aligned = (bytes: number, to: number): number => Math.ceil(bytes / to) * to

function headSize(bytes: number): number {
  const wanted = aligned(bytes, CACHE_LINE) + SHARED
  let size = SMALL_HEAD
  while (size < wanted) size *= 2
  return size + BUFFER
}

/** How many of so many bytes go into one message of a stream. */
export const streamPart = (bytes: number, sendBuffer: number): number =>
  Math.min(bytes, (sendBuffer >> 1) - HALF_REST, STREAM_HEAD + STREAM_PAGES)

export function streamSize(bytes: number): number {
  const paged = bytes > STREAM_HEAD ? Math.min(bytes, aligned(bytes - STREAM_HEAD, PAGE)) : 0
  return headSize(bytes - paged) + aligned(paged, PAGE)
}

export function datagramSize(bytes: number): number {
  const paged = bytes > DATAGRAM_HEAD ? aligned(Math.min(bytes - DATAGRAM_HEAD, DATAGRAM_PAGES), PAGE) : 0
  return headSize(bytes - paged) + paged
}

/** No buffer would hold a larger one. */
export const largestDatagram = (sendBuffer: number): number => sendBuffer - DATAGRAM_REST
