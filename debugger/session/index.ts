// The door of the session.
export * from './types.ts'
