// /proc/net/udp, raw, icmp and their like (net/ipv4/udp.c udp4_format_sock).
import { AF_INET, AF_INET6, TCP_STATES } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { datagramOf } from './datagram.ts'
import { isEnd } from './outside.ts'
import { lineOf, NO_TIMER, pointerOf } from './show.ts'

const HEADER4 = '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops'
const HEADER6 =
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops'
const LINE4 = 127
const SLOT = 5

/** Sockets of a type and protocol. */
export const datagramText =
  (family: number, type: number, protocol: number) =>
  (k: Kernel): string => {
    // Raw sockets of IPv4 have a text of their own: narrower, and of no fixed width.
    const isPlain = family === AF_INET && type === RAW
    const lines = [family === AF_INET6 ? HEADER6 : isPlain ? HEADER4 : ` ${HEADER4}`.padEnd(LINE4)]
    for (const socket of k.state.ns.net.sockets) {
      if (socket.family !== family || socket.type !== type || socket.protocol !== protocol || isEnd(socket)) continue
      const { local, remote, claim } = datagramOf(socket)
      if (claim === null && local.port === 0 && type !== RAW) continue
      const line = lineOf(
        type === RAW ? protocol : local.port,
        {
          family,
          local: type === RAW ? { ...local, port: protocol } : local,
          remote,
          state: remote === null ? TCP_STATES.CLOSE : TCP_STATES.ESTABLISHED,
          sending: 0,
          waiting: socket.receiveMemory,
          timer: NO_TIMER,
          user: socket.user,
          ino: socket.ino,
          rest: `2 ${pointerOf(socket.serial)} 0`,
        },
        isPlain ? undefined : SLOT,
      )
      lines.push(family === AF_INET && !isPlain ? line.padEnd(LINE4) : line)
    }
    return lines.map(line => `${line}\n`).join('')
  }
const RAW = 3
