// What a parent learns of its children: SIGCHLD's siginfo (sigaction(2)) and wait4's status (wait(2)), for every way to end, stop and go on.
import { describe, expect, test } from 'vitest'
import { DATA, runToEnd } from '../testing.ts'

const [SIGKILL, SIGUSR1, SIGSEGV, SIGPIPE, SIGALRM, SIGTERM, SIGCHLD, SIGCONT] = [9, 10, 11, 13, 14, 15, 17, 18]
const [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGRTMIN] = [19, 20, 21, 22, 32]
const [CLD_EXITED, CLD_KILLED, CLD_STOPPED, CLD_CONTINUED] = [1, 2, 5, 6]
const [WNOHANG, WUNTRACED, WCONTINUED] = [1, 2, 8]
const [SIG_DFL, SIG_IGN] = [0, 1]
const [SA_NOCLDSTOP, SA_NOCLDWAIT] = [1, 2]
const [ECHILD, EAGAIN] = [-10, -11]

const RECORD = 192

/** The next SIGCHLD, within a second of guest time. */
const signalled = `
  li t0, 0x10000
  sd t0, 0(s1)
  li t0, 1
  sd t0, 16(s1)
  sd zero, 24(s1)
  sd zero, 72(s1)
  sd zero, 80(s1)
  sd zero, 88(s1)
  mv a0, s1
  addi a1, s1, 64
  addi a2, s1, 16
  li a3, 8
  sys 137
  sd a0, 192(s1)`
const waited = (options: number): string => `
  sd zero, 200(s1)
  li a0, -1
  addi a1, s1, 200
  li a2, ${options}
  li a3, 0
  sys 260
  sd a0, 208(s1)
  sd s2, 216(s1)`
const written = `
  li a0, 1
  addi a1, s1, 64
  li a2, ${RECORD}
  sys 64`
/** One look at the children: SIGCHLD, then wait4; both go to standard output. */
const look = (options: number): string => signalled + waited(options) + written
/** The other way around: wait4 sleeps until there is something to tell. */
const sleep = (options: number): string => waited(options) + signalled + written

/** waitid for any child that ended, which stays to be waited for. */
const peek = `
  li a0, 0
  li a1, 0
  addi a2, s1, 320
  li a3, 0x1000004
  li a4, 0
  sys 95`

const kill = (signal: number): string => `
  mv a0, s2
  li a1, ${signal}
  sys 129`
const tkill = (signal: number): string => kill(signal).replace('sys 129', 'sys 130')
const die = (signal: number): string => `
  sys 172
  li a1, ${signal}
  sys 129
  li a0, 99
  sys 94`
const exit = (status: number): string => `
  li a0, ${status}
  sys 94`
/** A process group of its own, whose parent can continue it: a terminal's stops work. */
const stop = (signal: number): string => `
  li a0, 0
  li a1, 0
  sys 154
  ${die(signal)}`

interface Seen {
  signal: number
  code: number
  status: number
  waited: number | 'child'
  word: number
}

