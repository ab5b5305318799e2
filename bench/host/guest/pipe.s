# Bench: N blocks of 64 KiB through a pipe, from a parent to its child. Usage: pipe N
    .include "macros.inc"

    .equ BLOCK, 65536
    .equ READ_END, 0
    .equ WRITE_END, 4
    .equ STATUS, 8

# s0 = blocks left   s1 = the child   s2 = bytes the child has yet to read

    .text
    .globl main
main:
    enter 3, 16
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    li t0, BLOCK
    mul s2, s0, t0
    mv a0, sp
    li a1, 0
    call pipe2
    bltz a0, failed
    call fork
    bltz a0, failed
    mv s1, a0
    beqz a0, child
    lw a0, READ_END(sp)
    call close
1:  lw a0, WRITE_END(sp)
    la a1, block
    li a2, BLOCK
    call write_all
    bnez a0, failed
    addi s0, s0, -1
    bgtz s0, 1b
    lw a0, WRITE_END(sp)
    call close
    mv a0, s1
    addi a1, sp, STATUS
    li a2, 0
    call waitpid
    lw a0, STATUS(sp)
    snez a0, a0
    leave 3, 16
child:
    lw a0, WRITE_END(sp)
    call close
2:  lw a0, READ_END(sp)
    la a1, block
    li a2, BLOCK
    call read
    bltz a0, failed
    sub s2, s2, a0
    bnez a0, 2b
    snez a0, s2                     # all of it must have come
    leave 3, 16
failed:
    li a0, 1
    leave 3, 16

    .bss
    .balign 4096
block: .zero BLOCK
