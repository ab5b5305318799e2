// Looking at a stopped machine through a session, and changing it: tasks, registers, memory, expressions. A change makes a new future.
import {
  findGroup,
  findTask,
  getFcsr,
  groupIdOf,
  isErrno,
  NO_TASK,
  peekMm,
  pokeUser,
  regBig,
  regF,
  regPc,
  setFcsr,
  setRegBig,
  setRegF,
  setRegPc,
  type Task,
} from '../../kernel/index.ts'
import { fByName, csrExists, readCsr, xByName } from '../../vm/index.ts'
import { forgetFuture } from '../timeline/index.ts'
import { evaluateIn } from './expression.ts'
import type { ProcessRef, Session, TaskRef } from './types.ts'
import { isVectorRegister, readVector, writeVector } from './vectors.ts'

/** Of what is about no task, or no process. */
export const NOBODY: TaskRef = { id: NO_TASK, pid: 0 }
export const NO_PROCESS: ProcessRef = { id: groupIdOf(NO_TASK), pid: 0 }

/** A task by its name, to be kept. */
export const refTo = ({ id, pid }: TaskRef): TaskRef => ({ id, pid })
/** A task's process, likewise. */
export const processOf = ({ group: { id, tgid } }: Task): ProcessRef => ({ id, pid: tgid })

/** The task that is meant, whoever has its number now; null: it is not there, any more or yet. */
export const taskById = (s: Session, { id }: Pick<TaskRef, 'id'>): Task | null => s.k.state.tasks.get(id) ?? null

/** The task that has this number now, in the machine's own namespace: what people and protocols name. null: nobody has. */
export const taskByPid = (s: Session, pid: number): Task | null => findTask(s.k.state.ns, pid)
/** Likewise a process. */
export function processByPid(s: Session, pid: number): ProcessRef | null {
  const group = findGroup(s.k.state.ns, pid)
  return group === null ? null : { id: group.id, pid }
}

/** Live tasks of the process that has this number now, or of all. Zombies are not among them. */
export const tasksOf = (s: Session, pid: number | null): Task[] =>
  [...s.k.state.tasks.values()].filter(task => task.mm !== null && (pid === null || task.group.tgid === pid))

/** x0 to x31, then pc: signed 64-bit values. */
export function registersOf(s: Session, task: Task): bigint[] {
  const registers = Array.from({ length: 32 }, (_, n) => regBig(s.k, task, n))
  return [...registers, BigInt(regPc(s.k, task))]
}

type RegisterKind =
  | { kind: 'vector'; name: string }
  | { kind: 'x'; n: number }
  | { kind: 'f'; n: number }
  | { kind: 'pc' | 'fcsr' }
  | { kind: 'csr'; name: string }

function registerKind(name: string): RegisterKind | null {
  if (name === 'pc') return { kind: 'pc' }
  if (name === 'fcsr') return { kind: 'fcsr' }
  const x = xByName.get(name)
  if (x !== undefined) return { kind: 'x', n: x }
  const f = fByName.get(name)
  if (f !== undefined) return { kind: 'f', n: f }
  if (isVectorRegister(name)) return { kind: 'vector', name }
  return csrExists(name) ? { kind: 'csr', name } : null
}

/** A register by any of its names (x10, a0, fa0, v3, vl, pc, fcsr, a CSR of the hart that the task is on). null: there is none such, or of vectors none yet. */
export function readRegister(s: Session, task: Task, name: string): bigint | null {
  const register = registerKind(name)
  if (register === null) return null
  switch (register.kind) {
    case 'pc':
      return BigInt(regPc(s.k, task))
    case 'fcsr':
      return BigInt(getFcsr(s.k, task))
    case 'x':
      return regBig(s.k, task, register.n)
    case 'f':
      return regF(s.k, task, register.n)
    case 'vector':
      return readVector(s, task, register.name)
    case 'csr': {
      const hart = s.k.machine.harts[Math.max(task.onHart, 0)]
      return BigInt.asIntN(64, readCsr(s.k.machine, hart, register.name))
    }
  }
}

/** Sets a register; false for one that is not there or that only the machine sets (CSRs, x0). */
export function writeRegister(s: Session, task: Task, name: string, value: bigint): boolean {
  const register = registerKind(name)
  if (register === null || register.kind === 'csr') return false
  const bits = BigInt.asIntN(64, value)
  switch (register.kind) {
    case 'pc':
      setRegPc(s.k, task, Number(bits))
      break
    case 'fcsr':
      setFcsr(s.k, task, Number(bits & 0xffn))
      break
    case 'x':
      setRegBig(s.k, task, register.n, bits)
      break
    case 'f':
      setRegF(s.k, task, register.n, bits)
      break
    case 'vector':
      if (!writeVector(s, task, register.name, value)) return false
  }
  changed(s)
  return true
}

/** Memory of a task as its program would read it, shorter where nothing is mapped. */
export function readMemory(s: Session, task: Task, address: number, length: number): Uint8Array {
  return task.mm === null ? new Uint8Array(0) : peekMm(s.k, task.mm, address, length)
}

/**
 * Writes memory of a task, whatever its protection. Answers how many bytes: fewer where nothing is mapped, none when no frame is left for a
 * page's own copy.
 */
export function writeSome(s: Session, task: Task, address: number, bytes: Uint8Array): number {
  try {
    return task.mm === null ? 0 : pokeUser(s.k, task.mm, address, bytes)
  } catch (error) {
    if (isErrno(error)) return 0
    throw error
  } finally {
    changed(s)
  }
}

/** As writeSome; false: it was not all of it, and nothing may be relied on. */
export const writeMemory = (s: Session, task: Task, address: number, bytes: Uint8Array): boolean =>
  writeSome(s, task, address, bytes) === bytes.length

/** The recorded future is another machine's now. */
export function changed(s: Session): void {
  if (s.timeline !== null) forgetFuture(s.timeline)
}

/** Value of an expression about a task; `symbol` gives the address of a name of the program. Throws an Error that can be shown. */
export function evaluate(s: Session, task: Task, expression: string, symbol?: (name: string) => number | null): bigint {
  const { state } = s.k
  const own: Readonly<Record<string, bigint | string>> = {
    pid: BigInt(task.group.tgid),
    tid: BigInt(task.pid),
    ppid: BigInt(task.group.parent?.tgid ?? 0),
    comm: task.comm,
    time: BigInt(state.time),
    executed: BigInt(state.executed),
    steps: BigInt(state.steps),
  }
  return evaluateIn(expression, {
    name: text => {
      if (Object.hasOwn(own, text)) return own[text]
      const register = readRegister(s, task, text)
      if (register !== null) return register
      const address = symbol?.(text) ?? null
      return address === null ? null : BigInt(address)
    },
    load(address, bytes) {
      const read = readMemory(s, task, Number(address), bytes)
      if (read.length < bytes) return null
      let value = 0n
      for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(read[i])
      return value
    },
  })
}
