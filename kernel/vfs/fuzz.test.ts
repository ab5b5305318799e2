// Random calls on files, with arguments that mostly make sense: every answer is a number or an errno, link counts, holders and
// pipe ends always add up, and when all is closed and removed, all memory is back.
import { expect, test } from 'vitest'
import { AT_FDCWD } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { putU32, putU64 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { amount } from '../../test/fuzz/size.ts'
import { auditFiles, closeFd, endCall, newInode, type Dentry } from './index.ts'
import { BUFFER, call, fileKernel, fileTask, outcome, ROWS } from './testing.ts'

const CALLS = amount(3000, 30_000)
const AUDIT_EVERY = 50

const PATHS = [
  '/',
  '/tmp',
  '/tmp/a',
  '/tmp/b',
  '/tmp/d',
  '/tmp/d/x',
  '/tmp/d/y/z',
  '/tmp/l',
  'a',
  'd/x',
  '..',
  '../..',
  '.',
  '',
  '/tmp/a/',
  '/tmp/d/',
]
const SPECIAL = [
  '/proc/self/fd/0',
  '/proc/self/fd/1',
  '/proc/self/fdinfo/0',
  '/proc/self/maps',
  '/proc/1/task/1/stat',
  '/proc/self/cwd/a',
  '/dev/null',
  '/dev/zero',
]
const NUMBERS = [
  0,
  1,
  2,
  3,
  4,
  7,
  8,
  10,
  100,
  4095,
  4096,
  5000,
  65536,
  1e6,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 40,
  -1,
  -100,
  -4096,
  2 ** 53,
  -(2 ** 63),
]
const FLAGS = [
  0, 0, 1, 2, 0o100, 0o102, 0o101, 0o1102, 0o2001, 0o4000, 0o4002, 0o200000, 0o10000000, 0o20200002, 0x100, 0x200, 0x1000, 0x8000, 1024,
  1030, 1031, 1033,
]
const MODES = [0o644, 0o755, 0o10644, 0o100600, 0o140600, 0o20666, 0o1777, 0o4755, 0]
/** Calls that would take the ground from under the test. */
const LEFT_OUT = new Set(['chroot'])

function generator(seed: number): (n: number) => number {
  let state = seed
  return n => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

/** An argument that fits its type most of the time. */
function argument(random: (n: number) => number, name: string, type: string): number | string {
  const pick = <T>(from: readonly T[]): T => from[random(from.length)]
  if (random(40) === 0) return pick(NUMBERS)
  if (type === 'const char *') return random(8) === 0 ? pick(SPECIAL) : pick(PATHS)
  if (/dirfd/.test(name)) return random(4) === 0 ? random(9) : AT_FDCWD
  if (/^(fd|oldfd|newfd|in|out|epfd)$/.test(name)) return random(9)
  if (/flags|how|operation|cmd|op$|events/.test(name)) return pick(FLAGS)
  if (/mode/.test(name)) return pick(MODES)
  if (/\*/.test(type) || /buf|iov$|times|statx|rlim|sigmask|size$/.test(name)) return random(4) === 0 ? 0 : BUFFER + 8 * random(2000)
  return random(3) === 0 ? random(5) : pick(NUMBERS)
}

/** A few iovecs, offsets and sets that point to something. */
function fillBuffer(k: Kernel, task: Task, random: (n: number) => number): void {
  for (let i = 0; i < 40; i++) {
    putU64(k, task, BUFFER + 16 * i, random(2) ? BUFFER + random(0x8000) : random(6000))
    putU32(k, task, BUFFER + 16 * i + 8, random(300))
    putU32(k, task, BUFFER + 16 * i + 12, 0)
  }
}

/** Random closes win over random opens, and calls on nothing but EBADF would test little. */
function keepSomeOpen(k: Kernel, task: Task, random: (n: number) => number): void {
  if (task.files!.files.filter(file => file).length >= 3) return
  const path = PATHS[random(PATHS.length)]
  outcome(k, task, 'openat', AT_FDCWD, path, FLAGS[random(FLAGS.length)], 0o644)
  if (task.call !== null) endCall(k, task)
}

/** Removes whatever the calls left, but for what was there before. */
function removeAll(k: Kernel, task: Task, dir: Dentry, path: string): void {
  for (const [name, child] of dir.children!) {
    if (child!.mounted > 0 || (path === '' && name === 'tmp' && (removeAll(k, task, child!, '/tmp'), true))) continue
    if (child!.children) removeAll(k, task, child!, `${path}/${name}`)
    call(k, task, 'unlinkat', AT_FDCWD, `${path}/${name}`, child!.children ? 0x200 : 0)
  }
}

test.each([1, 2, 3])('random calls, seed %d', seed => {
  const random = generator(seed)
  const { k, task } = fileKernel()
  Object.assign(k.state, { vdso: newInode(k.state.vfs.anon, 'regular', 0, 0, 0, { sec: 0, nsec: 0 }) })
  k.state.vdso.refs = 1
  const tasks = [task, fileTask(k)]
  for (const each of tasks) call(k, each, 'chdir', '/tmp')
  const cached = (): number => k.state.frames.used[4]
  const rows = ROWS.filter(row => !LEFT_OUT.has(row.name))
  let succeeded = 0
  for (let i = 0; i < CALLS; i++) {
    const who = tasks[random(2)]
    if (i % 20 === 0) fillBuffer(k, who, random)
    keepSomeOpen(k, who, random)
    const row = rows[random(rows.length)]
    const args = row.args.map(([name, arg]) => argument(random, name, arg.type))
    // Few gigabytes of sparse files are fine, terabytes of zeroes to copy are not.
    if (/fallocate|truncate/.test(row.name)) args[row.args.length - 1] = random(100_000)
    const answer = outcome(k, who, row.name, ...args)
    if (answer === 'blocked') {
      endCall(k, who)
    } else if (typeof answer === 'number') succeeded++
    if (i % AUDIT_EVERY === 0) expect(auditFiles(k), `after ${i}: ${row.name}(${args.join(', ')}) = ${answer}`).toEqual([])
  }
  expect(succeeded).toBeGreaterThan(CALLS / 6)
  for (const each of tasks) {
    call(k, each, 'chdir', '/')
    each.files!.files.forEach((file, fd) => file && closeFd(k, each, fd))
  }
  const root = k.state.ns.mnt.root.root
  removeAll(k, task, root, '')
  expect(auditFiles(k)).toEqual([])
  expect([...root.children!.keys()]).toEqual(['proc', 'dev', 'sys', 'tmp'])
  expect(cached()).toBe(0)
})
