# Experiment: what does it cost to switch often? Tasks that never wait, under a scheduler with a short or a long time slice.
# Run:        quantum [TASKS [WORK [KIB]]]  TASKS = 1..1000, 2 when not given   WORK = steps of each, 1000000 when not given
#             KIB = working set of each, 1..65536, 16 when not given
#
# TASKS processes on one processor wait for a starting shot, then each of them walks round and round its own KIB KiB, a cache line a step,
# for WORK steps. Measured is the time from the shot until the last one has ended.
#
# Watch for:  - the work is always the same; what is added is the number of switches times what one costs, so that the overhead is the
#               cost divided by the time slice. The slice is the machine's setting, not the lab's: run it with several;
#             - a larger KIB makes each switch dearer (the next task finds its lines gone from the cache): short slices then cost most;
#             - involuntary switches: one for each slice that was used up.
    .include "macros.inc"
    .include "fcntl.inc"
    .include "arguments.inc"

    .equ TASKS, 0                   # arguments
    .equ WORK, 1
    .equ KIB, 2
    .equ KIB_SHIFT, 10
    .equ CACHE_LINE, 64

    .equ READ_END, 0                # of a pipe's two descriptors
    .equ WRITE_END, 4
    .equ GUN, 0                     # locals of main: a pipe whose end is the starting shot,
    .equ READY, 8                   # a pipe that gets a byte from each task which is ready,
    .equ BYTE, 16
    .equ STATUS, 24
    .equ USAGE, 32                  # struct rusage of the tasks
    .equ LOCALS, USAGE + RUSAGE_SIZE

# s0 = tasks   s1 = tasks yet to start, to be ready, to end   s2 = bytes of an array   s3 = array   s4 = nanoseconds

    .text
    .globl main
main:
    enter 5, LOCALS
    la a2, arguments
    call parse_arguments
    argument s0, TASKS
    argument s2, KIB
    slli s2, s2, KIB_SHIFT
    call stay_on_one_processor
    addi a0, sp, GUN
    li a1, O_CLOEXEC
    call pipe2
    bltz a0, failed
    addi a0, sp, READY
    li a1, O_CLOEXEC
    call pipe2
    bltz a0, failed

    mv s1, s0
1:  call fork
    bltz a0, failed
    beqz a0, task
    addi s1, s1, -1
    bnez s1, 1b
    lw a0, READY + WRITE_END(sp)    # so that we see the end of the pipe when a task fails
    call close
    mv s1, s0
2:  lw a0, READY + READ_END(sp)
    addi a1, sp, BYTE
    li a2, 1
    call read
    bltz a0, failed
    beqz a0, task_failed
    addi s1, s1, -1
    bnez s1, 2b

    call measure_warm
    lstr a0, "quantum"
    call measure_begin
    lw a0, GUN + WRITE_END(sp)
    call close
    mv s1, s0
3:  addi a0, sp, STATUS
    call wait
    bltz a0, failed
    lw t0, STATUS(sp)
    bnez t0, task_failed
    addi s1, s1, -1
    bnez s1, 3b
    call measure_end
    mv s4, a0
    li a0, RUSAGE_CHILDREN
    addi a1, sp, USAGE
    call getrusage
    mv a0, s4
    li a1, 1
    lstr a2, "in all"
    lstr a3, "%ld tasks of %ld steps in %ld KiB, %ld involuntary switches"
    mv a4, s0
    argument a5, WORK
    argument a6, KIB
    ld a7, USAGE + RUSAGE_NIVCSW(sp)
    call report
    li a0, 0
    leave 5, LOCALS

# task: a child's whole life.
task:
    lw a0, GUN + WRITE_END(sp)
    call close
    mv a0, s2
    call map_array
    mv s3, a0
    lw a0, READY + WRITE_END(sp)
    addi a1, sp, BYTE
    li a2, 1
    call write
    bltz a0, failed
    lw a0, READY + WRITE_END(sp)
    call close
    lw a0, GUN + READ_END(sp)
    addi a1, sp, BYTE
    li a2, 1
    call read                       # 0: the end, which is the shot
    bltz a0, failed
    argument t0, WORK
    add t1, s3, s2                  # the end of the array
1:  mv t2, s3
2:  ld t3, 0(t2)
    addi t2, t2, CACHE_LINE
    addi t0, t0, -1
    beqz t0, 3f
    bltu t2, t1, 2b
    j 1b
3:  li a0, 0
    call _exit

    refusal task_failed, "a task failed"
    failure failed, "a system call failed"

    .data
    .balign 8
arguments:
    number_argument "the number of tasks", 2, 1, 1000
    number_argument "the number of steps", 1000000, 1, 1000000000000
    number_argument "the size in KiB", 16, 1, 65536
    end_arguments
