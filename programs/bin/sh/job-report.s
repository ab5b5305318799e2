# What the user is told about jobs.
    .include "sh.inc"
    .include "fcntl.inc"
    .include "signal.inc"

    .text
# report_signal(wait status): what a foreground job died of, as far as it is of interest
    .globl report_signal
report_signal:
    enter 1
    mv s0, a0
    andi t0, s0, 0x7f
    li t1, SIGINT
    bne t0, t1, 1f
    ld t0, job_control      # the terminal has shown ^C
    beqz t0, 2f
    lstr a1, "\n"
    j 3f
1:  li t1, SIGPIPE
    beq t0, t1, 2f
    mv a0, t0
    call signal_description
    mv a2, a0
    andi t0, s0, 0x80
    lstr a3, " (core dumped)"
    bnez t0, 11f
    lstr a3, ""
11: lstr a1, "%s%s\n"
3:  li a0, STDERR
    call dprintf
2:  leave 1

# describe_job(job, long) -> its line in the list of jobs, without newline, in the scratch arena; long: with its process group
    .globl describe_job
describe_job:
    enter 6, 64
    mv s0, a0
    mv s1, a1
    li a0, 0
    call current_job
    li s2, '+'
    beq a0, s0, 1f
    call current_job        # the best but that one
    li s2, '-'
    beq a0, s0, 1f
    li s2, ' '
1:  mv a0, s0
    call job_state
    mv s3, a0
    mv a0, s0
    call job_wait_status
    mv s4, a0
    lstr s5, "Running"
    beqz s3, 3f
    li t0, STATE_STOPPED
    lstr s5, "Stopped"
    beq s3, t0, 3f
    lstr s5, "Done"
    beqz s4, 3f
    andi a0, s4, 0x7f
    bnez a0, 2f
    srli a3, s4, 8
    andi a3, a3, 0xff
    addi a0, sp, 16
    li a1, 48
    lstr a2, "Exit %d"
    call snprintf
    addi s5, sp, 16
    j 3f
2:  call signal_description
    mv s5, a0
    andi t0, s4, 0x80
    beqz t0, 3f
    mv a3, s5
    addi a0, sp, 16
    li a1, 48
    lstr a2, "%s (core dumped)"
    call snprintf
    addi s5, sp, 16
3:  ld a0, JOB_TEXT(s0)
    call strlen
    addi a0, a0, 100
    mv s4, a0
    call scratch_alloc
    mv t0, s4
    mv s4, a0
    mv a1, t0
    sb zero, 0(sp)          # the process, for the long form
    beqz s1, 4f
    lw a3, JOB_PROCS + PROC_PID(s0)
    lstr a2, "%5d "
    addi sp, sp, -16
    sd a1, 0(sp)
    addi a0, sp, 16
    li a1, 16
    call snprintf
    ld a1, 0(sp)
    addi sp, sp, 16
4:  mv a0, s4
    lstr a2, "[%d]%c  %s%-24s%s%s"
    lw a3, JOB_ID(s0)
    mv a4, s2
    mv a5, sp
    mv a6, s5
    ld a7, JOB_TEXT(s0)
    lstr t0, " &"           # the eighth word goes onto the stack
    beqz s3, 5f
    lstr t0, ""
5:  addi sp, sp, -16
    sd t0, 0(sp)
    call snprintf
    addi sp, sp, 16
    mv a0, s4
    leave 6, 64

# tell_job(job): its line on standard error; the user knows its state now
    .globl tell_job
tell_job:
    enter 1
    mv s0, a0
    li a1, 0
    call describe_job
    mv a2, a0
    lstr a1, "%s\n"
    li a0, STDERR
    call dprintf
    mv a0, s0
    call explain_job
    lw t0, JOB_FLAGS(s0)
    andi t0, t0, ~JOB_CHANGED
    sw t0, JOB_FLAGS(s0)
    leave 1

# notify_jobs(): before a prompt: tells what became of the jobs, and forgets those that are done
    .globl notify_jobs
notify_jobs:
    enter 2
    call poll_jobs
    ld s0, jobs
1:  beqz s0, 4f
    ld s1, JOB_NEXT(s0)
    mv a0, s0
    call job_state
    li t0, STATE_RUNNING
    beq a0, t0, 3f
    lw t1, JOB_FLAGS(s0)
    andi t1, t1, JOB_CHANGED
    beqz t1, 3f
    lw t1, JOB_ID(s0)
    beqz t1, 2f
    mv a0, s0
    call tell_job
2:  mv a0, s0
    call job_state
    li t0, STATE_DONE
    bne a0, t0, 3f
    mv a0, s0
    call free_job
3:  mv s0, s1
    j 1b
4:  leave 2
