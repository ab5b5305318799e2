// What things of the kernel are called: files by their paths, tasks by number and name.
import { allSpaces, fileText, pathOf, type Dentry, type FileDescription, type Inode, type Kernel, type Task } from '../../kernel/index.ts'

export const taskName = (task: Task): string => `${task.pid} ${task.comm}`

/** Every open file description once, with the descriptors that hold it; those that only a sleeping call holds have none. */
export function openFiles(k: Kernel): Map<FileDescription, { pid: number; fd: number }[]> {
  const found = new Map<FileDescription, { pid: number; fd: number }[]>()
  const seen = new Set<unknown>()
  for (const task of k.state.tasks.values()) {
    for (const { file } of task.call?.files ?? []) if (!found.has(file)) found.set(file, [])
    // Threads that share a table: the first of them stands for all.
    if (task.files === null || seen.has(task.files)) continue
    seen.add(task.files)
    task.files.files.forEach((file, fd) => {
      if (file === null) return
      const holders = found.get(file) ?? []
      found.set(file, holders)
      holders.push({ pid: task.pid, fd })
    })
  }
  for (const file of k.kinds.underway(k)) if (!found.has(file)) found.set(file, [])
  return found
}

/** A name for every inode that something names, opens or maps. */
export function inodeNames(k: Kernel): Map<Inode, string> {
  const names = new Map<Inode, string>([[k.state.vdso, '[vdso]']])
  const give = (inode: Inode, name: string): void => {
    if (!names.has(inode)) names.set(inode, name)
  }
  // A list, not recursion: directories may be nested deeper than our stack.
  const trees: Dentry[] = []
  for (const mount of k.state.ns.mnt.mounts) {
    if (k.kinds.fileSystems[mount.fs.kind].generated) continue
    give(mount.root.inode, pathOf(k, { mount, dentry: mount.root }))
    trees.push(mount.root)
  }
  for (let dir = trees.pop(); dir !== undefined; dir = trees.pop()) {
    const prefix = names.get(dir.inode)?.replace(/\/$/, '') ?? ''
    for (const child of dir.children?.values() ?? []) {
      if (child === null || names.has(child.inode)) continue
      names.set(child.inode, `${prefix}/${child.name}`)
      if (child.children !== null) trees.push(child)
    }
  }
  for (const file of openFiles(k).keys()) give(file.inode, fileText(k, file))
  for (const mm of allSpaces(k)) {
    if (mm.exe !== null && mm.exePath !== null) give(mm.exe, pathOf(k, mm.exePath))
    for (const { inode, path, label } of mm.regions)
      if (inode !== null) give(inode, path ? pathOf(k, path) : label || '/dev/zero (deleted)')
  }
  return names
}

/** A file's name, or what is left to say of one without. */
export const inodeName = (names: ReadonlyMap<Inode, string>, inode: Inode): string =>
  names.get(inode) ?? `${inode.kind} ${inode.ino} of ${inode.fs.kind}`
