# rmdir: removes empty directories. -p removes those above too, as long as they are empty: `rmdir -p a/b` is `rmdir a/b a`.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .text
    .globl main
main:
    enter 3
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    li s2, 0                        # s2 = status
    beqz s0, missing
next_operand:
    ld a0, 0(s1)
    call rmdir
    lstr a1, "failed to remove '%s'"
    bltz a0, failed
    lb t0, parents
    beqz t0, operand_done
next_parent:
    ld a0, 0(s1)
    call dir_name
    add t0, a0, a1
    ld t1, 0(s1)
    bne a0, t1, operand_done        # "." that is not in the path: nothing is left of it
    sb zero, 0(t0)
    call rmdir
    lstr a1, "failed to remove directory '%s'"
    bltz a0, failed
    ld a0, 0(s1)
    li a1, '/'
    call strchr
    bnez a0, next_parent
    j operand_done
failed:
    ld a2, 0(s1)
    call warn
    li s2, 1
operand_done:
    addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, next_operand
    mv a0, s2
    leave 3

missing:
    lstr a0, "missing operand"
    call usage_error

    .section .rodata
usage: .asciz "Usage: rmdir [-p] DIRECTORY..."
    .balign 8
options:
    option 'p', OPTION_SET, parents
    end_options

    .bss
parents: .zero 1
