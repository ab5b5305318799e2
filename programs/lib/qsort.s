# Sorting, by merging: equal elements keep their order.
    .include "macros.inc"
    .include "errno.inc"

    .text
# qsort(base, count, size, compare) -> 0, or -ENOMEM: sorts an array in place. compare(a, b) gets two addresses and returns a negative
# number, 0 or a positive one. Needs as much memory again as the array has.
    .globl qsort
qsort:
    enter 5
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv s3, a3
    mul a0, a1, a2
    call malloc
    mv s4, a0
    li a0, -ENOMEM
    beqz s4, 1f
    mv a0, s0
    mv a1, s1
    mv a2, s2
    mv a3, s3
    mv a4, s4
    call merge_sort
    mv a0, s4
    call free
    li a0, 0
1:  leave 5

# merge_sort(base, count, size, compare, scratch): sorts both halves, then merges them through scratch.
merge_sort:
    li t0, 2
    bgeu a1, t0, 1f
    ret
1:  enter 9
    mv s0, a0               # base
    mv s1, a1               # count
    mv s2, a2               # size
    mv s3, a3               # compare
    mv s4, a4               # scratch
    srli a1, s1, 1
    call merge_sort
    srli t0, s1, 1
    mul t1, t0, s2
    add s6, s0, t1          # s6 = next of the right half
    mv a0, s6
    sub a1, s1, t0
    mv a2, s2
    mv a3, s3
    mv a4, s4
    call merge_sort
    mv s5, s0               # s5 = next of the left half
    mv s7, s6               # s7 = end of the left half
    mul t0, s1, s2
    add s8, s0, t0          # s8 = end of the right half
2:  bgeu s5, s7, 4f
    bgeu s6, s8, 3f
    mv a0, s5
    mv a1, s6
    jalr s3
    bgtz a0, 4f             # on a tie the left one goes first
3:  mv a1, s5
    add s5, s5, s2
    j 5f
4:  bgeu s6, s8, 6f
    mv a1, s6
    add s6, s6, s2
5:  mv a0, s4
    mv a2, s2
    call memcpy
    add s4, s4, s2
    j 2b
6:  mul a2, s1, s2          # both halves are used up
    sub a1, s4, a2
    mv a0, s0
    call memcpy
    leave 9
