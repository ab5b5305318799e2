// The table of all packets. The longest prefix decides, so that rows may stand in any order; an unknown packet gets the empty answer.
import { CONTROL_PACKETS } from './packets-control.ts'
import { DATA_PACKETS } from './packets-data.ts'
import { QUERY_PACKETS } from './packets-query.ts'
import type { GdbServer, PacketRow } from './types.ts'

export const PACKETS: readonly PacketRow[] = [...CONTROL_PACKETS, ...DATA_PACKETS, ...QUERY_PACKETS]

const byLength = [...PACKETS].sort((a, b) => b.prefix.length - a.prefix.length)
/** Words of which a row is not only the beginning: qC is not qCRC. */
const WORD = /^[a-zA-Z?]/

/** Packets are told apart by one letter, or for b, q, Q and v by a word. */
const isWord = (prefix: string): boolean => prefix.length > 1 && /[a-zA-Z]$/.test(prefix)

const rowFor = (packet: string): PacketRow | undefined =>
  byLength.find(({ prefix }) => packet.startsWith(prefix) && !(isWord(prefix) && WORD.test(packet.slice(prefix.length))))

const RUNNING = 'E.the machine is running: interrupt it first'

/** The answer to a packet; null: it comes when the machine stops. */
export function answer(g: GdbServer, packet: string): string | null {
  const row = rowFor(packet)
  if (row === undefined) return ''
  return row.alone === true && g.going !== null ? RUNNING : row.handle(g, packet.slice(row.prefix.length))
}
