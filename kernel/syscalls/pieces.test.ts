// A call that has much to do is cut into pieces: timers, limits and whoever debugs are heard in the middle of it, and where a run stops
// changes nothing.
import { expect, it } from 'vitest'
import { AT_FDCWD, exitCode, ifExited, ifSignaled, O_RDWR, SIGALRM, termSignal } from '../abi/index.ts'
import { DATA, runToEnd, start, type Run } from '../testing.ts'

const NR = { openat: 56, sendfile: 71, exit: 94, setitimer: 103, sigaction: 134, mmap: 222, mlock: 228, mlockall: 230 }
const MIB = 2 ** 20

const path = (text: string, at: number): string =>
  [...`${text}\0`].map((c, i) => `li t0, ${c.charCodeAt(0)}\nsb t0, ${at + i}(s1)`).join('\n')

/** s2 = /dev/zero, s3 = /dev/null; s1 = DATA. */
const OPEN = `
  li s1, ${DATA}
  ${path('/dev/zero', 0)}
  ${path('/dev/null', 16)}
  li a0, ${AT_FDCWD}
  mv a1, s1
  li a2, ${O_RDWR}
  sys ${NR.openat}
  mv s2, a0
  li a0, ${AT_FDCWD}
  addi a1, s1, 16
  li a2, ${O_RDWR}
  sys ${NR.openat}
  mv s3, a0`
/** A timer of so many microseconds. */
const alarm = (us: number): string => `
  sd zero, 64(s1)
  sd zero, 72(s1)
  sd zero, 80(s1)
  li t0, ${us}
  sd t0, 88(s1)
  li a0, 0
  addi a1, s1, 64
  li a2, 0
  sys ${NR.setitimer}`
const send = (bytes: number): string => `
  mv a0, s3
  mv a1, s2
  li a2, 0
  li a3, ${bytes}
  sys ${NR.sendfile}`
/** Ends with a0 in mebibytes. */
const EXIT_MIB = `
  srli a0, a0, 20
  sys ${NR.exit}`

const LONG = `${OPEN}${send(20 * MIB)}${EXIT_MIB}`

const end = ({ k, status }: Run & { status: number }): unknown[] => [
  ifExited(status) ? exitCode(status) : -termSignal(status),
  k.state.time,
  k.state.executed,
  k.state.steps,
  k.state.pieces,
]

it('takes time by what it does', () => {
  const { k, status } = runToEnd(LONG)
  expect(exitCode(status)).toBe(20)
  expect(k.state.pieces).toBe(19)
  expect(Math.floor(k.state.time / 1e5)).toBe(19)
})

it('stops for a limit and for who wants to be heard, and goes on as if it had not', () => {
  const whole = end(runToEnd(LONG))
  for (const options of [{ maxPieces: 1 }, { maxPieces: 7 }, { maxInstructions: 1 }]) {
    const run = start(LONG)
    let result = run.run(options)
    let stops = 0
    for (; result.kind === 'budget'; stops++) result = run.run(options)
    expect(stops).toBeGreaterThan(1)
    expect(end({ ...run, status: (result as { status: number }).status })).toEqual(whole)
  }
  const asked = start(LONG)
  asked.k.enough = () => true
  let [pieces, result] = [0, asked.run()]
  for (; result.kind === 'budget'; result = asked.run()) {
    expect(asked.k.state.pieces - pieces).toBeLessThan(5)
    pieces = asked.k.state.pieces
  }
  expect(end({ ...asked, status: (result as { status: number }).status })).toEqual(whole)
  const run = start(LONG)
  expect(run.run({ until: 1e6 }).kind).toBe('budget')
  expect([run.k.state.pieces, Math.floor(run.k.state.time / 1e5)]).toEqual([10, 10])
})

it('is ended by a signal that kills', () => {
  const run = runToEnd(`${OPEN}${alarm(1000)}${send(1024 * MIB)}${EXIT_MIB}`)
  expect(ifSignaled(run.status) && termSignal(run.status)).toBe(SIGALRM)
  expect(run.k.state.pieces).toBe(10)
})

it('sendfile answers what it had sent when a handler ran', () => {
  const run = runToEnd(`
  ${OPEN}
  li t0, {handler}
  sd t0, 128(s1)
  sd zero, 136(s1)
  sd zero, 144(s1)
  li a0, ${SIGALRM}
  addi a1, s1, 128
  li a2, 0
  li a3, 8
  sys ${NR.sigaction}
  ${alarm(1000)}${send(1024 * MIB)}${EXIT_MIB}
handler:
  ret`)
  expect(exitCode(run.status)).toBe(11)
})

it('works on several harts', () => {
  const { k, status } = runToEnd(LONG, { harts: 2 })
  expect([exitCode(status), k.state.pieces]).toEqual([20, 19])
})

it('brings pages in a piece at a time: mmap, mlock, mlockall, madvise', () => {
  const PAGES = 1024
  const map = (flags: number): string => `
  li a0, 0
  li a1, ${PAGES * 4096}
  li a2, 3
  li a3, ${flags}
  li a4, -1
  li a5, 0
  sys ${NR.mmap}
  mv s2, a0`
  const answers = (source: string): unknown[] => {
    const { k, status } = runToEnd(`${source}\n${EXIT_MIB}`, { ramBytes: 32 * MIB })
    return [k.state.counts.minorFaults >= PAGES, k.state.pieces, status]
  }
  // 4,096 looks, or 240 pages that are made.
  expect(answers(`${map(0x8022)}\nsb zero, 0(a0)\nli a0, 0`)).toEqual([true, 4, 0])
  expect(answers(`${map(0x22)}\nli a1, ${PAGES * 4096}\nsys ${NR.mlock}`)).toEqual([true, 4, 0])
  expect(answers(`${map(0x22)}\nli a0, 1\nsys ${NR.mlockall}`)).toEqual([true, 4, 0])
  // MADV_POPULATE_WRITE: 256 at once.
  expect(answers(`${map(0x22)}\nli a1, ${PAGES * 4096}\nli a2, 23\nsys 233`)).toEqual([true, 3, 0])
})
