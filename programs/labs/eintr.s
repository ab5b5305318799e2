# Experiment: a signal arrives while a program waits in a system call. Does the call fail, or does it go on waiting?
# Run:        eintr
#
# The lab reads from an empty pipe. A child first sends SIGUSR1, and only later writes a byte into the pipe. Two rounds: with a handler
# that was installed without SA_RESTART, and one with.
#
# Watch for:  - without SA_RESTART, read returns -EINTR (-4) after the handler, and the program has to call it again;
#             - with SA_RESTART the handler runs just the same, but read starts over by itself and returns 1 when the byte arrives;
#             - in the trace: the first is an ordinary failed call; the second one enters read twice, after rt_sigreturn.
    .include "macros.inc"
    .include "errno.inc"
    .include "signal.inc"
    .include "fcntl.inc"

    .equ PAUSE_NS, 50000000         # 50 ms: long enough for the lab to be asleep in read
    .equ READ_END, 0
    .equ WRITE_END, 4

    .text
    .globl main
main:
    enter 0
    lstr a0, "without SA_RESTART"
    li a1, 0
    call round
    li t0, -EINTR
    bne a0, t0, unexpected
    lstr a0, "with SA_RESTART"
    li a1, SA_RESTART
    call round
    li t0, 1
    bne a0, t0, unexpected
    li a0, 0
    leave 0

unexpected:
    li a0, 1
    li a1, 0
    lstr a2, "that is not what POSIX says"
    call die

# round(title, sigaction flags) -> what the first read returned
    .equ PIPE, 0
    .equ BYTE, 8
    .equ STATUS, 12
round:
    enter 3, 16
    mv s1, a0
    mv a2, a1
    li a0, SIGUSR1
    la a1, on_signal
    call signal
    bltz a0, failed
    addi a0, sp, PIPE
    li a1, 0
    call pipe2
    bltz a0, failed
    call getpid
    mv s2, a0
    li a0, STDOUT
    lstr a1, "%s\n"
    mv a2, s1
    call dprintf
    call fork
    bltz a0, failed
    beqz a0, disturber
    mv s1, a0

    lw a0, PIPE + READ_END(sp)
    addi a1, sp, BYTE
    li a2, 1
    call read
    mv s0, a0
    mv a2, a0
    li a0, STDOUT
    lstr a1, "  read returned %d\n"
    call dprintf
    bgtz s0, 1f
    lw a0, PIPE + READ_END(sp)      # the byte is still to come
    addi a1, sp, BYTE
    li a2, 1
    call read
    mv a2, a0
    li a0, STDOUT
    lstr a1, "  read again: %d\n"
    call dprintf
1:  mv a0, s1
    addi a1, sp, STATUS
    li a2, 0
    call waitpid
    lw a0, PIPE + READ_END(sp)
    call close
    lw a0, PIPE + WRITE_END(sp)
    call close
    mv a0, s0
    leave 3, 16

disturber:
    call pause_a_while
    mv a0, s2
    li a1, SIGUSR1
    call kill
    call pause_a_while
    lw a0, PIPE + WRITE_END(sp)
    addi a1, sp, BYTE
    li a2, 1
    call write
    li a0, 0
    call _exit

failed:
    mv a1, a0
    li a0, 1
    lstr a2, "a system call failed"
    call die

# on_signal(signal)
on_signal:
    enter 0
    mv a2, a0
    li a0, STDOUT
    lstr a1, "  handler: signal %d\n"
    call dprintf
    leave 0

pause_a_while:
    enter 0, TIMESPEC_SIZE
    sd zero, TIMESPEC_SEC(sp)
    li t0, PAUSE_NS
    sd t0, TIMESPEC_NSEC(sp)
    mv a0, sp
    li a1, 0
    call nanosleep
    leave 0, TIMESPEC_SIZE
