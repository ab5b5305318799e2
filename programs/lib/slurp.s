# Whole files in memory, for the filters that must have seen the end before they can begin.
    .include "macros.inc"
    .include "errno.inc"

    .equ SLURP_FIRST, 65536

    .text
# slurp(fd) -> a0 = text (malloc'ed, a spare zero byte after it), a1 = length; a0 = 0 and a1 = -errno when it cannot be read
    .globl slurp
slurp:
    enter 4
    mv s0, a0
    li s2, 0                        # s2 = bytes read
    li s3, SLURP_FIRST              # s3 = room
    mv a0, s3
    call malloc
    mv s1, a0                       # s1 = text
    beqz s1, 4f
1:  addi t0, s2, 1
    bltu t0, s3, 2f
    slli s3, s3, 1
    mv a0, s1
    mv a1, s3
    call realloc
    beqz a0, 4f
    mv s1, a0
2:  mv a0, s0
    add a1, s1, s2
    sub a2, s3, s2
    addi a2, a2, -1
    call read_some
    bltz a0, 5f
    add s2, s2, a0
    bnez a0, 1b
    add t0, s1, s2
    sb zero, 0(t0)
    mv a0, s1
    mv a1, s2
    leave 4
4:  li a0, -ENOMEM
5:  mv a1, a0
    li a0, 0
    leave 4
