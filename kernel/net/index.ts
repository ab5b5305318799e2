// The door of the network: sockets of all families, what they do, and how they are seen.
export type * from './types.ts'
export { auditSockets, bytesOfSockets, filesUnderway } from './audit.ts'
export { createSocket, socketOps } from './families.ts'
export { socketFileOps, socketFs, waitFlag } from './file.ts'
export { netFiles } from './proc.ts'
export { getOption, setOption } from './options.ts'
export { forgetSocket, newNetNamespace, socketFile, socketIn, socketOf } from './socket.ts'
export { dropFiles } from './unix/rights.ts'
