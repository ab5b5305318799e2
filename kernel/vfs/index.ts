// The door of the virtual file system: path walk, open files, descriptors, permissions, contents.
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { Dentry, FileDescription, FileOps, FileOpsKind, FileTable, FsContext, Inode, LookupOptions, Mount, ParentPath, Path, Timestamp, Vfs } from './types.ts'
export type * from './types.ts'

/** Bits for `checkAccess`. */
export declare const MAY_READ: 4
export declare const MAY_WRITE: 2
export declare const MAY_EXEC: 1

export declare function lookup(k: Kernel, task: Task, dirfd: number, path: string, options?: LookupOptions): Path
export declare function lookupParent(k: Kernel, task: Task, dirfd: number, path: string): ParentPath
/** EACCES unless the task's (effective, file system) ids may do it. */
export declare function checkAccess(k: Kernel, task: Task, inode: Inode, may: number): void
export declare function openFile(k: Kernel, task: Task, dirfd: number, path: string, flags: number, mode: number): FileDescription
export declare function installFd(k: Kernel, task: Task, file: FileDescription, cloexec: boolean, min?: number): number
/** EBADF when not open. */
export declare function getFile(task: Task, fd: number): FileDescription
export declare function closeFd(k: Kernel, task: Task, fd: number): void
/** A table for a first process. */
export declare function newFiles(): FileTable
/** fork without CLONE_FILES: a copy of the table, sharing the descriptions. */
export declare function forkFiles(k: Kernel, files: FileTable): FileTable
export declare function shareFiles(files: FileTable): FileTable
export declare function releaseFiles(k: Kernel, files: FileTable): void
/** exec: closes the close-on-exec descriptors (the table must not be shared: unshare first with forkFiles). */
export declare function closeOnExec(k: Kernel, task: Task): void
export declare function newFs(k: Kernel, cwd?: Path): FsContext
export declare function forkFs(fs: FsContext): FsContext
export declare function shareFs(fs: FsContext): FsContext
export declare function releaseFs(k: Kernel, fs: FsContext): void
export declare function retainFile(file: FileDescription): FileDescription
export declare function releaseFile(k: Kernel, file: FileDescription): void
/** Mapped regions hold their inode: when the last holder goes and no name is left, its pages are freed. */
export declare function retainInode(inode: Inode): Inode
export declare function releaseInode(k: Kernel, inode: Inode): void
/** A regular inode without a name, for shared anonymous memory and memfd. */
export declare function anonymousInode(k: Kernel, size: number): Inode
/** Bytes of a regular file (fewer at its end), through the page cache. */
export declare function readInode(k: Kernel, inode: Inode, offset: number, length: number): Uint8Array
/** Fills one page from the inode's backing (zeros beyond it). Called by the page cache. */
export declare function fillPage(k: Kernel, inode: Inode, index: number, into: Uint8Array): void
/** Absolute path as seen from `root` (default: the real root). */
export declare function pathOf(k: Kernel, path: Path, root?: Path): string
export declare const fileOps: Record<FileOpsKind, FileOps>
/** A host standard stream as a guest file. */
export declare function makeHostStream(k: Kernel, stream: 0 | 1 | 2, kind: 'pipe' | 'regular'): FileDescription
export declare function newVfs(now: Timestamp): Vfs
export declare function timestampNow(k: Kernel): Timestamp
export declare function mountAt(k: Kernel, at: Path | null, root: Dentry, readOnly: boolean): Mount
