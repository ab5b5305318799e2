# Bench: N times 64 fresh pages mapped, written and unmapped: 64 page faults each. Usage: fault N
    .include "macros.inc"
    .include "sys.inc"

    .equ PAGE, 4096
    .equ LENGTH, 64 * PAGE
    .equ PROT_READ_WRITE, 3
    .equ MAP_PRIVATE_ANONYMOUS, 0x22

    .text
    .globl main
main:
    enter 1, 0
    ld a0, 8(a1)
    call atoi
    mv s0, a0
1:  li a0, 0
    li a1, LENGTH
    li a2, PROT_READ_WRITE
    li a3, MAP_PRIVATE_ANONYMOUS
    li a4, -1
    li a5, 0
    li a7, SYS_mmap
    ecall
    li t0, PAGE
    li t1, LENGTH
    add t1, a0, t1
    mv t2, a0
2:  sb zero, 0(t2)
    add t2, t2, t0
    bltu t2, t1, 2b
    li a1, LENGTH
    li a7, SYS_munmap
    ecall
    bnez a0, 3f
    addi s0, s0, -1
    bgtz s0, 1b
3:  snez a0, a0
    leave 1, 0
