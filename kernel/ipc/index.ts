// The door of interprocess communication: pipes, FIFOs, event counters, epoll.
export type * from './types.ts'
export { controlEpoll, epollOps, makeEpoll, readyItems } from './epoll.ts'
export { eventOps, makeEventFd } from './eventfd.ts'
export { armTimerFd, makeTimerFd, moveTimerFd, timerFdExpired, timerFdLeft, timerFdOf, timerFdOps, watchDate } from './timerfd.ts'
export { makePipe, newPipe, openFifo, resumeFifo, PIPE_CAPACITY, pipeOf, pipeOps, resizePipe } from './pipe.ts'
export { lockPi, ownedFutex, unlockPi } from './futex-pi.ts'
export { requeuePi, waitRequeuePi } from './futex-requeue-pi.ts'
export { futexExit, futexKey, futexRequeue, futexWait, futexWake, type FutexTimeout } from './futex.ts'
