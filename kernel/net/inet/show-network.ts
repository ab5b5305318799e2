// Files of /proc/net about the network itself: the loopback device, its addresses and routes, counters.
import { TCP_STATES } from '../../abi/index.ts'
import { isEnd } from './outside.ts'
import type { Kernel } from '../../kernel.ts'
import type { DatagramCounts } from '../types.ts'

const DEV_HEADER =
  'Inter-|   Receive                                                |  Transmit\n' +
  ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n'
/** Packets are not counted: what goes from socket to socket is none. */
const devText = (): string =>
  `${DEV_HEADER}    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n`

/** The main table, which has no route: those to the machine itself are in another. */
const routeText = (): string => `${'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'.padEnd(127)}\n`

const IF_INET6 = '00000000000000000000000000000001 01 80 10 80       lo\n'
const NONE6 = '0'.repeat(32)
const REJECT = `${NONE6} 00 ${NONE6} 00 ${NONE6} ffffffff 00000001 00000000 00200200       lo\n`
const IPV6_ROUTE = `${REJECT}${NONE6.slice(1)}1 80 ${NONE6} 00 ${NONE6} 00000000 00000002 00000000 80200001       lo\n${REJECT}`
const ARP = 'IP address       HW type     Flags       HW address            Mask     Device\n'

const pairs = (name: string, values: Readonly<Record<string, number>>): string =>
  `${name}: ${Object.keys(values).join(' ')}\n${name}: ${Object.values(values).join(' ')}\n`

/** Names that stand for counters of what does not happen here. */
const none = (names: string): Record<string, number> => Object.fromEntries(names.split(' ').map(name => [name, 0]))

function established(k: Kernel): number {
  let count = 0
  for (const found of k.state.ns.net.inet.connections.values())
    if (
      found.kind === 'socket' &&
      !isEnd(found) &&
      found.own.kind === 'tcp' &&
      (found.own.tcp === TCP_STATES.ESTABLISHED || found.own.tcp === TCP_STATES.CLOSE_WAIT)
    )
      count++
  return count
}

const datagramCounts = (name: string, { sent, received, noPorts, errors }: DatagramCounts): string =>
  pairs(name, {
    InDatagrams: received,
    NoPorts: noPorts,
    InErrors: errors,
    OutDatagrams: sent,
    ...none('RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors'),
  })

/** /proc/net/snmp. */
function snmpText(k: Kernel): string {
  const { counts, lite } = k.state.ns.net.inet
  const unreached = counts.noPorts + lite.noPorts
  return [
    pairs('Ip', {
      Forwarding: 2,
      DefaultTTL: k.state.sysctl.defaultTtl,
      ...none(
        'InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits',
      ),
    }),
    pairs('Icmp', {
      ...none('InMsgs InErrors InCsumErrors'),
      InDestUnreachs: unreached,
      ...none(
        'InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors OutRateLimitGlobal OutRateLimitHost',
      ),
      OutDestUnreachs: unreached,
      ...none(
        'OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps',
      ),
    }),
    pairs('Tcp', {
      RtoAlgorithm: 1,
      RtoMin: 200,
      RtoMax: 120000,
      MaxConn: -1,
      ...none('ActiveOpens PassiveOpens AttemptFails EstabResets'),
      CurrEstab: established(k),
      ...none('InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors'),
    }),
    datagramCounts('Udp', counts),
    datagramCounts('UdpLite', lite),
  ].join('')
}

const NETSTAT =
  pairs(
    'TcpExt',
    none(
      'SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled TW TWRecycled TWKilled PAWSEstab DelayedACKs ListenOverflows ListenDrops TCPHPHits TCPPureAcks',
    ),
  ) + pairs('IpExt', none('InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts InOctets OutOctets'))

/** By their names below /proc/PID. */
export const networkFiles: Readonly<Record<string, (k: Kernel) => string>> = {
  'net/arp': () => ARP,
  'net/dev': devText,
  'net/dev_mcast': () => '',
  'net/if_inet6': () => IF_INET6,
  'net/ipv6_route': () => IPV6_ROUTE,
  'net/netstat': () => NETSTAT,
  'net/route': routeText,
  'net/snmp': snmpText,
}
