// What a program's file brings of capabilities: its security.capability attribute, a struct vfs_cap_data (setcap(8)).
import {
  EINVAL,
  TWO_32,
  VFS_CAP_FLAGS_EFFECTIVE,
  VFS_CAP_REVISION_1,
  VFS_CAP_REVISION_3,
  VFS_CAP_REVISION_MASK,
  VFS_CAP_SIZES,
} from '../abi/index.ts'
import type { Inode } from '../vfs/types.ts'
import { ALL_CAPABILITIES, both, type FileCapabilities } from '../task/capabilities.ts'

/** Permitted and inheritable take turns, 32 capabilities at a time, behind the magic word. */
const PERMITTED = 4
const INHERITABLE = 8
const STRIDE = 8

/** null: it has none, or they are another user namespace's. EINVAL: not such a structure. */
export function fileCapabilities({ xattrs }: Inode): FileCapabilities | null {
  const value = xattrs?.get('security.capability')
  if (value === undefined) return null
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  const magic = value.length >= 4 ? view.getUint32(0, true) : 0
  const revision = (magic & VFS_CAP_REVISION_MASK) >>> 0
  if (VFS_CAP_SIZES[revision] !== value.length) throw EINVAL
  const wide = revision !== VFS_CAP_REVISION_1
  const set = (at: number): number => {
    const high = wide ? view.getUint32(at + STRIDE, true) : 0
    return both(high * TWO_32 + view.getUint32(at, true), ALL_CAPABILITIES)
  }
  if (revision === VFS_CAP_REVISION_3 && view.getUint32(VFS_CAP_SIZES[revision] - 4, true) !== 0) return null
  return { permitted: set(PERMITTED), inheritable: set(INHERITABLE), effective: (magic & VFS_CAP_FLAGS_EFFECTIVE) !== 0 }
}
