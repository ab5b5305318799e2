// How AF_UNIX sockets are seen: /proc/net/unix, names in words.
import { SUN_PATH } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Socket } from '../types.ts'
import { unixOf } from './names.ts'

/** A name in words: abstract ones begin with @, as in /proc/net/unix, and have one for every NUL. */
export function nameText(address: Uint8Array): string {
  const text = String.fromCharCode(...address.subarray(SUN_PATH))
  return text.startsWith('\0') ? text.replaceAll('\0', '@') : text.replace(/\0.*$/s, '')
}

const ACCEPTS = 0x10000
/** SS_*: how /proc/net/unix says in what state a socket is. */
const STATES = { unconnected: 1, connecting: 2, connected: 3, disconnecting: 4 } as const
/** Sockets are told apart by an address that is none. */
const ADDRESS_BASE = 0x1000000
const ADDRESS_STEP = 1152

const hex = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width, '0')

function stateOf({ state, file }: Socket): number {
  if (file === null) return state === 'connected' ? STATES.connecting : STATES.disconnecting
  return state === 'connected' ? STATES.connected : STATES.unconnected
}

/** What holds a socket besides its file: each one that is connected to it. */
function holdersOf(sockets: Iterable<Socket>): Map<Socket, number> {
  const counts = new Map<Socket, number>()
  for (const { own } of sockets) if (own.kind === 'unix' && own.other) counts.set(own.other, (counts.get(own.other) ?? 0) + 1)
  return counts
}

/** /proc/net/unix. */
export function unixText(k: Kernel): string {
  const { sockets } = k.state.ns.net
  const holders = holdersOf(sockets)
  let text = 'Num       RefCount Protocol Flags    Type St Inode Path\n'
  for (const socket of sockets) {
    if (socket.own.kind !== 'unix') continue
    const address = (ADDRESS_BASE + socket.serial * ADDRESS_STEP).toString(16).padStart(16, '0')
    const flags = socket.state === 'listening' ? ACCEPTS : 0
    const { name } = unixOf(socket)
    text +=
      `${address}: ${hex(2 + (holders.get(socket) ?? 0), 8)} ${hex(0, 8)} ${hex(flags, 8)} ${hex(socket.type, 4)} ` +
      `${hex(stateOf(socket), 2)} ${String(socket.ino).padStart(5)}${name === null ? '' : ` ${nameText(name)}`}\n`
  }
  return text
}
