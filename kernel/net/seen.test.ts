// How sockets are seen: /proc/net, settings, fdinfo, what a sleeper waits in; and their calls in a trace, as strace prints them.
import { expect, test } from 'vitest'
import { AF_UNIX, O_RDWR, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET, SO } from '../abi/index.ts'
import { copyOut } from '../mm/index.ts'
import { BUFFER, buffer, call, fileKernel, outcome } from '../vfs/testing.ts'
import { DATA, start } from '../testing.ts'
import { traceSyscalls } from '../syscalls/trace.ts'

const { k, task } = fileKernel()
const NAME = BUFFER + 0x20000

function read(path: string): string {
  const fd = call(k, task, 'openat', -100, path, 0, 0) as number
  const count = call(k, task, 'read', fd, BUFFER, 9000) as number
  call(k, task, 'close', fd)
  return buffer(k, task, count)
}
function write(path: string, text: string): number | string {
  const fd = call(k, task, 'openat', -100, path, O_RDWR, 0) as number
  const result = outcome(k, task, 'write', fd, text, text.length)
  call(k, task, 'close', fd)
  return result
}
function named(type: number, name: string): number {
  const fd = call(k, task, 'socket', AF_UNIX, type, 0) as number
  copyOut(
    k,
    task,
    NAME,
    Uint8Array.from(`\x01\0${name}`, c => c.charCodeAt(0)),
  )
  call(k, task, 'bind', fd, NAME, 2 + name.length)
  return fd
}

test('/proc/net tells of them', () => {
  call(k, task, 'listen', named(SOCK_STREAM, '\0abs'), 5)
  named(SOCK_DGRAM, '/path\0')
  const client = call(k, task, 'socket', AF_UNIX, SOCK_STREAM, 0) as number
  copyOut(k, task, NAME, Uint8Array.of(1, 0, 0, 97, 98, 115))
  call(k, task, 'connect', client, NAME, 6)
  expect(read('/proc/net/unix').replace(/^[0-9a-f]{16}/gm, 'ADDRESS')).toBe(
    `Num       RefCount Protocol Flags    Type St Inode Path
ADDRESS: 00000002 00000000 00010000 0001 01     1 @abs
ADDRESS: 00000002 00000000 00000000 0002 01     2 /path
ADDRESS: 00000003 00000000 00000000 0001 03     3
ADDRESS: 00000003 00000000 00000000 0001 02     0 @abs
`,
  )
  expect(read('/proc/net/sockstat')).toMatch(/^sockets: used 3\n/)
  expect(read('/proc/self/net/protocols')).toMatch(
    /^UNIX-STREAM 1152 {6}3 {6}-1 {3}NI {7}0 {3}yes {2}kernel {6}y {2}n .*\nUNIX {6}1152 {6}1 /m,
  )
  expect(read('/proc/self/fdinfo/2')).toMatch(/^pos:\t0\nflags:\t02\nmnt_id:\t\d+\nino:\t3\nscm_fds: 0\n$/)
})

test('settings are heard', () => {
  expect([
    write('/proc/sys/net/core/somaxconn', '1\n'),
    write('/proc/sys/net/core/wmem_default', '9216'),
    write('/proc/sys/net/core/wmem_max', '1'),
  ]).toEqual([2, 4, 'EINVAL'])
  const s = named(SOCK_STREAM, '\0new')
  call(k, task, 'listen', s, 100)
  const inode = [...k.state.ns.net.sockets].at(-1)
  expect([inode?.backlog, inode?.options.sendBuffer]).toEqual([1, 9216])
  expect([write('/proc/sys/net/unix/max_dgram_qlen', '2'), read('/proc/sys/net/unix/max_dgram_qlen')]).toEqual([1, '2\n'])
})

test("a trace of them is strace's", () => {
  const lines: string[] = []
  const run = start(`
    li s0, ${DATA}
    li a0, 1
    li a1, 0x80801
    li a2, 0
    mv a3, s0
    li a7, 199
    ecall
    li a0, 3
    li a1, ${SOL_SOCKET}
    li a2, ${SO.SO_TYPE}
    addi a3, s0, 64
    addi a4, s0, 72
    li t0, 8
    sw t0, 0(a4)
    li a7, 209
    ecall
    li a0, 3
    addi a1, s0, 80
    addi a2, s0, 72
    li a7, 205
    ecall
    li a0, 4
    addi a1, s0, 128
    li a2, 10
    li a3, 0x40
    li a4, 0
    li a5, 0
    li a7, 207
    ecall
    li a0, 4
    li a1, 9
    li a7, 210
    ecall
    li a7, 93
    ecall`)
  const trace = traceSyscalls(run.k, text => lines.push(text))
  run.run()
  trace.stop()
  expect(lines.join('').split('\n').slice(0, 5)).toEqual([
    'socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0, [3, 4]) = 0',
    'getsockopt(3, SOL_SOCKET, SO_TYPE, [1], [8 => 4]) = 0',
    'getpeername(3, {sa_family=AF_UNIX}, [4 => 2]) = 0',
    'recvfrom(4, 0x40080, 10, MSG_DONTWAIT, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)',
    'shutdown(4, 0x9 /* SHUT_??? */)         = -1 EINVAL (Invalid argument)',
  ])
})
