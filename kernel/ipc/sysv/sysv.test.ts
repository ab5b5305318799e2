// System V IPC: ids, who goes on in which order, what ends undo, how segments are counted, limits; a copy of the state goes on alike.
import { beforeEach, expect, test } from 'vitest'
import {
  GETNCNT,
  GETVAL,
  IPC_CREAT,
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_STAT,
  MSG_NOERROR,
  SEM_UNDO,
  SETVAL,
  SHMID_DS,
  SHM_DEST,
  readStruct,
} from '../../abi/index.ts'
import { clonePlain } from '../../clone.ts'
import { copyIn, copyOut, putU64 } from '../../mm/index.ts'
import { LEAVERS } from '../../process/leavers.ts'
import { sleepOn } from '../../sched/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { auditFiles } from '../../vfs/index.ts'
import { auditIpc } from './audit.ts'
import { BUFFER, buffer, call, fileKernel, fileTask, outcome } from '../../vfs/testing.ts'

let k: Kernel
let task: Task
const run = (name: string, ...args: (number | string)[]) => outcome(k, task, name, ...args)
const problems = () => [...auditIpc(k), ...auditFiles(k)]
beforeEach(() => {
  ;({ k, task } = fileKernel())
})

/** A sembuf array at BUFFER of the task's. */
function operations(who: Task, ...list: [num: number, op: number, flags?: number][]): [number, number] {
  const bytes = new Uint8Array(new Int16Array(list.flatMap(([num, op, flags = 0]) => [num, op, flags])).buffer)
  copyOut(k, who, BUFFER, bytes)
  return [BUFFER, list.length]
}
const op = (...list: [number, number, number?][]) => run('semop', 0, ...operations(task, ...list))
const value = (num = 0) => run('semctl', 0, num, GETVAL, 0)

/** Another process whose call sleeps. */
function sleeper(name: string, ...args: number[]): Task {
  const other = fileTask(k)
  const result = call(k, other, name, ...(name === 'semop' ? [0, ...operations(other, ...pairs(args))] : args))
  if (typeof result === 'number') throw new Error(`it did not sleep: ${result}`)
  sleepOn(k, other, result.queues, result.deadline, true)
  return other
}
const pairs = (numbers: number[]): [number, number][] =>
  numbers.flatMap((n, i) => (i % 2 === 0 ? [[n, numbers[i + 1]] as [number, number]] : []))
const isAwake = ({ state }: Task) => state === 'R'

test('ids begin at 0, go round 64 places, and count up then', () => {
  const ids = Array.from({ length: 130 }, () => {
    const id = run('msgget', IPC_PRIVATE, 0o600)
    expect(run('msgctl', id as number, IPC_RMID, 0)).toBe(0)
    return id
  })
  expect([ids[0], ids[63], ids[64], ids[128]]).toEqual([0, 63, 32768, 65536])
  expect(run('msgctl', 0, IPC_STAT, BUFFER)).toBe('EINVAL')
})

test('operations of a set are done all or none, and who waits goes on in order', () => {
  expect(run('semget', 5, 2, IPC_CREAT | 0o600)).toBe(0)
  const [two, one, both, again] = [
    sleeper('semop', 0, -2),
    sleeper('semop', 0, -1),
    sleeper('semop', 0, -1, 1, -1),
    sleeper('semop', 0, -1),
  ]
  expect(run('semctl', 0, 0, GETNCNT, 0)).toBe(4)
  op([0, 1])
  expect([two, one, both, again].map(isAwake)).toEqual([false, true, false, false])
  expect(op([0, 3], [1, -1, IPC_NOWAIT])).toBe('EAGAIN')
  op([1, 1])
  op([0, 2])
  expect([two, one, both, again].map(isAwake)).toEqual([true, true, false, false])
  op([0, 2])
  expect([two, one, both, again].map(isAwake)).toEqual([true, true, true, true])
  expect([value(0), value(1), problems()]).toEqual([0, 0, []])
})

test('what sleeps hears of the end of its set, and one that ended is forgotten', () => {
  run('semget', 5, 1, IPC_CREAT | 0o600)
  const [gone, stays] = [sleeper('semop', 0, -1), sleeper('semop', 0, -1)]
  for (const { exit } of LEAVERS) exit?.(k, gone)
  expect(run('semctl', 0, 0, GETNCNT, 0)).toBe(1)
  op([0, 1])
  expect([isAwake(stays), value()]).toEqual([true, 0])
  const last = sleeper('semop', 0, -1)
  run('semctl', 0, 0, IPC_RMID, 0)
  expect(outcome(k, last, 'semop', 0, BUFFER, 1)).toBe('EIDRM')
  expect(problems()).toEqual([])
})

