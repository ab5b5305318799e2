# Bench: N times fork, exit in the child, wait in the parent. Usage: forkwait N
    .include "macros.inc"
    .include "sys.inc"

    .text
    .globl main
main:
    enter 1, 16
    ld a0, 8(a1)
    call atoi
    mv s0, a0
1:  call fork
    bnez a0, 2f
    li a7, SYS_exit_group
    ecall
2:  mv a1, sp
    li a2, 0
    call waitpid
    addi s0, s0, -1
    bgtz s0, 1b
    li a0, 0
    leave 1, 16
