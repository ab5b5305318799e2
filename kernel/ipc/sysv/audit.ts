// Counts everything about System V objects again and compares: for tests and debug builds.
import type { Kernel } from '../../kernel.ts'
import type { IpcObject, IpcTable, SemUndoList } from './types.ts'

/** Whatever has a key is found by it, and nothing else is. */
function* auditTable(name: string, { objects, keys }: IpcTable<IpcObject>): Iterable<string> {
  for (const object of objects.values()) {
    if (object.removed) yield `${name} ${object.id} was removed and is still in the table`
    if (object.key !== 0 && keys.get(object.key) !== object) yield `${name} ${object.id} is not found by its key ${object.key}`
  }
  for (const [key, object] of keys) if (object.key !== key || object.removed) yield `key ${key} leads to ${name} ${object.id}`
}

/** What is wrong, one sentence each; empty when nothing is. */
export function* auditIpc(k: Kernel): Iterable<string> {
  const { shm, sem, msg, shmPages, semaphores } = k.state.ns.ipc
  yield* auditTable('segment', shm)
  yield* auditTable('semaphore set', sem)
  yield* auditTable('message queue', msg)
  const pages = [...shm.objects.values()].reduce((sum, { size }) => sum + Math.ceil(size / 4096), 0)
  if (pages !== shmPages) yield `segments have ${pages} pages, counted are ${shmPages}`
  const values = [...sem.objects.values()].reduce((sum, set) => sum + set.values.length, 0)
  if (values !== semaphores) yield `sets have ${values} semaphores, counted are ${semaphores}`
  for (const { id, bytes, messages } of msg.objects.values()) {
    const there = messages.reduce((sum, message) => sum + message.bytes.length, 0)
    if (there !== bytes) yield `message queue ${id} has ${there} bytes, counted are ${bytes}`
  }
  const root = k.state.ns.mnt.mounts.find(({ fs }) => fs.kind === 'mqueue')?.root
  for (const dentry of root?.children?.values() ?? []) {
    const queue = dentry?.inode.mqueue
    if (!dentry || !queue) continue
    const there = queue.messages.reduce((sum, message) => sum + message.bytes.length, 0)
    if (there !== queue.bytes) yield `queue '${dentry.name}' has ${there} bytes, counted are ${queue.bytes}`
  }
  const holders = new Map<SemUndoList, number>()
  for (const { semUndo } of k.state.tasks.values()) if (semUndo) holders.set(semUndo, (holders.get(semUndo) ?? 0) + 1)
  for (const [list, count] of holders)
    if (list.refs !== count) yield `what semaphores undo is held by ${count} tasks, counted are ${list.refs}`
}
