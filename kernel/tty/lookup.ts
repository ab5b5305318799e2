// Which terminal a device number or an open file means.
import { ENXIO } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { FileDescription } from '../vfs/types.ts'
import { ttyOfTask } from './job.ts'
import type { Tty } from './types.ts'

/** /dev/tty: the controlling terminal of whoever opens it. */
export const CURRENT_TTY = (5 << 8) | 0
/** /dev/console stands for the first terminal, but opening it never makes that a controlling one (tty_io.c). */
export const CONSOLE = (5 << 8) | 1

const deviceOf = (tty: Tty): number => (tty.major << 8) | tty.minor

/** ENXIO: none. */
export function ttyByDevice(k: Kernel, task: Task, rdev: number): Tty {
  const tty = rdev === CURRENT_TTY ? ttyOfTask(task) : rdev === CONSOLE ? k.state.ttys[0] : k.state.ttys.find(t => deviceOf(t) === rdev)
  if (!tty) throw ENXIO
  return tty
}

/** The terminal of an open file of kind tty or ptmx. */
export function ttyOfFile(k: Kernel, file: FileDescription): Tty {
  const { data } = file
  const tty = data?.kind === 'tty' ? k.state.ttys[data.index] : undefined
  if (!tty) throw new Error(`finding the terminal of an open file of kind ${file.kind}`)
  return tty
}
