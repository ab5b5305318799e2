# pwd: prints the working directory. The default (-P) is the kernel's answer, free of symbolic links; -L prefers $PWD when that is true.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .text
    .globl main
main:
    enter 1
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    beqz a0, 1f
    li a0, 0
    lstr a1, "ignoring non-option arguments"
    call warn
1:  lb t0, logical
    beqz t0, 2f
    lstr a0, "PWD"
    call getenv
    mv s0, a0
    beqz a0, 2f
    call is_here
    bnez a0, 3f
2:  la a0, path
    li a1, PATH_MAX
    call getcwd
    bltz a0, 4f
    la s0, path
3:  mv a0, s0
    call puts
    li a0, 0
    leave 1
4:  mv a1, a0
    li a0, 1
    lstr a2, "cannot get the current directory"
    call die

# is_here(path) -> 1 when it is absolute and names the working directory
is_here:
    enter 0, STAT_SIZEOF * 2
    lbu t0, 0(a0)
    addi t0, t0, -'/'
    bnez t0, 1f
    mv a1, sp
    call stat
    bnez a0, 1f
    lstr a0, "."
    addi a1, sp, STAT_SIZEOF
    call stat
    bnez a0, 1f
    ld t0, STAT_INO(sp)
    ld t1, STAT_SIZEOF + STAT_INO(sp)
    bne t0, t1, 1f
    ld t0, STAT_DEV(sp)
    ld t1, STAT_SIZEOF + STAT_DEV(sp)
    sub t0, t0, t1
    seqz a0, t0
    leave 0, STAT_SIZEOF * 2
1:  li a0, 0
    leave 0, STAT_SIZEOF * 2

    .section .rodata
usage: .asciz "Usage: pwd [-LP]"
    .balign 8
options:
    option 'L', OPTION_SET, logical, 1
    option 'P', OPTION_SET, logical, 0
    end_options

    .bss
logical: .zero 1
path: .zero PATH_MAX
