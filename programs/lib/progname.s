# The name that messages begin with.
    .include "macros.inc"

    .text
# progname() -> last component of argv[0] ("?" when there is none)
    .globl progname
progname:
    enter 1
    la t0, argv0
    ld s0, 0(t0)
    bnez s0, 1f
    lstr s0, "?"
1:  mv a0, s0
    li a1, '/'
    call strrchr
    beqz a0, 2f
    addi s0, a0, 1
2:  mv a0, s0
    leave 1
