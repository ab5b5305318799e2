# Sizes for people: 512, 4.0K, 37M. Rounded up, as ls -h and its like do.
    .include "macros.inc"
    .include "human.inc"

    .text
# human_size(bytes, buffer): fills in the text
    .globl human_size
human_size:
    mv t6, a1
    li t0, 1024
    mv a3, a0
    lstr a2, "%lu"
    bltu a0, t0, 6f
    li t1, 0                        # t1 = unit
    li t2, 0                        # t2 = 1 when something was rounded away in earlier steps
1:  srli t3, a0, 10
    bltu t3, t0, 2f
    andi t4, a0, 1023
    snez t4, t4
    or t2, t2, t4
    mv a0, t3
    addi t1, t1, 1
    j 1b
2:  la t4, human_units
    add t4, t4, t1
    lbu a4, 0(t4)
    li t5, 10                       # below ten units: one decimal place
    bgeu t3, t5, 4f
    mul t4, a0, t5
    add t4, t4, t2
    addi t4, t4, 1023
    srli t4, t4, 10                 # tenths, rounded up
    li t5, 100
    bgeu t4, t5, 3f
    li t5, 10
    divu a3, t4, t5
    remu t4, t4, t5
    mv a5, a4
    mv a4, t4
    lstr a2, "%lu.%lu%c"
    j 6f
3:  li a3, 10
    lstr a2, "%lu%c"
    j 6f
4:  add t4, a0, t2
    addi t4, t4, 1023
    srli a3, t4, 10
    lstr a2, "%lu%c"
    bltu a3, t0, 6f
    li a3, 1                        # 1023.5K is 1.0M
    la t4, human_units + 1
    add t4, t4, t1
    lbu a5, 0(t4)
    li a4, 0
    lstr a2, "%lu.%lu%c"
6:  mv a0, t6
    li a1, HUMAN_SIZE
    tail snprintf

    .section .rodata
human_units: .ascii "KMGTPE"
