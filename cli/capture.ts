// `--pcap FILE`: what would be on the wire of the guest's network, as it would be. Of a recording it is the same.
import { openSync, writeSync } from 'node:fs'
import { capturePackets, type Kernel } from '../kernel/index.ts'
import { CommandError, EXIT } from './errors.ts'

/** Captures to a file until the machine stops. */
export function captureTo(k: Kernel, path: string): void {
  try {
    const fd = openSync(path, 'w')
    capturePackets(k, bytes => {
      for (let left = bytes; left.length > 0;) left = left.subarray(writeSync(fd, left))
    })
  } catch (error) {
    throw new CommandError(EXIT.ours, `--pcap ${path}: ${(error as Error).message}`)
  }
}
