// Internet sockets in tests: calls of one task by short names.
import { AF_INET, AF_INET6, MSG_DONTWAIT, POLLFD, SOL_SOCKET, SO, writeStruct } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { copyIn, copyOut, getU32, putU32 } from '../../mm/index.ts'
import type { Task } from '../../state.ts'
import { BUFFER, buffer, call, outcome } from '../../vfs/testing.ts'
import { addressBytes, LOOPBACK4, LOOPBACK6, read4, read6, sockaddr } from './address.ts'

const NAME = BUFFER + 0x20000
const VALUE = BUFFER + 0x21000
const POLLS = BUFFER + 0x22000
const ALL = 0x23df

export type Answer = number | string

/** The calls of a task. Addresses are `address port`; the loopback one of the family where only a port is given. */
export function inet(k: Kernel, task: Task) {
  const on = (name: string, ...args: (number | string)[]): Answer => outcome(k, task, name, ...args)
  const put = (family: number, port: number, address = family === AF_INET ? LOOPBACK4 : LOOPBACK6): number => {
    const bytes = sockaddr(family, { address, port })
    if (family === AF_INET6) bytes.set(addressBytes(AF_INET6, address), 8)
    copyOut(k, task, NAME, bytes)
    return bytes.length
  }
  const named = (fd: number, peer = false): string => {
    putU32(k, task, VALUE, 128)
    const result = on(peer ? 'getpeername' : 'getsockname', fd, NAME, VALUE)
    if (result !== 0) return String(result)
    const bytes = copyIn(k, task, NAME, getU32(k, task, VALUE))
    const { address, port } = bytes[0] === AF_INET ? read4(bytes) : read6(bytes)
    return `${address} ${port}`
  }
  const t = {
    on,
    named,
    put,
    NAME,
    VALUE,
    socket: (type: number, family: number = AF_INET, protocol = 0): number => call(k, task, 'socket', family, type, protocol) as number,
    bind: (fd: number, port: number, family: number = AF_INET, address?: string) => on('bind', fd, NAME, put(family, port, address)),
    connect: (fd: number, port: number, family: number = AF_INET, address?: string) => on('connect', fd, NAME, put(family, port, address)),
    port: (fd: number): number => Number(named(fd).split(' ')[1]),
    accept: (fd: number): Answer => on('accept4', fd, 0, 0, 0x800),
    send: (fd: number, text: string, flags = 0x4000 | MSG_DONTWAIT): Answer => on('sendto', fd, text, text.length, flags, 0, 0),
    read(fd: number, count = 100, flags = 0): string {
      const result = on('recvfrom', fd, BUFFER, count, flags | MSG_DONTWAIT, 0, 0)
      return typeof result === 'number' ? buffer(k, task, result) : result
    },
    poll(fd: number): number {
      copyOut(k, task, POLLS, writeStruct(POLLFD, { fd, events: ALL, revents: 0 }))
      copyOut(k, task, VALUE, new Uint8Array(16))
      call(k, task, 'ppoll', POLLS, 1, VALUE, 0, 0)
      return (getU32(k, task, POLLS + 4) >>> 16) & 0xffff
    },
    get(fd: number, level: number, name: number): Answer {
      putU32(k, task, VALUE, 4)
      const result = on('getsockopt', fd, level, name, VALUE + 8, VALUE)
      return result === 0 ? getU32(k, task, VALUE + 8) | 0 : result
    },
    set(fd: number, level: number, name: number, value: number): Answer {
      putU32(k, task, VALUE, value)
      return on('setsockopt', fd, level, name, VALUE, 4)
    },
    error: (fd: number): Answer => t.get(fd, SOL_SOCKET, SO.SO_ERROR),
    ioctl(fd: number, request: number): Answer {
      const result = on('ioctl', fd, request, VALUE)
      return result === 0 ? getU32(k, task, VALUE) : result
    },
    text(path: string): string {
      const fd = call(k, task, 'openat', -100, path, 0, 0) as number
      const count = call(k, task, 'read', fd, BUFFER, 9000) as number
      call(k, task, 'close', fd)
      return buffer(k, task, count)
    },
  }
  return t
}
