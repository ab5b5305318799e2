// What each kind of open file can do. Kinds of other folders come by getters: folders refer to each other in circles, so their
// tables may not be there yet while this one is being made.
import { EBADF } from '../abi/index.ts'
import { epollOps, eventOps, pipeOps, timerFdOps } from '../ipc/index.ts'
import { deviceOps, hostStreamOps, kmsgOps } from '../fs/index.ts'
import { procFileOps } from '../proc/index.ts'
import { sysFileOps } from '../sysfs/index.ts'
import { pidfdOps } from '../process/index.ts'
import { signalFileOps } from '../signal/index.ts'
import { ptmxFileOps, ttyFileOps } from '../tty/index.ts'
import { directoryFileOps } from './directory.ts'
import { regularOps } from './regular.ts'
import type { FileDescription, FileOps, FileOpsKind } from './types.ts'

export const fileOps: Readonly<Record<FileOpsKind, FileOps>> = {
  get regular() {
    return regularOps
  },
  get directory() {
    return directoryFileOps
  },
  // O_PATH: only a place. The calls refuse it with EBADF before they get here.
  path: { positioned: EBADF },
  get pipe() {
    return pipeOps
  },
  get null() {
    return deviceOps.null
  },
  get zero() {
    return deviceOps.zero
  },
  get full() {
    return deviceOps.full
  },
  get random() {
    return deviceOps.random
  },
  get timing() {
    return deviceOps.timing
  },
  get tty() {
    return ttyFileOps
  },
  get ptmx() {
    return ptmxFileOps
  },
  get proc() {
    return procFileOps
  },
  get sysfs() {
    return sysFileOps
  },
  get kmsg() {
    return kmsgOps
  },
  get hostStream() {
    return hostStreamOps
  },
  get eventfd() {
    return eventOps
  },
  get epoll() {
    return epollOps
  },
  get timerfd() {
    return timerFdOps
  },
  get pidfd() {
    return pidfdOps
  },
  get signalfd() {
    return signalFileOps
  },
}

export const opsOf = (file: FileDescription): FileOps => fileOps[file.kind]
