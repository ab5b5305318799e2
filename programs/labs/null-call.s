# Experiment: what does it cost to enter the kernel and come back, when nothing is done there?
# Run:        null-call [CALLS [WORK]]      CALLS = 10000 when not given   WORK = instructions between two calls, 0 when not given
#
# The lab asks for its parent's number CALLS times (getppid has nothing to do and nothing to copy), with WORK instructions of its own
# between two calls.
#
# Watch for:  - with WORK = 0: the whole price of a system call, trap in and out, registers saved and restored;
#             - page-table isolation (KPTI) adds the same to each call, so its share of the whole is in proportion to the calls made in a
#               second: raise WORK, and it goes down. Without ASIDs it flushes the TLB each time, and costs a multiple.
    .include "macros.inc"
    .include "sys.inc"
    .include "arguments.inc"

    .equ CALLS, 0                   # arguments
    .equ WORK, 1
    .equ WARM_CALLS, 100

# s0 = calls left   s1 = instructions of work

    .text
    .globl main
main:
    enter 2
    la a2, arguments
    call parse_arguments
    argument s1, WORK
    call measure_warm
    li s0, WARM_CALLS
    call make_calls
    lstr a0, "null-call"
    call measure_begin
    argument s0, CALLS
    call make_calls
    call measure_end
    argument a1, CALLS
    lstr a2, "a call"
    lstr a3, "%ld calls, %ld instructions of work between two"
    argument a4, CALLS
    mv a5, s1
    call report
    li a0, 0
    leave 2

# make_calls: s0 calls, and s1 instructions of work after each (one more when s1 is odd). Private: uses main's registers.
make_calls:
    li a7, SYS_getppid
    ecall
    mv t0, s1
    blez t0, 2f
1:  addi t0, t0, -2                 # two instructions each time round
    bgtz t0, 1b
2:  addi s0, s0, -1
    bnez s0, make_calls
    ret

    .data
    .balign 8
arguments:
    number_argument "the number of calls", 10000, 1, 1000000000
    number_argument "the work", 0, 0, 1000000000
    end_arguments
