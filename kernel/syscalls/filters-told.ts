// What a tracer may learn of the filters of whom it traces (PTRACE_SECCOMP_GET_FILTER, _METADATA): with CAP_SYS_ADMIN, and unfiltered itself.
import { CAP_SYS_ADMIN, EACCES, EINVAL, ENOENT, SECCOMP_FILTER_FLAGS, SOCK_FILTER_BYTES } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyOut, getU64 } from '../mm/index.ts'
import { chain, type SeccompFilter } from '../seccomp/index.ts'
import type { Task } from '../state.ts'
import { capable } from '../task/index.ts'

/** Counted from the oldest on. EACCES, EINVAL, ENOENT. */
function filterAt(by: Task, { seccomp }: Task, index: number): SeccompFilter {
  if (!capable(by.credentials, CAP_SYS_ADMIN) || by.seccomp !== null) throw EACCES
  if (seccomp?.mode !== 2) throw EINVAL
  const found = [...chain(seccomp.filter)].reverse()[index]
  if (found === undefined) throw ENOENT
  return found
}

/** Answers how many instructions it has; they are copied where there is a place for them. */
export function putFilter(k: Kernel, by: Task, task: Task, index: number, at: number): number {
  const { program } = filterAt(by, task, index)
  if (at === 0) return program.length
  const bytes = new Uint8Array(program.length * SOCK_FILTER_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [i, [code, jt, jf, constant]] of program.entries()) {
    view.setUint16(i * SOCK_FILTER_BYTES, code, true)
    bytes.set([jt, jf], i * SOCK_FILTER_BYTES + 2)
    view.setUint32(i * SOCK_FILTER_BYTES + 4, constant, true)
  }
  copyOut(k, by, at, bytes)
  return program.length
}

const METADATA_BYTES = 16

/** struct seccomp_metadata: which filter is given, its flags are told. */
export function putFilterMetadata(k: Kernel, by: Task, task: Task, size: number, at: number): number {
  if (!capable(by.credentials, CAP_SYS_ADMIN) || by.seccomp !== null) throw EACCES
  const length = size < 0 ? METADATA_BYTES : Math.min(size, METADATA_BYTES)
  if (length < METADATA_BYTES / 2) throw EINVAL
  const index = getU64(k, by, at)
  const { log } = filterAt(by, task, index)
  const view = new DataView(new ArrayBuffer(METADATA_BYTES))
  view.setBigUint64(0, BigInt(index), true)
  view.setBigUint64(METADATA_BYTES / 2, BigInt(log ? SECCOMP_FILTER_FLAGS.SECCOMP_FILTER_FLAG_LOG : 0), true)
  copyOut(k, by, at, new Uint8Array(view.buffer, 0, length))
  return length
}
