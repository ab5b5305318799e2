// membarrier and rseq: what programs on several harts ask of the kernel instead of using barriers and atomic instructions themselves.
import { EBUSY, EFAULT, EINVAL, EPERM, MEMBARRIER, RSEQ_FLAGS, RSEQ_FLAG_UNREGISTER } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { USER_END } from '../mm/index.ts'
import { forgetPlace } from '../process/index.ts'
import type { Task } from '../state.ts'
import { address, flags as flagSet, int, oneOf } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { flagsText, hex, plainHex } from './text.ts'

const M = MEMBARRIER
const FLAG_CPU = 1
const QUERIED = Object.values(M).reduce((all, bit) => all | bit, 0)

const flagsArg: Arg<number> = {
  type: 'unsigned int',
  word: true,
  read: raw => raw >>> 0,
  show: raw => flagsText({ MEMBARRIER_CMD_FLAG_CPU: FLAG_CPU }, raw >>> 0, '0', 'MEMBARRIER_CMD_FLAG_'),
}

/** Commands that need a registration, and which. */
const NEEDS: Readonly<Record<number, number>> = {
  [M.MEMBARRIER_CMD_PRIVATE_EXPEDITED]: M.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
  [M.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE]: M.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE,
  [M.MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ]: M.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ,
}
const REGISTRATIONS: readonly number[] = [M.MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, ...Object.values(NEEDS)]

/** Who registered for one of the others is told that he did for the plain one, which he cannot use for that. */
function registrations(registered: number): number {
  const others = M.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE | M.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ
  return registered & others ? registered | M.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED : registered
}

/** Sequences that other threads of the program are in, on one hart or on all, begin anew. */
function restartOthers(k: Kernel, task: Task, hart: number): void {
  for (const { id, current } of k.state.harts) {
    if (current !== null && current !== task && current.mm === task.mm && current.rseq && (hart < 0 || hart === id)) current.rseq.due = true
  }
}

function membarrier(k: Kernel, task: Task, command: number, flags: number, cpu: number): number {
  if (command === M.MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ ? flags & ~FLAG_CPU : flags !== 0) throw EINVAL
  const { mm } = task
  if (mm === null) throw EINVAL
  if (command === 0) return QUERIED
  if (REGISTRATIONS.includes(command)) mm.barriers |= command
  else if (command === M.MEMBARRIER_CMD_GET_REGISTRATIONS) return registrations(mm.barriers)
  else if (command in NEEDS) {
    if (!(mm.barriers & NEEDS[command])) throw EPERM
    if (command === M.MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ) restartOthers(k, task, flags & FLAG_CPU ? cpu : -1)
  } else if (command !== M.MEMBARRIER_CMD_GLOBAL && command !== M.MEMBARRIER_CMD_GLOBAL_EXPEDITED) throw EINVAL
  return 0
}

/** The third argument is there with the flag alone. */
function membarrierText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  if (result !== undefined) return ''
  const [command, flags, cpu] = raw
  const start = `${commandArg.show(command | 0, k, task, raw)}, ${flagsArg.show(flags, k, task, raw)}`
  return flags >>> 0 === 0 ? start : `${start}, ${cpu | 0}`
}
const commandArg = oneOf({ MEMBARRIER_CMD_QUERY: 0, ...M })
const COMMANDS_ANSWERED: ReadonlySet<number> = new Set([0, M.MEMBARRIER_CMD_GET_REGISTRATIONS])

const hexWord: Arg<number> = { type: 'unsigned int', word: true, read: raw => raw >>> 0, show: raw => plainHex(raw >>> 0) }

const RSEQ_BYTES = 32
const RSEQ_ALIGN = 32
/** Up to the last member that there is. */
const RSEQ_FEATURES = 28

function rseq(k: Kernel, task: Task, at: number, length: number, flags: number, signature: number): number {
  const known = task.rseq
  if (flags & RSEQ_FLAG_UNREGISTER) {
    if (flags !== RSEQ_FLAG_UNREGISTER || known === null || known.at !== at || known.length !== length) throw EINVAL
    if (known.signature !== signature) throw EPERM
    forgetPlace(k, task, known)
    task.rseq = null
    return 0
  }
  if (flags !== 0) throw EINVAL
  if (known !== null) {
    if (known.at !== at || known.length !== length) throw EINVAL
    throw known.signature === signature ? EBUSY : EPERM
  }
  if (length < RSEQ_BYTES || at % RSEQ_ALIGN !== 0 || length < RSEQ_FEATURES) throw EINVAL
  if (at < 0 || at + length > USER_END) throw EFAULT
  task.rseq = { at, length, signature, hart: -1, mmCid: -1, due: true }
  return 0
}

export const concurrencyCalls: Syscall[] = [
  syscall(
    283,
    'membarrier',
    { cmd: commandArg, flags: flagsArg, cpu_id: int },
    (k, task, { cmd, flags, cpu_id }) => membarrier(k, task, cmd, flags, cpu_id),
    {
      text: membarrierText,
      answer: (_k, _task, raw, result) =>
        COMMANDS_ANSWERED.has(raw[0] | 0) && result > 0 ? `${hex(result)} (${flagsText(M, result)})` : String(result),
      note: "Harts see each other's stores at once and in order, so the barriers themselves have nothing to do.",
    },
  ),
  syscall(293, 'rseq', { rseq: address, rseq_len: hexWord, flags: flagSet(RSEQ_FLAGS), sig: hexWord }, (k, task, a) =>
    rseq(k, task, a.rseq, a.rseq_len, a.flags, a.sig),
  ),
]
