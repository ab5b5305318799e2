// What a task waits for in the kernel, by name: wchan and stack.
import { REG } from '../../vm/index.ts'
import { SYSCALL_NAMES } from '../abi/index.ts'
import { regX } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { opsOf } from '../vfs/index.ts'

/** Where a sleeper waits, by the call that put it to sleep: the names that Linux's functions have. */
const WAIT_CHANNELS: Readonly<Record<string, string>> = {
  wait4: 'do_wait',
  waitid: 'do_wait',
  nanosleep: 'hrtimer_nanosleep',
  clock_nanosleep: 'hrtimer_nanosleep',
  ppoll: 'poll_schedule_timeout',
  pselect6: 'poll_schedule_timeout',
  epoll_pwait: 'ep_poll',
  futex: 'futex_wait_queue',
  rt_sigsuspend: 'sigsuspend',
  rt_sigtimedwait: 'do_sigtimedwait',
  flock: 'flock_lock_inode_wait',
}

/** The function that a task sleeps in, '0' when it does not. */
export function waitChannel(k: Kernel, task: Task): string {
  const call = task.waiting && task.call
  if (!call) return '0'
  const name = SYSCALL_NAMES[call.nr] ?? '0'
  const file = task.files?.files[regX(k, task, REG.a0)]
  const own = file && opsOf(k, file).waitsIn?.(file, name)
  if (own) return own
  const prefix = file && opsOf(k, file).channel
  if (prefix && /read|write/.test(name)) return prefix + (/read/.test(name) ? 'read' : 'write')
  return WAIT_CHANNELS[name] ?? name
}
