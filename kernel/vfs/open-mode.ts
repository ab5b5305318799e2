// What an open file may be used for, as it was opened.
import { O_ACCMODE, O_PATH, O_RDONLY, O_RDWR, O_WRONLY } from '../abi/index.ts'
import type { FileDescription } from './types.ts'

/** Is it open in one of two modes? In the fourth (O_WRONLY | O_RDWR) it is for neither reading nor writing. */
function isOpen({ flags }: FileDescription, one: number, other: number): boolean {
  const mode = flags & O_ACCMODE
  return (mode === one || mode === other) && !(flags & O_PATH)
}

export const isReadable = (file: FileDescription): boolean => isOpen(file, O_RDONLY, O_RDWR)
export const isWritable = (file: FileDescription): boolean => isOpen(file, O_WRONLY, O_RDWR)
