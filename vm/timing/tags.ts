// How TLB and walk-cache entries are named: one exact number for (address space, size of page, page).

/** Kernel memory is mapped in 2 MiB pages; their numbers lie above those of user pages. */
export const KERNEL_PAGE = 2 ** 21
export const KERNEL_PAGES = 2 ** 33
/** Address-space number of the kernel's pages, which are global; with a page table of its own it is this plus the task's. */
export const KERNEL_ASID = 0x1_0000
export const SUPERPAGE_SHIFT = 21
/** A TLB tag: asid * ASID_SPAN, SUPERPAGE for a 2 MiB page, the number of the page. */
export const ASID_SPAN = 2 ** 36
export const SUPERPAGE = 2 ** 35
/** A walk cache's: (asid * LEVELS + level) * WALK_SPAN, the address above what the entry covers. */
export const LEVELS = 4
const WALK_SPAN = 2 ** 27

export const walkTag = (asid: number, level: number, prefix: number): number => (asid * LEVELS + level) * WALK_SPAN + prefix
export const asidOfTag = (tag: number): number => Math.floor(tag / ASID_SPAN)
export const asidOfWalkTag = (tag: number): number => Math.floor(tag / (LEVELS * WALK_SPAN))
