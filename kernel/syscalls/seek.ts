// lseek(2): what each kind of file makes of a position.
import { EINVAL, ENXIO, ESPIPE, SEEK_CUR, SEEK_DATA, SEEK_END, SEEK_HOLE, SEEK_SET } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { opsOf, type FileDescription } from '../vfs/index.ts'

/** Moves the position. EINVAL for a whence that is none comes before ESPIPE. */
export function seek(k: Kernel, file: FileDescription, offset: number, whence: number): number {
  if (whence < SEEK_SET || whence > SEEK_HOLE) throw EINVAL
  const ops = opsOf(k, file)
  if (ops.seek) return ops.seek(k, file, offset, whence)
  if (ops.noPosition) return 0
  if (ops.positioned) throw ESPIPE
  const target = seekTarget(k, file, offset, whence)
  if (target < 0 || !Number.isSafeInteger(target)) throw EINVAL
  file.pos = target
  ops.sought?.(file)
  return target
}

function seekTarget(k: Kernel, file: FileDescription, offset: number, whence: number): number {
  if (whence === SEEK_SET) return offset
  if (whence === SEEK_CUR) return file.pos + offset
  const ops = opsOf(k, file)
  if (!ops.seekEnd) throw EINVAL
  const end = ops.seekEnd(k, file)
  if (whence === SEEK_END) return end + offset
  if (offset < 0 || offset >= end) throw ENXIO
  // What does not know its holes is one run of data with a hole at its end.
  const data = whence === SEEK_DATA
  const found = ops.nextExtent ? ops.nextExtent(k, file, offset, data) : data ? offset : end
  if (found === null) throw ENXIO
  return found
}
