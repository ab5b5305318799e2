// /proc/mounts and /proc/self/mountinfo: what is mounted where, as the reader's root shows it.
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { pathBelow } from '../vfs/index.ts'
import type { Mount } from '../vfs/types.ts'

/** Spaces and such as octal escapes. */
const escaped = (text: string): string => text.replaceAll(/[ \t\n\\#]/g, c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)

const typeOf = (k: Kernel, { fs }: Mount): string => k.kinds.fileSystems[fs.kind].type?.(fs) ?? fs.kind
const access = (mount: Mount): string => (mount.readOnly || mount.fs.readOnly ? 'ro' : 'rw')

/** Mounts below the task's root, with their places. */
function visible(k: Kernel, task: Task): { mount: Mount; at: string }[] {
  const list: { mount: Mount; at: string }[] = []
  for (const mount of k.state.ns.mnt.mounts) {
    const at = pathBelow({ mount, dentry: mount.root }, task.fs?.root ?? null)
    if (at !== null) list.push({ mount, at })
  }
  return list
}

export const mountsText = (k: Kernel, task: Task): string =>
  visible(k, task)
    .map(({ mount, at }) => `${escaped(mount.fs.source)} ${escaped(at)} ${typeOf(k, mount)} ${access(mount)},relatime 0 0\n`)
    .join('')

export const mountInfoText = (k: Kernel, task: Task): string =>
  visible(k, task)
    .map(({ mount, at }) => {
      const device = `${mount.fs.dev >> 8}:${mount.fs.dev & 0xff}`
      const options = `${access(mount)},relatime`
      return `${mount.id} ${mount.parent?.id ?? 0} ${device} / ${escaped(at)} ${options} - ${typeOf(k, mount)} ${escaped(mount.fs.source)} ${access(mount)}\n`
    })
    .join('')

/** /proc/PID/mountstats: file systems without figures of their own. */
export const mountStatsText = (k: Kernel, task: Task): string =>
  visible(k, task)
    .map(({ mount, at }) => `device ${escaped(mount.fs.source)} mounted on ${escaped(at)} with fstype ${typeOf(k, mount)}\n`)
    .join('')
