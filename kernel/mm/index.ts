// The door of memory: frames, address spaces, faults, copies between kernel and program, and files' pages.
export type * from './types.ts'
export {
  allocFrame,
  roomForFiles,
  freeFrames,
  createFrames,
  frameBytes,
  releaseFrame,
  retainFrame,
  FRAME_DIRTY,
  FRAME_SHMEM,
  FRAME_USES,
  USE_ANON,
  USE_CACHE,
  USE_FREE,
  USE_HUGETLB,
  USE_KERNEL,
  USE_TABLE,
  USE_ZERO,
} from './frames.ts'
export { failNth, setFailNth } from './fail.ts'
export { addKmem, callBytes, chargeKmem, checkKmem, countKmem, kmemObjects, KMEM, liveKmem, newKmem, releaseKmem } from './kmem.ts'
export { countFreeRuns, type FramePlacement } from './placement.ts'
export { createAsids, flushMm, flushPage, flushRange, useMm } from './asid.ts'
export { inheritFlags, newMm, releaseMm, retainMm } from './space.ts'
export { forkMm } from './fork.ts'
export { HUGE_FRAMES, HUGE_PAGE, USER_END, MMAP_MIN, STACK_GUARD_GAP } from './limits.ts'
export { covered, findFree, findRegion, overlaps, regionIndex } from './regions.ts'
export { checkCommit, checkForkCommit, commitLimit, committedPages, neverOvercommits } from './commit.ts'
export { checkGrowth, mapRegion, pageDown, pageUp, protectRange, setBrk, unmapRange } from './map.ts'
export { populate, populatePiece, setLocked, unlockedPages } from './lock.ts'
export { dropFront, frontOf, growRing, putRing, takeFirst } from './ring.ts'
export { advise, knowsAdvice } from './advise.ts'
export { remap } from './remap.ts'
export { handleFault, FAULT_OOM } from './fault.ts'
export { eachLeaf, frameOf, peekPte, PTE_HUGE } from './pagetable.ts'
export {
  borrowIn,
  checkUser,
  clearUser,
  copyIn,
  copyInSome,
  copyInString,
  copyInTo,
  copyOut,
  copyOutSome,
  getBig,
  getI32,
  getI64,
  getU16,
  getU32,
  getU64,
  getU8,
  oneUserPage,
  putBig,
  putU16,
  putU32,
  putU64,
  putU8,
  writableUser,
} from './usercopy.ts'
export { pageMap, readSpace, writeSpace } from './access.ts'
export { peekFile, peekMm, peekUser, pokeUser, walkMm } from './peek.ts'
export {
  aioCount,
  allSpaces,
  cachePage,
  dropCache,
  punchCached,
  readCached,
  readCachedTo,
  truncateCached,
  writeBack,
  writeCached,
} from './pagecache.ts'
export {
  anonymousHugePages,
  mapsPiece,
  mapsText,
  mmStatistics,
  permissionText,
  regionHoldings,
  regionLine,
  regionFile,
  regionName,
  numaMapsPiece,
  smapsPiece,
  smapsRollupText,
  smapsText,
  type Holdings,
  type MmStatistics,
  type Piece,
} from './report.ts'
export { allInodes, auditMemory } from './audit.ts'
export { newPassing, passing } from './passing.ts'
