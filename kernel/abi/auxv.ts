// The auxiliary vector above envp on a new program's stack (Linux uapi linux/auxvec.h, asm/auxvec.h; getauxval(3)).

/** Kinds of entries. */
export const AUXV = {
  AT_NULL: 0,
  AT_EXECFD: 2,
  AT_PHDR: 3,
  AT_PHENT: 4,
  AT_PHNUM: 5,
  AT_PAGESZ: 6,
  AT_BASE: 7,
  AT_FLAGS: 8,
  AT_ENTRY: 9,
  AT_UID: 11,
  AT_EUID: 12,
  AT_GID: 13,
  AT_EGID: 14,
  AT_HWCAP: 16,
  AT_CLKTCK: 17,
  AT_SECURE: 23,
  AT_RANDOM: 25,
  AT_RSEQ_FEATURE_SIZE: 27,
  AT_RSEQ_ALIGN: 28,
  AT_EXECFN: 31,
  AT_SYSINFO_EHDR: 33,
  /** Sizes and geometry of the caches, eight entries: 40..47, zero where unknown. */
  AT_L1I_CACHESIZE: 40,
  AT_L3_CACHEGEOMETRY: 47,
  AT_MINSIGSTKSZ: 51,
} as const
export const {
  AT_NULL,
  AT_EXECFD,
  AT_PHDR,
  AT_PHENT,
  AT_PHNUM,
  AT_PAGESZ,
  AT_BASE,
  AT_FLAGS,
  AT_ENTRY,
  AT_UID,
  AT_EUID,
  AT_GID,
  AT_EGID,
  AT_HWCAP,
  AT_CLKTCK,
  AT_SECURE,
  AT_RANDOM,
  AT_RSEQ_FEATURE_SIZE,
  AT_RSEQ_ALIGN,
  AT_EXECFN,
  AT_SYSINFO_EHDR,
  AT_L1I_CACHESIZE,
  AT_L3_CACHEGEOMETRY,
  AT_MINSIGSTKSZ,
} = AUXV

/** Bytes of the signal frame. */
export const MINSIGSTKSZ_AUXV = 0x440
