// Mapping the vDSO: code of the kernel's that every program finds, and before it the page of data that the code reads. Both are pages
// of one nameless file, so all programs share them.
import { PAGE_SIZE } from '../../vm/index.ts'
import { ENOMEM, PROT_EXEC, PROT_READ } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { findFree, mapRegion, writeCached, type Mm } from '../mm/index.ts'
import { newInode, retainInode } from '../vfs/inode.ts'
import type { Inode, Timestamp, Vfs } from '../vfs/types.ts'
import { VDSO_HEX, VVAR } from './vdso-bytes.ts'

export { VDSO_SIGRETURN } from './vdso-bytes.ts'
const DATA_BYTES = PAGE_SIZE
export const VDSO_BYTES = PAGE_SIZE

/** The ELF file, to the end of its page. */
export function vdsoImage(): Uint8Array {
  const bytes = new Uint8Array(VDSO_BYTES)
  bytes.set((VDSO_HEX.join('').match(/../g) ?? []).map(digits => parseInt(digits, 16)))
  return bytes
}

/** The file behind every [vvar] and [vdso], without its pages yet. */
export function newVdso({ anon }: Vfs, now: Timestamp): Inode {
  const inode = newInode(anon, 'regular', 0o777, 0, 0, now)
  inode.nlink = 0
  inode.size = DATA_BYTES + VDSO_BYTES
  return retainInode(inode)
}

/** Its pages: made once at boot. */
export function fillVdso(k: Kernel): void {
  writeCached(k, k.state.vdso, DATA_BYTES, vdsoImage())
  updateVvar(k)
}

/** The date changed: programs read it from the data page. */
export function updateVvar(k: Kernel): void {
  const { bootEpoch } = k.state
  const data = new DataView(new ArrayBuffer(Object.keys(VVAR).length * 8))
  data.setBigInt64(VVAR.epochSec, BigInt(bootEpoch.sec), true)
  data.setBigUint64(VVAR.epochNsec, BigInt(bootEpoch.nsec), true)
  writeCached(k, k.state.vdso, 0, new Uint8Array(data.buffer))
}

/** Maps both where there is room, and notes where. ENOMEM. */
export function mapVdso(k: Kernel, mm: Mm): void {
  const at = findFree(mm, DATA_BYTES + VDSO_BYTES)
  if (at < 0) throw ENOMEM
  const inode = k.state.vdso
  mapRegion(k, mm, { start: at, length: DATA_BYTES, prot: PROT_READ, maxProt: PROT_READ, inode, offset: 0, label: '[vvar]' })
  const prot = PROT_READ | PROT_EXEC
  mapRegion(k, mm, { start: at + DATA_BYTES, length: VDSO_BYTES, prot, inode, offset: DATA_BYTES, label: '[vdso]' })
  mm.vdso = at + DATA_BYTES
}
