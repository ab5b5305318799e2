# Bench: for ever, a walk over 16 KiB with a load, some arithmetic, a store and a branch in each step. Usage: spin
    .include "macros.inc"

    .equ SIZE, 16384
    .equ STEP, 64

    .text
    .globl main
main:
    la t0, array
    li t1, SIZE
    add t1, t0, t1
1:  mv t2, t0
2:  ld t3, 0(t2)
    slli t4, t3, 1
    xor t3, t3, t4
    addi t3, t3, 1
    sd t3, 0(t2)
    addi t2, t2, STEP
    bltu t2, t1, 2b
    j 1b

    .bss
    .balign 4096
array: .zero SIZE
