# Experiment: what does it cost to take a permission away from a page that other processors may have in their TLBs?
# Run:        shootdown [OTHERS [ROUNDS [threads|processes]]]
#             OTHERS = 0..63, 1 when not given   ROUNDS = 100 when not given   threads when not given
#             It needs OTHERS + 1 processors: npx hartbeat run --smp 4 programs/labs/shootdown.s 3
#
# The lab pins itself to the first processor and OTHERS more to the next ones, which read a page in a loop. Then it forbids writing to
# the page and allows it again, ROUNDS times, and touches it each time.
#   threads     the others are threads on the same memory: their processors must drop the translation before the call returns
#   processes   the others are processes with a copy of the memory: a change to ours is none of their business
#
# Watch for:  - threads: each of the others adds an interrupt that is sent, taken and waited for: a straight line over OTHERS;
#             - processes: the same as with no others at all.
    .include "macros.inc"
    .include "sys.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "arguments.inc"

    .equ OTHERS, 0                  # arguments
    .equ ROUNDS, 1
    .equ PROCESSES, 2
    .equ WARM_ROUNDS, 2
    .equ STACK_SIZE, 4 * PAGE_SIZE  # of a thread
    .equ THREAD, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM

    .equ RUNNING, 0                 # in the shared page: how many of the others read already; and on another cache line,
    .equ STOP, 64                   # whether they are to end

# s0 = others   s1 = the page   s2 = the shared page   s3 = number of the one that is started; later rounds left   s4 = nanoseconds

    .text
    .globl main
main:
    enter 5
    la a2, arguments
    call parse_arguments
    argument s0, OTHERS
    call processors
    ble a0, s0, too_few
    li a0, 0
    call pin_processor
    bltz a0, failed
    li a0, PAGE_SIZE
    call map_array
    mv s1, a0
    li a0, PAGE_SIZE
    li a1, MAP_SHARED
    call map_memory
    mv s2, a0

    li s3, 0
start_next:
    bge s3, s0, await_others
    addi s3, s3, 1
    argument t0, PROCESSES
    beqz t0, 1f
    call fork
    j 2f
1:  li a0, STACK_SIZE
    call map_array
    li a1, STACK_SIZE
    add a1, a0, a1
    li a0, THREAD
    li a2, 0
    li a3, 0
    li a4, 0
    call clone
2:  beqz a0, other                  # a thread is on a stack of its own now, but its registers are main's
    bltz a0, failed
    j start_next

await_others:
    lw t0, RUNNING(s2)
    bge t0, s0, 1f
    call sched_yield
    li a0, -1                       # one that ends now has failed
    li a1, 0
    li a2, WNOHANG
    call waitpid
    bgtz a0, other_failed
    j await_others

1:  call measure_warm
    li s3, WARM_ROUNDS
    call toggle
    lstr a0, "shootdown"
    call measure_begin
    argument s3, ROUNDS
    call toggle
    call measure_end
    mv s4, a0
    li t0, 1
    sw t0, STOP(s2)
2:  li a0, -1                       # processes are waited for; threads end with us at the latest
    li a1, 0
    li a2, 0
    call waitpid
    bgtz a0, 2b
    li t0, -ECHILD
    bne a0, t0, failed
    mv a0, s4
    argument a1, ROUNDS
    lstr a2, "a round of two calls"
    lstr a3, "1 + %ld %s"
    mv a4, s0
    lstr a5, "threads"
    argument t0, PROCESSES
    beqz t0, 3f
    lstr a5, "processes"
3:  call report
    li a0, 0
    leave 5

# toggle: s3 rounds. Private: uses main's registers.
toggle:
    enter 0
1:  mv a0, s1
    li a1, PAGE_SIZE
    li a2, PROT_READ
    call mprotect
    bltz a0, failed
    ld t0, 0(s1)
    mv a0, s1
    li a1, PAGE_SIZE
    li a2, PROT_READ | PROT_WRITE
    call mprotect
    bltz a0, failed
    sd zero, 0(s1)
    addi s3, s3, -1
    bnez s3, 1b
    leave 0

# other: the life of one of the others, s3 its number: reads the page until it is told to stop.
other:
    mv a0, s3
    call pin_processor
    bltz a0, failed
    li t0, 1
    amoadd.w zero, t0, (s2)         # RUNNING
1:  ld t0, 0(s1)
    lw t1, STOP(s2)
    beqz t1, 1b
    li a0, 0
    li a7, SYS_exit                 # of a thread, ends only the thread
    ecall

too_few:
    mv a4, a0
    li a0, 1
    li a1, 0
    lstr a2, "%ld processors are needed, there are %ld"
    addi a3, s0, 1
    call die
    refusal other_failed, "one of the others ended before it was told to"
    failure failed, "a system call failed"

    .data
    .balign 8
arguments:
    number_argument "the number of others", 1, 0, 63
    number_argument "the number of rounds", 100, 1, 1000000000
    word_argument "the kind of others", "threads processes"
    end_arguments
