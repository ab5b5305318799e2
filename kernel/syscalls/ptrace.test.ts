// A program that traces another one: what its waits tell, from the first stop to the end; and what ptrace refuses. Step by step beside
// Linux: test/oracle/programs/ptrace.c.
import { expect, test } from 'vitest'
import { restore, snapshot } from '../boot.ts'
import { checkInvariants } from '../invariants.ts'
import { statusText } from '../proc/status.ts'
import { DATA, start } from '../testing.ts'
import { fileKernel, fileTask, outcome } from '../vfs/testing.ts'
import { allocTrapFrame, rootCredentials } from '../task/index.ts'

const [TRACEME, PEEKTEXT, POKETEXT, CONT, SYSCALL, ATTACH, SETOPTIONS, GETREGSET, SETREGSET] = [0, 1, 4, 7, 24, 16, 0x4200, 0x4204, 0x4205]
const [SEIZE, INTERRUPT, GETEVENTMSG, GET_SYSCALL_INFO, DETACH] = [0x4206, 0x4207, 0x4201, 0x420e, 17]
const ptrace = (request: number, addr: number | string = 0, data: number | string = 0): string =>
  `\n li a0, ${request}\n mv a1, s2\n li a2, ${addr}\n li a3, ${data}\n sys 117`
/** The status goes to the list at s3. */
const wait = (pid = 's2'): string => `\n mv a0, ${pid}\n mv a1, s3\n li a2, 0x40000000\n li a3, 0\n sys 260\n addi s3, s3, 4`
const note = (register = 'a0'): string => `\n sw ${register}, 0(s3)\n addi s3, s3, 4`
const exit = (code: number): string => `\n li a0, ${code}\n sys 94`
const fork = (label: string): string =>
  `\n li a0, 17\n li a1, 0\n li a2, 0\n li a3, 0\n li a4, 0\n sys 220\n beqz a0, {${label}}\n mv s2, a0`
const raise = (signal: number): string => `\n sys 172\n li a1, ${signal}\n sys 129`
const LIST = DATA + 1024
/** What is in the list at the end, as numbers. */
const SAY = `\n li a0, 1\n li a1, ${LIST}\n sub a2, s3, a1\n sys 64${exit(0)}`

const stopped = (signal: number, event = 0): number => (event << 16) | (signal << 8) | 0x7f
const numbers = (output: string): number[] => {
  const view = new DataView(Uint8Array.from(output, c => c.charCodeAt(0)).buffer)
  return Array.from({ length: Math.floor(view.byteLength / 4) }, (_, i) => view.getInt32(4 * i, true))
}

