// How sockets' arguments look in a trace: types, protocols, options by their level, message headers with what comes along.
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  CMSGHDR,
  IP,
  IPPROTO,
  IPV6,
  NETLINK,
  TCP,
  UDP,
  LINGER,
  MMSGHDR,
  MSG,
  MSGHDR,
  readStruct,
  SCM,
  SCM_CREDENTIALS,
  SCM_PIDFD,
  SCM_RIGHTS,
  SO,
  SOCK_TYPE_MASK,
  SOCKET_FLAGS,
  SOCKET_LEVELS,
  SOCKET_TYPES,
  SOL_SOCKET,
  UCRED,
  type StructValues,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { int, pointer } from './args.ts'
import type { Arg } from './define.ts'
import { vectorText } from './file-args.ts'
import { addressAt, changeText } from './socket-address.ts'
import { flagsText, nameOf, plainHex, quote } from './text.ts'

/** `SOCK_STREAM|SOCK_CLOEXEC`. */
export const socketType: Arg<number> = {
  type: 'int',
  word: true,
  read: raw => raw,
  show(raw) {
    const rest = (raw & ~SOCK_TYPE_MASK) >>> 0
    const known = Object.values<number>(SOCKET_TYPES).includes(raw & SOCK_TYPE_MASK)
    if (!known) return nameOf(SOCKET_TYPES, raw)
    const name = nameOf(SOCKET_TYPES, raw & SOCK_TYPE_MASK)
    return rest === 0 ? name : `${name}|${flagsText(SOCKET_FLAGS, rest)}`
  },
}

const NETLINK_PROTOCOLS = { NETLINK_ROUTE: 0, NETLINK_SOCK_DIAG: 4, NETLINK_KOBJECT_UEVENT: 15, NETLINK_GENERIC: 16 } as const
const PROTOCOLS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  [AF_INET]: IPPROTO,
  [AF_INET6]: IPPROTO,
  [AF_NETLINK]: NETLINK_PROTOCOLS,
}

export const protocol: Arg<number> = {
  ...int,
  show(raw, _k, _task, all) {
    const table = PROTOCOLS[all[0] | 0]
    return table === undefined ? String(raw | 0) : nameOf(table, raw | 0)
  },
}

// ---- options

export const optionLevel: Arg<number> = { ...int, show: raw => nameOf(SOCKET_LEVELS, raw | 0) }
const LEVEL = 1
const NAME = 2
const LENGTH = 4

export const optionName: Arg<number> = {
  ...int,
  show(raw, _k, _task, all) {
    const names = OPTION_NAMES[all[LEVEL] | 0]
    return names === undefined ? String(raw >>> 0) : nameOf(names, raw | 0)
  },
}
/** By level. */
const OPTION_NAMES: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  [SOL_SOCKET]: SO,
  [SOCKET_LEVELS.SOL_IP]: IP,
  [SOCKET_LEVELS.SOL_IPV6]: IPV6,
  [SOCKET_LEVELS.SOL_TCP]: TCP,
  [SOCKET_LEVELS.SOL_UDP]: UDP,
  [SOCKET_LEVELS.SOL_NETLINK]: NETLINK,
}

const intText = (bytes: Uint8Array): string => `[${new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)}]`
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Options of SOL_SOCKET that are no int: the bytes they take, and their text. */
interface Shape {
  bytes: number
  text(bytes: Uint8Array): string
}
const SHAPES: Readonly<Record<number, Shape>> = {
  [SO.SO_LINGER]: {
    bytes: LINGER.size,
    text: bytes => {
      const { onoff, linger } = readStruct(LINGER, bytes)
      return `{l_onoff=${onoff}, l_linger=${linger}}`
    },
  },
  [SO.SO_PEERCRED]: { bytes: UCRED.size, text: bytes => credentialsText(bytes) },
}

const SHOWN_BYTES = 32
const INT_BYTES = 4

function optionText(k: Kernel, task: Task, at: number, all: readonly number[], length: number): string {
  const level = all[LEVEL] | 0
  const shape = level === SOL_SOCKET ? SHAPES[all[NAME] | 0] : undefined
  if (length < (shape?.bytes ?? INT_BYTES)) return pointer(at)
  const bytes = at > 0 ? peekUser(k, task, at, shape?.bytes ?? Math.min(length, SHOWN_BYTES + 1)) : null
  if (bytes === null) return pointer(at)
  if (shape !== undefined) return shape.text(bytes)
  return length === INT_BYTES ? intText(bytes) : quote(String.fromCharCode(...bytes), SHOWN_BYTES)
}

export const optionIn: Arg<number> = {
  type: 'const void *',
  read: raw => raw,
  show: (raw, k, task, all) => optionText(k, task, raw, all, all[LENGTH] | 0),
}
export const optionOut: Arg<number> = {
  type: 'void *',
  after: true,
  read: raw => raw,
  show(raw, k, task, all, result) {
    const length = result === undefined || result < 0 || all[LENGTH] <= 0 ? null : peekUser(k, task, all[LENGTH], INT_BYTES)
    return length === null ? pointer(raw) : optionText(k, task, raw, all, viewOf(length).getInt32(0, true))
  },
}

// ---- messages

