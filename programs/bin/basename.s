# basename: the last part of a path, without a suffix if one is given. -a takes several paths, -s SUFFIX too.
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
    ld t0, suffix
    bnez t0, each
    lb t0, several
    bnez t0, each
    li t0, 2
    bgtu s0, t0, extra
    bltu s0, t0, each
    ld t0, 8(s1)
    sd t0, suffix, t1
    li s0, 1
each:
    ld a0, 0(s1)
    call base_name
    call print_without_suffix
    addi s1, s1, 8
    addi s0, s0, -1
    bnez s0, each
    li a0, 0
    leave 2

# print_without_suffix(name, length): the suffix goes away unless it is the whole name
print_without_suffix:
    enter 3
    mv s0, a0
    mv s1, a1
    ld s2, suffix
    beqz s2, 1f
    mv a0, s2
    call strlen
    bgeu a0, s1, 1f
    sub s1, s1, a0
    mv a2, a0
    add a0, s0, s1
    mv a1, s2
    call memcmp
    beqz a0, 1f
    mv a0, s2
    call strlen
    add s1, s1, a0
1:  mv a0, s0
    mv a1, s1
    call stdout_write
    li a0, '\n'
    call putchar
    leave 3

missing:
    lstr a0, "missing operand"
    call usage_error
extra:
    lstr a0, "extra operand '%s'"
    ld a1, 16(s1)
    call usage_error

    .section .rodata
usage: .asciz "Usage: basename NAME [SUFFIX]\n   or: basename [-a] [-s SUFFIX] NAME..."
    .balign 8
options:
    option 'a', OPTION_SET, several
    option 's', OPTION_TEXT, suffix
    end_options

    .bss
    .balign 8
suffix: .zero 8
several: .zero 1
