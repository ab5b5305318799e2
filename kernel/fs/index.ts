// The door of the file systems: devices, the host's streams and directories, /proc, images.
import { EPERM } from '../abi/index.ts'
import type { DirectoryOps, FileSystemKind } from '../vfs/types.ts'
import { hostDirectory } from './host.ts'
import { procDirectory } from '../proc/index.ts'
import { sysDirectory } from '../sysfs/index.ts'

export { bytesOf, cString, textOf } from './bytes.ts'
export { direntType, kindOfMode, typeOfKind } from './kinds.ts'
export { deviceKind, deviceNumber, deviceOps, devices } from './devices.ts'
export { closeHostFile, hostTree, hostTruncate, hostWrite, openHostFile, readHostFile } from './host.ts'
export { hostStreamOps, makeHostStream } from './stream.ts'
export { kmsgOps, mayReadLog, readLog, wholeLog } from './kmsg.ts'
export { buildImage, ImageError, type ImageFile } from './image.ts'
export { readCpio, writeCpio } from './cpio.ts'
export { readTar, writeTar } from './tar.ts'
export { mountHost, mountSystem, useHostRoot, type SystemTrees } from './setup.ts'

const NO_NAMES: DirectoryOps = { fixed: EPERM }

/** How the directories of each kind of file system work. In memory there is nothing to add: the dentries are all there is. */
export const directoryOps: Readonly<Record<FileSystemKind, DirectoryOps>> = {
  tmpfs: {},
  devtmpfs: {},
  // Names come and go with the masters (tty/pty.ts).
  devpts: NO_NAMES,
  get proc() {
    return procDirectory
  },
  get sysfs() {
    return sysDirectory
  },
  get host() {
    return hostDirectory
  },
  pipefs: NO_NAMES,
  anon: NO_NAMES,
}
