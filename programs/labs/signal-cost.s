# Experiment: what does a signal cost that a handler takes?
# Run:        signal-cost [ROUNDS]          ROUNDS = 1000 when not given
#
# First ROUNDS system calls that do nothing (getppid), then ROUNDS signals that the process sends to itself, with a handler that returns
# at once.
#
# Watch for:  - a signal enters the kernel twice: kill, and the return from the handler (rt_sigreturn, which the kernel's own page calls);
#             - in between, the kernel writes a frame onto the user's stack, with all the registers, and reads it back;
#             - so it costs more than three of the calls that do nothing.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "signal.inc"
    .include "arguments.inc"

    .equ ROUNDS, 0                  # arguments
    .equ WARM_ROUNDS, 10

# s0 = rounds   s1 = this process   s2 = nanoseconds of the calls, s3 of the signals   s4 = rounds left

    .text
    .globl main
main:
    enter 5
    la a2, arguments
    call parse_arguments
    argument s0, ROUNDS
    call getpid
    mv s1, a0
    li a0, SIGUSR1
    la a1, handler
    li a2, 0
    call signal
    bltz a0, failed

    call measure_warm
    li s4, WARM_ROUNDS
    call make_calls
    lstr a0, "call"
    call measure_begin
    mv s4, s0
    call make_calls
    call measure_end
    mv s2, a0

    li s4, WARM_ROUNDS
    call send_signals
    lstr a0, "signal"
    call measure_begin
    mv s4, s0
    call send_signals
    call measure_end
    mv s3, a0

    la t0, handled
    ld t0, 0(t0)
    addi t0, t0, -WARM_ROUNDS
    bne t0, s0, lost
    mv a0, s2
    mv a1, s0
    lstr a2, "each"
    lstr a3, "%ld calls of getppid"
    mv a4, s0
    call report
    mv a0, s3
    mv a1, s0
    lstr a2, "each"
    lstr a3, "%ld signals handled"
    mv a4, s0
    call report
    mv a0, s3
    mv a1, s2
    call measure_per
    mv a2, a0
    mv a3, a1
    li a0, STDOUT
    lstr a1, "a signal takes as long as %ld.%ld calls\n"
    call dprintf
    li a0, 0
    leave 5

# make_calls, send_signals: s4 of them. Private: use main's registers.
make_calls:
    enter 0
1:  call getppid
    addi s4, s4, -1
    bnez s4, 1b
    leave 0
send_signals:
    enter 0
1:  mv a0, s1
    li a1, SIGUSR1
    call kill
    bltz a0, failed
    addi s4, s4, -1
    bnez s4, 1b
    leave 0

# handler(signal): counts, and returns into the kernel's trampoline.
handler:
    la t0, handled
    ld t1, 0(t0)
    addi t1, t1, 1
    sd t1, 0(t0)
    ret

    refusal lost, "not every signal was handled once"
    failure failed, "a system call failed"

    .data
    .balign 8
arguments:
    number_argument "the number of rounds", 1000, 1, 1000000000
    end_arguments

    .bss
    .balign 8
handled: .zero 8
