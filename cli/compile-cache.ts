// What V8 makes of our files is kept from one run to the next, where Node can (22.1 on): starting is for a third compiling them. The folder is
// the user's own, since whoever can write there decides what we execute; in a clone it is beside what was built, and goes with it.
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { homedir, platform } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Newer than the Node whose types we have. */
interface Caching {
  enableCompileCache?(folder: string): unknown
}

/** Where a user's programs keep what can be made again; null: nobody says. */
function userCaches(env: NodeJS.ProcessEnv): string | null {
  const home = homedir()
  const given = platform() === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME
  if (given !== undefined && isAbsolute(given)) return given
  if (!isAbsolute(home)) return null
  return platform() === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache')
}

/** Turns it on. It never fails: without a folder that can be written, or with NODE_DISABLE_COMPILE_CACHE, files are compiled each time. */
export function keepCompiled(env = process.env): void {
  try {
    const { enableCompileCache } = nodeModule as Caching
    if (enableCompileCache === undefined) return
    const here = dirname(fileURLToPath(import.meta.url))
    const caches = userCaches(env)
    if (existsSync(join(here, '..', 'build.mjs'))) enableCompileCache(join(here, 'compiled'))
    else if (caches !== null) enableCompileCache(join(caches, 'hartbeat'))
  } catch {
    // It is a help and no more.
  }
}
