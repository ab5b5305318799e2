// What an open file and a file system can do, by their kinds. The rows lie in the rooms above, are put together at the top
// (kernel/kinds.ts) and handed in.
import { EBADF } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { FileDescription, FileOps, FileSystem, FileSystemOps } from './types.ts'

export const opsOf = (k: Kernel, file: FileDescription): FileOps => k.kinds.files[file.kind]
export const fileSystemOps = (k: Kernel, fs: FileSystem): FileSystemOps => k.kinds.fileSystems[fs.kind]

/** O_PATH: only a place. The calls refuse it with EBADF before they get here. */
export const pathOps: FileOps = { positioned: EBADF }

type Every<T> = { [K in keyof Required<T>]: T[K] }

/** The row with a place for each member, also for what it does not do: the host is slow at asking rows of many forms. */
export const fullRow = (ops: FileOps): Every<FileOps> => ({
  open: ops.open,
  enter: ops.enter,
  truncate: ops.truncate,
  read: ops.read,
  accessed: ops.accessed,
  consume: ops.consume,
  arrived: ops.arrived,
  readPiece: ops.readPiece,
  write: ops.write,
  message: ops.message,
  least: ops.least,
  writePiece: ops.writePiece,
  takesEach: ops.takesEach,
  poll: ops.poll,
  ioctl: ops.ioctl,
  noPosition: ops.noPosition,
  seek: ops.seek,
  seekEnd: ops.seekEnd,
  nextExtent: ops.nextExtent,
  sought: ops.sought,
  entryAt: ops.entryAt,
  holds: ops.holds,
  fdinfo: ops.fdinfo,
  waitsFor: ops.waitsFor,
  channel: ops.channel,
  waitsIn: ops.waitsIn,
  dateMoved: ops.dateMoved,
  fills: ops.fills,
  takesViews: ops.takesViews,
  pagewise: ops.pagewise,
  syncs: ops.syncs,
  direct: ops.direct,
  noWait: ops.noWait,
  spliceFrom: ops.spliceFrom,
  spliceNoWait: ops.spliceNoWait,
  spliceTo: ops.spliceTo,
  async: ops.async,
  forget: ops.forget,
  closing: ops.closing,
  release: ops.release,
  mapTarget: ops.mapTarget,
  mapOffset: ops.mapOffset,
  positioned: ops.positioned,
})
