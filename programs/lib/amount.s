# How much of a file head and tail print: -n LINES, -c BYTES or -LINES.
    .include "macros.inc"

    .equ DEFAULT_LINES, 10

    .text
# read_amount(sign): leaves the number in amount, 10 when there is none. `sign` in front of it sets amount_signed; a '-' means nothing else.
# A wrong number ends the program.
    .globl read_amount
read_amount:
    enter 2
    mv t2, a0
    li t0, DEFAULT_LINES
    sd t0, amount, t1
    ld s0, amount_lines
    lstr s1, "invalid number of lines: '%s'"
    ld t0, amount_bytes
    beqz t0, 1f
    mv s0, t0
    lstr s1, "invalid number of bytes: '%s'"
1:  ld t0, amount_digits
    beqz t0, 2f
    mv s0, t0
2:  beqz s0, 6f
    mv a0, s0
    lbu t0, 0(a0)
    bne t0, t2, 3f
    li t1, 1
    sb t1, amount_signed, t3
    j 4f
3:  addi t0, t0, -'-'
    bnez t0, 5f
4:  addi a0, a0, 1
5:  call parse_size
    bnez a1, 7f
    sd a0, amount, t0
6:  leave 2
7:  li a0, 1
    li a1, 0
    mv a2, s1
    mv a3, s0
    call die

    .bss
    .balign 8
    .globl amount
amount: .zero 8
# The texts of the options, 0 for those that were not given.
    .globl amount_lines
amount_lines: .zero 8
    .globl amount_bytes
amount_bytes: .zero 8
    .globl amount_digits
amount_digits: .zero 8
    .globl amount_signed
amount_signed: .zero 1
