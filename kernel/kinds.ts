// The switchboard: every kind of open file, file system and device by its row. To add one, write its row and name it here; what is
// below finds it by what is handed in (Kernel.kinds).
import { anonFs, deviceKind, deviceOps, hostFs, hostFileOps, hostPipeOps, kmsgOps, memoryFs, pipeFs, regularOps } from './fs/index.ts'
import {
  endWatch,
  epollOps,
  eventOps,
  inotifyFileOps,
  queueEvent,
  mqueueFileOps,
  mqueueFs,
  pipeOps,
  signalFileOps,
  tellOwner,
  timerFdOps,
  urgeOwner,
} from './ipc/index.ts'
import { bytesOfSockets, filesUnderway, socketFileOps, socketFs } from './net/index.ts'
import { pidfdOps } from './process/index.ts'
import { procFileOps, procFs } from './proc/index.ts'
import { perfOps } from './perf/index.ts'
import { filesOfRings, ringFileOps } from './ring/index.ts'
import { seccompOps } from './seccomp/index.ts'
import { RING_OPS } from './syscalls/ring-ops.ts'
import { sysFileOps, sysFs } from './sysfs/index.ts'
import { ptmxFileOps, terminalFs, ttyFileOps } from './tty/index.ts'
import { directoryFileOps, fullRow, pathOps } from './vfs/index.ts'
import type { Kinds } from './vfs/types.ts'

const FILES: Kinds['files'] = {
  regular: regularOps,
  directory: directoryFileOps,
  path: pathOps,
  pipe: pipeOps,
  ...deviceOps,
  kmsg: kmsgOps,
  tty: ttyFileOps,
  ptmx: ptmxFileOps,
  proc: procFileOps,
  sysfs: sysFileOps,
  hostPipe: hostPipeOps,
  hostFile: hostFileOps,
  eventfd: eventOps,
  epoll: epollOps,
  timerfd: timerFdOps,
  signalfd: signalFileOps,
  pidfd: pidfdOps,
  mqueue: mqueueFileOps,
  inotify: inotifyFileOps,
  socket: socketFileOps,
  seccomp: seccompOps,
  perf: perfOps,
  ring: ringFileOps,
}

export const KINDS: Kinds = {
  files: Object.fromEntries(Object.entries(FILES).map(([kind, ops]) => [kind, fullRow(ops)])) as Kinds['files'],
  fileSystems: {
    tmpfs: memoryFs,
    devtmpfs: memoryFs,
    devpts: terminalFs,
    proc: procFs,
    sysfs: sysFs,
    host: hostFs,
    pipefs: pipeFs,
    sockfs: socketFs,
    anon: anonFs,
    mqueue: mqueueFs,
  },
  device: deviceKind,
  tell: tellOwner,
  queueEvent,
  endWatch,
  urge: urgeOwner,
  *underway(k) {
    yield* filesUnderway(k)
    if (k.state.rings.size > 0) yield* filesOfRings(k)
  },
  bytesUnderway: bytesOfSockets,
  ringOps: RING_OPS,
}
