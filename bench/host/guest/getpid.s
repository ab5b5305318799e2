# Bench: N system calls that do nothing but answer. Usage: getpid N
    .include "macros.inc"
    .include "sys.inc"

    .text
    .globl main
main:
    enter 1, 0
    ld a0, 8(a1)
    call atoi
    mv s0, a0
1:  li a7, SYS_getpid
    ecall
    addi s0, s0, -1
    bgtz s0, 1b
    li a0, 0
    leave 1, 0