test('signals, calls, events and the end, each once; a breakpoint is its own', () => {
  const EBREAK = 0x00100073
  const source = `
    li s3, ${LIST}
    ${fork('child')}${wait()}
    ${ptrace(SETOPTIONS, 0, 1 | (1 << 1) | (1 << 6))}${note()}
    ${ptrace(SYSCALL)}${wait()}
    ${ptrace(SYSCALL)}${wait()}
    ${ptrace(GET_SYSCALL_INFO, 88, DATA + 512)}${note()}
    li t0, ${DATA + 512}
    lbu a0, 0(t0)${note()}
    ${ptrace(SYSCALL)}${wait()}
    ${ptrace(CONT)}${wait()}
    ${ptrace(GETEVENTMSG, 0, DATA + 512)}
    li t0, ${DATA + 512}
    lw s4, 0(t0)${wait('s4')}
    mv s5, s2
    mv s2, s4${ptrace(CONT)}${wait('s4')}${ptrace(CONT)}${wait('s4')}
    mv s2, s5
    ${ptrace(PEEKTEXT, '{mark}', DATA + 520)}${note()}
    ${ptrace(POKETEXT, '{mark}', EBREAK)}${note()}
    ${ptrace(CONT)}${wait()}
    ${ptrace(CONT)}${wait()}
    li t0, ${DATA + 512}
    li t1, ${DATA + 600}
    sd t1, 16(t0)
    li t1, 256
    sd t1, 24(t0)${ptrace(GETREGSET, 1, DATA + 528)}${note()}
    li t0, ${DATA + 600}
    ld t1, 0(t0)
    li t2, {mark}
    sub a0, t1, t2${note()}
    li t0, {after}
    li t1, ${DATA + 600}
    sd t0, 0(t1)${ptrace(SETREGSET, 1, DATA + 528)}${note()}
    ${ptrace(CONT)}${wait()}
    ${ptrace(CONT)}${wait()}${SAY}
  child:
    li a0, ${TRACEME}
    sys 117${raise(10)}
    li t0, 0
    sys 173${fork('grandchild')}
    mv a0, s2
    li a1, 0
    li a2, 0
    li a3, 0
    sys 260
    j {mark}
  mark:
    addi s6, zero, 77
    addi s6, zero, 78
  after:
    mv a0, s6${exit(3)}
  grandchild:${exit(4)}
`
  const { k, run, output } = start(source)
  const marks: string[] = []
  // A snapshot on the way goes on as what it was taken of.
  while (![...k.state.tasks.values()].some(task => task.tracer?.stop)) run({ maxInstructions: 20 })
  const taken = snapshot(k)
  for (const task of k.state.tasks.values()) if (task.tracer) marks.push(...(/TracerPid:\t\d+/.exec(statusText(k, task)) ?? []))
  expect(run().kind).toBe('halted')
  const said = numbers(output())
  expect(said).toEqual([
    ...[stopped(10), 0, stopped(0x85), stopped(0x85), 33, 2, stopped(0x85)],
    ...[stopped(5, 1), stopped(19), stopped(5, 6), 4 << 8],
    ...[0, 0, stopped(17), stopped(5), 0, 0, 0, stopped(5, 6), 3 << 8],
  ])
  expect(marks).toEqual(['TracerPid:\t1'])
  restore(k, taken)
  run()
  expect([numbers(output().slice(said.length * 4)), checkInvariants(k)]).toEqual([said, []])
})

/** A tracer and another task, in the middle of nothing. */
function pair() {
  const { k, task: by } = fileKernel()
  const task = fileTask(k)
  task.trapFrame = allocTrapFrame(k)
  const ask = (request: number, addr = 0, data: number | bigint = 0): number | string =>
    outcome(k, by, 'ptrace', request, task.pid, addr, data)
  return { k, by, task, ask }
}

test('who may attach, and what is asked of one that runs', () => {
  const { k, by, task, ask } = pair()
  expect([ask(CONT), ask(12345), outcome(k, by, 'ptrace', ATTACH, by.pid, 0, 0), outcome(k, by, 'ptrace', ATTACH, 999, 0, 0)]).toEqual([
    ...['ESRCH', 'ESRCH', 'EPERM', 'ESRCH'],
  ])
  const mine = by.credentials
  const user = { ...rootCredentials(), uid: 1000, euid: 1000, suid: 1000, capEffective: 0, capPermitted: 0 }
  by.credentials = user
  expect(ask(SEIZE)).toBe('EPERM')
  task.credentials = { ...user }
  by.credentials = { ...user, gid: 1000 }
  expect(ask(SEIZE)).toBe('EPERM')
  by.credentials = user
  // Yama: descendants alone, those with CAP_SYS_PTRACE, nobody.
  for (const [scope, outcomes] of [
    [1, 'EPERM'],
    [2, 'EPERM'],
    [3, 'EPERM'],
  ] as const) {
    k.state.sysctl.ptraceScope = scope
    expect(ask(SEIZE)).toBe(outcomes)
  }
  k.state.sysctl.ptraceScope = 1
  outcome(k, task, 'prctl', 0x59616d61, by.pid, 0, 0, 0)
  expect([ask(SEIZE, 1), ask(SEIZE, 0, 1 << 12), ask(SEIZE, 0, 2n ** 40n), ask(SEIZE, 0, 1 << 21), ask(SEIZE, 0, 1), ask(SEIZE)]).toEqual([
    ...['EIO', 'EIO', 'EIO', 'EPERM', 0, 'EPERM'],
  ])
  by.credentials = mine
  expect([ask(CONT), ask(SETOPTIONS), ask(INTERRUPT), ask(DETACH)]).toEqual(['ESRCH', 'ESRCH', 0, 'ESRCH'])
})
