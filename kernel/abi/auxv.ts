// The auxiliary vector above envp on a new program's stack (Linux uapi linux/auxvec.h, asm/auxvec.h; getauxval(3)).

export const AT_NULL = 0
export const AT_EXECFD = 2
export const AT_PHDR = 3
export const AT_PHENT = 4
export const AT_PHNUM = 5
export const AT_PAGESZ = 6
export const AT_BASE = 7
export const AT_FLAGS = 8
export const AT_ENTRY = 9
export const AT_UID = 11
export const AT_EUID = 12
export const AT_GID = 13
export const AT_EGID = 14
export const AT_HWCAP = 16
export const AT_CLKTCK = 17
export const AT_SECURE = 23
export const AT_RANDOM = 25
export const AT_RSEQ_FEATURE_SIZE = 27
export const AT_RSEQ_ALIGN = 28
export const AT_EXECFN = 31
export const AT_SYSINFO_EHDR = 33
/** Sizes and geometry of the caches, eight entries: 40..47, zero where unknown. */
export const AT_L1I_CACHESIZE = 40
export const AT_L3_CACHEGEOMETRY = 47
export const AT_MINSIGSTKSZ = 51

/** Bytes of the signal frame. */
export const MINSIGSTKSZ_AUXV = 0x440
