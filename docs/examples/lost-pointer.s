# A list of three numbers is added up. One link of it is wrong.
    .globl main
main:
    addi sp, sp, -16
    sd ra, 8(sp)
    la a0, first
    call forget
    la a0, first
    call total
    ld ra, 8(sp)
    addi sp, sp, 16
    ret

# Adds up a list: a0 is its first element, each of a link and a number.
total:
    mv t0, a0
    li a0, 0
1:  beqz t0, 2f
    ld t1, 8(t0)
    add a0, a0, t1
    ld t0, 0(t0)
    j 1b
2:  ret

# Means to unlink the second element, and writes its number in the place of the link.
forget:
    ld t0, 0(a0)
    ld t1, 8(t0)
    sd t1, 0(a0)
    ret

    .data
    .balign 8
first:  .dword second, 10
second: .dword third, 20
third:  .dword 0, 30
