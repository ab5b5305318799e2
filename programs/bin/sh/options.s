# The options of `sh` and `set`: one byte each.
    .include "sh.inc"

    .text
# set_option(letter, on) -> 0, or -1 for an unknown letter
    .globl set_option
set_option:
    la t0, option_table
    la t1, options
1:  lbu t2, 0(t0)           # rows: letter, name in 15 bytes
    beqz t2, 2f
    beq t2, a0, 3f
    addi t0, t0, 16
    addi t1, t1, 1
    j 1b
2:  li a0, -1
    ret
3:  sb a1, 0(t1)
    li a0, 0
    ret

# set_option_by_name(name, on) -> 0, or -1 for an unknown name
    .globl set_option_by_name
set_option_by_name:
    enter 4
    mv s0, a0
    mv s1, a1
    la s2, option_table
    la s3, options
1:  lbu t0, 0(s2)
    li a0, -1
    beqz t0, 3f
    addi a0, s2, 1
    mv a1, s0
    call strcmp
    beqz a0, 2f
    addi s2, s2, 16
    addi s3, s3, 1
    j 1b
2:  sb s1, 0(s3)
3:  leave 4

# option_letters() -> $-: the letters of the options that are on
    .globl option_letters
option_letters:
    enter 0
    li a0, OPTION_COUNT + 1
    call scratch_alloc
    la t0, option_table
    la t1, options
    mv t2, a0
1:  lbu t3, 0(t0)
    beqz t3, 3f
    lbu t4, 0(t1)
    beqz t4, 2f
    sb t3, 0(t2)
    addi t2, t2, 1
2:  addi t0, t0, 16
    addi t1, t1, 1
    j 1b
3:  leave 0

# print_options(): for `set -o`
    .globl print_options
print_options:
    enter 2
    la s0, option_table
    la s1, options
1:  lbu t0, 0(s0)
    beqz t0, 3f
    lbu t0, 0(s1)
    lstr a2, "on"
    bnez t0, 2f
    lstr a2, "off"
2:  addi a1, s0, 1
    lstr a0, "%-15s %s\n"
    call printf
    addi s0, s0, 16
    addi s1, s1, 1
    j 1b
3:  leave 2

    .section .rodata
# option letter, name, length: one row, in the order of OPTION_ERREXIT and on.
.macro option letter, name, length
    .byte \letter
    .ascii "\name"
    .zero 15 - \length
.endm
option_table:
    option 'e', "errexit", 7
    option 'x', "xtrace", 6
    option 'u', "nounset", 7
    option 'f', "noglob", 6
    option 'n', "noexec", 6
    option 'v', "verbose", 7
    option 'm', "monitor", 7
    option 'i', "interactive", 11
    option 's', "stdin", 5
    option 'a', "allexport", 9
    option 'C', "noclobber", 9
    .byte 0

    .bss
    .globl options
options: .zero OPTION_COUNT
