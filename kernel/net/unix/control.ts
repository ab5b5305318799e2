// What recvmsg tells of a message's sender: SCM_CREDENTIALS, SCM_PIDFD.
import { SCM_CREDENTIALS, SO, SOL_SOCKET, UCRED, writeStruct } from '../../abi/index.ts'
import { isOn } from '../socket.ts'
import type { ReceivedControl, Socket, UnixMessage } from '../types.ts'

/** Who is shown where nobody was noted (fs.overflowuid). */
const OVERFLOW_ID = 65534

/** The messages that the receiver asked for. */
export function controlFor(socket: Socket, { credentials }: UnixMessage): ReceivedControl[] {
  const control: ReceivedControl[] = []
  const { group, pid, uid, gid } = credentials ?? { group: null, pid: 0, uid: OVERFLOW_ID, gid: OVERFLOW_ID }
  if (isOn(socket, SO.SO_PASSCRED))
    control.push({ kind: 'bytes', level: SOL_SOCKET, type: SCM_CREDENTIALS, bytes: writeStruct(UCRED, { pid, uid, gid }) })
  if (isOn(socket, SO.SO_PASSPIDFD)) control.push({ kind: 'pidfd', group })
  return control
}
