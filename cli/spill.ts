// Where a debugger's timeline puts what came in long ago: a file that nobody else sees and that goes with us. It is made when it is needed,
// and becomes as large as what came in.
import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Spill } from '../kernel/index.ts'

export function temporarySpill(): Spill {
  let fd = -1
  let end = 0
  return {
    put(bytes) {
      if (fd < 0) fd = unnamed()
      const at = end
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
      end += bytes.length
      return at
    },
    get(at, length) {
      const bytes = new Uint8Array(length)
      for (let done = 0; done < length;) {
        const count = readSync(fd, bytes, done, length - done, at + done)
        if (count === 0) throw new Error(`${length} bytes at ${at} of the journal's file: it is shorter now`)
        done += count
      }
      return bytes
    },
  }
}

/** A new file, whose name is gone at once where the host lets us, else when we end. */
function unnamed(): number {
  const folder = mkdtempSync(join(tmpdir(), 'hartbeat-journal-'))
  const fd = openSync(join(folder, 'entries'), 'wx+', 0o600)
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    remove()
  } catch {
    process.once('exit', remove)
  }
  return fd
}