test('what a process did with SEM_UNDO its end undoes, but for what was set since', () => {
  run('semget', 5, 2, IPC_CREAT | 0o600)
  op([0, 5], [1, 5])
  const other = fileTask(k)
  expect(outcome(k, other, 'semop', 0, ...operations(other, [0, -2, SEM_UNDO], [1, 3, SEM_UNDO]))).toBe(0)
  run('semctl', 0, 1, SETVAL, 1)
  expect([value(0), value(1)]).toEqual([3, 1])
  const waiter = sleeper('semop', 0, -4)
  for (const { exit } of LEAVERS) exit?.(k, other)
  expect([value(0), value(1), isAwake(waiter), problems()]).toEqual([1, 1, true, []])
  expect(op([0, 32767])).toBe('ERANGE')
})

test('a segment goes with its last attach once it was removed', () => {
  const id = run('shmget', 7, 5000, IPC_CREAT | 0o600) as number
  const at = run('shmat', id, 0, 0) as number
  const state = () => {
    expect(run('shmctl', id, IPC_STAT, BUFFER)).toBe(0)
    const { nattch, perm } = readStruct(SHMID_DS, copyIn(k, task, BUFFER, SHMID_DS.size))
    return [nattch, perm.mode]
  }
  putU64(k, task, at, 1)
  expect(state()).toEqual([1, 0o600])
  run('munmap', at, 4096)
  expect(state()).toEqual([1, 0o600])
  expect([run('shmctl', id, IPC_RMID, 0), run('shmget', 7, 1, 0), state()]).toEqual([0, 'ENOENT', [1, 0o600 | SHM_DEST]])
  expect([run('shmdt', at), run('shmctl', id, IPC_STAT, BUFFER), task.ns.ipc.shmPages]).toEqual([0, 'EINVAL', 0])
  expect([run('shmget', 0, 0, 0o600), run('shmat', 0, 0, 0), run('shmdt', at), problems()]).toEqual(['EINVAL', 'EINVAL', 'EINVAL', []])
})

test('messages go to who waits for them, or in order of what is asked; queues are bounded', () => {
  run('msgget', 9, IPC_CREAT | 0o600)
  const send = (type: number, text: string) => {
    putU64(k, task, BUFFER, type)
    copyOut(
      k,
      task,
      BUFFER + 8,
      Uint8Array.from(text, c => c.charCodeAt(0)),
    )
    return run('msgsnd', 0, BUFFER, text.length, IPC_NOWAIT)
  }
  const receive = (type: number, most = 100, flags = IPC_NOWAIT) => {
    const got = run('msgrcv', 0, BUFFER + 0x100, most, type, flags)
    return typeof got === 'number' ? buffer(k, task, got, 0x108) : got
  }
  const [short, wanted] = [sleeper('msgrcv', 0, BUFFER, 1, -2, 0), sleeper('msgrcv', 0, BUFFER, 10, 2, 0)]
  send(2, 'two')
  expect([isAwake(short), isAwake(wanted)]).toEqual([true, true])
  expect([outcome(k, short, 'msgrcv', 0, BUFFER, 1, -2, 0), outcome(k, wanted, 'msgrcv', 0, BUFFER, 10, 2, 0)]).toEqual(['E2BIG', 3])
  for (const [type, text] of [[5, 'five'], [3, 'three'], [3, 'again'], [4, '']] as const) send(type, text) // prettier-ignore
  expect([receive(0, 1), receive(-4), receive(4), receive(9), receive(0, 2, MSG_NOERROR), receive(0)]).toEqual([
    'E2BIG',
    'three',
    '',
    'ENOMSG',
    'fi',
    'again',
  ])
  task.ns.ipc.limits.msgmnb = 100
  expect([
    run('msgget', 10, IPC_CREAT | 0o600),
    run('msgsnd', 1, BUFFER, 101, IPC_NOWAIT),
    run('msgsnd', 1, BUFFER, 90, IPC_NOWAIT),
  ]).toEqual([1, 'EAGAIN', 0])
  expect([run('msgsnd', 1, BUFFER, 11, IPC_NOWAIT), problems()]).toEqual(['EAGAIN', []])
})

test('a copy of the state goes on alike', () => {
  run('semget', 5, 1, IPC_CREAT | 0o600)
  sleeper('semop', 0, -1)
  const before = k.state
  const answers = () => [op([0, 1]), value(), k.state.tasks.size, [...k.state.tasks.values()].map(t => t.state).join('')]
  k.state = clonePlain(before)
  const [, copy] = [task, [...k.state.tasks.values()].find(t => t.id === task.id)!]
  task = copy
  const first = answers()
  k.state = before
  task = [...k.state.tasks.values()].find(t => t.id === copy.id)!
  expect(answers()).toEqual(first)
})
