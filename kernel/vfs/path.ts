// Names of places: the absolute path that leads to a dentry, as getcwd, /proc and /proc/mounts show it.
import type { Kernel } from '../kernel.ts'
import type { Path } from './types.ts'

const DELETED = ' (deleted)'

/** Absolute path as seen from `root` (default: the real root); null when the place is not below it. */
export function pathBelow(path: Path, root: Path | null): string | null {
  let { mount, dentry } = path
  const names: string[] = []
  for (;;) {
    if (root && dentry === root.dentry && mount === root.mount) break
    if (dentry === mount.root) {
      if (!mount.parent || !mount.mountpoint) {
        if (root) return null
        break
      }
      dentry = mount.mountpoint
      mount = mount.parent
      continue
    }
    names.push(dentry.name)
    if (!dentry.parent) return null
    dentry = dentry.parent
  }
  return '/' + names.reverse().join('/')
}

/** As /proc shows it: with " (deleted)" once unlinked, "(unreachable)" outside of the root. */
export function pathOf(k: Kernel, path: Path, root?: Path): string {
  const text =
    pathBelow(path, root ?? null) ??
    '(unreachable)' + (pathBelow(path, { mount: k.state.ns.mnt.root, dentry: k.state.ns.mnt.root.root }) ?? '/')
  return path.dentry.deleted ? text + DELETED : text
}
