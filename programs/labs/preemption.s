# Experiment: two programs that never wait, one processor. Who decides when the other one may run?
# Run:        preemption [MS]          MS = milliseconds to let them spin, 50 when not given
#
# Two children count in an endless loop. They make no system call, they do not yield; the parent sleeps, kills both, and reads their
# counters (in a shared page) and the kernel's book about each.
#
# Watch for:  - both counters moved, and by about the same amount: the timer interrupt takes the processor away (preemption), and
#               the scheduler shares it out evenly;
#             - involuntary switches, one for each time slice that was used up, and hardly a voluntary one: the children never blocked
#               (giving up the processor by ending counts as one);
#             - the parent got the processor back on time, though neither child ever gave it up.
    .include "macros.inc"
    .include "signal.inc"
    .include "fcntl.inc"

    .equ DEFAULT_MS, 50
    .equ MAX_MS, 100000
    .equ NS_PER_MS, 1000000
    .equ MS_PER_SECOND, 1000
    .equ SPINNERS, 2
    .equ COUNTER_STRIDE, 64         # a cache line each, so that they share nothing but the processor

    .equ USAGE, 0                   # locals of main
    .equ STATUS, USAGE + RUSAGE_SIZE
    .equ PIDS, STATUS + 8           # 8 bytes each
    .equ DELAY, PIDS + 8 * SPINNERS
    .equ LOCALS, DELAY + TIMESPEC_SIZE

# s0 = milliseconds   s1 = shared page   s2 = index   s3 = sum of the counters

    .text
    .globl main
main:
    enter 4, LOCALS
    li s0, DEFAULT_MS
    li t0, 2
    blt a0, t0, 1f
    ld a0, 8(a1)
    call atoi
    mv s0, a0
    addi t1, s0, -1
    li t0, MAX_MS
    bgeu t1, t0, bad_time
1:  call stay_on_one_processor      # children inherit that
    li a0, 0
    li a1, PAGE_SIZE
    li a2, PROT_READ | PROT_WRITE
    li a3, MAP_SHARED | MAP_ANONYMOUS
    li a4, -1
    li a5, 0
    call mmap
    bltz a0, failed
    mv s1, a0

    li s2, 0
start_next:
    call fork
    bltz a0, failed
    beqz a0, spin
    slli t0, s2, 3
    add t0, t0, sp
    sd a0, PIDS(t0)
    addi s2, s2, 1
    li t0, SPINNERS
    blt s2, t0, start_next

    li t0, MS_PER_SECOND
    div t1, s0, t0
    sd t1, DELAY + TIMESPEC_SEC(sp)
    rem t1, s0, t0
    li t0, NS_PER_MS
    mul t1, t1, t0
    sd t1, DELAY + TIMESPEC_NSEC(sp)
    addi a0, sp, DELAY
    li a1, 0
    call nanosleep

    li s2, 0
stop_next:                          # both first, or the second one would have the processor to itself while we print
    slli t0, s2, 3
    add t0, t0, sp
    ld a0, PIDS(t0)
    li a1, SIGKILL
    call kill
    addi s2, s2, 1
    li t0, SPINNERS
    blt s2, t0, stop_next

    li s2, 0
    li s3, 0
report_next:
    slli t0, s2, 3
    add t0, t0, sp
    ld a0, PIDS(t0)
    addi a1, sp, STATUS
    li a2, 0
    addi a3, sp, USAGE
    call wait4
    bltz a0, failed
    mv a3, a0
    li t0, COUNTER_STRIDE
    mul t0, s2, t0
    add t0, t0, s1
    ld a4, 0(t0)
    beqz a4, starved
    add s3, s3, a4
    addi a2, s2, 1
    ld a5, USAGE + RUSAGE_NVCSW(sp)
    ld a6, USAGE + RUSAGE_NIVCSW(sp)
    li a0, STDOUT
    lstr a1, "spinner %d (pid %d): counted to %ld, switches: %ld voluntary, %ld involuntary\n"
    call dprintf
    addi s2, s2, 1
    li t0, SPINNERS
    blt s2, t0, report_next

    ld a2, 0(s1)                    # the first one's share, in percent
    li t0, 100
    mul a2, a2, t0
    div a2, a2, s3
    li t0, 100
    sub a3, t0, a2
    li a0, STDOUT
    lstr a1, "shares: %d%% and %d%%\n"
    call dprintf
    li a0, 0
    leave 4, LOCALS

# spin: a child's whole life. Nothing here enters the kernel.
spin:
    li t0, COUNTER_STRIDE
    mul t0, s2, t0
    add t0, t0, s1
    li t1, 0
1:  addi t1, t1, 1
    sd t1, 0(t0)
    j 1b

starved:
    li a0, 1
    li a1, 0
    lstr a2, "a spinner never ran"
    call die
failed:
    mv a1, a0
    li a0, 1
    lstr a2, "a system call failed"
    call die
bad_time:
    li a0, 2
    li a1, 0
    lstr a2, "the time must be from 1 to %d milliseconds"
    li a3, MAX_MS
    call die
