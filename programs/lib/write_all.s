# A write may take only part of what it is given; most callers want all of it out.
    .include "macros.inc"
    .include "errno.inc"

    .text
# write_all(fd, text, length) -> 0, or -errno: writes until everything is out; an interrupted write goes on
    .globl write_all
write_all:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, a2
1:  beqz s2, 2f
    mv a0, s0
    mv a1, s1
    mv a2, s2
    call write
    li t0, -EINTR
    beq a0, t0, 1b
    bltz a0, 3f
    add s1, s1, a0
    sub s2, s2, a0
    j 1b
2:  li a0, 0
3:  leave 3
