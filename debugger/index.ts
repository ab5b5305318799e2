// The debugger's door: what a stopped machine is, in the words of its programs.
export * from './symbols/index.ts'
