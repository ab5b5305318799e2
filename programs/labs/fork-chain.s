# Experiment: a chain of forks, and how an exit status travels from a child to its parent.
# Run:        fork-chain [N]           N = number of forks, 0..10000, 5 when not given
#
# Each process forks exactly one child, the child forks the next one, and so on N times. The last process exits with status 0; every
# other one waits for its child and exits with the child's status plus 1.
#
# Watch for:  - all N + 1 processes exist at the same time, each the parent of the next (try `pstree` with a large N);
#             - they end in the opposite order: a parent that waits cannot end before its child;
#             - the root sees N: each link added one. With N above 255 it sees N modulo 256, for only 8 bits of a status reach the parent.
    .include "macros.inc"
    .include "fcntl.inc"

    .equ DEFAULT_LINKS, 5
    .equ MAX_LINKS, 10000
    .equ STATUS_MASK, 0xff

# s0 = N   s1 = this process's place in the chain (0 = root)   s2 = its pid   s3 = its child's pid

    .text
    .globl main
main:
    enter 4, 16
    li s0, DEFAULT_LINKS
    li t0, 2
    blt a0, t0, 1f
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    li t0, MAX_LINKS
    bgtu s0, t0, bad_length
1:  li s1, 0

process:                            # each process of the chain begins here
    call getpid
    mv s2, a0
    call getppid
    mv a4, a0
    li a0, STDOUT
    lstr a1, "link %d: pid %d, parent %d\n"
    mv a2, s1
    mv a3, s2
    call dprintf
    beq s1, s0, last_link
    call fork
    bltz a0, no_fork
    mv s3, a0
    bnez a0, in_parent
    addi s1, s1, 1
    j process

in_parent:
    mv a1, sp
    li a2, 0
    call waitpid
    lw s0, 0(sp)                    # the status word: the exit status in bits 8-15, 0 in bits 0-6 as no signal ended the child
    srli s0, s0, 8
    andi s0, s0, STATUS_MASK
    li a0, STDOUT
    lstr a1, "link %d: child %d exited with %d\n"
    mv a2, s1
    mv a3, s3
    mv a4, s0
    call dprintf
    addi a0, s0, 1
    bnez s1, 1f
    li a0, STDOUT
    lstr a1, "the chain counted %d (modulo 256)\n"
    addi a2, s0, 1
    andi a2, a2, STATUS_MASK
    call dprintf
    li a0, 0
1:  leave 4, 16

last_link:
    li a0, 0
    leave 4, 16

bad_length:
    li a0, 2
    li a1, 0
    lstr a2, "the length must be a number from 0 to %d"
    li a3, MAX_LINKS
    call die
    failure no_fork, "fork"
