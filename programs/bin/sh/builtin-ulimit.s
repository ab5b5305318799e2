# ulimit [-HS] [-a | -LETTER] [NUMBER | unlimited]: shows or sets a limit of this shell and what it starts, in dash's words and units.
    .include "sh.inc"
    .include "errno.inc"

    .equ SOFT, 1
    .equ HARD, 2
    .equ PAIR_SOFT, 0           # struct rlimit
    .equ PAIR_HARD, 8
# A row of the table of limits.
    .equ LIMIT_LETTER, 0
    .equ LIMIT_RESOURCE, 1
    .equ LIMIT_SHIFT, 2         # of its unit: 10 is KiB
    .equ LIMIT_NAME, 3
    .equ LIMIT_SIZEOF, 32
    .equ RLIM_INFINITY, -1

    .text
    .globl do_ulimit
do_ulimit:
    enter 6, 32
    addi s0, a1, 8          # words
    li s1, 0                # which of the two: neither was named
    la s2, file_row
    li s3, 0                # all
1:  ld t0, 0(s0)
    beqz t0, operand
    lbu t1, 0(t0)
    li t2, '-'
    bne t1, t2, operand
    lbu t1, 1(t0)
    beqz t1, operand
    addi s0, s0, 8
    addi s4, t0, 1
2:  lbu a0, 0(s4)
    beqz a0, 1b
    addi s4, s4, 1
    li t0, 'H'
    bne a0, t0, 3f
    ori s1, s1, HARD
    j 2b
3:  li t0, 'S'
    bne a0, t0, 4f
    ori s1, s1, SOFT
    j 2b
4:  li t0, 'a'
    bne a0, t0, 5f
    li s3, 1
    j 2b
5:  mv s5, a0
    call limit_row
    mv s2, a0
    bnez a0, 2b
    mv a1, s5
    lstr a0, "ulimit: Illegal option -%c"
    call sh_error
    j bad
operand:
    bnez s1, 6f
    li s1, SOFT | HARD
6:  ld s4, 0(s0)
    bnez s4, set
    bnez s3, show_all
    mv a0, s2
    mv a1, s1
    call show_limit
    li a0, 0
    leave 6, 32
show_all:
    la s2, limits
7:  lbu t0, LIMIT_LETTER(s2)
    beqz t0, 8f
    addi a1, s2, LIMIT_NAME
    lstr a0, "%-20s "
    call printf
    mv a0, s2
    mv a1, s1
    call show_limit
    addi s2, s2, LIMIT_SIZEOF
    j 7b
8:  li a0, 0
    leave 6, 32
set:
    ld t0, 8(s0)
    or t0, t0, s3
    bnez t0, too_many
    mv a0, s4
    lstr a1, "unlimited"
    call strcmp
    li s5, RLIM_INFINITY
    beqz a0, 9f
    lbu t0, 0(s4)
    addi t0, t0, -'0'
    sltiu t0, t0, 10
    beqz t0, bad_number
    mv a0, s4
    addi a1, sp, 16
    li a2, 10
    call strtol
    ld t0, 16(sp)
    lbu t0, 0(t0)
    bnez t0, bad_number
    lbu t0, LIMIT_SHIFT(s2)
    sll s5, a0, t0
9:  lbu a0, LIMIT_RESOURCE(s2)
    mv a1, sp
    call getrlimit
    andi t0, s1, HARD
    beqz t0, 10f
    sd s5, PAIR_HARD(sp)
10: andi t0, s1, SOFT
    beqz t0, 11f
    sd s5, PAIR_SOFT(sp)
11: lbu a0, LIMIT_RESOURCE(s2)
    mv a1, sp
    call setrlimit
    bltz a0, 12f
    li a0, 0
    leave 6, 32
12: neg a0, a0
    lstr a1, "ulimit: error setting limit"
    call warn
    j bad
too_many:
    lstr a0, "ulimit: too many arguments"
    call sh_error
    j bad
bad_number:
    lstr a0, "ulimit: bad number"
    call sh_error
bad:
    li a0, STATUS_SYNTAX
    leave 6, 32

# show_limit(row, which): its value on standard output, the soft one where both are meant
show_limit:
    enter 2, 16
    mv s0, a0
    mv s1, a1
    lbu a0, LIMIT_RESOURCE(s0)
    mv a1, sp
    call getrlimit
    ld a1, PAIR_SOFT(sp)
    andi t0, s1, SOFT
    bnez t0, 1f
    ld a1, PAIR_HARD(sp)
1:  li t0, RLIM_INFINITY
    beq a1, t0, 2f
    lbu t0, LIMIT_SHIFT(s0)
    srl a1, a1, t0
    lstr a0, "%lu\n"
    call printf
    leave 2, 16
2:  lstr a0, "unlimited\n"
    call printf
    leave 2, 16

# limit_row(letter) -> the row of that letter, or 0
limit_row:
    la t0, limits
1:  lbu t1, LIMIT_LETTER(t0)
    beqz t1, 2f
    beq t1, a0, 3f
    addi t0, t0, LIMIT_SIZEOF
    j 1b
2:  li a0, 0
    ret
3:  mv a0, t0
    ret

    .section .rodata
# limit letter, RLIMIT_, shift, name: one row
.macro limit letter, resource, shift, name
1:  .byte \letter, \resource, \shift
    .asciz "\name"
    .zero LIMIT_SIZEOF - (. - 1b)
.endm
limits:
    limit 't', 0, 0, "time(seconds)"
file_row:
    limit 'f', 1, 9, "file(blocks)"
    limit 'd', 2, 10, "data(kbytes)"
    limit 's', 3, 10, "stack(kbytes)"
    limit 'c', 4, 9, "coredump(blocks)"
    limit 'm', 5, 10, "memory(kbytes)"
    limit 'l', 8, 10, "locked memory(kbytes)"
    limit 'p', 6, 0, "process"
    limit 'n', 7, 0, "nofiles"
    limit 'v', 9, 10, "vmemory(kbytes)"
    limit 'w', 10, 0, "locks"
    limit 'r', 14, 0, "rtprio"
    .byte 0
