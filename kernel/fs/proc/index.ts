// The door of /proc.
export { procFileOps } from './file.ts'
export { newProcRoot, procDirectory } from './tree.ts'
