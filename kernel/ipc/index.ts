// The door of interprocess communication: pipes.
export type * from './types.ts'
