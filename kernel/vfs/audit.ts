// Counts everything about files again and compares: for tests and debug builds, between any two instructions.
import { PAGE_SIZE } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Dentry, FileDescription, Inode } from './types.ts'
import { isReadable, isWritable } from './open-mode.ts'
import { fileSystemOps } from './ops.ts'

const DOTS = 2

/** What is wrong with inodes, names and pipes, one sentence each; empty when nothing is. */
export function auditFiles(k: Kernel): string[] {
  const problems: string[] = []
  auditNames(k, problems)
  auditHolders(k, problems)
  auditWatches(k, problems)
  return problems
}

const called = (inode: Inode): string => `inode ${inode.ino} (${inode.kind} of ${inode.fs.kind})`

/** Link counts are the names there are; names know their directories. */
function auditNames(k: Kernel, problems: string[]): void {
  const names = new Map<Inode, number>()
  const directories: Dentry[] = []
  for (const mount of k.state.ns.mnt.mounts) if (!fileSystemOps(k, mount.fs).generated) directories.push(mount.root)
  // A list, not recursion: directories may be nested deeper than our stack.
  for (let dir = directories.pop(); dir; dir = directories.pop()) {
    let below = 0
    for (const [name, child] of dir.children ?? []) {
      if (!child) continue
      if (child.name !== name || child.parent !== dir) problems.push(`'${name}' in '${dir.name}' calls itself '${child.name}'`)
      if (child.deleted) problems.push(`'${name}' in '${dir.name}' is deleted`)
      if (child.inode.kind === 'directory') below++
      else names.set(child.inode, (names.get(child.inode) ?? 0) + 1)
      if (child.children) directories.push(child)
    }
    if (dir.inode.nlink !== below + DOTS) problems.push(`${called(dir.inode)} has ${below} directories and ${dir.inode.nlink} links`)
  }
  for (const [inode, count] of names)
    if (inode.nlink !== count) problems.push(`${called(inode)} has ${count} names and ${inode.nlink} links`)
}

/** Every open description, once: of all tables, and those that a sleeping call holds. */
function descriptions(k: Kernel): Set<FileDescription> {
  const found = new Set<FileDescription>()
  for (const task of k.state.tasks.values()) {
    for (const file of task.files?.files ?? []) if (file) found.add(file)
    for (const { file } of task.call?.files ?? []) found.add(file)
    if (task.group.coreDump) found.add(task.group.coreDump.file)
  }
  for (const file of k.kinds.underway(k)) found.add(file)
  return found
}

/** What an inotify watches knows of it, and the users' counts are right. */
function auditWatches(k: Kernel, problems: string[]): void {
  const { inotifyInstances, inotifyWatches } = k.state.vfs
  const instances = new Map<number, number>()
  const watches = new Map<number, number>()
  for (const { data } of descriptions(k)) {
    if (data?.kind !== 'inotify') continue
    instances.set(data.user, (instances.get(data.user) ?? 0) + 1)
    watches.set(data.user, (watches.get(data.user) ?? 0) + data.watches.size)
    for (const watch of data.watches.values())
      if (!watch.inode.watches?.queues.includes(watch)) problems.push(`${called(watch.inode)} does not know that it is watched`)
  }
  for (const user of new Set([...instances.keys(), ...inotifyInstances.keys()])) {
    const [found, counted] = [instances.get(user) ?? 0, inotifyInstances.get(user) ?? 0]
    if (found !== counted) problems.push(`user ${user} has ${found} inotify instances, counted are ${counted}`)
    if ((watches.get(user) ?? 0) !== (inotifyWatches.get(user) ?? 0)) problems.push(`user ${user}'s inotify watches are miscounted`)
  }
}

/** Inodes are held by descriptions, regions and running programs; pipes by their open ends. */
function auditHolders(k: Kernel, problems: string[]): void {
  const open = descriptions(k)
  const refs = new Map<Inode, number>([[k.state.vdso, 1]])
  const hold = (inode: Inode | null): void => {
    if (inode) refs.set(inode, (refs.get(inode) ?? 0) + 1)
  }
  const opens = new Map<Inode, FileDescription[]>()
  for (const file of open) {
    hold(file.inode)
    opens.set(file.inode, [...(opens.get(file.inode) ?? []), file])
  }
  const running = new Map<Inode, number>()
  for (const mm of new Set([...k.state.tasks.values()].map(task => task.mm))) {
    if (!mm) continue
    hold(mm.exe)
    if (mm.exe) running.set(mm.exe, (running.get(mm.exe) ?? 0) + 1)
    for (const region of mm.regions) hold(region.inode)
  }
  const pipePages = new Map<number, number>()
  for (const [inode, count] of refs) {
    if (inode.refs !== count) problems.push(`${called(inode)} has ${count} holders, counted are ${inode.refs}`)
    const programs = running.get(inode) ?? 0
    if (inode.running !== programs) problems.push(`${called(inode)} is the program of ${programs} spaces, counted are ${inode.running}`)
    const ends = opens.get(inode) ?? []
    const writers = ends.filter(isWritable).length
    if (inode.writers !== writers) problems.push(`${called(inode)} has ${writers} writers, counted are ${inode.writers}`)
    if (!inode.pipe) continue
    const { user, capacity } = inode.pipe
    if (user >= 0) pipePages.set(user, (pipePages.get(user) ?? 0) + capacity / PAGE_SIZE)
    const readers = ends.filter(isReadable).length
    if (inode.pipe.readers !== readers || inode.pipe.writers !== writers)
      problems.push(
        `${called(inode)} has ${readers} readers and ${writers} writers, counted are ${inode.pipe.readers} and ${inode.pipe.writers}`,
      )
  }
  for (const user of new Set([...pipePages.keys(), ...k.state.vfs.pipePages.keys()])) {
    const [pages, counted] = [pipePages, k.state.vfs.pipePages].map(counts => counts.get(user) ?? 0)
    if (pages !== counted) problems.push(`pipes of user ${user} have ${pages} pages, counted are ${counted}`)
  }
}
