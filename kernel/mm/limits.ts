// Where programs may have memory, and how much of it: the numbers of Linux on riscv64 with Sv48 paging.
import { PAGE_SIZE } from '../../vm/index.ts'

/** First address beyond user space: half of Sv48's range less one guard page (Linux TASK_SIZE). */
export const USER_END = 0x7fff_ffff_f000
/** Nothing is mapped below this unless asked for by address (vm.mmap_min_addr). */
export const MMAP_MIN = 0x1_0000
/** A growing stack keeps this distance from the mapping below it: 256 pages. */
export const STACK_GUARD_GAP = 256 * PAGE_SIZE
/** A fault on a file's page maps up to this many cached neighbours along with it (an aligned window, Linux fault_around_bytes). */
export const FAULT_AROUND_PAGES = 16
/** A huge page: what one level 1 entry of a page table maps, in bytes and in frames. */
export const HUGE_PAGE = 0x20_0000
export const HUGE_FRAMES = HUGE_PAGE / PAGE_SIZE
/** Up to this many pages are flushed from a TLB one by one; more: the whole address space. */
export const FLUSH_PAGES_MAX = 32
