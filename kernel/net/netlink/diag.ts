// NETLINK_SOCK_DIAG (sock_diag(7)): TCP, UDP and raw sockets as ss reads them. Other families are read in /proc/net.
import { AF_INET, AF_INET6, EINVAL, ENOENT, IPPROTO_TCP, SOCK_RAW, TCP_STATES } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { addressBytes, anyOf } from '../inet/address.ts'
import { isEnd } from '../inet/outside.ts'
import { tcpRows } from '../inet/show.ts'
import { arrivedOf, unsentOf } from '../inet/tcp.ts'
import { tcpInfo } from '../inet/tcp-options.ts'
import type { Endpoint, Socket, TimeWait } from '../types.ts'
import { message, NLM_F, text, u8, words, type Attribute, type Request } from './message.ts'

const BY_FAMILY = 20
const REQUEST_BYTES = 56
const HEAD_BYTES = 72
/** What a request asks for besides, by bits of one less: INET_DIAG_MEMINFO and so on. */
const WANTS = { MEMINFO: 1, INFO: 2, CONG: 4, SKMEMINFO: 7 } as const
const SHUTDOWN = 8
const V6ONLY = 11

interface Asked {
  family: number
  protocol: number
  wants: number
  states: number
}

/** struct inet_diag_msg. */
function headOf(k: Kernel, found: Socket | TimeWait, state: number): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES)
  const view = new DataView(head.buffer)
  const { local, remote } = found.kind === 'socket' ? (found.own as { local: Endpoint; remote: Endpoint | null }) : found
  const far = remote ?? { address: anyOf(found.family), port: 0 }
  const timer = found.kind === 'timeWait' ? found.timer : found.own.kind === 'tcp' ? found.own.timer : 0
  const due = k.state.timers.byId.get(timer)?.at
  head.set([found.family, state, found.kind === 'timeWait' ? 3 : due === undefined ? 0 : 1, 0])
  view.setUint16(4, local.port)
  view.setUint16(6, far.port)
  head.set(addressBytes(found.family, local.address), 8)
  head.set(addressBytes(found.family, far.address), 24)
  view.setUint32(44, found.kind === 'socket' ? found.serial : 0, true)
  if (due !== undefined) view.setUint32(52, Math.max(0, Math.floor((due - k.state.time) / 1e6)), true)
  if (found.kind === 'timeWait') return head
  const [rqueue, wqueue] = queuesOf(found)
  view.setUint32(56, rqueue, true)
  view.setUint32(60, wqueue, true)
  view.setUint32(64, found.user, true)
  view.setUint32(68, found.ino, true)
  return head
}

function queuesOf(socket: Socket): [number, number] {
  const { own } = socket
  if (own.kind !== 'tcp') return [socket.receiveMemory, 0]
  return own.tcp === TCP_STATES.LISTEN ? [own.queue.length, socket.backlog] : [arrivedOf(socket), unsentOf(socket)]
}

function attributesOf(k: Kernel, socket: Socket, wants: number): Attribute[] {
  const { own, shutdown, options, family } = socket
  const attributes: Attribute[] = [[SHUTDOWN, u8(shutdown)]]
  const has = (kind: number): boolean => (wants & (1 << (kind - 1))) !== 0
  if (family === AF_INET6 && 'v6only' in own) attributes.push([V6ONLY, u8(Number(own.v6only))])
  if (has(WANTS.MEMINFO)) attributes.push([WANTS.MEMINFO, words(socket.receiveMemory, 0, 0, 0)])
  if (has(WANTS.SKMEMINFO))
    attributes.push([WANTS.SKMEMINFO, words(socket.receiveMemory, options.receiveBuffer, 0, options.sendBuffer, 0, 0, 0, 0, 0)])
  if (own.kind !== 'tcp') return attributes
  if (has(WANTS.INFO)) attributes.push([WANTS.INFO, tcpInfo(k, socket)])
  if (has(WANTS.CONG)) attributes.push([WANTS.CONG, text(own.congestion)])
  return attributes
}

function* rowsOf(k: Kernel, { family, protocol }: Asked): Iterable<[Socket | TimeWait, number]> {
  if (protocol === IPPROTO_TCP) {
    for (const row of tcpRows(k, family))
      yield [row, row.kind === 'timeWait' ? row.state : row.own.kind === 'tcp' ? row.own.tcp : TCP_STATES.CLOSE]
    return
  }
  for (const socket of k.state.ns.net.sockets) {
    const { own } = socket
    if (own.kind !== 'datagram' || socket.family !== family || socket.protocol !== protocol || isEnd(socket)) continue
    if (own.local.port === 0 && socket.type !== SOCK_RAW) continue
    yield [socket, own.remote === null ? TCP_STATES.CLOSE : TCP_STATES.ESTABLISHED]
  }
}

/** Answers of a dump. ENOENT: of this family, or of one socket, nothing is told. */
export function diagAnswers(k: Kernel, request: Request): { answers: Uint8Array[]; dump: boolean } {
  const { type, flags, body } = request
  if (type !== BY_FAMILY || body.length < 2) throw EINVAL
  const [family, protocol, wants] = body
  if ((family !== AF_INET && family !== AF_INET6) || !(flags & NLM_F.DUMP)) throw ENOENT
  if (body.length < REQUEST_BYTES) throw EINVAL
  const states = new DataView(body.buffer, body.byteOffset).getUint32(4, true)
  const answers: Uint8Array[] = []
  for (const [found, state] of rowsOf(k, { family, protocol, wants, states })) {
    if (!(states & (1 << state))) continue
    const attributes = found.kind === 'socket' ? attributesOf(k, found, wants) : []
    answers.push(message(request, BY_FAMILY, NLM_F.MULTI, headOf(k, found, state), attributes))
  }
  return { answers, dump: true }
}
