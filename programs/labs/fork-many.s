# Experiment: how many processes can there be, and what does one cost that does nothing?
# Run:        fork-many [N]            N = processes to hold at once, 1..4000000, 1000 when not given
#
# The lab forks N children that go to sleep for good, counts those that live, kills them all with one signal to their process group,
# and reaps them.
#
# Watch for:  - a sleeping child has hardly any memory of its own: after the fork it touches no page but the one its stack is on.
#               What it costs is page tables and the kernel's record of it (look at the free memory while they sleep);
#             - the pid limit: pids go from 1 to 32767, so with N = 40000 fork fails with EAGAIN, and the lab goes on with what it has;
#             - one kill reaches the whole group, and every child is a zombie until the loop at the end has asked for it.
    .include "macros.inc"
    .include "sys.inc"
    .include "errno.inc"
    .include "signal.inc"
    .include "fcntl.inc"

    .equ DEFAULT_COUNT, 1000
    .equ MAX_COUNT, 4000000
    .equ STATUS_MASK, 0x7f          # the signal that ended a process, in its status word

# s0 = N   s1 = children forked   s2 = process group of the children   s3 = children reaped

    .text
    .globl main
main:
    enter 4, 16
    li s0, DEFAULT_COUNT
    li t0, 2
    blt a0, t0, 1f
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    addi t1, s0, -1
    li t0, MAX_COUNT
    bgeu t1, t0, bad_count
1:  li s1, 0
    li s2, 0                        # 0: the first child becomes the leader of a new group

fork_next:
    call fork
    beqz a0, sleeper
    bltz a0, cannot_fork
    mv a1, s2
    bnez s2, 1f
    mv s2, a0
1:  call setpgid
    bltz a0, failed
    addi s1, s1, 1
    blt s1, s0, fork_next

count:
    beqz s1, failed
    li a0, -1
    mv a1, sp
    li a2, WNOHANG
    call waitpid                    # 0: there are children, and none of them has ended
    bnez a0, died_early
    li a0, STDOUT
    lstr a1, "%ld processes alive\n"
    mv a2, s1
    call dprintf

    neg a0, s2
    li a1, SIGKILL
    call kill
    bltz a0, failed
    li s3, 0
reap_next:
    li a0, -1
    mv a1, sp
    li a2, 0
    call waitpid
    bltz a0, reaped
    lw t0, 0(sp)
    andi t0, t0, STATUS_MASK
    li t1, SIGKILL
    bne t0, t1, died_early
    addi s3, s3, 1
    j reap_next
reaped:
    li t0, -ECHILD
    bne a0, t0, failed
    li a0, STDOUT
    lstr a1, "%ld killed and reaped\n"
    mv a2, s3
    call dprintf
    bne s3, s1, died_early
    li a0, STDOUT
    lstr a1, "done\n"
    call dprintf
    li a0, 0
    leave 4, 16

# sleeper: a child's whole life: wait for an event on no descriptors, without a timeout.
sleeper:
    li a0, 0
    li a1, 0
    li a2, 0
    li a3, 0
    li a4, SIGSET_SIZE
    li a7, SYS_ppoll
    ecall
    j sleeper

cannot_fork:
    mv s3, a0
    lstr a1, "fork number %ld"
    addi a2, s1, 1
    call warn
    mv a0, s3
    j count

died_early:
    li a0, 1
    li a1, 0
    lstr a2, "a child ended before it was killed"
    call die
failed:
    mv a1, a0
    li a0, 1
    lstr a2, "a system call failed"
    call die
bad_count:
    li a0, 2
    li a1, 0
    lstr a2, "the number of processes must be from 1 to %d"
    li a3, MAX_COUNT
    call die
