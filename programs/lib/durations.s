# Lengths of time as users write them: 2, 0.5, .25m, 3h, infinity.
    .include "macros.inc"
    .include "durations.inc"

    .text
# parse_duration(text) -> nanoseconds, or -1 when it is not a duration. Digits after the ninth decimal place do not count.
    .globl parse_duration
parse_duration:
    enter 1
    mv s0, a0
    lstr a1, "infinity"
    call strcmp
    li t0, DURATION_MAX
    beqz a0, 9f
    li t0, 0                        # t0 = seconds
    li t1, 0                        # t1 = nanoseconds
    li t6, 0                        # t6 = digits seen
    li t5, 10
    li a0, DURATION_MAX / NS_PER_SECOND / 10 / 86400
1:  lbu t2, 0(s0)
    addi t3, t2, -'0'
    bgeu t3, t5, 2f
    addi s0, s0, 1
    li t6, 1
    bgtu t0, a0, 1b                 # enough: more digits make no difference that anybody could wait for
    mul t0, t0, t5
    add t0, t0, t3
    j 1b
2:  addi t3, t2, -'.'
    bnez t3, 5f
    li t4, NS_PER_SECOND / 10       # t4 = worth of the next decimal place
3:  addi s0, s0, 1
    lbu t2, 0(s0)
    addi t3, t2, -'0'
    bgeu t3, t5, 5f
    li t6, 1
    mul t3, t3, t4
    add t1, t1, t3
    div t4, t4, t5
    j 3b
5:  beqz t6, 8f
    li t3, 1                        # t3 = seconds in the unit
    beqz t2, 7f
    lbu t4, 1(s0)
    bnez t4, 8f
    li t4, 's'
    beq t2, t4, 7f
    li t3, 60
    li t4, 'm'
    beq t2, t4, 7f
    li t3, 60 * 60
    li t4, 'h'
    beq t2, t4, 7f
    li t3, 24 * 60 * 60
    li t4, 'd'
    bne t2, t4, 8f
7:  li t4, NS_PER_SECOND
    mul t0, t0, t4
    add t0, t0, t1
    mul t0, t0, t3
    bgez t0, 9f
    li t0, DURATION_MAX
    j 9f
8:  li t0, -1
9:  mv a0, t0
    leave 1
