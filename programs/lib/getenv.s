# The environment.
    .include "macros.inc"

    .text
# getenv(name) -> the value, or 0 when the variable is not set
    .globl getenv
getenv:
    enter 3
    mv s0, a0
    call strlen
    mv s1, a0
    la t0, environ
    ld s2, 0(t0)
1:  ld a0, 0(s2)
    beqz a0, 3f
    mv a1, s0
    mv a2, s1
    call strncmp
    bnez a0, 2f
    ld a0, 0(s2)
    add a0, a0, s1
    lbu t0, 0(a0)
    addi a0, a0, 1
    li t1, '='
    beq t0, t1, 3f
2:  addi s2, s2, 8
    j 1b
3:  leave 3
