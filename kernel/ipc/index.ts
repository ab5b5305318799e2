// The door of interprocess communication: pipes, FIFOs, event counters, epoll, signals as files and about files, futexes.
export type * from './types.ts'
export { controlEpoll, epollOps, makeEpoll, readyItems } from './epoll.ts'
export { sendAsync, tellOwner, urgeOwner } from './async.ts'
export { addToEventFd, eventOps, makeEventFd } from './eventfd.ts'
export { armTimerFd, makeTimerFd, timerFdExpired, timerFdLeft, timerFdOf, timerFdOps, watchDate } from './timerfd.ts'
export { makeSignalFd, setSignalFile, signalFileOps } from './signalfd.ts'
export { makePipe, resumeFifo, pipeFor, pipeOps, resizePipe } from './pipe.ts'
export { appendAll, copyPipe, gaveTo, movePipe, reserve, tookFrom, waitForBytes, waitForRoom } from './splice.ts'
export { freeBuffers } from './pipe-buffers.ts'
export { auditIpc } from './sysv/audit.ts'
export { newIpcNamespace, ipcAtPlace, ipcObject, checkOwner, checkUse, highestPlace, permOf, setOwner } from './sysv/ids.ts'
export { changeQueue, msgGet, msgReceive, msgSend, removeQueue } from './sysv/msg.ts'
export { countWaiters, releaseUndo, removeSet, semGet, semOp, setSemaphores } from './sysv/sem.ts'
export {
  attached,
  attachesOf,
  destroyOrphans,
  detached,
  lockSegment,
  orphanSegments,
  removeSegment,
  residentPages,
  shmGet,
} from './sysv/shm.ts'
export { checkLength, mqNotify, mqReceive, mqSend, mqueueFileOps, mqueueFs, mqueueOf, MQ_PRIO_MAX } from './mqueue.ts'
export { addWatch, endWatch, inotifyFileOps, inotifyOf, makeInotify, queueEvent, removeWatch } from './inotify.ts'
export { lockPi, unlockPi } from './futex-pi.ts'
export { futexKey, ownedFutex } from './futex-key.ts'
export { futexExit } from './futex-exit.ts'
export { requeuePi, waitRequeuePi } from './futex-requeue-pi.ts'
export { futexWaitAny } from './futex-waitv.ts'
export { futexRequeue, futexWait, futexWake } from './futex.ts'
