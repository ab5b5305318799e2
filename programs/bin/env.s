# env: prints the environment, or runs a program in a changed one: env [-i] [-u NAME]... [NAME=VALUE]... [PROGRAM [ARGUMENT]...].
# -i begins with an empty environment, -u takes a variable away, -0 ends lines with a zero.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .text
    .globl main
main:
    enter 3
    mv s0, a0
    mv s1, a1
    call own_environment            # before -i and -u change it
    mv a0, s0
    mv a1, s1
    la a2, options
    li a3, OPTIONS_FIRST
    call parse_options
    mv s0, a0
    mv s1, a1
1:  beqz s0, print
    ld a0, 0(s1)
    li a1, '='
    call strchr
    beqz a0, run
    ld a0, 0(s1)
    call set_variable
    addi s1, s1, 8
    addi s0, s0, -1
    j 1b
run:
    ld s2, environ
    ld a0, 0(s1)
    mv a1, s1
    mv a2, s2
    call execute
    mv s0, a0
    lstr a1, "'%s'"
    ld a2, 0(s1)
    call warn
    mv a0, s0
    call not_run_status
    leave 3
print:
    ld s0, environ
1:  ld a1, 0(s0)
    beqz a1, 2f
    lstr a0, "%s"
    call printf
    lb t0, zero_ended
    seqz t0, t0
    li a0, '\n'
    mul a0, a0, t0
    call putchar
    addi s0, s0, 8
    j 1b
2:  li a0, 0
    leave 3

# own_environment(): replaces `environ` by a copy with room for as many more variables as there are arguments (s0)
own_environment:
    enter 3
    ld s1, environ
    mv t0, s1
1:  ld t1, 0(t0)
    addi t0, t0, 8
    bnez t1, 1b
    sub s2, t0, s1                  # s2 = bytes, the closing 0 included
    slli a0, s0, 3
    add a0, a0, s2
    call malloc
    sd a0, environ, t0
    mv a1, s1
    mv a2, s2
    call memcpy
    leave 3

# set_variable("NAME=VALUE"): replaces the variable, or adds it at the end
set_variable:
    enter 2
    mv s0, a0
    li a1, '='
    call strchr
    addi t0, a0, 1
    sub a1, t0, s0
    mv a0, s0
    call find_variable
    ld t0, 0(a0)
    sd s0, 0(a0)
    bnez t0, 1f
    sd zero, 8(a0)
1:  leave 2

# unset_variable(name): -u
unset_variable:
    enter 2
    mv s0, a0
    call strlen
    addi a0, a0, 2
    call malloc
    mv s1, a0
    mv a1, s0
    call strcpy
    mv a0, s1
    lstr a1, "="
    call strcat
    mv a0, s1
    call strlen
    mv a1, a0
    mv a0, s1
    call find_variable
1:  ld t0, 0(a0)                    # close the gap
    beqz t0, 2f
    ld t0, 8(a0)
    sd t0, 0(a0)
    addi a0, a0, 8
    j 1b
2:  leave 2

# find_variable(text, length) -> where in `environ` the variable stands that begins with that text (NAME=), or where the list ends
find_variable:
    enter 3
    mv s0, a0
    mv s1, a1
    ld s2, environ
1:  ld a0, 0(s2)
    beqz a0, 2f
    mv a1, s0
    mv a2, s1
    call strncmp
    beqz a0, 2f
    addi s2, s2, 8
    j 1b
2:  mv a0, s2
    leave 3

# clear_environment(): -i
clear_environment:
    ld t0, environ
    sd zero, 0(t0)
    ret

    .section .rodata
usage: .asciz "Usage: env [-i0] [-u NAME]... [NAME=VALUE]... [PROGRAM [ARGUMENT]...]"
    .balign 8
options:
    option 'i', OPTION_CALL, clear_environment
    option 'u', OPTION_CALL_TEXT, unset_variable
    option '0', OPTION_SET, zero_ended
    end_options 125

    .bss
zero_ended: .zero 1
