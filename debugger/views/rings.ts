// io_urings: what is submitted and not begun, what is under way and what for, completions that nobody took.
import { readyCount, ringOp, type Kernel, type RingData, type RingRequest } from '../../kernel/index.ts'
import { view } from './define.ts'
import { fit, left, right, table } from './layout.ts'
import { openFiles } from './names.ts'

export interface RequestData {
  operation: string
  pid: number
  fd: number
  userData: string
  /** Queues that it waits at, and whether it ends after a time; `deferred`: others have to end before. */
  queues: number
  timed: boolean
  deferred: boolean
}

export interface RingViewData {
  holder: { pid: number; fd: number } | null
  entries: number
  cqEntries: number
  /** Completions to be taken, those that found no room, and how many there were in all. */
  ready: number
  overflow: number
  completed: number
  files: number
  requests: RequestData[]
}

export interface RingsData {
  rings: RingViewData[]
}

export const ringsView = view<RingsData>({
  name: 'rings',
  doc: 'io_urings: requests under way and what they wait for, completions that nobody took.',
  arguments: [],
  data: k => ({ rings: [...k.state.rings].map(ring => ringData(k, ring)) }),

  text({ rings }, width) {
    if (rings.length === 0) return ['there is no io_uring']
    return rings
      .flatMap(r => [
        `${r.holder === null ? 'a ring' : `descriptor ${r.holder.fd} of pid ${r.holder.pid}`}: ${r.entries} entries, ${r.ready} of ${r.cqEntries} completions to be taken, ${r.overflow} without room, ${r.completed} in all`,
        ...(r.requests.length === 0
          ? []
          : table(
              [left('  OPERATION'), right('PID'), right('FD'), right('DATA'), left('WAITS')],
              r.requests.map(q => [`  ${q.operation}`, q.pid, q.fd, q.userData, waits(q)]),
              width,
            )),
      ])
      .map(line => fit(line, width))
  },
})

const waits = ({ deferred, queues, timed }: RequestData): string =>
  deferred ? 'for those before it' : [queues > 0 ? `at ${queues} queues` : '', timed ? 'for a time' : ''].filter(Boolean).join(', ')

function ringData(k: Kernel, ring: RingData): RingViewData {
  const holder = [...openFiles(k)].find(([file]) => file.data === ring)?.[1][0]
  const data = (request: RingRequest, deferred: boolean): RequestData => ({
    operation: ringOp(k, request.sqe.opcode)?.name ?? String(request.sqe.opcode),
    pid: request.task.pid,
    fd: request.sqe.fd,
    userData: `0x${request.sqe.userData.toString(16)}`,
    queues: request.queues.length,
    timed: request.timer !== 0,
    deferred,
  })
  return {
    holder: holder === undefined ? null : { pid: holder.pid, fd: holder.fd },
    entries: ring.entries,
    cqEntries: ring.cqEntries,
    ready: readyCount(k, ring),
    overflow: ring.overflow.length,
    completed: ring.completed,
    files: ring.files?.length ?? 0,
    requests: [...[...ring.requests].map(r => data(r, false)), ...ring.deferred.map(r => data(r, true))],
  }
}
