# test and [ inside the shell, which has words of its own for what makes no sense.
    .include "sh.inc"
    .include "conditions.inc"

    .text
# test EXPRESSION, [ EXPRESSION ] -> 0: true, 1: false, 2: an error.
    .globl do_test
do_test:
    enter 2
    addi s0, a0, -1                 # s0 = arguments
    mv s1, a1
    ld t0, 0(s1)
    lbu t1, 0(t0)
    li t2, '['
    bne t1, t2, 1f
    slli t0, s0, 3
    add t0, t0, s1
    ld a0, 0(t0)                    # the last one, or the name itself
    lstr a1, "]"
    call strcmp
    bnez a0, missing_bracket
    addi s0, s0, -1
1:  mv a0, s0
    addi a1, s1, 8
    call condition
    li t0, 2
    bne a0, t0, 3f
    slli a2, a2, 3
    la t0, messages
    add t0, t0, a2
    ld a0, 0(t0)
2:  call sh_error
    li a0, 2
3:  leave 2
missing_bracket:
    lstr a0, "[: missing ]"
    j 2b

    .section .rodata
no_operand: .asciz "test: argument expected"
no_parenthesis: .asciz "test: closing parenthesis expected"
no_number: .asciz "test: %s: not a number"
extra: .asciz "test: %s: unexpected operator"
    .balign 8
messages:                           # by CONDITION_...
    .dword no_operand, no_parenthesis, no_number, extra
