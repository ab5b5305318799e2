# A text as an array of lines: each entry is its address and its length without the newline (8 bytes each).
    .include "macros.inc"
    .include "lines.inc"

    .text
# split_lines(text, length, array, count) -> a0 = array, a1 = count: appends the lines of the text to a malloc'ed array of `count` lines
# (0 and 0 to begin with). A last line without a newline is a line. a0 = 0 when memory is out.
    .globl split_lines
split_lines:
    enter 5
    mv s0, a0
    add s1, a0, a1                  # s1 = end of the text
    mv s2, a2
    mv s3, a3
    mv t0, s0                       # first count, so that the array grows once only
    li a1, 1
    add a1, a1, s3
1:  beq t0, s1, 2f
    lbu t1, 0(t0)
    addi t0, t0, 1
    addi t1, t1, -'\n'
    bnez t1, 1b
    addi a1, a1, 1
    j 1b
2:  mv a0, s2
    slli a1, a1, 4
    call realloc
    beqz a0, 6f
    mv s2, a0
3:  bgeu s0, s1, 5f
    slli s4, s3, 4
    add s4, s4, s2
    sd s0, LINE_TEXT(s4)
    mv a0, s0
    li a1, '\n'
    sub a2, s1, s0
    call memchr
    bnez a0, 4f
    mv a0, s1
4:  sub t0, a0, s0
    sd t0, LINE_LENGTH(s4)
    addi s0, a0, 1
    addi s3, s3, 1
    j 3b
5:  mv a0, s2
    mv a1, s3
6:  leave 5