function credentialsText(bytes: Uint8Array): string {
  const { pid, uid, gid } = readStruct(UCRED, bytes)
  const id = (value: number): string => String(value | 0)
  return `{pid=${pid}, uid=${id(uid)}, gid=${id(gid)}}`
}

function intsText(bytes: Uint8Array): string {
  const view = viewOf(bytes)
  const values: number[] = []
  for (let at = 0; at + INT_BYTES <= bytes.length; at += INT_BYTES) values.push(view.getInt32(at, true))
  return `[${values.join(', ')}]`
}

const CONTROL_TEXTS: Readonly<Record<number, (bytes: Uint8Array) => string>> = {
  [SCM_RIGHTS]: intsText,
  [SCM_PIDFD]: intsText,
  [SCM_CREDENTIALS]: bytes => (bytes.length < UCRED.size ? quote(String.fromCharCode(...bytes), SHOWN_BYTES) : credentialsText(bytes)),
}
const ALIGN = 8
/** More than a program sends, and no more than is looked at for a line. */
const CONTROL_MOST = 4096

function controlText(k: Kernel, task: Task, at: number, length: number): string {
  const bytes = at > 0 && length >= CMSGHDR.size ? peekUser(k, task, at, Math.min(length, CONTROL_MOST)) : null
  if (bytes === null) return pointer(at)
  const parts: string[] = []
  for (let from = 0; from + CMSGHDR.size <= bytes.length;) {
    const { length: size, level, type } = readStruct(CMSGHDR, bytes, from)
    const end = Math.min(from + size, bytes.length)
    const data = bytes.slice(from + CMSGHDR.size, end)
    const isSocket = level === SOL_SOCKET
    const kind = isSocket ? nameOf(SCM, type) : plainHex(type)
    const show = isSocket ? CONTROL_TEXTS[type] : undefined
    const text = show === undefined ? quote(String.fromCharCode(...data), SHOWN_BYTES) : show(data)
    parts.push(
      `{cmsg_len=${size}, cmsg_level=${nameOf(SOCKET_LEVELS, level)}, cmsg_type=${kind}${size > CMSGHDR.size ? `, cmsg_data=${text}` : ''}}`,
    )
    if (size < CMSGHDR.size) break
    from += Math.ceil(size / ALIGN) * ALIGN
  }
  return `[${parts.join(', ')}]`
}

/** A header; `moved`: so many bytes of its segments count. */
function headerText(k: Kernel, task: Task, header: StructValues<(typeof MSGHDR)['members']>, moved: number, room?: number): string {
  const { name, namelen, iov, iovlen, control, controllen, flags } = header
  const along = controllen > 0 ? `msg_control=${controlText(k, task, control, controllen)}, ` : ''
  return (
    `{msg_name=${addressAt(k, task, name, Math.min(namelen, room ?? namelen))}, msg_namelen=${changeText(room, namelen)}, ` +
    `msg_iov=${vectorText(k, task, iov, iovlen, moved)}, msg_iovlen=${iovlen}, ${along}` +
    `msg_controllen=${controllen}, msg_flags=${flagsText(MSG, flags)}}`
  )
}

function messageText(k: Kernel, task: Task, at: number, moved: number, room?: number): string {
  const bytes = at > 0 ? peekUser(k, task, at, MSGHDR.size) : null
  return bytes === null ? pointer(at) : headerText(k, task, readStruct(MSGHDR, bytes), moved, room)
}

export const messageIn: Arg<number> = {
  type: 'const struct msghdr *',
  read: raw => raw,
  show: (raw, k, task) => messageText(k, task, raw, Infinity),
}
export const messageOut: Arg<number> = {
  type: 'struct msghdr *',
  after: true,
  read: raw => raw,
  before(raw, k, task) {
    const bytes = raw > 0 ? peekUser(k, task, raw, MSGHDR.size) : null
    return bytes === null ? undefined : readStruct(MSGHDR, bytes).namelen
  },
  show(raw, k, task, _all, result, noted) {
    if (result === undefined) return pointer(raw)
    if (result >= 0) return messageText(k, task, raw, result, noted?.[1])
    return noted?.[1] === undefined ? pointer(raw) : `{msg_namelen=${noted[1]}}`
  },
}

function listText(k: Kernel, task: Task, at: number, count: number): string {
  const parts: string[] = []
  for (let i = 0; i < Math.min(count, SHOWN_BYTES); i++) {
    const bytes = at > 0 ? peekUser(k, task, at + i * MMSGHDR.size, MMSGHDR.size) : null
    if (bytes === null) return i === 0 ? pointer(at) : `[${parts.join(', ')}, ...]`
    const { header, length } = readStruct(MMSGHDR, bytes)
    const text = headerText(k, task, header, length)
    parts.push(`{msg_hdr=${text}, msg_len=${length}}`)
  }
  return `[${parts.join(', ')}${count > SHOWN_BYTES ? ', ...' : ''}]`
}

/** Messages with what went of each. */
export const messageList: Arg<number> = {
  type: 'struct mmsghdr *',
  after: true,
  read: raw => raw,
  show: (raw, k, task, _all, result) => (result === undefined || result < 0 ? pointer(raw) : listText(k, task, raw, result)),
}
