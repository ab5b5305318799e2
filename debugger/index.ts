// The door of the debugger: what stands still can be looked at.
export * from './views/index.ts'
