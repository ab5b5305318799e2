// Random calls on sockets by several processes: whatever happens, what is counted is what there is, and when all is closed nothing is left.
import { expect, test } from 'vitest'
import { CMSGHDR, MSGHDR, O_NONBLOCK, SCM_RIGHTS, SO, SOL_SOCKET, writeStruct } from '../abi/index.ts'
import { randomNumbers } from '../../vm/index.ts'
import { checkInvariants } from '../invariants.ts'
import { copyOut } from '../mm/index.ts'
import { endCall, releaseFiles, newFiles } from '../vfs/index.ts'
import { BUFFER, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

const SPACE = BUFFER + 0x20000
const NAME = SPACE
const HEADER = SPACE + 0x100
const CONTROL = SPACE + 0x200
const VALUE = SPACE + 0x400
const PLACE = SPACE + 0x500
const CALLS = 1500
const FDS = 12

test.each([1, 2, 3, 4])('random calls, seed %i', seed => {
  const { k, task } = fileKernel()
  const tasks = [task, fileTask(k), fileTask(k)]
  const random = randomNumbers(seed)
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]
  const fd = () => random(FDS)
  const listeners = () => {
    const found = [...k.state.ns.net.sockets].filter(({ state, file }) => state === 'listening' && file !== null)
    return found.map(({ file }) => task.files?.files.indexOf(file) ?? -1)
  }
  const size = () => pick([0, 1, 5, 300, 5000, 40000, 100000])
  const flags = () => 0x40 | pick([0, 0, 0, 1, 2, 0x20, 0x100, 0x4000])
  type Do = (name: string, ...args: number[]) => number | string
  type Put = (at: number, bytes: Uint8Array) => void
  const ops: ((on: Do, put: Put) => void)[] = [
    on => on('socketpair', 1, pick([1, 2, 5]) | O_NONBLOCK, 0, PLACE),
    on => on('socket', 1, pick([1, 2, 5]) | O_NONBLOCK, 0),
    on => on('sendto', fd(), BUFFER, size(), flags(), 0, 0),
    on => on('sendto', fd(), BUFFER, size(), flags(), 0, 0),
    on => on('recvfrom', fd(), BUFFER, size(), flags(), 0, 0),
    on => on('recvfrom', fd(), BUFFER, size(), flags(), 0, 0),
    on => on('read', fd(), BUFFER, size()),
    on => on('write', fd(), BUFFER, size()),
    on => on('shutdown', fd(), random(3)),
    on => on('close', fd()),
    on => on('close', fd()),
    on => on('dup', fd()),
    (on, put) => {
      put(NAME, Uint8Array.of(1, 0, ...pick([[0, 97], [0, 98], [47, 97, 0], [47, 98, 0], [], [0]])))
      on(pick(['bind', 'connect', 'connect', 'connect']), fd(), NAME, 2 + random(4))
    },
    on => on('listen', fd(), random(3)),
    // A server, of a name that the kernel chooses, and one more that goes to the last of them.
    (on, put) => {
      const server = on('socket', 1, pick([1, 5]) | O_NONBLOCK, 0)
      put(NAME, Uint8Array.of(1, 0))
      on('bind', Number(server), NAME, 2)
      on('listen', Number(server), random(4))
    },
    (on, put) => {
      const name = k.state.ns.net.unix.lastChosen.toString(16).padStart(5, '0')
      put(
        NAME,
        Uint8Array.from(`\x01\0\0${name}`, c => c.charCodeAt(0)),
      )
      on('connect', Number(on('socket', 1, pick([1, 1, 5]) | O_NONBLOCK, 0)), NAME, 8)
    },
    on => on('accept', pick([0, ...listeners()]), 0, 0),
    on => on('accept4', fd(), 0, 0, O_NONBLOCK),
    (on, put) => {
      put(VALUE, Uint8Array.of(random(2), random(200), 0, 0))
      on('setsockopt', fd(), SOL_SOCKET, pick([SO.SO_PASSCRED, SO.SO_OOBINLINE, SO.SO_SNDBUF, SO.SO_PEEK_OFF, SO.SO_RCVLOWAT]), VALUE, 4)
    },
    (on, put) => {
      const count = 1 + random(3)
      put(CONTROL, writeStruct(CMSGHDR, { length: CMSGHDR.size + 4 * count, level: SOL_SOCKET, type: SCM_RIGHTS }))
      put(CONTROL + CMSGHDR.size, new Uint8Array(Int32Array.from({ length: count }, fd).buffer))
      header(put, size(), CMSGHDR.size + 4 * count)
      on('sendmsg', fd(), HEADER, flags())
    },
    (on, put) => {
      header(put, size(), random(40))
      on('recvmsg', fd(), HEADER, flags())
    },
    on => on('unlinkat', -100, PLACE, 0),
  ]
  const header = (put: (at: number, bytes: Uint8Array) => void, bytes: number, room: number) => {
    put(HEADER, writeStruct(MSGHDR, { iov: HEADER + 64, iovlen: 1, control: CONTROL, controllen: room }))
    put(HEADER + 64, new Uint8Array(16))
    put(HEADER + 64, new Uint8Array(Int32Array.of(BUFFER, 0, bytes, 0).buffer))
  }
  const problems = () => checkInvariants(k).filter(line => /file|inode|descriptor|kernel objects|socket|user/.test(line))
  for (let i = 0; i < CALLS; i++) {
    const by = pick(tasks)
    pick(ops)(
      (name, ...args) => {
        // Now and then there is no memory.
        const { frames } = k.state
        const free = random(10) === 0 ? frames.freeCount : 0
        frames.freeCount -= free
        const result = outcome(k, by, name, ...args)
        frames.freeCount += free
        // A signal, or patience: the call ends.
        if (result === 'blocked') endCall(k, by)
        return result
      },
      (at, bytes) => copyOut(k, by, at, bytes),
    )
    if (i % 100 === 0) expect(problems()).toEqual([])
  }
  for (const by of tasks) {
    if (by.files) releaseFiles(k, by.files)
    by.files = newFiles()
  }
  // What holds only itself is found when a socket is closed.
  outcome(k, task, 'socket', 1, 2, 0)
  outcome(k, task, 'close', 0)
  expect(problems()).toEqual([])
  expect(k.state.ns.net.sockets.size).toBe(0)
  expect(k.state.ns.net.unix.abstract.size + k.state.ns.net.unix.paths.size).toBe(0)
})
