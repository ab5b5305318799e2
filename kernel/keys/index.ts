// The door of keys: what keeps secrets, and in which keyrings a task finds them.
export type * from './types.ts'
export { addKey, clear, link, move, reads, typeNamed, unlink, update } from './change.ts'
export { joinSession, lookup, permits, searchOwn, searchRing, wrongWith, type Found } from './lookup.ts'
export { checkQuota, keyringsOf, newKeyStore, quotaLimit, quotaOf, sweep } from './store.ts'
