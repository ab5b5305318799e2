# dirname: each path without its last part.
    .include "macros.inc"
    .include "options.inc"

    .text
    .globl main
main:
    enter 2
    la a2, options
    li a3, OPTIONS_FIRST
    call parse_options
    mv s0, a0
    mv s1, a1
    beqz s0, missing
1:  ld a0, 0(s1)
    call dir_name
    call stdout_write
    li a0, '\n'
    call putchar
    addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, 1b
    li a0, 0
    leave 2

missing:
    lstr a0, "missing operand"
    call usage_error

    .section .rodata
usage: .asciz "Usage: dirname NAME..."
    .balign 8
options:
    end_options
