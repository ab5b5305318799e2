// System V objects and POSIX message queues: what is in them and who waits.
import { attachesOf, type Kernel, type SemaphoreSet } from '../../kernel/index.ts'
import { view } from './define.ts'
import { fit, left, right, table } from './layout.ts'

export interface IpcRow {
  kind: 'shm' | 'sem' | 'msg' | 'mqueue'
  id: number
  /** 0: IPC_PRIVATE. Of a POSIX queue: its name. */
  key: number | string
  mode: number
  uid: number
  /** In a sentence's words: its size and what is in it. */
  holds: string
  /** Pids of those that sleep in a call on it. */
  waiting: number[]
}

export interface IpcData {
  objects: IpcRow[]
}

const waitersOf = ({ lists, changers, zeroes }: SemaphoreSet): number[] =>
  [changers, zeroes, ...[...lists.values()].flatMap(own => [own.changers, own.zeroes])]
    .flat()
    .flatMap(({ task, outcome }) => (outcome === null ? [task.pid] : []))

function posixQueues(k: Kernel): IpcRow[] {
  const root = k.state.ns.mnt.mounts.find(({ fs }) => fs.kind === 'mqueue')?.root
  return [...(root?.children?.values() ?? [])].flatMap(dentry => {
    const queue = dentry?.inode.mqueue
    if (!dentry || !queue) return []
    const { messages, maxmsg, bytes, receivers, senders } = queue
    const holds = `${messages.length} of ${maxmsg} messages, ${bytes} bytes`
    const waiting = [...receivers, ...senders].flatMap(({ task, done }) => (done ? [] : [task.pid]))
    const { ino, mode, uid } = dentry.inode
    return [{ kind: 'mqueue' as const, id: ino, key: dentry.name, mode, uid, holds, waiting }]
  })
}

function rowsOf(k: Kernel): IpcRow[] {
  const { shm, sem, msg } = k.state.ns.ipc
  return [
    ...[...shm.objects.values()].map(s => ({
      kind: 'shm' as const,
      ...s,
      holds: `${s.size} bytes, ${s.inode.pages.size} pages there, attached ${attachesOf(s)} times`,
      waiting: [],
    })),
    ...[...sem.objects.values()].map(s => ({ kind: 'sem' as const, ...s, holds: `values ${s.values.join(' ')}`, waiting: waitersOf(s) })),
    ...[...msg.objects.values()].map(q => ({
      kind: 'msg' as const,
      ...q,
      holds: `${q.messages.length} messages, ${q.bytes} of ${q.maxBytes} bytes`,
      waiting: [...q.receivers.flatMap(r => (r.outcome === null ? [r.task.pid] : [])), ...q.senders.waiters.map(t => t.pid)],
    })),
    ...posixQueues(k),
  ].map(({ kind, id, key, mode, uid, holds, waiting }) => ({ kind, id, key, mode, uid, holds, waiting }))
}

export const ipcView = view<IpcData>({
  name: 'ipc',
  doc: 'System V shared memory, semaphores and message queues, and POSIX message queues: what is in them, who waits.',
  arguments: [],

  data: k => ({ objects: rowsOf(k) }),

  text({ objects }, width) {
    if (objects.length === 0) return ['no object of IPC is there']
    const key = (n: number | string): string => (typeof n === 'string' ? n : n === 0 ? 'private' : `0x${(n >>> 0).toString(16)}`)
    const rows = objects.map(o => [o.kind, o.id, key(o.key), o.mode.toString(8), o.uid, o.waiting.join(' ') || '-', o.holds])
    return table([left('KIND'), right('ID'), left('KEY'), right('MODE'), right('UID'), left('WAITING'), left('HOLDS')], rows, width).map(
      line => fit(line, width),
    )
  },
})
