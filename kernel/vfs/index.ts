// The door of the virtual file system: path walk, open files, descriptors, permissions, contents.
export type * from './types.ts'
export { changeMode, changeOwner, changeTimes, mountOf, statOf } from './attributes.ts'
export { noSpace, statFsOf } from './statfs.ts'
export {
  checkAccess,
  checkMutable,
  checkOwner,
  checkSticky,
  checkWritable,
  mayAccess,
  MAY_EXEC,
  MAY_READ,
  MAY_WRITE,
  withoutSetIds,
} from './access.ts'
export { ownerExists, setAsync, setOwner } from './async.ts'
export { auditFiles } from './audit.ts'
export { forkFs, newFs, releaseFs, shareFs } from './context.ts'
export { addChild, childNames, findChild, newDentry } from './dentry.ts'
export { endCall, newDescription, NO_DESCRIPTOR, releaseFile, releaseHeld, retainFile } from './description.ts'
export { isReadable, isWritable } from './open-mode.ts'
export { directoryFileOps } from './directory.ts'
export { anonymousInode, countName, eventInode, newFileSystem, newInode, freeIfUnused, releaseInode, retainInode } from './inode.ts'
export { direntType, kindOfMode, typeOfKind } from './file-type.ts'
export { limitInodes } from './inode-count.ts'
export { eachLock } from './lock-list.ts'
export { conflictingLock, locksOf, setFlock, setRecordLock, wouldDeadlock } from './locks.ts'
export { breakLeases, getLease, setLease } from './leases.ts'
export { watchDirectory } from './notify.ts'
export { forgetIfUnwatched, notifyFile, notifyOpen, watchesOf } from './watch.ts'
export { mountAt, newRoot, newVfs } from './mount.ts'
export { checkNotRunning, checkOpenFlags, foundBefore, keepFound, openAt, openFile } from './open.ts'
export { fileSystemOps, fullRow, opsOf, pathOps } from './ops.ts'
export { pathBelow, pathOf } from './path.ts'
export {
  closeFd,
  closeOnExec,
  forkFiles,
  freeFd,
  fileAt,
  getFile,
  getIoFile,
  installFd,
  isCloexec,
  newFiles,
  placeFd,
  releaseFiles,
  setCloexec,
  shareFiles,
} from './table.ts'
export { timestampNow, timestampOfNs, touchAccessed, touchChanged, touchModified } from './time.ts'
export { checkNewName, createNode, linkNode, removeNode, renameNode, type NewFile } from './tree.ts'
export { lookup, lookupForCreate, lookupParent, readLink } from './walk.ts'
export { dropCapability, getAttribute, listAttributes, removeAttribute, setAttribute } from './xattrs.ts'
