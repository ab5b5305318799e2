# tee: copies standard input to standard output and to each file. -a appends to the files, -i ignores Ctrl-C.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "signal.inc"
    .include "options.inc"

    .equ BLOCK, 65536
    .equ FILE_MODE, 0666
    .equ CLOSED, -1                 # instead of the descriptor of a file that cannot be written to

    .text
    .globl main
main:
    enter 6
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0                       # s0 = number of files
    mv s1, a1                       # s1 = their names
    li s2, 0                        # s2 = status
    lb t0, ignore_interrupts
    beqz t0, 1f
    li a0, SIGINT
    li a1, SIG_IGN
    li a2, 0
    call signal
1:  addi a0, s0, 1
    slli a0, a0, 3
    call malloc
    mv s3, a0                       # s3 = descriptors
    li s4, 0
2:  beq s4, s0, 5f
    slli t0, s4, 3
    add t0, t0, s1
    ld a0, 0(t0)
    li a1, O_WRONLY | O_CREAT | O_TRUNC
    lb t0, append
    beqz t0, 3f
    li a1, O_WRONLY | O_CREAT | O_APPEND
3:  li a2, FILE_MODE
    call open
    slli t0, s4, 3
    add t1, t0, s3
    sd a0, 0(t1)
    bgez a0, 4f
    add t0, t0, s1
    ld a2, 0(t0)
    lstr a1, "%s"
    call warn
    li s2, 1
4:  addi s4, s4, 1
    j 2b

5:  li a0, STDIN
    la a1, block
    li a2, BLOCK
    call read_some
    beqz a0, 9f
    bltz a0, 8f
    mv s5, a0
    li a0, STDOUT
    la a1, block
    mv a2, s5
    call write_all
    bgez a0, 6f
    mv a1, a0
    li a0, 1
    lstr a2, "standard output"
    call die
6:  li s4, 0
7:  beq s4, s0, 5b
    slli t0, s4, 3
    add t0, t0, s3
    ld a0, 0(t0)
    addi s4, s4, 1
    bltz a0, 7b
    la a1, block
    mv a2, s5
    call write_all
    bgez a0, 7b
    slli t0, s4, 3
    add t1, t0, s3
    li t2, CLOSED
    sd t2, -8(t1)
    add t0, t0, s1
    ld a2, -8(t0)
    lstr a1, "%s"
    call warn
    li s2, 1
    j 7b

8:  lstr a1, "read error"
    call warn
    li s2, 1
9:  mv a0, s2
    leave 6

    .section .rodata
usage: .asciz "Usage: tee [-ai] [FILE]..."
    .balign 8
options:
    option 'a', OPTION_SET, append
    option 'i', OPTION_SET, ignore_interrupts
    end_options

    .bss
append: .zero 1
ignore_interrupts: .zero 1
block: .zero BLOCK
