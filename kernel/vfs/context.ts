// What a process sees as root and working directory, and its umask.
import type { Kernel } from '../kernel.ts'
import type { FsContext, Path } from './types.ts'

const DEFAULT_UMASK = 0o022

/** For a first process. */
export function newFs(k: Kernel, cwd?: Path): FsContext {
  const root = { mount: k.state.ns.mnt.root, dentry: k.state.ns.mnt.root.root }
  return { refs: 1, root, cwd: cwd ?? root, umask: DEFAULT_UMASK }
}

/** fork without CLONE_FS. */
export const forkFs = (fs: FsContext): FsContext => ({ refs: 1, root: fs.root, cwd: fs.cwd, umask: fs.umask })

/** CLONE_FS: one more holder. */
export function shareFs(fs: FsContext): FsContext {
  fs.refs++
  return fs
}

/** One holder less of a root, working directory and umask. */
export function releaseFs(_k: Kernel, fs: FsContext): void {
  fs.refs--
}
