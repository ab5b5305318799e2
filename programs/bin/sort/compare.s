# sort: how two lines compare: as bytes, without regard to case, as numbers.
    .include "macros.inc"
    .include "lines.inc"

    .text
# compare(a, b) -> negative, 0 or positive: two lines
    .globl compare
compare:
    enter 8
    mv s0, a0
    mv s1, a1
    call find_key
    mv s2, a0
    mv s3, a1
    mv a0, s1
    call find_key
    mv a3, a1
    mv a2, a0
    mv a0, s2
    mv a1, s3
    lb t0, numeric
    bnez t0, 1f
    lb t0, fold_case
    bnez t0, 2f
    call compare_bytes
    j 3f
1:  call compare_numbers
    j 3f
2:  call compare_folded
3:  lb t0, reverse
    bnez a0, 5f
    lb t1, unique
    lb t2, stable
    or t1, t1, t2
    bnez t1, 6f
    ld a0, LINE_TEXT(s0)            # the last resort: all of the line
    ld a1, LINE_LENGTH(s0)
    ld a2, LINE_TEXT(s1)
    ld a3, LINE_LENGTH(s1)
    call compare_bytes
    lb t0, reverse_all
5:  beqz t0, 6f
    neg a0, a0
6:  leave 8

# compare_bytes(text a, length a, text b, length b)
compare_bytes:
    enter 2
    mv s0, a1
    mv s1, a3
    mv a1, a2
    mv a2, s0
    bleu s0, s1, 1f
    mv a2, s1
1:  call memcmp
    bnez a0, 2f
    sub a0, s0, s1
2:  leave 2

# compare_folded(text a, length a, text b, length b): small letters as capitals
compare_folded:
    add t0, a0, a1
    add t1, a2, a3
1:  sltu t2, a0, t0
    sltu t3, a2, t1
    and t4, t2, t3
    beqz t4, 2f
    lbu t2, 0(a0)
    lbu t3, 0(a2)
    addi a0, a0, 1
    addi a2, a2, 1
    addi t4, t2, -'a'
    sltiu t4, t4, 26
    slli t4, t4, 5
    sub t2, t2, t4
    addi t4, t3, -'a'
    sltiu t4, t4, 26
    slli t4, t4, 5
    sub t3, t3, t4
    beq t2, t3, 1b
2:  sub a0, t2, t3
    ret

# compare_numbers(text a, length a, text b, length b): as decimal numbers of any length, with a minus and a fraction; a text without
# digits is 0
compare_numbers:
    enter 10
    mv s8, a2
    mv s9, a3
    call number_parts
    mv s0, a0                       # a: s0 = sign, s1, s2 = whole part and its end, s3, s4 = fraction and its end
    mv s1, a1
    mv s2, a2
    mv s3, a3
    mv s4, a4
    mv a0, s8
    mv a1, s9
    call number_parts
    mv s5, a0                       # b: s5, a1 to a4
    sub a0, s0, s5                  # different signs decide
    bnez a0, 6f
    sub t0, s2, s1                  # else the longer whole part
    sub t1, a2, a1
    sub a0, t0, t1
    bnez a0, 5f
1:  beq s1, s2, 2f                  # or the first digit that differs
    lbu t0, 0(s1)
    lbu t1, 0(a1)
    sub a0, t0, t1
    bnez a0, 5f
    addi s1, s1, 1
    addi a1, a1, 1
    j 1b
2:  sltu t2, s3, s4                 # a missing decimal place is a 0
    sltu t3, a3, a4
    or t0, t2, t3
    beqz t0, 6f
    li t0, '0'
    li t1, '0'
    beqz t2, 3f
    lbu t0, 0(s3)
3:  beqz t3, 4f
    lbu t1, 0(a3)
4:  sub a0, t0, t1
    addi s3, s3, 1
    addi a3, a3, 1
    beqz a0, 2b
5:  mul a0, a0, s0                  # the greater of two negative numbers is less
6:  leave 10

# number_parts(text, length) -> a0 = 1, 0 or -1, a1, a2 = whole part without leading zeros and its end, a3, a4 = fraction and its end
number_parts:
    add t0, a0, a1                  # t0 = end
    li t6, 1
    li t5, 10
1:  beq a0, t0, 2f
    lbu t1, 0(a0)
    addi t2, t1, -' '
    beqz t2, 11f
    addi t2, t1, -'\t'
    bnez t2, 2f
11: addi a0, a0, 1
    j 1b
2:  beq a0, t0, 3f
    addi t2, t1, -'-'
    bnez t2, 3f
    li t6, -1
    addi a0, a0, 1
3:  beq a0, t0, 4f                  # leading zeros
    lbu t1, 0(a0)
    addi t2, t1, -'0'
    bnez t2, 4f
    addi a0, a0, 1
    j 3b
4:  mv a1, a0
5:  beq a0, t0, 6f
    lbu t1, 0(a0)
    addi t2, t1, -'0'
    bgeu t2, t5, 6f
    addi a0, a0, 1
    j 5b
6:  mv a2, a0
    mv a3, a0
    mv a4, a0
    li t4, 0                        # t4 = 1 when the fraction has a digit that is not 0
    beq a0, t0, 8f
    addi t2, t1, -'.'
    bnez t2, 8f
    addi a0, a0, 1
    mv a3, a0
7:  mv a4, a0
    beq a0, t0, 8f
    lbu t1, 0(a0)
    addi t2, t1, -'0'
    bgeu t2, t5, 8f
    snez t2, t2
    or t4, t4, t2
    addi a0, a0, 1
    j 7b
8:  mv a0, t6
    bne a1, a2, 9f
    bnez t4, 9f
    li a0, 0                        # zero has no sign
9:  ret
