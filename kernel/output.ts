// Output on its way to the host. It is counted, so that a run can be cut where a slow terminal would otherwise take its time.
import type { Kernel } from './kernel.ts'

/** Writes to the host's standard output (1) or error (2); or the name of the errno that says why not. */
export function hostWrite(k: Kernel, stream: 1 | 2, bytes: Uint8Array): 0 | string {
  k.outputBytes += bytes.length
  if (k.outputBytes <= k.shownBytes) return 0
  k.shownBytes = k.outputBytes
  return k.host.write(stream, bytes)
}
