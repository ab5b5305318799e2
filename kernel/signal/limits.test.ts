// A full queue of signals (RLIMIT_SIGPENDING): system calls say EAGAIN; what the kernel itself sends is lost or merges, and nothing
// that goes with it is: a parent is woken, a process dies, a timer's signal has had its place since timer_create.
import { describe, expect, it } from 'vitest'
import { EAGAIN, RLIMIT_SIGPENDING, SIGRTMIN, shellStatus } from '../abi/index.ts'
import { runKernel } from '../loop.ts'
import { addTimer } from '../time/index.ts'
import type { Task } from '../state.ts'
import { fakeTask } from '../process/testing.ts'
import { DATA, runToEnd, start } from '../testing.ts'

const RT = SIGRTMIN + 3
const SYS = { clone: 220, exit: 93, exitGroup: 94, wait4: 260, kill: 129, tkill: 130, getpid: 172, gettid: 178, prctl: 167 }
const { nanosleep, prlimit, sigprocmask, timerCreate } = { nanosleep: 101, prlimit: 261, sigprocmask: 135, timerCreate: 107 }

/** No real-time signal can wait, and all are blocked: so none could be taken either. */
const FULL = `
  li s1, ${DATA}
  sd zero, 0(s1)
  sd zero, 8(s1)
  li a0, 0
  li a1, ${RLIMIT_SIGPENDING}
  mv a2, s1
  li a3, 0
  sys ${prlimit}
  li t0, -1
  sd t0, 0(s1)
  li a0, 0
  mv a1, s1
  li a2, 0
  li a3, 8
  sys ${sigprocmask}`
/** clone with RT as exit signal; the child does \`child\`. The parent waits for it and exits with 7 when it got the child. */
const waitsFor = (child: string): string => `${FULL}
  li a0, ${RT}
  li a1, 0
  sys ${SYS.clone}
  bnez a0, {parent}
  ${child}
parent:
  mv s2, a0
  li a0, -1
  mv a1, s1
  li a2, 0x40000000
  li a3, 0
  sys ${SYS.wait4}
  bne a0, s2, {wrong}
  li a0, 7
  sys ${SYS.exitGroup}
wrong:
  li a0, 8
  sys ${SYS.exitGroup}`
const sleep = (ns: number): string => `
  sd zero, 64(s1)
  li t0, ${ns}
  sd t0, 72(s1)
  addi a0, s1, 64
  li a1, 0
  sys ${nanosleep}`
const EXIT_0 = `
  li a0, 0
  sys ${SYS.exitGroup}`
const EXIT_ERRNO = `
  neg a0, a0
  sys ${SYS.exitGroup}`

const status = (source: string): number => shellStatus(runToEnd(source).status)

describe('at RLIMIT_SIGPENDING', () => {
  it('a child with a real-time exit signal is waited for', () => expect(status(waitsFor(EXIT_0))).toBe(7))
  it('... by a parent that sleeps already', () => expect(status(waitsFor(`${sleep(1e6)} ${EXIT_0}`))).toBe(7))
  it('... when the child is killed', () => expect(status(waitsFor(`sys ${SYS.getpid}\nli a1, 9\nsys ${SYS.kill}\n${EXIT_0}`))).toBe(7))
  it('tkill with a real-time signal is EAGAIN, kill is not', () => {
    const send = (nr: number): string => `${FULL}\nsys ${SYS.gettid}\nli a1, ${RT}\nsys ${nr}\n${EXIT_ERRNO}`
    expect(status(send(SYS.tkill))).toBe(EAGAIN.code)
    expect(status(send(SYS.kill))).toBe(0)
  })
  it('timer_create is EAGAIN', () =>
    expect(status(`${FULL}\nli a0, 1\nli a1, 0\naddi a2, s1, 32\nsys ${timerCreate}\n${EXIT_ERRNO}`)).toBe(EAGAIN.code))
  it('the signal of a parent that died arrives (prctl PR_SET_PDEATHSIG)', () =>
    // The grandchild blocks nothing and dies of it; its reaper, the first process, sees how.
    expect(
      status(`${FULL}
  li a0, 17
  li a1, 0
  sys ${SYS.clone}
  bnez a0, {first}
  li a0, 17
  li a1, 0
  sys ${SYS.clone}
  bnez a0, {middle}
  li a0, 1
  li a1, ${RT}
  sys ${SYS.prctl}
  sd zero, 0(s1)
  li a0, 2
  mv a1, s1
  li a2, 0
  li a3, 8
  sys ${sigprocmask}
  ${sleep(5e8)}
  ${EXIT_0}
middle:
  ${sleep(1e6)}
  ${EXIT_0}
first:
  li s3, 2
again:
  li a0, -1
  mv a1, s1
  li a2, 0
  li a3, 0
  sys ${SYS.wait4}
  addi s3, s3, -1
  bnez s3, {again}
  lw a0, 0(s1)
  sys ${SYS.exitGroup}`),
    ).toBe(RT))
})

it('an errno outside of a system call is a defect that says what was being done', () => {
  const { k } = start('spin:\nj {spin}')
  const broken: Task = {
    ...fakeTask(k),
    get waiting(): Task['waiting'] {
      throw EAGAIN
    },
  }
  addTimer(k, 1000, { kind: 'wake', task: broken })
  let thrown: unknown
  try {
    runKernel(k, { maxInstructions: 5000 })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(Error)
  expect(String(thrown)).toBe('Error: firing timers at 1000 ns: EAGAIN (Resource temporarily unavailable) outside of a system call')
  expect((thrown as Error).cause).toBe(EAGAIN)
  // By function, as the file's name is the bundle's when tests are bundled.
  expect((thrown as Error).stack).toContain('runKernel')
})
