// The door of terminals: the console, its line discipline, job control, and the file operations of /dev/console and /dev/tty.
export type * from './types.ts'
export { newConsole, newTty, resizeTty } from './create.ts'
export { ttyInput, typedAhead } from './input.ts'
export { checkForeground, disassociate, giveTerminal, hangUp, ttyOfTask } from './job.ts'
export { ttyFileOps } from './file.ts'
export { ttyOfFile } from './lookup.ts'
export { ptmxFileOps, terminalFs } from './pty.ts'
export { ttyIoctl } from './ioctl.ts'
