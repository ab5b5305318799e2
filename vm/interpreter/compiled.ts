// What a compiler needs to know of the interpreter: how decoded code says that a region begins, and the reasons to come back.
export { frameOfSlab, slabFor } from './cache.ts'
export { mark } from './decode.ts'
export { ENTRIES_PER_BYTE, ENTRIES_SHIFT, ENTRY } from './entry.ts'
export { addCounter, WHY } from './module.ts'
export { FIRST_ROW_OP, OP_COUNT, OP_REGION, roundingOf } from './ops.ts'
