# Experiment: a child outlives its parent. Who is its parent then, and who waits for it?
# Run:        orphan
#
# The lab (the grandparent) forks a middle process, which forks a child and exits at once. The child reports its parent before and
# after that. Then the same once more, with the grandparent declared a "subreaper".
#
# Watch for:  - the orphan's parent becomes process 1, init, whose work it is to wait for orphans: otherwise they would stay zombies;
#             - a process can be a subreaper (prctl PR_SET_CHILD_SUBREAPER): orphans among its descendants become its own children. In the
#               second round the orphan's new parent is therefore the lab, which also receives its exit status.
#               (Service managers and shells that run in a terminal often are subreapers: then round one shows their pid, not 1.)
    .include "macros.inc"
    .include "fcntl.inc"

    .equ ORPHAN_STATUS, 42
    .equ READ_END, 0                # of a pipe's two 4-byte descriptors
    .equ WRITE_END, 4
    .equ STATUS_MASK, 0xff

    .text
    .globl main
main:
    enter 2, 16
    call getpid
    mv s0, a0
    li a0, STDOUT
    lstr a1, "I am %d\n"
    mv a2, s0
    call dprintf
    li a0, STDOUT
    lstr a1, "round 1: an ordinary grandparent\n"
    call dprintf
    call make_orphan

    li a0, PR_SET_CHILD_SUBREAPER
    li a1, 1
    li a2, 0
    li a3, 0
    li a4, 0
    call prctl
    bltz a0, no_subreapers
    li a0, STDOUT
    lstr a1, "round 2: the grandparent is a subreaper\n"
    call dprintf
    call make_orphan
    li s1, 0
1:  li a0, -1                       # the orphan is our child now (the first one as well, if we are process 1 ourselves)
    mv a1, sp
    li a2, 0
    call waitpid
    bltz a0, 2f
    addi s1, s1, 1
    mv a2, a0
    lw a3, 0(sp)
    srli a3, a3, 8
    andi a3, a3, STATUS_MASK
    li a0, STDOUT
    lstr a1, "  I reaped %d, which exited with %d\n"
    call dprintf
    j 1b
2:  beqz s1, no_wait
    li a0, 0
    leave 2, 16

# make_orphan(): forks the middle process and returns when the orphan is about to exit. Two pipes keep everybody in step: the orphan
# waits for a byte on `go` before it looks at its parent again, and `done` reaches end of file when the orphan has nothing more to say.
    .equ GO, 0
    .equ DONE, 8
make_orphan:
    enter 2, 32
    addi a0, sp, GO
    li a1, 0
    call pipe2
    bltz a0, no_pipe
    addi a0, sp, DONE
    li a1, 0
    call pipe2
    bltz a0, no_pipe
    call fork
    bltz a0, no_fork
    beqz a0, middle
    mv s0, a0
    lw a0, DONE + WRITE_END(sp)     # or our own copy would keep the pipe from ever ending
    call close
    lw a0, GO + READ_END(sp)
    call close
    mv a0, s0
    addi a1, sp, 16
    li a2, 0
    call waitpid                    # the middle process has ended: its child is an orphan from here on
    lw a0, GO + WRITE_END(sp)
    call close                      # end of file is as good a signal as a byte
    lw a0, DONE + READ_END(sp)
    addi a1, sp, 16
    li a2, 1
    call read                       # 0: every writer has gone
    lw a0, DONE + READ_END(sp)
    call close
    leave 2, 32

middle:
    call getpid
    mv s0, a0
    call fork
    bltz a0, no_fork
    beqz a0, 1f
    li a0, 0
    call _exit
1:  lw a0, GO + WRITE_END(sp)       # the orphan
    call close
    call getpid
    mv s1, a0
    li a0, STDOUT
    lstr a1, "  child %d: I was born to %d\n"
    mv a2, s1
    mv a3, s0
    call dprintf
    lw a0, GO + READ_END(sp)
    addi a1, sp, 16
    li a2, 1
    call read                       # until the grandparent says that the middle process is gone
    call getppid
    mv a4, a0
    li a0, STDOUT
    lstr a1, "  child %d: %d is gone, my parent is now %d\n"
    mv a2, s1
    mv a3, s0
    call dprintf
    li a0, ORPHAN_STATUS
    call _exit

no_subreapers:
    li a0, STDOUT                   # qemu-riscv64 7.2 in user mode does not pass this prctl on
    lstr a1, "round 2: left out, there are no subreapers here\n"
    call dprintf
    li a0, 0
    leave 2, 16

    failure no_pipe, "pipe"
    failure no_fork, "fork"
    failure no_wait, "wait"
