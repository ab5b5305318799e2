// A root file system from an archive: tar or cpio, plain or gzipped. It may be anybody's.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readCpio, readTar, type ImageFile } from '../kernel/index.ts'
import { CommandError, EXIT } from './errors.ts'

const GZIP = [0x1f, 0x8b]
const CPIO = '07070'
/** Most bytes that a gzipped archive may unpack to: a root shrinks to a third, a bomb to a thousandth. */
const UNPACKED_LEAST = 64 * 2 ** 20
const UNPACKED_RATIO = 32
const UNPACKED_MOST = 2 ** 30

const unpackedMost = (packed: number): number => Math.min(UNPACKED_MOST, UNPACKED_LEAST + UNPACKED_RATIO * packed)

/** Unpacks what is gzipped. Throws an Error for what is damaged, or unpacks to far more than any file system would. */
function unpacked(data: Uint8Array): Uint8Array {
  if (data[0] !== GZIP[0] || data[1] !== GZIP[1]) return data
  const most = unpackedMost(data.length)
  try {
    return gunzipSync(data, { maxOutputLength: most })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error
    throw new Error(`it unpacks to more than ${Math.floor(most / 2 ** 20)} MiB: unpack it first (gunzip) if it is what you want`, {
      cause: error,
    })
  }
}

/** The files of an archive's bytes. Throws an Error that says what is wrong with them. */
export function imageFiles(packed: Uint8Array): ImageFile[] {
  const data = unpacked(packed)
  const isCpio = data.length > CPIO.length && String.fromCharCode(...data.subarray(0, CPIO.length)) === CPIO
  return isCpio ? readCpio(data) : readTar(data)
}

export function readImage(path: string): ImageFile[] {
  try {
    return imageFiles(readFileSync(path))
  } catch (error) {
    throw new CommandError(EXIT.notExecutable, `--root ${path}: ${(error as Error).message}`)
  }
}
