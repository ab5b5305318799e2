# Bench: N times 4 KiB into a pipe and out again, in one process: two copies and two calls. Usage: pipe N
    .include "macros.inc"
    .include "sys.inc"

    .equ SIZE, 4096

    .text
    .globl main
main:
    enter 1, 16
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    mv a0, sp
    li a1, 0
    call pipe2
1:  lw a0, 4(sp)
    la a1, buffer
    li a2, SIZE
    li a7, SYS_write
    ecall
    lw a0, 0(sp)
    la a1, buffer
    li a2, SIZE
    li a7, SYS_read
    ecall
    addi s0, s0, -1
    bgtz s0, 1b
    addi a0, a0, -SIZE / 2          # the last read must have got everything
    addi a0, a0, -SIZE / 2
    snez a0, a0
    leave 1, 16

    .bss
    .balign 4096
buffer: .zero SIZE
