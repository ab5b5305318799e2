// What files of devices and of the host remember.

/** Standard input, output or error of the host. */
export interface HostStream {
  stream: 0 | 1 | 2
  /** Of a pipe: input that was read and not taken yet. Of a file: what was read last, from `seenAt` on. */
  seen: Uint8Array
  seenAt: number
  /** Of a file: how far the host was asked for the next bytes. */
  asked: number
  /** Of a pipe: its end came. */
  ended: boolean
}

export interface KmsgData {
  kind: 'kmsg'
  /** Number of the message that comes next. */
  seq: number
}
