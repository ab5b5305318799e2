# Numbers out of text.
    .include "macros.inc"

    .text
# atoi(s) -> the decimal number that s starts with, 0 when it starts with none
    .globl atoi
atoi:
    li a1, 0
    li a2, 10
    # falls into strtol

# strtol(s, end, base) -> the number that s starts with, after blanks and a sign. base 0 takes 0x.. as hexadecimal, 0.. as octal, others
# as decimal; base 16 allows 0x. *end (unless end is 0) gets the address of the first character not used, s itself when there is no digit.
# A number beyond 64 bits wraps around.
    .globl strtol
    .globl strtoul
strtol:
strtoul:
    mv t0, a0
1:  lbu t1, 0(t0)           # blanks
    addi t2, t1, -' '
    beqz t2, 2f
    addi t2, t1, -'\t'
    sltiu t2, t2, '\r' - '\t' + 1
    beqz t2, 3f
2:  addi t0, t0, 1
    j 1b
3:  li t6, 0                # 1 when the sign is a minus
    addi t2, t1, -'-'
    seqz t6, t2
    beqz t2, 4f
    addi t2, t1, -'+'
    bnez t2, 5f
4:  addi t0, t0, 1
5:  andi t2, a2, ~16        # base 0 or 16: is there a prefix?
    bnez t2, 8f
    lbu t1, 0(t0)
    li t2, '0'
    bne t1, t2, 7f
    lbu t1, 1(t0)
    ori t1, t1, 0x20
    li t2, 'x'
    bne t1, t2, 6f
    lbu t1, 2(t0)           # a prefix only when a digit follows; else the number is the 0
    addi t2, t1, -'0'
    sltiu t2, t2, 10
    bnez t2, 55f
    ori t1, t1, 0x20
    addi t2, t1, -'a'
    sltiu t2, t2, 6
    beqz t2, 6f
55: addi t0, t0, 2
    li a2, 16
    j 8f
6:  bnez a2, 8f
    li a2, 8
    j 8f
7:  bnez a2, 8f
    li a2, 10
8:  li t5, 0                # the number
    li t4, 0                # 1 once a digit was seen
9:  lbu t1, 0(t0)
    addi t2, t1, -'0'
    sltiu t3, t2, 10
    bnez t3, 10f
    ori t1, t1, 0x20
    addi t2, t1, -'a'
    sltiu t3, t2, 26
    beqz t3, 11f
    addi t2, t2, 10
10: bgeu t2, a2, 11f
    mul t5, t5, a2
    add t5, t5, t2
    li t4, 1
    addi t0, t0, 1
    j 9b
11: beqz a1, 12f
    sd a0, 0(a1)
    beqz t4, 12f
    sd t0, 0(a1)
12: mv a0, t5
    beqz t6, 13f
    neg a0, a0
13: ret
