# Copies of strings on the heap.
    .include "macros.inc"

    .text
# strdup(s) -> a copy from malloc, or 0 when memory is out
    .globl strdup
strdup:
    enter 1
    mv s0, a0
    call strlen
    mv a1, a0
    mv a0, s0
    restore 1
    # falls into strndup

# strndup(s, n) -> a zero-terminated copy of exactly n bytes, or 0 when memory is out
    .globl strndup
strndup:
    enter 2
    mv s0, a0
    mv s1, a1
    addi a0, a1, 1
    call malloc
    beqz a0, 1f
    add t0, a0, s1
    sb zero, 0(t0)
    mv a1, s0
    mv a2, s1
    call memcpy
1:  leave 2
