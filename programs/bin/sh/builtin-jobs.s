# The builtins about jobs: jobs fg bg wait kill.
    .include "sh.inc"
    .include "signal.inc"

    .text
# jobs [-l | -p]: those that are done are listed once
    .globl do_jobs
do_jobs:
    enter 4
    li s2, 0                # the option
    ld t0, 8(a1)
    beqz t0, 1f
    lbu t1, 0(t0)
    li t2, '-'
    bne t1, t2, 1f
    lbu s2, 1(t0)
1:  call poll_jobs
    ld s0, jobs
2:  beqz s0, 6f
    ld s1, JOB_NEXT(s0)
    lw t0, JOB_ID(s0)
    beqz t0, 5f
    li t0, 'p'
    beq s2, t0, 3f
    mv a0, s0
    mv a1, s2
    call describe_job
    call puts
    j 4f
3:  lw a1, JOB_PROCS + PROC_PID(s0)
    lstr a0, "%d\n"
    call printf
4:  lw t0, JOB_FLAGS(s0)
    andi t0, t0, ~JOB_CHANGED
    sw t0, JOB_FLAGS(s0)
    mv a0, s0
    call job_state
    li t0, STATE_DONE
    bne a0, t0, 5f
    mv a0, s0
    call free_job
5:  mv s0, s1
    j 2b
6:  li a0, 0
    leave 4

# job_argument(text or 0, name of the builtin) -> the job it means (0: the current one), or 0 after a message
job_argument:
    enter 2
    mv s0, a0
    mv s1, a1
    bnez a0, 1f
    lstr a0, "%"
1:  call find_job
    bnez a0, 3f
    mv a1, s1
    mv a2, s0
    lstr a0, "%s: %s: no such job"
    bnez s0, 2f
    lstr a0, "%s: no current job"
2:  call sh_error
    li a0, 0
3:  leave 2

# fg [JOB]: the terminal is its, until it ends or stops
    .globl do_fg
do_fg:
    enter 1
    ld s0, 0(a1)
    ld a0, 8(a1)
    mv a1, s0
    call job_argument
    mv s0, a0
    li a0, 1
    beqz s0, 2f
    ld a0, JOB_TEXT(s0)
    call puts
    call fflush_stdout
    ld t0, job_control
    beqz t0, 1f
    ld a0, terminal
    lw a1, JOB_GROUP(s0)
    call tcsetpgrp
1:  mv a0, s0
    call continue_job
    mv a0, s0
    li a1, 0                # it has its text already
    call wait_foreground
2:  leave 1

# bg [JOB]: a stopped one runs on in the background
    .globl do_bg
do_bg:
    enter 2
    ld s0, 0(a1)
    ld a0, 8(a1)
    mv a1, s0
    call job_argument
    mv s0, a0
    li a0, 1
    beqz s0, 2f
    li a0, 0                # was it the current one?
    call current_job
    sub s1, a0, s0
    mv a0, s0
    call continue_job
    li a2, '+'
    beqz s1, 1f
    li a2, ' '
1:  lw a1, JOB_ID(s0)
    ld a3, JOB_TEXT(s0)
    lstr a0, "[%d]%c %s &\n"
    call printf
    li a0, 0
2:  leave 2

# wait [JOB | PID...] -> the status of the last one; without arguments waits for all and is 0; a trapped signal ends it
    .globl do_wait
do_wait:
    enter 4
    addi s0, a1, 8
    li s2, 0
    ld t0, 0(s0)
    beqz t0, wait_all
1:  ld s1, 0(s0)
    beqz s1, wait_done
    addi s0, s0, 8
    lbu t0, 0(s1)
    li t1, '%'
    beq t0, t1, 2f
    mv a0, s1
    call parse_number
    beqz a0, wait_bad
    mv a0, a1
    call job_of_pid
    li s2, STATUS_NOT_FOUND
    beqz a0, 1b             # no child of ours
    j 3f
2:  mv a0, s1
    call find_job
    li s2, STATUS_NOT_FOUND
    beqz a0, wait_bad
3:  mv s1, a0
    call wait_for_job
    bnez a0, wait_interrupted
    mv a0, s1
    call job_status
    mv s2, a0
    mv a0, s1
    call forget_when_done
    j 1b
wait_all:
    ld s0, jobs
