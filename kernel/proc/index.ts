// The door of /proc.
export { procFileOps } from './file.ts'
export { fileText } from './process.ts'
export { newProcRoot, procFs } from './tree.ts'
