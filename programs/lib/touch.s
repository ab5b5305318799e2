# Memory that the labs measure with, and the loops that touch it. Every loop is as plain as it can be: what it costs beyond its
# instructions is the machine's caches and translations. Arrays begin on a page, and are touched once before anything is measured.
    .include "macros.inc"
    .include "fcntl.inc"

    .equ CACHE_LINE, 64
    .equ OFFSETS, 63                # places in a page that pages take turns with; see read_pages
    .equ LAST_OFFSET, OFFSETS * CACHE_LINE

    .text
# map_memory(bytes, flags) -> address of fresh anonymous memory; flags is MAP_PRIVATE or MAP_SHARED and whatever else is wanted. Ends the
# program, with the reason, when there is none.
    .globl map_memory
map_memory:
    enter 1
    mv s0, a0
    ori a3, a1, MAP_ANONYMOUS
    mv a1, a0
    li a0, 0
    li a2, PROT_READ | PROT_WRITE
    li a4, -1
    li a5, 0
    call mmap
    bltz a0, 1f
    leave 1
1:  mv a1, a0
    mv a3, s0
    li a0, 1
    lstr a2, "cannot map %ld bytes"
    call die

# map_whole(bytes, flags) -> as map_memory, with the size rounded up to whole pages of 2 MiB when flags has MAP_HUGETLB.
    .globl map_whole
map_whole:
    li t0, MAP_HUGETLB
    and t0, t0, a1
    beqz t0, map_memory
    li t0, HUGE_PAGE_SIZE - 1
    add a0, a0, t0
    not t0, t0
    and a0, a0, t0
    j map_memory

# map_array(bytes) -> address of an array that has been written to, page by page, so that it will cause no more faults; 0 for no bytes
    .globl map_array
map_array:
    enter 2
    mv s0, a0
    beqz a0, 1f
    li a1, MAP_PRIVATE
    call map_memory
    mv s1, a0
    li a2, PAGE_SIZE
    add a1, s0, a2                  # a part of a page counts as one
    addi a1, a1, -1
    divu a1, a1, a2
    call write_pages
    mv a0, s1
1:  leave 2

# read_array(address, bytes, stride) -> sum of the words read: one 8-byte load every `stride` bytes, 4 instructions each.
    .globl read_array
read_array:
    add t0, a0, a1                  # the end
    mv t1, a0
    li a0, 0
    bgeu t1, t0, 2f
1:  ld t2, 0(t1)
    add a0, a0, t2
    add t1, t1, a2
    bltu t1, t0, 1b
2:  ret

# update_array(address, bytes, stride): one 8-byte load, and a store to the same place, every `stride` bytes, 5 instructions each.
    .globl update_array
update_array:
    add t0, a0, a1                  # the end
    bgeu a0, t0, 2f
1:  ld t2, 0(a0)
    addi t2, t2, 1
    sd t2, 0(a0)
    add a0, a0, a2
    bltu a0, t0, 1b
2:  ret

# read_pages(address, pages, step) -> sum: one 8-byte load a page, of pages that are `step` bytes apart; 8 instructions each, 9 for one in
# 63. Each page is touched a cache line further on than the one before it, so that they do not all fall into the same set of a cache.
# There are 63 offsets and not 64: with 64, pages 256 KiB apart would have the same one, and share a set of most second-level caches.
    .globl read_pages
read_pages:
    mv t0, a0                       # the page
    li a0, 0
    li t1, 0                        # the offset in it
    li t2, LAST_OFFSET
    beqz a1, 3f
1:  add t3, t0, t1
    ld t4, 0(t3)
    add a0, a0, t4
    add t0, t0, a2
    addi t1, t1, CACHE_LINE
    bltu t1, t2, 2f
    li t1, 0
2:  addi a1, a1, -1
    bnez a1, 1b
3:  ret

# write_pages(address, pages, step): as read_pages, with one 8-byte store of 1 a page and 7 instructions.
    .globl write_pages
write_pages:
    li t1, 0                        # the offset in the page
    li t2, LAST_OFFSET
    li t4, 1
    beqz a1, 3f
1:  add t3, a0, t1
    sd t4, 0(t3)
    add a0, a0, a2
    addi t1, t1, CACHE_LINE
    bltu t1, t2, 2f
    li t1, 0
2:  addi a1, a1, -1
    bnez a1, 1b
3:  ret
