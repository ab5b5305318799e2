// The door of gdb's remote protocol.
export { closeGdb, openGdb, pump, receive, type Pumped } from './server.ts'
export { PACKETS } from './packets.ts'
export type { GdbServer, GdbView } from './types.ts'
