// What a view's arguments mean in this machine. A mistake in them is a ViewError.
import { PAGE_SIZE, type Hart, type Machine } from '../../vm/index.ts'
import { findTask, USER_END, type Kernel, type Mm, type Task } from '../../kernel/index.ts'
import { ViewError, type ViewArguments } from './types.ts'

/** The task that is meant: by number, or the one that runs on the hart (any hart), or the first that is left. */
export function taskOf(k: Kernel, { pid, hart }: ViewArguments): Task {
  if (pid !== undefined) {
    const task = findTask(k.state.ns, pid)
    if (task === null) throw new ViewError(`there is no task ${pid}`)
    return task
  }
  const harts = hart === undefined ? k.state.harts : [k.state.harts[hartOf(k, { hart })]]
  const running = harts.find(h => h.current !== null && k.state.tasks.get(h.current.id) === h.current)?.current
  const task = running ?? k.state.tasks.values().next().value
  if (task === undefined) throw new ViewError('no task is left')
  return task
}

/** The tasks that are meant: one by number, or all. */
export const tasksOf = (k: Kernel, args: ViewArguments): Task[] =>
  args.pid === undefined ? [...k.state.tasks.values()] : [taskOf(k, args)]

/** Number of the hart that is meant, 0 unless given. */
function hartOf(k: Kernel, { hart = 0 }: ViewArguments): number {
  if (k.state.harts[hart] === undefined) throw new ViewError(`there is no hart ${hart}: they are 0 to ${k.state.harts.length - 1}`)
  return hart
}

/** The same of a machine alone. */
export function bareHart(machine: Machine, { hart = 0 }: ViewArguments): Hart {
  const found = machine.harts[hart]
  if (found === undefined) throw new ViewError(`there is no hart ${hart}: they are 0 to ${machine.harts.length - 1}`)
  return found
}

export const hartsOf = (k: Kernel, args: ViewArguments): number[] =>
  args.hart === undefined ? k.state.harts.map(h => h.id) : [hartOf(k, args)]

/** The task's address space. A zombie has none. */
export function mmOf(task: Task): Mm {
  if (task.mm === null) throw new ViewError(`task ${task.pid} (${task.comm}) has no memory left`)
  return task.mm
}

/** An address that a program could name. */
export function userAddress(address: number | undefined): number {
  if (address === undefined) throw new ViewError('an address is needed')
  if (!(Number.isInteger(address) && address >= 0 && address < USER_END)) throw new ViewError(`${address} is no address of a program's`)
  return address
}

/** The page that an address is in. */
export const pageOf = (address: number): number => address - (address % PAGE_SIZE)

/** The address space's number in this generation; null where it has not run in it. */
export const asidOf = (k: Kernel, mm: Mm): number | null => (mm.asidGeneration === k.state.asids.generation ? mm.asid : null)

/** A count within bounds; `otherwise` where none was given. */
export function countOf(count: number | undefined, otherwise: number, most: number): number {
  if (count === undefined) return otherwise
  if (!(Number.isInteger(count) && count > 0 && count <= most)) throw new ViewError(`${count} is no count from 1 to ${most}`)
  return count
}

/** Every address space with the tasks that have it, in the order of their numbers. */
export function spaces(k: Kernel): Map<Mm, Task[]> {
  const found = new Map<Mm, Task[]>()
  for (const task of k.state.tasks.values()) {
    if (task.mm === null) continue
    const holders = found.get(task.mm)
    if (holders === undefined) found.set(task.mm, [task])
    else holders.push(task)
  }
  return found
}

/** A task of every address space: one to ask about for each. */
export const spacesOf = (k: Kernel): number[] => [...spaces(k).values()].map(([first]) => first.pid)
