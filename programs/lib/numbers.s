# Numbers as users write them on command lines.
    .include "macros.inc"

    .text
# parse_size(text) -> a0 = number, a1 = 0; a1 = 1 when the text is not a decimal number with an optional b, K, M or G (times 512, 1024, ...)
    .globl parse_size
parse_size:
    lbu t0, 0(a0)                   # a digit must come first: strtol would take blanks and signs
    addi t0, t0, -'0'
    li t1, 10
    bgeu t0, t1, 9f
    enter 1, 16
    mv a1, sp
    li a2, 10
    call strtol
    mv s0, a0
    ld t0, 0(sp)
    lbu t1, 0(t0)
    beqz t1, 3f
    lbu t2, 1(t0)
    bnez t2, 2f
    li t3, 9
    li t2, 'b'
    beq t1, t2, 1f
    li t3, 10
    li t2, 'K'
    beq t1, t2, 1f
    li t2, 'k'
    beq t1, t2, 1f
    li t3, 20
    li t2, 'M'
    beq t1, t2, 1f
    li t3, 30
    li t2, 'G'
    bne t1, t2, 2f
1:  sll s0, s0, t3
    j 3f
2:  li a1, 1
    leave 1, 16
3:  mv a0, s0
    li a1, 0
    leave 1, 16
9:  li a1, 1
    ret
