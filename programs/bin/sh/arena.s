# Memory that is given back all at once. A parsed command has an arena of its own; what expansion makes lives in the scratch arena until
# the command is done, so an error may jump out of anything without leaking.
    .include "sh.inc"

    .equ CHUNK_PREV, 0
    .equ CHUNK_SIZE, 8
    .equ CHUNK_HEADER, 16
    .equ CHUNK_DEFAULT, 4080

    .text
# arena_new() -> an empty arena
    .globl arena_new
arena_new:
    enter 0
    li a0, 1
    li a1, ARENA_SIZEOF
    call calloc
    beqz a0, out_of_memory
    leave 0

# arena_alloc(arena, n) -> n zeroed bytes, aligned to 8
    .globl arena_alloc
arena_alloc:
    enter 1
    mv s0, a1
    call arena_alloc_dirty
    mv a2, s0
    li a1, 0
    restore 1
    tail memset

# arena_alloc_dirty(arena, n) -> n bytes with anything in them, aligned to 8
arena_alloc_dirty:
    enter 2
    mv s0, a0
    addi s1, a1, 7
    andi s1, s1, -8
    ld t0, ARENA_CHUNK(s0)
    beqz t0, 1f
    ld t1, ARENA_USED(s0)
    ld t2, CHUNK_SIZE(t0)
    add t3, t1, s1
    bleu t3, t2, 2f
1:  li a0, CHUNK_DEFAULT    # a new chunk
    addi t0, s1, CHUNK_HEADER
    bgeu a0, t0, 11f
    mv a0, t0
11: mv t6, a0
    addi sp, sp, -16
    sd t6, 0(sp)
    call malloc
    ld t6, 0(sp)
    addi sp, sp, 16
    beqz a0, out_of_memory
    ld t1, ARENA_CHUNK(s0)
    sd t1, CHUNK_PREV(a0)
    sd t6, CHUNK_SIZE(a0)
    sd a0, ARENA_CHUNK(s0)
    mv t0, a0
    li t1, CHUNK_HEADER
    add t3, t1, s1
2:  sd t3, ARENA_USED(s0)
    add a0, t0, t1
    leave 2

# arena_mark(arena) -> a0, a1: how full it is, for arena_release
    .globl arena_mark
arena_mark:
    mv t0, a0
    ld a0, ARENA_CHUNK(t0)
    ld a1, ARENA_USED(t0)
    ret

# arena_release(arena, mark a0, mark a1): gives back all that was allocated since the mark
    .globl arena_release
arena_release:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, a2
1:  ld a0, ARENA_CHUNK(s0)
    beq a0, s1, 2f
    ld t0, CHUNK_PREV(a0)
    sd t0, ARENA_CHUNK(s0)
    call free
    j 1b
2:  sd s2, ARENA_USED(s0)
    leave 3

# arena_free(arena): gives back the arena, unless it was marked as kept
    .globl arena_free
arena_free:
    ld t0, ARENA_KEPT(a0)
    bnez t0, 1f
    enter 1
    mv s0, a0
    li a1, 0
    li a2, 0
    call arena_release
    mv a0, s0
    call free
    leave 1
1:  ret

# alloc(n) -> n zeroed bytes that live as long as the command being parsed
    .globl alloc
alloc:
    mv a1, a0
    ld a0, parse_arena
    j arena_alloc

# scratch_alloc(n) -> n zeroed bytes that live as long as the command being run
    .globl scratch_alloc
scratch_alloc:
    mv a1, a0
    ld a0, scratch
    j arena_alloc

# scratch_room(n) -> n bytes with anything in them, as long as the command being run
    .globl scratch_room
scratch_room:
    mv a1, a0
    ld a0, scratch
    j arena_alloc_dirty

# scratch_copy(text, n) -> a zero-terminated copy of n bytes, in the scratch arena
    .globl scratch_copy
scratch_copy:
    enter 2
    mv s0, a0
    mv s1, a1
    addi a0, a1, 1
    call scratch_alloc
    mv a1, s0
    mv a2, s1
    restore 2
    tail memcpy

# arena_copy(text, n) -> a zero-terminated copy of n bytes that lives as long as the command being parsed
    .globl arena_copy
arena_copy:
    enter 2
    mv s0, a0
    mv s1, a1
    addi a0, a1, 1
    call alloc
    mv a1, s0
    mv a2, s1
    restore 2
    tail memcpy

# out_of_memory(): ends the shell.
    .globl out_of_memory
out_of_memory:
    lstr a0, "out of memory"
    call sh_error
    li a0, 2
    tail _exit

    .bss
    .balign 8
# parse_arena, scratch: the two arenas in use.
    .globl parse_arena
    .globl scratch
parse_arena: .zero 8
scratch: .zero 8
