# Bench: N signals to oneself, each taken by a handler that returns. Usage: signal N
    .include "macros.inc"
    .include "sys.inc"
    .include "signal.inc"

    .text
    .globl main
main:
    enter 2, 0
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    li a0, SIGUSR1
    la a1, handler
    li a2, 0
    call signal
    call getpid
    mv s1, a0
1:  mv a0, s1
    li a1, SIGUSR1
    li a7, SYS_kill
    ecall
    bnez a0, 2f
    addi s0, s0, -1
    bgtz s0, 1b
2:  snez a0, a0
    leave 2, 0
handler:
    ret