/** A parent that blocks SIGCHLD, a child that does `child`, and what the parent sees when it does `steps`. */
function watch(child: string, steps: string, handler = SIG_DFL, flags = 0): Seen[] {
  const { output } = runToEnd(
    `
  li s1, ${DATA}
  li t0, ${handler}
  sd t0, 0(s1)
  li t0, ${flags}
  sd t0, 8(s1)
  sd zero, 16(s1)
  li a0, ${SIGCHLD}
  mv a1, s1
  li a2, 0
  li a3, 8
  sys 134
  li t0, 0x10000
  sd t0, 0(s1)
  li a0, 0
  mv a1, s1
  li a2, 0
  li a3, 8
  sys 135
  li a0, ${SIGCHLD}
  li a1, 0
  sys 220
  bnez a0, {parent}
  ${child}
parent:
  mv s2, a0
  ${steps}
  ${kill(SIGKILL)}
  ${exit(0)}`,
  )
  const bytes = Uint8Array.from(output(), c => c.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  return Array.from({ length: bytes.length / RECORD }, (_, i) => {
    const at = i * RECORD
    const waited = Number(view.getBigInt64(at + 144, true))
    const pid = Number(view.getBigInt64(at + 152, true))
    const signal = Number(view.getBigInt64(at + 128, true))
    if (signal === SIGCHLD) expect(view.getInt32(at + 16, true)).toBe(pid)
    return {
      signal,
      code: view.getInt32(at + 8, true),
      status: view.getInt32(at + 24, true),
      waited: waited === pid ? 'child' : waited,
      word: view.getUint32(at + 136, true),
    }
  })
}

const told = (code: number, status: number, word: number): Seen => ({ signal: SIGCHLD, code, status, waited: 'child', word })
const untold = (waited: Seen['waited'], word = 0): Seen => ({ signal: EAGAIN, code: 0, status: 0, waited, word })

describe('a child that ends', () => {
  test.each([0, 1, 7, 255, 256 + 3])('by exit(%i)', status =>
    expect(watch(exit(status), look(0))).toEqual([told(CLD_EXITED, status & 255, (status & 255) << 8)]),
  )
  test.each([SIGKILL, SIGUSR1, SIGPIPE, SIGALRM, SIGTERM, SIGRTMIN + 5])('by signal %i', signal =>
    expect(watch(die(signal), look(0))).toEqual([told(CLD_KILLED, signal, signal)]),
  )
  test('by a fault', () => expect(watch('ld a0, 0(zero)', look(0))).toEqual([told(CLD_KILLED, SIGSEGV, SIGSEGV)]))
  test('is waited for once', () => expect(watch(exit(3), look(0) + look(0))).toEqual([told(CLD_EXITED, 3, 0x300), untold(ECHILD)]))
  test('stays to be waited for with WNOWAIT', () => expect(watch(exit(3), peek + peek + look(0))).toEqual([told(CLD_EXITED, 3, 0x300)]))
  test('is nobody whom SIGCHLD is ignored for: no zombie, no signal', () =>
    expect(watch(exit(3), look(0), SIG_IGN)).toEqual([untold(ECHILD)]))
  test('... when it is killed', () => expect(watch(die(SIGKILL), look(0), SIG_IGN)).toEqual([untold(ECHILD)]))
  test('leaves no zombie with SA_NOCLDWAIT, but its signal', () =>
    expect(watch(exit(3), look(0), SIG_DFL, SA_NOCLDWAIT)).toEqual([{ ...told(CLD_EXITED, 3, 0), waited: ECHILD }]))
  const late = `li t0, 20000\nspin:\naddi t0, t0, -1\nbnez t0, {spin}\n`
  test('wakes a wait4 that sleeps already, also without a zombie', () => {
    expect(watch(late + exit(3), sleep(0))).toEqual([told(CLD_EXITED, 3, 0x300)])
    expect(watch(late + exit(3), sleep(0), SIG_IGN)).toEqual([untold(ECHILD)])
    expect(watch(late + die(SIGKILL), sleep(0), SIG_DFL, SA_NOCLDWAIT)).toEqual([{ ...told(CLD_KILLED, SIGKILL, 0), waited: ECHILD }])
  })
  test('... also when it stops, with and without SIGCHLD', () => {
    expect(watch(late + stop(SIGTSTP), sleep(WUNTRACED))).toEqual([told(CLD_STOPPED, SIGTSTP, (SIGTSTP << 8) | 0x7f)])
    expect(watch(late + stop(SIGTSTP), sleep(WUNTRACED), SIG_DFL, SA_NOCLDSTOP)).toEqual([untold('child', (SIGTSTP << 8) | 0x7f)])
  })
})

describe('a child that stops', () => {
  test.each([SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU])('by signal %i', signal =>
    expect(watch(stop(signal), look(WUNTRACED))).toEqual([told(CLD_STOPPED, signal, (signal << 8) | 0x7f)]),
  )
  test('is not told of without WUNTRACED, nor twice', () =>
    expect(watch(stop(SIGSTOP), look(WCONTINUED | WNOHANG) + look(WUNTRACED | WNOHANG) + look(WUNTRACED | WNOHANG))).toEqual([
      { ...told(CLD_STOPPED, SIGSTOP, 0), waited: 0 },
      untold('child', (SIGSTOP << 8) | 0x7f),
      untold(0),
    ]))
  test('sends no signal with SA_NOCLDSTOP, and is waited for all the same', () =>
    expect(watch(stop(SIGTSTP), look(WUNTRACED), SIG_DFL, SA_NOCLDSTOP)).toEqual([untold('child', (SIGTSTP << 8) | 0x7f)]))
  test('goes on with SIGCONT, is told of, and ends as it wished', () =>
    expect(watch(stop(SIGTTIN), look(WUNTRACED) + kill(SIGCONT) + look(WCONTINUED) + look(0))).toEqual([
      told(CLD_STOPPED, SIGTTIN, (SIGTTIN << 8) | 0x7f),
      told(CLD_CONTINUED, SIGCONT, 0xffff),
      told(CLD_EXITED, 99, 99 << 8),
    ]))
  test('dies of SIGKILL without being continued', () =>
    expect(watch(stop(SIGSTOP), look(WUNTRACED) + kill(SIGKILL) + look(0))).toEqual([
      told(CLD_STOPPED, SIGSTOP, (SIGSTOP << 8) | 0x7f),
      told(CLD_KILLED, SIGKILL, SIGKILL),
    ]))
  test.each([kill(SIGTERM), tkill(SIGTERM)])('does not notice SIGTERM before SIGCONT, sent %#', terminate =>
    expect(watch(stop(SIGSTOP), look(WUNTRACED) + terminate + look(WNOHANG) + kill(SIGCONT) + look(0))).toMatchObject([
      told(CLD_STOPPED, SIGSTOP, (SIGSTOP << 8) | 0x7f),
      untold(0),
      { signal: SIGCHLD, waited: 'child', word: SIGTERM },
    ]),
  )
})
