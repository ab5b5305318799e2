// What the build put beside the program: the root image with our own programs, the library archive, and the include files.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { readCpio, type ImageFile } from '../kernel/index.ts'
import type { PreparedLoop } from '../vm/index.ts'

const here = dirname(fileURLToPath(import.meta.url))
/** The package: the folder above dist. */
export const packageRoot = join(here, '..')
const includeFolder = join(packageRoot, 'programs', 'include')
const built = join(packageRoot, 'dist')
/** The root image; in the package it is packed. */
export const imagePath = join(built, 'root.cpio')
export const packedImagePath = `${imagePath}.gz`
export const libraryPath = join(built, 'libhartbeat.a')

/** The interpreter's loop for the usual machine: what is data of it, its code, and that of the functions that it imports. */
export const loopPaths = {
  data: join(built, 'interpreter.json'),
  code: join(built, 'interpreter.wasm'),
  soft: { plain: join(built, 'floats.wasm'), fused: join(built, 'floats-fused.wasm') },
}

/** As the build made it; undefined: it did not, and each machine makes its own. */
export function preparedLoop(): PreparedLoop | undefined {
  try {
    const data = JSON.parse(readFileSync(loopPaths.data, 'utf8')) as Omit<PreparedLoop, 'code' | 'soft'>
    const bytes = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(path))
    const { code, soft } = loopPaths
    return { ...data, code: bytes(code), soft: { plain: bytes(soft.plain), fused: bytes(soft.fused) } }
  } catch {
    return undefined
  }
}

/** The root image, as it is unpacked. */
export const ownImage = (): Uint8Array => (existsSync(imagePath) ? readFileSync(imagePath) : gunzipSync(readFileSync(packedImagePath)))
/** The root file system with our programs in /bin. */
export const ownRoot = (): ImageFile[] => readCpio(ownImage())
/** The assembly library, to link programs with. */
export const libraryArchive = (): { name: string; bytes: Uint8Array } => ({ name: 'libhartbeat.a', bytes: readFileSync(libraryPath) })

/** Reads an assembly source's .include and .incbin files: beside the source, in the given folders, then in our own. */
export function includeReader(folders: readonly string[]): (name: string) => Uint8Array | null {
  return name => {
    for (const folder of name.startsWith('/') ? [''] : [...folders, includeFolder]) {
      const path = join(folder, name)
      if (existsSync(path)) return readFileSync(path)
    }
    return null
  }
}

/**
 * The same for a source that may be anybody's and is about to be run: only regular files below those folders, wherever links lead. What lies
 * elsewhere is not there.
 */
export function confinedReader(folders: readonly string[]): (name: string) => Uint8Array | null {
  return name => {
    for (const folder of [...folders, includeFolder]) {
      const bytes = readBelow(folder, isAbsolute(name) ? name : join(folder, name))
      if (bytes !== null) return bytes
    }
    return null
  }
}

function readBelow(folder: string, path: string): Uint8Array | null {
  try {
    const real = realpathSync(path)
    const within = relative(realpathSync(folder), real)
    if (within.startsWith('..') || isAbsolute(within) || !statSync(real).isFile()) return null
    return readFileSync(real)
  } catch {
    return null
  }
}
