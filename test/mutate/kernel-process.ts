// Faults of processes and signals: what ends, stops and tells whom.
import type { Fault } from './fault.ts'

const CHILDREN = ['kernel/process/children.test.ts']

export const processFaults: readonly Fault[] = [
  {
    what: 'a child of whom nothing is to be known is not reaped',
    file: 'kernel/process/family.ts',
    find: '  if (ignored) reapGroup(k, group, false)\n',
    put: '',
    near: CHILDREN,
  },
  {
    what: 'no SIGCHLD for a child that is killed',
    file: 'kernel/process/family.ts',
    find: '  if (isSent) sendToGroup',
    put: '  if (isSent && ifExited(groupStatus(group))) sendToGroup',
    near: CHILDREN,
  },
  {
    what: 'an ignored SIGCHLD is sent',
    file: 'kernel/process/family.ts',
    find: 'const isSent = signal !== 0 && !(ignored && actionOf(parent, SIGCHLD).handler === SIG_IGN)',
    put: 'const isSent = signal !== 0',
    near: CHILDREN,
  },
  {
    what: 'SA_NOCLDWAIT leaves zombies',
    file: 'kernel/signal/actions.ts',
    find: 'return handler === SIG_IGN || (flags & SA_NOCLDWAIT) !== 0',
    put: 'return handler === SIG_IGN',
    near: CHILDREN,
  },
  {
    what: 'a waiting parent does not wake',
    file: 'kernel/process/family.ts',
    find: '  if (ignored) reapGroup(k, group, false)\n  wakeAll(k, parent.childExit)\n',
    put: '  if (ignored) reapGroup(k, group, false)\n',
    near: CHILDREN,
  },
  {
    what: 'siginfo has the status for the code',
    file: 'kernel/process/family.ts',
    find: 'const value = ifExited(status) ? exitCode(status) : termSignal(status)',
    put: 'const value = ifExited(status) ? status : termSignal(status)',
    near: CHILDREN,
  },
  {
    what: 'a stop is reported as SIGSTOP whatever stopped it',
    file: 'kernel/signal/stop.ts',
    find: '  group.stopSignal = signal\n',
    put: '  group.stopSignal = 19\n',
    near: CHILDREN,
  },
  {
    what: 'wait4 packs a stop without its mark',
    file: 'kernel/abi/wait.ts',
    find: '(signal << 8) | STOPPED',
    put: 'signal << 8',
    near: CHILDREN,
  },
  {
    what: 'a stop is told again',
    file: 'kernel/process/wait.ts',
    find: "    if (take) child.stopReport = 'none'\n    return answer(child, stoppedStatus",
    put: '    return answer(child, stoppedStatus',
    near: CHILDREN,
  },
  {
    what: 'a stop is told without WUNTRACED',
    file: 'kernel/process/wait.ts',
    find: "if (child.stopReport === 'stopped' && options & WUNTRACED)",
    put: "if (child.stopReport === 'stopped')",
    near: CHILDREN,
  },
  {
    what: 'WNOWAIT reaps',
    file: 'kernel/process/wait.ts',
    find: 'if (take) reapGroup(k, child, true)',
    put: 'reapGroup(k, child, true)',
    near: CHILDREN,
  },
  {
    what: 'a continued child tells nobody',
    file: 'kernel/signal/send.ts',
    find: '  reportToParent(k, group, CLD_CONTINUED, SIGCONT)\n',
    put: '',
    near: CHILDREN,
  },
  {
    what: 'SA_NOCLDSTOP is not heeded',
    file: 'kernel/signal/send.ts',
    find: 'if (handler !== SIG_IGN && (flags & SA_NOCLDSTOP) === 0) {',
    put: 'if (handler !== SIG_IGN) {',
    near: CHILDREN,
  },
  {
    what: 'a parent that wants no SIGCHLD for stops does not wake',
    file: 'kernel/signal/send.ts',
    find: '    )\n  }\n  wakeAll(k, parent.childExit)',
    put: '    )\n    wakeAll(k, parent.childExit)\n  }',
    near: CHILDREN,
  },
  {
    what: 'a signal other than SIGKILL wakes a stopped task',
    file: 'kernel/signal/send.ts',
    find: "else if (task.state === 'T' && signal === SIGKILL) resume(k, task)",
    put: "else if (task.state === 'T') resume(k, task)",
    near: CHILDREN,
  },
  {
    what: 'SIGKILL does not wake a stopped task',
    file: 'kernel/signal/send.ts',
    find: "else if (task.state === 'T' && signal === SIGKILL) resume(k, task)",
    put: '',
    near: CHILDREN,
  },
]
