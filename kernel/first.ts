// The first process: a program or an init of the root's as process 1, or a program as a shell would start it, under an init of the kernel's
// own that needs no file. That one sleeps for good, as a kernel thread does: it has no memory, no signal reaches it, and the children it
// adopts leave no zombies.
import { AT_FDCWD, O_RDONLY, O_RDWR, SIGCHLD, SIG_IGN, escaping, isErrno } from './abi/index.ts'
import { makeHostStream } from './fs/index.ts'
import type { Kernel } from './kernel.ts'
import { LOG_INFO, log } from './klog.ts'
import { countKmem } from './mm/index.ts'
import { newRlimits, rootCredentials } from './task/index.ts'
import { enrol, execve, exitTask, newBody, newTask, reapGroup, takeNumbers, type Numbers } from './process/index.ts'
import { makeRunnable, newSchedEntity, sleepOn } from './sched/index.ts'
import { defaultActions, SIGSET_EMPTY } from './signal/index.ts'
import type { Task } from './state.ts'
import { giveTerminal } from './tty/index.ts'
import { installFd, limitInodes, lookup, newFiles, newFs, openFile, type FileDescription } from './vfs/index.ts'

/** Where a standard stream of the first process leads: the console, a stream of the host's, or nowhere. */
export type Stdio = 'console' | 'pipe' | 'regular' | 'null'

export interface InitOptions {
  path: string
  argv: readonly string[]
  env: readonly string[]
  /** Default '/'. */
  cwd?: string
  stdio: readonly [Stdio, Stdio, Stdio]
  /** It is an init: what it has no handler for does nothing to it, SIGKILL included. Default: it dies of signals like any program. */
  protected?: boolean
  /**
   * It is process 2, as a shell would start it: its group is in the foreground, and its parent, an init of the kernel's own, lives and is
   * proof against signals. The machine halts with it all the same. Default: it is process 1.
   */
  underInit?: boolean
  /** The console is its controlling terminal. Default: when standard input is the console, but not for an init, which leaves it to a session. */
  controls?: boolean
}

/** A task of root's that has no memory yet. */
const firstTask = (k: Kernel, numbers: Numbers, comm: string): Task =>
  newTask(k, {
    ...newBody(k, numbers, null),
    comm,
    files: newFiles(),
    fs: newFs(k),
    credentials: rootCredentials(),
    sched: newSchedEntity(2 ** k.state.harts.length - 1),
    group: { actions: defaultActions(), rlimits: newRlimits() },
  })

function openStdio(k: Kernel, task: Task, kind: Stdio, fd: 0 | 1 | 2): FileDescription {
  switch (kind) {
    case 'console':
      return openFile(k, task, AT_FDCWD, '/dev/console', O_RDWR, 0)
    case 'null':
      return openFile(k, task, AT_FDCWD, '/dev/null', fd === 0 ? O_RDONLY : O_RDWR, 0)
    default:
      return makeHostStream(k, fd, kind)
  }
}

/** Its registers come after the program's in memory: what a program finds where is the same under an init and without one. */
function sleepingInit(k: Kernel, numbers: Numbers): Task {
  const init = firstTask(k, numbers, 'init')
  init.group.actions[SIGCHLD] = { handler: SIG_IGN, flags: 0, mask: SIGSET_EMPTY }
  enrol(k, init)
  sleepOn(k, init, [], Infinity, true)
  return init
}

/** The task becomes init's child, in a group of its own in init's session. */
function putUnder(init: Task, { group }: Task): void {
  group.parent = init.group
  group.maker = init.id
  group.sid = init.group.sid
}

/** What was about to be the first process is gone again, and its init. There is nobody to wait for it. */
function undo(k: Kernel, task: Task, init: Task): void {
  exitTask(k, task, 0)
  if (init !== task) exitTask(k, init, 0)
  reapGroup(k, init.group, false)
}

/** Starts the first process; when it ends the machine halts. Throws the Errno that execve or the working directory failed with. */
export function spawnInit(k: Kernel, options: InitOptions): Task {
  if (k.state.init !== null) throw new Error(`starting '${options.path}' as the first process: there is one already`)
  const underInit = options.underInit ?? false
  const inits = underInit ? takeNumbers(k, k.state.ns) : null
  const task = firstTask(k, takeNumbers(k, k.state.ns), options.path)
  const init = inits === null ? task : sleepingInit(k, inits)
  if (underInit) putUnder(init, task)
  enrol(k, task)
  try {
    if (options.cwd !== undefined && task.fs !== null) task.fs.cwd = lookup(k, task, AT_FDCWD, options.cwd)
    for (const fd of [0, 1, 2] as const) installFd(k, task, openStdio(k, task, options.stdio[fd], fd), false)
    execve(k, task, options.path, options.argv, options.env)
  } catch (error) {
    if (isErrno(error)) undo(k, task, init)
    throw escaping(error)
  }
  if (options.controls ?? (options.stdio[0] === 'console' && !options.protected)) {
    const [console] = k.state.ttys
    giveTerminal(init.group, console)
    task.group.tty = console
    console.pgid = task.group.pgid
  }
  log(k, LOG_INFO, `Run ${options.path} as ${underInit ? `process ${task.pid}` : 'init process'}`)
  k.state.init = init
  k.state.main = task
  k.state.initProtected = underInit || (options.protected ?? false)
  makeRunnable(k, task)
  countKmem(k, true)
  limitInodes(k)
  return task
}
