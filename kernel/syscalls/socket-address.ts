// Addresses on their way between a program and a socket: sockaddrs with their lengths.
import {
  ADDRESS_MAX,
  EINVAL,
  FAMILIES,
  FAMILY_LIMIT,
  SUN_PATH,
  AF_UNIX,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  SOCKADDR_IN_BYTES,
  SOCKADDR_IN6_BYTES,
  SOCKADDR_IN6_LEAST,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getI32, peekUser, putU32 } from '../mm/index.ts'
import { inet6Text } from '../net/index.ts'
import type { Task } from '../state.ts'
import { pointer } from './args.ts'
import type { Arg } from './define.ts'
import { nameOf, quote } from './text.ts'

/** EINVAL: longer than any address; EFAULT. */
export function addressIn(k: Kernel, task: Task, at: number, length: number): Uint8Array {
  if (length < 0 || length > ADDRESS_MAX) throw EINVAL
  return length === 0 ? new Uint8Array(0) : copyIn(k, task, at, length)
}

/** As much of an address as there is room for, and its whole length (move_addr_to_user). EINVAL: the room is negative. */
export function addressOut(k: Kernel, task: Task, address: Uint8Array | null, at: number, lengthAt: number): void {
  const room = getI32(k, task, lengthAt)
  const length = address?.length ?? 0
  const part = Math.min(room, length)
  if (part < 0) throw EINVAL
  if (address !== null && part > 0) copyOut(k, task, at, address.slice(0, part))
  putU32(k, task, lengthAt, length)
}

const FAMILY_BYTES = 2

/** `{sa_family=AF_UNIX, sun_path="/tmp/x"}`. */
function addressText(bytes: Uint8Array): string {
  const family = bytes[0] | (bytes[1] << 8)
  const name = family < FAMILY_LIMIT ? nameOf(FAMILIES, family) : `0x${family.toString(16)} /* AF_??? */`
  const text = ADDRESS_TEXTS[family]?.(bytes) ?? dataText(bytes)
  return `{sa_family=${name}${text}}`
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** What follows the family, by families that have texts of their own. */
const ADDRESS_TEXTS: Readonly<Record<number, (bytes: Uint8Array) => string>> = {
  [AF_UNIX](bytes) {
    if (bytes.length <= SUN_PATH) return ''
    if (bytes[SUN_PATH] === 0) return `, sun_path=@${quote(latin1(bytes.subarray(SUN_PATH + 1)), 256)}`
    const end = bytes.indexOf(0, SUN_PATH)
    return `, sun_path=${quote(latin1(bytes.subarray(SUN_PATH, end < 0 ? undefined : end)), 256)}`
  },
  [AF_NETLINK](bytes) {
    if (bytes.length < NETLINK_BYTES) return dataText(bytes)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    return `, nl_pid=${view.getInt32(4, true)}, nl_groups=${view.getUint32(8, true).toString(16).padStart(8, '0')}`
  },
  [AF_INET](bytes) {
    if (bytes.length < SOCKADDR_IN_BYTES) return dataText(bytes)
    return `, sin_port=htons(${portOf(bytes)}), sin_addr=inet_addr("${bytes.subarray(4, 8).join('.')}")`
  },
  [AF_INET6](bytes) {
    if (bytes.length < SOCKADDR_IN6_LEAST) return dataText(bytes)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const scope = bytes.length < SOCKADDR_IN6_BYTES ? '' : `, sin6_scope_id=${view.getUint32(24, true)}`
    return `, sin6_port=htons(${portOf(bytes)}), sin6_flowinfo=htonl(${view.getUint32(4)}), inet_pton(AF_INET6, "${inet6Text(bytes.subarray(8, 24))}", &sin6_addr)${scope}`
  },
}
const NETLINK_BYTES = 12
const portOf = (bytes: Uint8Array): number => (bytes[2] << 8) | bytes[3]
const dataText = (bytes: Uint8Array): string =>
  bytes.length > FAMILY_BYTES ? `, sa_data=${quote(latin1(bytes.subarray(FAMILY_BYTES)), 256)}` : ''

/** Text of what is at an address, or the address where that cannot be read. */
export function addressAt(k: Kernel, task: Task, at: number, length: number): string {
  const bytes = at > 0 && length >= FAMILY_BYTES && length <= ADDRESS_MAX ? peekUser(k, task, at, length) : null
  return bytes === null ? pointer(at) : addressText(bytes)
}

/** An address that the call reads, its length being the argument behind it. */
export const addressArgument = (length: number): Arg<number> => ({
  type: 'const struct sockaddr *',
  plain: 'wide',
  read: raw => raw,
  show: (raw, k, task, all) => addressAt(k, task, raw, all[length] | 0),
})

const peekLength = (k: Kernel, task: Task, at: number): number | null => {
  const bytes = at > 0 ? peekUser(k, task, at, 4) : null
  return bytes === null ? null : new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)
}

/** An address that the call fills. `length`: the argument with the place of its length. */
export const addressFilled = (length: number): Arg<number> => ({
  type: 'struct sockaddr *',
  plain: 'wide',
  after: true,
  read: raw => raw,
  show(raw, k, task, all, result, noted) {
    if (result === undefined || result < 0) return pointer(raw)
    const bytes = Math.min(peekLength(k, task, all[length]) ?? 0, noted?.[length] ?? ADDRESS_MAX)
    return bytes < FAMILY_BYTES ? pointer(raw) : addressAt(k, task, raw, bytes)
  },
})

/** `before => after` of what a call writes over, or one number where they are the same. */
export const changeText = (before: number | undefined, after: number): string =>
  before === undefined || before === after ? String(after) : `${before} => ${after}`

/** `[110 => 4]`: a length that the call writes over. `index`: which argument it is. */
export const lengthFilled = (index: number): Arg<number> => ({
  type: 'socklen_t *',
  plain: 'wide',
  after: true,
  read: raw => raw,
  before: (raw, k, task) => peekLength(k, task, raw) ?? undefined,
  show(raw, k, task, _all, result, noted) {
    const before = noted?.[index]
    const bytes = peekLength(k, task, raw)
    if (bytes === null) return pointer(raw)
    return result === undefined || result < 0 ? `[${before ?? bytes}]` : `[${changeText(before, bytes)}]`
  },
})
