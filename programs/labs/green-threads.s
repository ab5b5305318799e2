# Experiment: how much cheaper is a switch that the kernel has nothing to do with?
# Run:        green-threads [ROUNDS]        ROUNDS = 1000 when not given
#
# Two threads of control share one process, each with a stack of its own, and switch to each other by hand: 14 registers are stored and 14
# loaded. Then two processes do the same, giving way to each other by sched_yield, and once more by a byte that goes through pipes. All
# make two switches a round.
#
# Watch for:  - a green switch is a few dozen instructions, since a switch is a function call: what a caller does not expect to be kept
#               need not be kept. No trap, no scheduler, no other address space;
#             - a process switch takes a system call, the scheduler and satp besides the registers, all 31 of them;
#             - through pipes it takes two system calls more, and waking up the other one;
#             - what green threads cannot have: a processor each, a page fault or a read that makes only one of them wait, protection.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "signal.inc"
    .include "arguments.inc"

    .equ ROUNDS, 0                  # arguments
    .equ WARM_ROUNDS, 10
    .equ PROCESSES, 2
    .equ STACK_SIZE, PAGE_SIZE
    .equ SWITCH_FRAME, 112          # what `enter 12` makes: ra, s0 to s11, and the padding
    .equ SWITCH_RA, 0

# s0 = switches of each kind   s1 = nanoseconds of the green ones, s2 of the others, s3 of those by a pipe   s3 = rounds left

    .text
    .globl main
main:
    enter 4
    la a2, arguments
    call parse_arguments
    argument s0, ROUNDS
    slli s0, s0, 1                  # there and back
    li a0, STACK_SIZE
    call map_array
    li t0, STACK_SIZE - SWITCH_FRAME
    add t0, a0, t0                  # as if the partner had called switch right before its first instruction
    la t1, partner
    sd t1, SWITCH_RA(t0)
    la t1, partner_sp
    sd t0, 0(t1)
    call measure_warm
    li s3, WARM_ROUNDS
    call green_rounds
    lstr a0, "green"
    call measure_begin
    argument s3, ROUNDS
    call green_rounds
    call measure_end
    mv s1, a0
    la t0, partner_turns
    ld t0, 0(t0)
    argument t1, ROUNDS
    addi t1, t1, WARM_ROUNDS
    bne t0, t1, lost

    call yield_rounds
    mv s2, a0
    li a0, PROCESSES
    argument a1, ROUNDS
    la a2, nothing
    la a3, nothing
    lstr a4, "pipe"
    li a5, 1
    call ring
    mv s3, a0

    mv a0, s1
    mv a1, s0
    lstr a2, "each"
    lstr a3, "%ld green switches"
    mv a4, s0
    call report
    mv a0, s2
    mv a1, s0
    lstr a2, "each"
    lstr a3, "%ld process switches"
    mv a4, s0
    call report
    mv a0, s3
    mv a1, s0
    lstr a2, "each"
    lstr a3, "%ld process switches by a pipe"
    mv a4, s0
    call report
    mv a0, s2
    mv a1, s1
    call measure_per
    mv a2, a0
    mv a3, a1
    li a0, STDOUT
    lstr a1, "a process switch takes as long as %ld.%ld green ones\n"
    call dprintf
    li a0, 0
    leave 4

# green_rounds: gives the partner its turn s3 times. Private: uses main's registers.
green_rounds:
    enter 0
1:  la a0, main_sp
    la a1, partner_sp
    call switch
    addi s3, s3, -1
    bnez s3, 1b
    leave 0

# yield_rounds() -> nanoseconds of as many rounds between this process and a child that does nothing but give way
yield_rounds:
    enter 3
    call stay_on_one_processor      # on several, nobody would have to give way
    call fork
    bltz a0, failed
    mv s0, a0
    bnez a0, 1f
0:  call sched_yield
    j 0b
1:  li s1, WARM_ROUNDS
2:  call sched_yield
    addi s1, s1, -1
    bnez s1, 2b
    lstr a0, "process"
    call measure_begin
    argument s1, ROUNDS
3:  call sched_yield
    addi s1, s1, -1
    bnez s1, 3b
    call measure_end
    mv s2, a0
    mv a0, s0
    li a1, SIGKILL
    call kill
    mv a0, s0
    li a1, 0
    li a2, 0
    call waitpid
    mv a0, s2
    leave 3

# partner: the other thread. Its count is in a register that the switch must keep, and main uses the same one for something else.
partner:
    li s3, 0
1:  addi s3, s3, 1
    la t0, partner_turns
    sd s3, 0(t0)
    la a0, partner_sp
    la a1, main_sp
    call switch
    j 1b

# switch(ours, theirs): keeps this thread's registers on its stack and the stack pointer in *ours, and goes on as the thread whose stack
# pointer is in *theirs, where that one called switch. ra, sp and s0 to s11: a caller expects nothing else to be kept.
switch:
    enter 12
    sd sp, 0(a0)
    ld sp, 0(a1)
    leave 12

# nothing(): what a process prepares, and does in its turn
nothing:
    ret

    failure failed, "a system call failed"
    refusal lost, "the partner did not get a turn in every round"

    .data
    .balign 8
arguments:
    number_argument "the number of rounds", 1000, 1, 1000000000
    end_arguments

    .bss
    .balign 8
main_sp: .zero 8
partner_sp: .zero 8
partner_turns: .zero 8
