// Which thread a process is the child of: it alone waits for it with __WNOTHREAD, and traces it by PTRACE_TRACEME.
import type { Kernel } from '../kernel.ts'
import type { Task, ThreadGroup } from '../state.ts'

const isAlive = ({ state }: Task): boolean => state !== 'Z' && state !== 'X'

/** Who made it, or when that has ended the first that is left. */
export function parentThread(k: Kernel, { parent, maker: id }: ThreadGroup): Task | undefined {
  const maker = k.state.tasks.get(id)
  if (maker !== undefined && maker.group === parent && isAlive(maker)) return maker
  return parent?.threads.find(isAlive)
}
