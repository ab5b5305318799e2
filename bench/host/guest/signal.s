# Bench: N signals that a process sends to itself, each taken by a handler. Usage: signal N
    .include "macros.inc"
    .include "signal.inc"

    .text
    .globl main
main:
    enter 3
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    mv s2, a0
    call getpid
    mv s1, a0
    li a0, SIGUSR1
    la a1, handler
    li a2, 0
    call signal
    bnez a0, failed
1:  mv a0, s1
    li a1, SIGUSR1
    call kill
    addi s0, s0, -1
    bgtz s0, 1b
    la t0, handled
    ld t0, 0(t0)
    sub t0, t0, s2
    snez a0, t0                     # every signal must have come
    leave 3
failed:
    li a0, 1
    leave 3

handler:
    la t0, handled
    ld t1, 0(t0)
    addi t1, t1, 1
    sd t1, 0(t0)
    ret

    .bss
    .balign 8
handled: .zero 8