4:  beqz s0, wait_done
    mv a0, s0
    call wait_for_job
    bnez a0, wait_interrupted
    ld s1, JOB_NEXT(s0)
    mv a0, s0
    call forget_when_done
    mv s0, s1
    j 4b
wait_done:
    mv a0, s2
wait_interrupted:
    leave 4
wait_bad:
    mv a1, s1
    lstr a0, "wait: %s: no such job"
    call sh_error
    li s2, STATUS_NOT_FOUND
    j 1b

# wait_for_job(job) -> 0 once it does not run any more, or 128 + a trapped signal that came first
wait_for_job:
    enter 1
    mv s0, a0
1:  mv a0, s0
    call job_state
    bnez a0, 2f
    call interrupted
    bnez a0, 3f
    li a0, 0
    call reap
    j 1b
2:  li a0, 0
3:  leave 1

# forget_when_done(job): one that was waited for; an interactive shell tells its user first
forget_when_done:
    enter 1
    mv s0, a0
    call job_state
    li t0, STATE_DONE
    bne a0, t0, 1f
    ld t0, main_stack
    bnez t0, 1f
    mv a0, s0
    call free_job
1:  leave 1

# kill [-SIGNAL | -s SIGNAL] JOB | PID..., kill -l [STATUS...]
    .globl do_kill
do_kill:
    enter 6
    addi s0, a1, 8
    li s1, SIGTERM
    li s3, 0                # status
    ld s2, 0(s0)
    beqz s2, kill_usage
    lbu t0, 0(s2)
    li t1, '-'
    bne t0, t1, kill_next
    addi s0, s0, 8
    addi s2, s2, 1
    lbu t0, 0(s2)
    lbu t1, 1(s2)
    li t2, '-'
    beq t0, t2, kill_next   # "--"
    bnez t1, 1f
    li t1, 'l'
    beq t0, t1, kill_list
    li t1, 's'
    bne t0, t1, 1f
    ld s2, 0(s0)
    beqz s2, kill_usage
    addi s0, s0, 8
1:  mv a0, s2
    call condition_number
    mv s1, a0
    bgez a0, kill_next
    mv a1, s2
    lstr a0, "kill: %s: bad signal"
    call sh_error
    li a0, 1
    leave 6
kill_next:
    ld s2, 0(s0)
    beqz s2, kill_done
    addi s0, s0, 8
    lbu t0, 0(s2)
    li t1, '%'
    beq t0, t1, kill_job
    mv a0, s2
    call parse_number
    beqz a0, kill_bad
    mv a0, a1
    mv a1, s1
    call kill
    bgez a0, kill_next
kill_failed:
    mv a2, s2
    lstr a1, "kill: (%s)"
    call warn
    li s3, 1
    j kill_next
kill_job:
    mv a0, s2
    call find_job
    beqz a0, kill_bad
    mv s4, a0
    mv a1, s1
    call signal_job
    bltz a0, kill_failed
    li t0, SIGTERM          # a process that is stopped has to run to notice
    beq s1, t0, 2f
    li t0, SIGHUP
    bne s1, t0, kill_next
2:  mv a0, s4
    li a1, SIGCONT
    call signal_job
    j kill_next
kill_bad:
    mv a1, s2
    lstr a0, "kill: %s: no such job or process"
    call sh_error
    li s3, 1
    j kill_next
kill_done:
    mv a0, s3
    leave 6
kill_list:
    ld s2, 0(s0)
    beqz s2, kill_names
3:  mv a0, s2               # a status or number into a name
    call parse_number
    beqz a0, kill_number
    andi a0, a1, 0x7f
    call condition_name
    mv a1, a0
    lstr a0, "%s\n"
    call printf
4:  addi s0, s0, 8
    ld s2, 0(s0)
    bnez s2, 3b
    j kill_done
kill_number:                # a name into its number
    mv a0, s2
    call condition_number
    bltz a0, 4b
    mv a1, a0
    lstr a0, "%d\n"
    call printf
    j 4b
kill_names:
    li s4, 1
5:  mv a0, s4
    call condition_name
    beqz a0, kill_done
    mv a2, a0
    mv a1, s4
    lstr a0, "%2d) SIG%s\n"
    call printf
    addi s4, s4, 1
    j 5b
kill_usage:
    lstr a0, "usage: kill [-s SIGNAL | -SIGNAL] JOB | PID..."
    call sh_error
    li a0, STATUS_SYNTAX
    leave 6
