# What an error number means, in words. The table is one row per error, in the order of the numbers.
    .include "macros.inc"
    .include "tables.inc"

    .equ UNKNOWN_SIZE, 40

    .text
# strerror(errno) -> the message; errno may be negative, as system calls return it. An unknown one gives "Unknown error N", in a buffer
# that the next unknown one overwrites.
    .globl strerror
strerror:
    enter 0
    bgez a0, 1f
    neg a0, a0
1:  la t0, messages
2:  lhu t1, 0(t0)           # rows: 2 bytes number, the text
    beq t1, a0, 4f
    bgtu t1, a0, 5f
    addi t0, t0, 2
3:  lbu t2, 0(t0)
    addi t0, t0, 1
    bnez t2, 3b
    addi t1, t0, 1          # the next row stands on an even address
    andi t0, t1, -2
    j 2b
4:  addi a0, t0, 2
    leave 0
5:  mv a3, a0
    lstr a2, "Unknown error %d"
    la a0, unknown
    li a1, UNKNOWN_SIZE
    call snprintf
    la a0, unknown
    leave 0

    .bss
unknown: .zero UNKNOWN_SIZE

# error number, text: one row of the table.
.macro error number, text
    .half \number
    .asciz "\text"
    .balign 2
.endm

    .section .rodata
    .balign 2
messages:
    error 0, "Success"
    each_error error
    .half 0xffff            # above every error number: ends the search
