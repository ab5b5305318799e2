// The loopback device, the only one: what netdevice(7)'s requests and /proc/net tell of it. Nothing of it can be changed.
import { AF_INET, CAP_NET_ADMIN, EFAULT, EINVAL, ENODEV, EOPNOTSUPP, EPERM, TWO_32 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getU32, putU32 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { capable } from '../task/index.ts'
import { sockaddr } from './inet/address.ts'
import type { Socket } from './types.ts'

/** IFF_UP, IFF_LOOPBACK, IFF_RUNNING, IFF_LOWER_UP; ARPHRD_LOOPBACK. */
export const LOOPBACK = {
  index: 1,
  name: 'lo',
  mtu: 65536,
  queue: 1000,
  flags: 0x10049,
  hardware: 772,
  address: '127.0.0.1',
  mask: '255.0.0.0',
} as const

const NAME_BYTES = 16
const IFREQ_BYTES = 40
const SIOCGIFNAME = 0x8910
const SIOCGIFCONF = 0x8912
const FIRST = 0x8910
const LAST = 0x89a3

const int = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer)
const four = (address: string): Uint8Array => sockaddr(AF_INET, { address, port: 0 })
const hardware = (): Uint8Array => Uint8Array.of(LOOPBACK.hardware & 0xff, LOOPBACK.hardware >> 8, ...new Uint8Array(14))

/** What a request puts behind the name. */
const ANSWERS: Readonly<Record<number, () => Uint8Array>> = {
  0x8913: () => new Uint8Array(Int16Array.of(LOOPBACK.flags & 0x7fff).buffer),
  0x8915: () => four(LOOPBACK.address),
  0x8917: () => four(LOOPBACK.address),
  0x8919: () => four('0.0.0.0'),
  0x891b: () => four(LOOPBACK.mask),
  0x891d: () => int(0),
  0x8921: () => int(LOOPBACK.mtu),
  0x8927: hardware,
  0x8933: () => int(LOOPBACK.index),
  0x8942: () => int(LOOPBACK.queue),
  0x8970: () => new Uint8Array(24),
}
/** Those that tell of an IPv4 address are for sockets of the internet families alone. */
const OF_ADDRESSES: ReadonlySet<number> = new Set([0x8915, 0x8917, 0x8919, 0x891b, SIOCGIFCONF])

function nameAt(k: Kernel, task: Task, at: number): string {
  return String.fromCharCode(...copyIn(k, task, at, NAME_BYTES)).split(/[\0:]/)[0]
}

/** SIOCGIFCONF: as many interfaces as fit, or how much they take. */
function listInterfaces(k: Kernel, task: Task, at: number): void {
  const room = getU32(k, task, at) | 0
  const to = getU32(k, task, at + 8) + getU32(k, task, at + 12) * TWO_32
  if (room < 0) throw EINVAL
  const fits = to === 0 || room >= IFREQ_BYTES
  if (to !== 0 && fits) {
    const entry = new Uint8Array(IFREQ_BYTES)
    entry.set([0x6c, 0x6f])
    entry.set(four(LOOPBACK.address), NAME_BYTES)
    copyOut(k, task, to, entry)
  }
  putU32(k, task, at, fits ? IFREQ_BYTES : 0)
}

/** netdevice(7). False: it is no request about devices. */
export function deviceIoctl(k: Kernel, task: Task, { family }: Socket, request: number, at: number): boolean {
  if (request < FIRST || request > LAST) return false
  const isInternet = family === AF_INET || family === 10
  if (OF_ADDRESSES.has(request) && family !== AF_INET && request !== SIOCGIFCONF) return false
  if (request === SIOCGIFCONF) {
    if (!isInternet && family !== 1 && family !== 16) return false
    listInterfaces(k, task, at)
    return true
  }
  if (request === SIOCGIFNAME) {
    if (at === 0) throw EFAULT
    if (getU32(k, task, at + NAME_BYTES) !== LOOPBACK.index) throw ENODEV
    copyOut(
      k,
      task,
      at,
      Uint8Array.from({ length: NAME_BYTES }, (_, i) => LOOPBACK.name.charCodeAt(i) || 0),
    )
    return true
  }
  const answer = ANSWERS[request]
  if (answer !== undefined) {
    if (nameAt(k, task, at) !== LOOPBACK.name) throw ENODEV
    copyOut(k, task, at + NAME_BYTES, answer())
    return true
  }
  if (!SETS.has(request)) return false
  if (!capable(task.credentials, CAP_NET_ADMIN)) throw EPERM
  if (nameAt(k, task, at) !== LOOPBACK.name) throw ENODEV
  throw EOPNOTSUPP
}
/** Requests that would change a device. */
const SETS: ReadonlySet<number> = new Set([0x8914, 0x8916, 0x8918, 0x891a, 0x891c, 0x891e, 0x8922, 0x8924, 0x8923, 0x8943])
