// PTRACE_GETREGSET and SETREGSET: registers of a task by the notes that core files have them in, through an iovec.
import { EINVAL, REGSETS } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { checkUser, copyIn, copyOut, getU64, putU64 } from '../mm/index.ts'
import { setTracedGeneral, tracedGeneral } from '../process/index.ts'
import type { Task } from '../state.ts'
import { FLOAT_BYTES, floatBytes, GENERAL_BYTES, setFloats, setVectorRegset, vectorRegset } from '../task/index.ts'

interface Regset {
  /** Of one register: lengths are multiples of it. */
  unit: number
  /** Of all that it may ever have. */
  bytes: number
  /** null: EINVAL, it has none. */
  get(k: Kernel, task: Task): Uint8Array | null
  /** False: EINVAL. */
  set(k: Kernel, task: Task, bytes: Uint8Array): boolean
}

/** The head, and 32 registers of the longest that RISC-V has (RISCV_MAX_VLENB). */
const VECTOR_BYTES = 40 + 32 * 8192

const ROWS: Readonly<Record<number, Regset>> = {
  [REGSETS.NT_PRSTATUS]: {
    unit: 8,
    bytes: GENERAL_BYTES,
    get: tracedGeneral,
    set(k, task, bytes) {
      setTracedGeneral(k, task, bytes)
      return true
    },
  },
  [REGSETS.NT_FPREGSET]: {
    unit: 8,
    bytes: FLOAT_BYTES,
    get: floatBytes,
    set(k, task, bytes) {
      setFloats(k, task, bytes)
      return true
    },
  },
  [REGSETS.NT_RISCV_VECTOR]: { unit: 4, bytes: VECTOR_BYTES, get: vectorRegset, set: setVectorRegset },
}

const LENGTH_AT = 8

/** The row, and where the bytes are. EFAULT, EINVAL. */
function open(k: Kernel, by: Task, type: number, iovec: number): { row: Regset; base: number; length: number } {
  const base = getU64(k, by, iovec)
  const length = getU64(k, by, iovec + LENGTH_AT)
  const row = ROWS[type]
  if (row === undefined || length % row.unit !== 0) throw EINVAL
  return { row, base, length: Math.min(length, row.bytes) }
}

export function getRegset(k: Kernel, by: Task, task: Task, type: number, iovec: number): number {
  const { row, base, length } = open(k, by, type, iovec)
  const bytes = row.get(k, task)
  if (bytes === null) throw EINVAL
  copyOut(k, by, base, bytes.subarray(0, length))
  putU64(k, by, iovec + LENGTH_AT, length)
  return 0
}

export function setRegset(k: Kernel, by: Task, task: Task, type: number, iovec: number): number {
  const { row, base, length } = open(k, by, type, iovec)
  checkUser(base, length)
  const own = row.get(k, task)
  if (own === null) throw EINVAL
  if (!row.set(k, task, copyIn(k, by, base, Math.min(length, own.length)))) throw EINVAL
  putU64(k, by, iovec + LENGTH_AT, length)
  return 0
}
