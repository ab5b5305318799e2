// What of the library needs Node (`hartbeat/node`): a host with our standard streams and directories, the root file system with our
// programs, and what sources are built with.
import type { LinkInput } from '../assembler/index.ts'
import type { Host } from '../kernel/index.ts'
import { newNodeHost } from './host.ts'
import { confinedReader, libraryArchive } from './resources.ts'

export { imageFiles } from './image.ts'
export { ownRoot } from './resources.ts'
export { temporarySpill } from './spill.ts'

/**
 * A host for `createMachine` and `run`: the standard streams of this process, and those directories that `hostRoot` and `shares` name, and
 * nothing else of its files (docs/security.md). Reading standard input waits for it.
 */
export const nodeHost = (): Host => newNodeHost()

/** What our own programs are built with, for `run` and `build`. */
export interface Toolchain {
  include: (name: string) => Uint8Array | null
  libraries: LinkInput[]
}

/**
 * The include files (`syscalls.inc`, ...) and the assembly library (`libhartbeat.a`) of this package: `run(source, toolchain())`.
 * @param folders where else `.include` and `.incbin` look; regular files below them are found, wherever links lead
 */
export const toolchain = (folders: readonly string[] = []): Toolchain => ({
  include: confinedReader(folders),
  libraries: [libraryArchive()],
})
