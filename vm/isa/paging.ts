// Sv48 and satp as numbers (Privileged spec, "Sv48: Page-Based 48-bit Virtual-Memory System" and "Supervisor Address Translation").

export const PAGE_SHIFT = 12
export const PAGE_SIZE = 1 << PAGE_SHIFT
export const PTE_SIZE = 8
export const SV48_LEVELS = 4
/** Bits of the page number that each level translates: 512 entries a table. */
export const VPN_BITS = 9
export const PTES_PER_TABLE = 1 << VPN_BITS
export const VA_BITS = 48
/** Physical page numbers have 44 bits: 56-bit physical addresses. */
export const PPN_BITS = 44
export const PA_BITS = PPN_BITS + PAGE_SHIFT

/** Bytes that a leaf at a level maps: 4 KiB, 2 MiB, 1 GiB, 512 GiB for levels 0 to 3. */
export const leafSize = (level: number): number => 2 ** (PAGE_SHIFT + VPN_BITS * level)

export const PTE_V = 1 << 0
export const PTE_R = 1 << 1
export const PTE_W = 1 << 2
export const PTE_X = 1 << 3
export const PTE_U = 1 << 4
export const PTE_G = 1 << 5
export const PTE_A = 1 << 6
export const PTE_D = 1 << 7
/** Two bits that the hardware ignores. */
export const PTE_RSW_SHIFT = 8
export const PTE_RSW = 3 << PTE_RSW_SHIFT
export const PTE_PPN_SHIFT = 10
/** Bits 63:54 are reserved (or belong to extensions that this hart has not): they must be zero. */
export const PTE_RESERVED_SHIFT = PTE_PPN_SHIFT + PPN_BITS
/** A valid PTE with none of these points at the next level. */
export const PTE_LEAF = PTE_R | PTE_W | PTE_X

export const pteFlags: readonly { bit: number; letter: string; doc: string }[] = [
  { bit: PTE_D, letter: 'D', doc: 'dirty: written since this was last clear' },
  { bit: PTE_A, letter: 'A', doc: 'accessed since this was last clear' },
  { bit: PTE_G, letter: 'G', doc: 'global: in every address space' },
  { bit: PTE_U, letter: 'U', doc: 'accessible to user mode' },
  { bit: PTE_X, letter: 'X', doc: 'executable' },
  { bit: PTE_W, letter: 'W', doc: 'writable' },
  { bit: PTE_R, letter: 'R', doc: 'readable' },
  { bit: PTE_V, letter: 'V', doc: 'valid' },
]
/** The flags as letters, `DA-UXWRV`, a dash where a bit is clear. */
export const pteFlagsText = (pte: number): string => pteFlags.map(f => (pte & f.bit ? f.letter : '-')).join('')

export const SATP_MODE_SHIFT = 60
export const SATP_ASID_SHIFT = 44
export const SATP_MODE_BARE = 0
export const SATP_MODE_SV39 = 8
export const SATP_MODE_SV48 = 9
export const SATP_MODE_SV57 = 10
export const ASID_BITS = 16
export const ASID_MAX = (1 << ASID_BITS) - 1

/** satp as its 64 bits. */
export const satpBits = (mode: number, asid: number, rootPpn: number): bigint =>
  (BigInt(mode) << BigInt(SATP_MODE_SHIFT)) | (BigInt(asid) << BigInt(SATP_ASID_SHIFT)) | BigInt(rootPpn)
export const satpMode = (satp: bigint): number => Number((satp >> BigInt(SATP_MODE_SHIFT)) & 0xfn)
export const satpAsid = (satp: bigint): number => Number((satp >> BigInt(SATP_ASID_SHIFT)) & BigInt(ASID_MAX))
export const satpPpn = (satp: bigint): number => Number(satp & ((1n << BigInt(PPN_BITS)) - 1n))
