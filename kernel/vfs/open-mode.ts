// What an open file may be used for, as it was opened.
import { O_ACCMODE, O_PATH, O_RDONLY } from '../abi/index.ts'
import type { FileDescription } from './types.ts'

export const isReadable = (file: FileDescription): boolean => (file.flags & O_ACCMODE) !== 1 && !(file.flags & O_PATH)
export const isWritable = (file: FileDescription): boolean => (file.flags & O_ACCMODE) !== O_RDONLY && !(file.flags & O_PATH)
