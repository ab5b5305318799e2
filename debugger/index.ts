// The debugger's door: sessions that stop, step and look, forwards and backwards in time. It knows no protocol and no terminal.
export * from './timeline/index.ts'
export * from './session/index.ts'
export * from './gdb/index.ts'
