// The vDSO: code of the kernel's that every program finds mapped. Signal handlers return to it (riscv64 has no SA_RESTORER), so its
// sigreturn code is where a backtrace through a handler ends; unwinders know it by these two instructions.
import { PAGE_SIZE } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import { mapRegion, writeCached, type Mm } from '../mm/index.ts'
import { PROT_EXEC, PROT_READ } from '../abi/index.ts'
import { anonymousInode, retainInode, type Inode } from '../vfs/index.ts'

export const VDSO_BYTES = PAGE_SIZE
/** Offset of the code that handlers return to. */
export const VDSO_SIGRETURN = 0x800

/** li a7, 139 (rt_sigreturn); ecall */
const SIGRETURN_CODE = [0x08b00893, 0x00000073] as const

/** The page behind every [vdso]: made once at boot. */
export function makeVdso(k: Kernel): Inode {
  const page = new Uint8Array(VDSO_BYTES)
  const view = new DataView(page.buffer)
  SIGRETURN_CODE.forEach((word, i) => view.setUint32(VDSO_SIGRETURN + 4 * i, word, true))
  const inode = retainInode(anonymousInode(k, VDSO_BYTES))
  writeCached(k, inode, 0, page)
  return inode
}

/** Maps it at `at` and notes where. */
export function mapVdso(k: Kernel, mm: Mm, at: number): void {
  mapRegion(k, mm, { start: at, length: VDSO_BYTES, prot: PROT_READ | PROT_EXEC, inode: k.state.vdso, offset: 0, label: '[vdso]' })
  mm.vdso = at
}
