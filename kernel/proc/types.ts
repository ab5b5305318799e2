// Which file of /proc an inode is, and what an open one remembers.
import type { Mm } from '../mm/types.ts'

/** Which file of /proc this is: a row's name (or that of a directory of rows), and whom it is about. `fd` for fd/N and fdinfo/N, else -1. */
export interface ProcNode {
  scope: 'system' | 'process' | 'thread'
  row: string
  pid: number
  fd: number
}

/**
 * The text as generated at offset 0 (or on first read): later reads continue in the same text. Of a long one only the piece that
 * begins at offset `start` is kept, and `cursor` says where the next one comes from.
 */
export interface ProcData {
  kind: 'proc'
  text: string | null
  start: number
  cursor: number | null
  /** Whose memory it is about, as when it was opened. */
  mm: Mm | null
  /** Opened by one who may see physical addresses. */
  admin: boolean
  /** Changes of what can be waited for when it was last read. */
  seen: number
}
