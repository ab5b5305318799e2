# test, and [ when it is called by that name: evaluates a condition. Status 0 when it holds, 1 when not, 2 when it makes no sense.
    .include "macros.inc"
    .include "conditions.inc"
    .include "errno.inc"

    .equ STATUS_SYNTAX, 2

# s0 = arguments   s1 = the first of them

    .text
    .globl main
main:
    enter 2
    addi s0, a0, -1
    addi s1, a1, 8
    ld a0, 0(a1)
    li a1, '/'
    call strrchr
    ld t0, -8(s1)
    beqz a0, 1f
    addi t0, a0, 1
1:  lhu t0, 0(t0)
    addi t0, t0, -'['
    bnez t0, 2f
    lstr a2, "missing ']'"
    beqz s0, syntax
    slli t0, s0, 3
    add t0, t0, s1
    ld t0, -8(t0)
    lhu t0, 0(t0)
    addi t0, t0, -']'
    bnez t0, syntax
    addi s0, s0, -1
2:  mv a0, s0
    mv a1, s1
    call condition
    li t0, 2
    beq a0, t0, 3f
    leave 2
3:  mv a3, a1
    bne s0, t0, 4f                  # of two words, the first was no operator
    addi t1, a2, -CONDITION_EXTRA
    bnez t1, 4f
    li a2, CONDITION_MISSING
4:  slli a2, a2, 3
    la t0, messages
    add t0, t0, a2
    ld a2, 0(t0)
syntax:
    li a0, STATUS_SYNTAX
    li a1, 0
    call die

    .section .rodata
no_operand: .asciz "missing argument after '%s'"
no_parenthesis: .asciz "')' expected"
no_number: .asciz "invalid integer '%s'"
extra: .asciz "extra argument '%s'"
    .balign 8
messages:                           # by CONDITION_...
    .dword no_operand, no_parenthesis, no_number, extra
