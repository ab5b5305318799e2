# The heap: blocks cut from memory that brk adds, kept in a list by address while they are free so that neighbours can be joined.
    .include "macros.inc"

# A block begins with its size in bytes (header included, a multiple of 16); a free one goes on with the next free block's address.
    .equ BLOCK_SIZE, 0
    .equ BLOCK_NEXT, 8
    .equ HEADER, 16
    .equ GROWTH, 65536      # ask the kernel for at least this much

    .text
# malloc(n) -> n bytes aligned to 16, or 0 when memory is out. malloc(0) gives a block of its own too.
    .globl malloc
malloc:
    enter 1
    li t0, 1 << 47          # nothing that large exists, and the rounding below must not wrap around
    bgeu a0, t0, 9f
    addi s0, a0, HEADER + 15
    andi s0, s0, -16        # s0 = bytes needed, with header
1:  la t0, free_list - BLOCK_NEXT
2:  ld t1, BLOCK_NEXT(t0)   # t0 = block before, t1 = this one
    beqz t1, 4f
    ld t2, BLOCK_SIZE(t1)
    bgeu t2, s0, 3f
    mv t0, t1
    j 2b
3:  sub t2, t2, s0          # what is left over
    li t3, 2 * HEADER
    bltu t2, t3, 31f
    add t4, t1, s0          # cut: the rest stays in the list in this block's place
    sd t2, BLOCK_SIZE(t4)
    ld t5, BLOCK_NEXT(t1)
    sd t5, BLOCK_NEXT(t4)
    sd t4, BLOCK_NEXT(t0)
    sd s0, BLOCK_SIZE(t1)
    j 32f
31: ld t5, BLOCK_NEXT(t1)
    sd t5, BLOCK_NEXT(t0)
32: addi a0, t1, HEADER
    leave 1
4:  mv a0, s0
    call grow
    bnez a0, 1b
9:  li a0, 0
    leave 1

# grow(n) -> 1 when the free list got a block of at least n bytes, 0 when the kernel gives no more
grow:
    enter 3
    mv s1, a0
    li t0, GROWTH
    bgeu s1, t0, 1f
    mv s1, t0
1:  la s2, heap_end
    ld s0, 0(s2)
    bnez s0, 2f
    li a0, 0                # first time: where does the heap start?
    call brk
    addi s0, a0, 15
    andi s0, s0, -16
2:  add a0, s0, s1
    call brk
    add t0, s0, s1
    bne a0, t0, 3f          # brk answers with the old end when it fails
    sd t0, 0(s2)
    sd s1, BLOCK_SIZE(s0)
    addi a0, s0, HEADER
    call free
    li a0, 1
    leave 3
3:  li a0, 0
    leave 3

# free(block): gives back what malloc, calloc or realloc gave; 0 is allowed
    .globl free
free:
    beqz a0, 5f
    addi a0, a0, -HEADER
    la t0, free_list - BLOCK_NEXT
1:  ld t1, BLOCK_NEXT(t0)   # find the neighbours: t0 < a0 < t1
    beqz t1, 2f
    bgtu t1, a0, 2f
    mv t0, t1
    j 1b
2:  sd t1, BLOCK_NEXT(a0)
    sd a0, BLOCK_NEXT(t0)
    ld t2, BLOCK_SIZE(a0)
    add t3, a0, t2
    bne t3, t1, 3f          # join with the block after
    ld t4, BLOCK_SIZE(t1)
    add t2, t2, t4
    sd t2, BLOCK_SIZE(a0)
    ld t4, BLOCK_NEXT(t1)
    sd t4, BLOCK_NEXT(a0)
3:  la t3, free_list - BLOCK_NEXT
    beq t0, t3, 5f          # the head of the list is no block
    ld t3, BLOCK_SIZE(t0)
    add t4, t0, t3
    bne t4, a0, 5f          # join with the block before
    add t3, t3, t2
    sd t3, BLOCK_SIZE(t0)
    ld t4, BLOCK_NEXT(a0)
    sd t4, BLOCK_NEXT(t0)
5:  ret

# calloc(count, size) -> zeroed memory for count things of size bytes, or 0
    .globl calloc
calloc:
    enter 2
    mulhu t0, a0, a1
    mul s0, a0, a1
    li a0, 0
    bnez t0, 1f
    mv a0, s0
    call malloc
    beqz a0, 1f
    li a1, 0
    mv a2, s0
    call memset
1:  leave 2

# realloc(block, n) -> the block with room for n bytes, moved if need be; 0 when memory is out, the old block then stays. block may be 0.
    .globl realloc
realloc:
    enter 3
    mv s0, a0
    mv s1, a1
    beqz a0, 1f
    ld t0, BLOCK_SIZE - HEADER(a0)
    addi t0, t0, -HEADER
    bgeu t0, a1, 3f         # it has room already
1:  mv a0, s1
    call malloc
    beqz a0, 4f
    beqz s0, 4f
    mv s2, a0
    mv a1, s0
    ld a2, BLOCK_SIZE - HEADER(s0)
    addi a2, a2, -HEADER
    call memcpy
    mv a0, s0
    call free
    mv a0, s2
    leave 3
3:  mv a0, s0
4:  leave 3

    .bss
    .balign 16
free_list: .zero 8
heap_end: .zero 8
