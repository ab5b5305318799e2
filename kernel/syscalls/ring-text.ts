// How strace shows what a ring is asked for, and what it is then.
import { IO_URING_PARAMS, IORING_FEATURES, IORING_SETUP, readStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { address, pointer } from './args.ts'
import type { Arg } from './define.ts'
import { flagsText } from './text.ts'

export const paramsIn: Arg<number> = { ...address, type: 'struct io_uring_params *' }

/** What was asked for stands there on entry; on exit all is what it became. */
export function paramsText(k: Kernel, task: Task, [entries, at]: readonly number[], result?: number): string {
  const head = `${entries >>> 0}, `
  if (result === undefined) return head
  const bytes = at > 0 ? peekUser(k, task, at, IO_URING_PARAMS.size) : null
  if (bytes === null) return `${head}${pointer(at)}`
  const p = readStruct(IO_URING_PARAMS, bytes)
  const asked = [`flags=${flagsText(IORING_SETUP, p.flags)}`]
  if (p.flags & IORING_SETUP.IORING_SETUP_CQSIZE) asked.unshift(`cq_entries=${p.cqEntries}`)
  asked.push(`sq_thread_cpu=${p.sqThreadCpu}`, `sq_thread_idle=${p.sqThreadIdle}`)
  if (result < 0) return `${head}{${asked.join(', ')}}`
  const sq = `{head=${p.sqHead}, tail=${p.sqTail}, ring_mask=${p.sqMask}, ring_entries=${p.sqRingEntries}, flags=${p.sqFlags}, dropped=${p.sqDropped}, array=${p.sqArray}, user_addr=NULL}`
  const cq = `{head=${p.cqHead}, tail=${p.cqTail}, ring_mask=${p.cqMask}, ring_entries=${p.cqRingEntries}, overflow=${p.cqOverflow}, cqes=${p.cqCqes}, flags=${p.cqFlags}, user_addr=NULL}`
  const features = flagsText(IORING_FEATURES, p.features)
  return `${head}{flags=${flagsText(IORING_SETUP, p.flags)}, sq_thread_cpu=${p.sqThreadCpu}, sq_thread_idle=${p.sqThreadIdle}, sq_entries=${p.sqEntries}, cq_entries=${p.cqEntries}, features=${features}, sq_off=${sq}, cq_off=${cq}}`
}
