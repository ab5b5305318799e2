// The date when a machine boots: what --date says, the host's where the clock is real, else a fixed one, that every run has, but not
// before the newest file of the root: make and tar would warn of files from the future.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageFile, Kernel } from '../kernel/index.ts'
import { CommandError, EXIT } from './errors.ts'

/** 2025-01-01, in nanoseconds since 1970. */
const FIXED = 1_735_689_600e9
const NS_PER_SECOND = 1e9
const NS_PER_MS = 1e6
/** Files of a directory that are looked at, those near its top first. */
const MOST_FILES = 2000

/** Newest modification of files of a host directory, in seconds. */
function newestBelow(top: string): number {
  let newest = 0
  let seen = 0
  const folders = [top]
  for (let folder = folders.shift(); folder !== undefined && seen < MOST_FILES; folder = folders.shift()) {
    let entries
    try {
      entries = readdirSync(folder, { withFileTypes: true })
    } catch {
      // What cannot be read says nothing about its date.
      continue
    }
    for (const entry of entries) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(path)
      if (!entry.isFile() || ++seen > MOST_FILES) continue
      newest = Math.max(newest, (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) / 1000)
    }
  }
  return newest
}

/** Nanoseconds since 1970. */
export function bootDate(clock: Kernel['clock'], { root, hostRoot }: { root: readonly ImageFile[]; hostRoot?: string }): number {
  if (clock === 'real') return Date.now() * NS_PER_MS
  const newest = root.reduce(
    (latest, { mtime }) => Math.max(latest, mtime === undefined ? 0 : Number(mtime.sec) + (mtime.nsec > 0 ? 1 : 0)),
    hostRoot === undefined ? 0 : newestBelow(hostRoot),
  )
  return Math.max(FIXED, Math.ceil(newest) * NS_PER_SECOND)
}

/** What --date says, in nanoseconds since 1970. */
export function dateOption(text: string): number {
  const seconds = /^@\d+$/.test(text) ? Number(text.slice(1)) : /^\d{4}-/.test(text) ? Date.parse(text) / 1000 : NaN
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > 2 ** 32) {
    throw new CommandError(EXIT.usage, `--date ${text}: it is 2026-02-28, 2026-02-28T12:00:00Z or @SECONDS since 1970, up to 2106`)
  }
  return seconds * NS_PER_SECOND
}
