// The status word of wait4(2): how a process ended or stopped, packed in 16 bits.

const CORE_FLAG = 0x80
const STOPPED = 0x7f
const CONTINUED = 0xffff

export const exitedStatus = (code: number): number => (code & 0xff) << 8
export const killedStatus = (signal: number, core: boolean): number => signal | (core ? CORE_FLAG : 0)
export const stoppedStatus = (signal: number): number => (signal << 8) | STOPPED
export const CONTINUED_STATUS = CONTINUED

export const ifExited = (status: number): boolean => (status & 0x7f) === 0
export const exitCode = (status: number): number => (status >> 8) & 0xff
export const ifStopped = (status: number): boolean => (status & 0xff) === STOPPED
export const stopSignalOf = (status: number): number => (status >> 8) & 0xff
export const ifContinued = (status: number): boolean => status === CONTINUED
export const ifSignaled = (status: number): boolean => !ifExited(status) && !ifStopped(status) && !ifContinued(status)
export const termSignal = (status: number): number => status & 0x7f
export const dumpedCore = (status: number): boolean => (status & CORE_FLAG) !== 0

/** What a shell shows: the exit code, or 128 + the signal that killed it. */
export const shellStatus = (status: number): number => (ifExited(status) ? exitCode(status) : 128 + termSignal(status))
