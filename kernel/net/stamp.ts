// When a message came, for who asked (SO_TIMESTAMP, SO_TIMESTAMPNS): a control message with the date.
import { SO, SOL_SOCKET, struct, writeStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { timestampNow } from '../vfs/index.ts'
import { isOn } from './socket.ts'
import type { ReceivedControl, Socket } from './types.ts'

const NS_PER_US = 1000
const NS = 1e9
const STAMP = struct({ sec: 'int64', fraction: 'int64' })
/** The options that ask for it; one of them is on at a time. */
const ASKED = [SO.SO_TIMESTAMP_OLD, SO.SO_TIMESTAMP_NEW, SO.SO_TIMESTAMPNS_OLD, SO.SO_TIMESTAMPNS_NEW] as const

/** What is told of a message that came at this time (ns since boot). */
export function receiveTime(k: Kernel, socket: Socket, time: number): ReceivedControl[] {
  const type = ASKED.find(option => isOn(socket, option))
  if (type === undefined) return []
  const { sec, nsec } = timestampNow(k)
  const ago = k.state.time - time
  const at = nsec - (ago % NS)
  const stamp = { sec: Number(sec) - Math.floor(ago / NS) - (at < 0 ? 1 : 0), nsec: at < 0 ? at + NS : at }
  const fraction = type === SO.SO_TIMESTAMPNS_OLD || type === SO.SO_TIMESTAMPNS_NEW ? stamp.nsec : Math.floor(stamp.nsec / NS_PER_US)
  return [{ kind: 'bytes', level: SOL_SOCKET, type, bytes: writeStruct(STAMP, { sec: stamp.sec, fraction }) }]
}
