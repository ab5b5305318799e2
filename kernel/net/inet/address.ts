// Addresses of the internet families: as texts inside, as sockaddrs outside. Of IPv4 an AF_INET6 socket speaks by mapped ones (::ffff:a.b.c.d).
import { AF_INET, AF_INET6, SOCKADDR_IN6_BYTES, SOCKADDR_IN_BYTES } from '../../abi/index.ts'
import type { Endpoint } from '../types.ts'

const V6_DIGITS = 32
const V4_BYTES = 4
const V6_BYTES = 16
const PORT_AT = 2
const V4_AT = 4
const V6_AT = 8
const MAPPED = `${'0'.repeat(20)}ffff`

export const ANY4 = '0.0.0.0'
export const ANY6 = '0'.repeat(V6_DIGITS)
export const LOOPBACK4 = '127.0.0.1'
export const LOOPBACK6 = `${'0'.repeat(V6_DIGITS - 1)}1`

export const isV6 = (address: string): boolean => address.length === V6_DIGITS
export const isAny = (address: string): boolean => address === ANY4 || address === ANY6
export const anyOf = (family: number): string => (family === AF_INET6 ? ANY6 : ANY4)

export type AddressKind = 'any' | 'local' | 'broadcast' | 'multicast' | 'link' | 'other'

/** The machine's own addresses where a way leads out of it: those that QEMU's user network gives. */
export const OWN4 = '10.0.2.15'
export const OWN6 = 'fd000000000000000000000000000015'
export const isOwn = (address: string): boolean => address === OWN4 || address === OWN6

/** What an address is to a machine that has no network but its own. */
export function kindOf(address: string): AddressKind {
  if (isV6(address)) {
    if (address === ANY6) return 'any'
    if (address === LOOPBACK6) return 'local'
    if (address.startsWith('ff')) return 'multicast'
    return /^fe[89ab]/.test(address) ? 'link' : 'other'
  }
  if (address === ANY4) return 'any'
  if (address === '255.255.255.255' || address === '127.255.255.255') return 'broadcast'
  const first = Number(address.slice(0, address.indexOf('.')))
  if (first === 127) return 'local'
  return first >= 224 && first <= 239 ? 'multicast' : 'other'
}

/** The family of a sockaddr of at least two bytes. */
export const familyOf = (bytes: Uint8Array): number => bytes[0] | (bytes[1] << 8)
const portOf = (bytes: Uint8Array): number => (bytes[PORT_AT] << 8) | bytes[PORT_AT + 1]

const hex = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')

/** An address of four or sixteen bytes; a mapped one is of IPv4. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === V4_BYTES) return bytes.join('.')
  const text = hex(bytes)
  return text.startsWith(MAPPED) ? bytes.subarray(V6_BYTES - V4_BYTES).join('.') : text
}

export const read4 = (bytes: Uint8Array): Endpoint => ({
  address: addressText(bytes.subarray(V4_AT, V4_AT + V4_BYTES)),
  port: portOf(bytes),
})
export const read6 = (bytes: Uint8Array): Endpoint => ({
  address: addressText(bytes.subarray(V6_AT, V6_AT + V6_BYTES)),
  port: portOf(bytes),
})

/** The bytes of an address: four, or sixteen for AF_INET6. */
export function addressBytes(family: number, address: string): Uint8Array {
  if (isV6(address)) return Uint8Array.from({ length: V6_BYTES }, (_, i) => parseInt(address.slice(2 * i, 2 * i + 2), 16))
  const four = Uint8Array.from(address.split('.'), Number)
  if (family !== AF_INET6) return four
  const bytes = new Uint8Array(V6_BYTES)
  bytes.set([0xff, 0xff], V6_BYTES - V4_BYTES - 2)
  bytes.set(four, V6_BYTES - V4_BYTES)
  return bytes
}

/** A sockaddr of the family. */
export function sockaddr(family: number, { address, port }: Endpoint): Uint8Array {
  const bytes = new Uint8Array(family === AF_INET ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES)
  bytes[0] = family
  bytes[PORT_AT] = port >> 8
  bytes[PORT_AT + 1] = port & 0xff
  // No address is that of its own family.
  if (family === AF_INET) bytes.set(addressBytes(family, address), V4_AT)
  else if (address !== ANY4) bytes.set(addressBytes(family, address), V6_AT)
  return bytes
}
