# Jobs: who runs, who is stopped, who has ended; waiting for them, and finding the one that is meant.
    .include "sh.inc"
    .include "fcntl.inc"
    .include "errno.inc"
    .include "signal.inc"

    .text
# init_job_control(): at the start of an interactive shell on a terminal: waits to be in the foreground, becomes a process group of its own
# and takes the terminal. Where that is not possible there is no job control.
    .globl init_job_control
init_job_control:
    enter 2
    li a0, STDIN
    li a1, F_DUPFD_CLOEXEC
    li a2, FIRST_PRIVATE_FD
    call fcntl
    sd a0, terminal, t0
    bltz a0, 3f
1:  ld a0, terminal
    call tcgetpgrp
    bltz a0, 3f
    mv s0, a0
    li a0, 0
    call getpgid
    beq a0, s0, 2f
    li a0, SIGTTIN          # stopped until somebody puts us into the foreground
    li a1, SIG_DFL
    li a2, 0
    call signal
    li a0, 0
    li a1, SIGTTIN
    call kill
    li a0, SIGTTIN
    li a1, SIG_IGN
    li a2, 0
    call signal
    j 1b
2:  li a0, 0
    li a1, 0
    call setpgid            # fails for a session leader, which has a group of its own already
    call getpid
    sd a0, shell_group, t0
    mv a1, a0
    ld a0, terminal
    call tcsetpgrp
    bltz a0, 3f
    ld a0, terminal
    li a1, TCGETS
    la a2, terminal_modes
    call ioctl
    li t0, 1
    sd t0, job_control, t1
    la t1, options
    sb t0, OPTION_MONITOR(t1)
    leave 2
3:  lstr a0, "can't access tty; job control turned off"
    call sh_error
    leave 2

# new_job(processes) -> a job with room for that many, at the end of the list
    .globl new_job
new_job:
    enter 0
    slli a1, a0, 4          # PROC_SIZEOF
    addi a1, a1, JOB_PROCS
    li a0, 1
    call calloc
    beqz a0, out_of_memory
    la t0, jobs - JOB_NEXT
1:  ld t1, JOB_NEXT(t0)
    beqz t1, 2f
    mv t0, t1
    j 1b
2:  sd a0, JOB_NEXT(t0)
    leave 0

# free_job(job)
    .globl free_job
free_job:
    enter 1
    mv s0, a0
    la t0, jobs - JOB_NEXT
1:  ld t1, JOB_NEXT(t0)
    beqz t1, 3f
    beq t1, s0, 2f
    mv t0, t1
    j 1b
2:  ld t1, JOB_NEXT(s0)
    sd t1, JOB_NEXT(t0)
3:  ld a0, JOB_TEXT(s0)
    call free
    mv a0, s0
    restore 1
    tail free

# job_state(job) -> STATE_...: running while one of its processes is, else stopped while one is
    .globl job_state
job_state:
    lw t0, JOB_COUNT(a0)
    addi t1, a0, JOB_PROCS
    li a0, STATE_DONE
1:  beqz t0, 3f
    ld t2, PROC_STATE(t1)
    bgeu t2, a0, 2f         # running < stopped < done
    mv a0, t2
2:  addi t1, t1, PROC_SIZEOF
    addi t0, t0, -1
    j 1b
3:  ret

# job_wait_status(job) -> the status, as wait4 gave it, of its last process
    .globl job_wait_status
job_wait_status:
    lw t0, JOB_COUNT(a0)
    slli t0, t0, 4          # PROC_SIZEOF
    add t0, a0, t0
    lw a0, JOB_PROCS - PROC_SIZEOF + PROC_STATUS(t0)
    ret

# job_status(job) -> its exit status
    .globl job_status
job_status:
    enter 0
    call job_wait_status
    restore 0
    # falls into exit_status

# exit_status(wait status) -> what $? is for it: the exit status, or 128 and the signal that ended or stopped it
    .globl exit_status
exit_status:
    andi t0, a0, 0x7f
    srli a0, a0, 8
    andi a0, a0, 0xff
    beqz t0, 1f
    li t1, 0x7f
    beq t0, t1, 2f          # stopped: the signal is in the upper byte
    mv a0, t0
2:  addi a0, a0, STATUS_SIGNAL
1:  ret

# reap(options) -> pid of a child whose state changed, 0 (WNOHANG: none did), or -errno: notes the change in its job
    .globl reap
reap:
    enter 2, 16
    ld t0, job_control
    beqz t0, 1f
    ori a0, a0, WUNTRACED | WCONTINUED
1:  mv a2, a0
    li a0, -1
    mv a1, sp
    call waitpid
    mv s0, a0
    blez a0, 6f
    ld t0, jobs             # whose is it?
2:  beqz t0, 7f
    lw t1, JOB_COUNT(t0)
    addi t2, t0, JOB_PROCS
3:  beqz t1, 5f
    lw t3, PROC_PID(t2)
    bne t3, s0, 4f
    ld t4, PROC_STATE(t2)   # a pid may be used again once its process is done
    li t5, STATE_DONE
    bne t4, t5, found_process
4:  addi t2, t2, PROC_SIZEOF
    addi t1, t1, -1
    j 3b
5:  ld t0, JOB_NEXT(t0)
    j 2b
found_process:
    lw t3, 0(sp)
    sw t3, PROC_STATUS(t2)
    li t4, 0xffff           # continued
    li t5, STATE_RUNNING
    beq t3, t4, 51f
    andi t3, t3, 0xff
    li t4, 0x7f
    li t5, STATE_STOPPED
    beq t3, t4, 51f
    li t5, STATE_DONE
51: sd t5, PROC_STATE(t2)
    lw t3, JOB_FLAGS(t0)
    ori t3, t3, JOB_CHANGED
    sw t3, JOB_FLAGS(t0)
    j 7f
6:  li t0, -ECHILD          # no children: whatever we believed to run has gone
    bne s0, t0, 7f
    call all_done
7:  mv a0, s0
    leave 2, 16

# all_done(): every process of every job counts as done.
all_done:
    ld t0, jobs
1:  beqz t0, 3f
    lw t1, JOB_COUNT(t0)
    addi t2, t0, JOB_PROCS
2:  beqz t1, 21f
    li t3, STATE_DONE
    sd t3, PROC_STATE(t2)
    addi t2, t2, PROC_SIZEOF
    addi t1, t1, -1
    j 2b
21: ld t0, JOB_NEXT(t0)
    j 1b
3:  ret

# wait_foreground(job, node) -> its exit status: waits until it has ended or stopped; the shell then has the terminal again
    .globl wait_foreground
wait_foreground:
    enter 4
    mv s0, a0
    mv s1, a1
1:  mv a0, s0
    call job_state
    mv s2, a0
    bnez a0, 2f
    li a0, 0
    call reap
    j 1b
2:  ld t0, job_control
    beqz t0, 3f
    ld a0, terminal
    ld a1, shell_group
    call tcsetpgrp
3:  mv a0, s0
    call job_wait_status
    mv s3, a0
    li t0, STATE_STOPPED
    beq s2, t0, job_stopped
    andi t0, s3, 0x7f
    beqz t0, 4f
    mv a0, s3
    call report_signal
    mv a0, s0
    call explain_job
    call take_terminal_modes
4:  mv a0, s0
    call free_job
    ld t0, job_control      # Ctrl-C ends the whole line that was typed
    beqz t0, 5f
    andi t0, s3, 0x7f
    li t1, SIGINT
    bne t0, t1, 5f
    li a0, STATUS_SIGNAL + SIGINT
    tail abort_command
5:  mv a0, s3
    call exit_status
    leave 4
job_stopped:
    call take_terminal_modes
    ld t0, JOB_TEXT(s0)     # one that was brought back by fg has its text and number
    bnez t0, 6f
    mv a0, s0
    mv a1, s1
    call name_job
6:  mv a0, s0
    call stamp_job
    lstr a1, "\n"
    li a0, STDERR
    call dprintf
    mv a0, s0
    call tell_job
    j 5b

# take_terminal_modes(): after a program that had no chance to put the terminal's modes back
take_terminal_modes:
    ld t0, job_control
    beqz t0, 1f
    ld a0, terminal
    li a1, TCSETSW
    la a2, terminal_modes
    tail ioctl
1:  ret

# name_job(job, node): gives it a number and its text
name_job:
    enter 2
    mv s0, a0
    mv a0, a1
    call node_text
    call strdup
    sd a0, JOB_TEXT(s0)
    li t0, 0                # one more than the greatest number in use
    ld t1, jobs
1:  beqz t1, 3f
    lw t2, JOB_ID(t1)
    bleu t2, t0, 2f
    mv t0, t2
2:  ld t1, JOB_NEXT(t1)
    j 1b
3:  addi t0, t0, 1
    sw t0, JOB_ID(s0)
    leave 2

# stamp_job(job): it is the one that was put aside last
stamp_job:
    ld t0, last_stamp
    addi t0, t0, 1
    sd t0, last_stamp, t1
    sd t0, JOB_STAMP(a0)
    ret

# put_in_background(job, node): names a job that was just started in the background
    .globl put_in_background
put_in_background:
    enter 1
    mv s0, a0
    call name_job
    mv a0, s0
    call stamp_job
    lw t0, JOB_COUNT(s0)
    slli t0, t0, 4          # PROC_SIZEOF
    add t0, s0, t0
    lw a3, JOB_PROCS - PROC_SIZEOF + PROC_PID(t0)
    sd a3, background_pid, t0
    ld t0, main_stack
    beqz t0, 1f
    lw a2, JOB_ID(s0)
    lstr a1, "[%d] %d\n"
    li a0, STDERR
    call dprintf
1:  leave 1

# current_job(but not this one) -> the job that %% means: the one that was stopped last, or else put into the background last; or 0
    .globl current_job
current_job:
    enter 5
    mv s0, a0
    li s1, 0                # the best so far, s2 = its rank
    li s2, -1
    ld s3, jobs
1:  beqz s3, 4f
    beq s3, s0, 3f
    lw t0, JOB_ID(s3)
    beqz t0, 3f
    mv a0, s3
    call job_state
    ld t0, JOB_STAMP(s3)
    li t1, STATE_STOPPED
    bne a0, t1, 2f
    li t1, 1 << 62          # any stopped one before any running one
    add t0, t0, t1
2:  ble t0, s2, 3f
    mv s2, t0
    mv s1, s3
3:  ld s3, JOB_NEXT(s3)
    j 1b
4:  mv a0, s1
    leave 5

# poll_jobs(): notes all changes that have happened, without waiting
    .globl poll_jobs
poll_jobs:
    enter 0
1:  ld t0, jobs
    beqz t0, 2f
    li a0, WNOHANG
    call reap
    bgtz a0, 1b
2:  leave 0

# count_stopped() -> how many jobs are stopped
    .globl count_stopped
count_stopped:
    enter 2
    ld s0, jobs
    li s1, 0
1:  beqz s0, 2f
    mv a0, s0
    call job_state
    addi a0, a0, -STATE_STOPPED
    seqz a0, a0
    add s1, s1, a0
    ld s0, JOB_NEXT(s0)
    j 1b
2:  mv a0, s1
    leave 2

# find_job(text) -> the job that %N, %%, %+, %- or %TEXT (the start of its command) means, or 0
    .globl find_job
find_job:
    enter 4
    mv s0, a0
    lbu t0, 0(s0)
    li t1, '%'
    bne t0, t1, 1f
    addi s0, s0, 1
1:  lbu t0, 0(s0)
    beqz t0, find_current
    li t1, '%'
    beq t0, t1, find_current
    li t1, '+'
    beq t0, t1, find_current
    li t1, '-'
    beq t0, t1, find_previous
    addi t0, t0, -'0'
    sltiu t0, t0, 10
    beqz t0, find_by_text
    mv a0, s0
    call atoi
    ld t0, jobs
2:  beqz t0, 3f
    lw t1, JOB_ID(t0)
    beq t1, a0, 3f
    ld t0, JOB_NEXT(t0)
    j 2b
3:  mv a0, t0
    leave 4
find_current:
    li a0, 0
    call current_job
    leave 4
find_previous:
    li a0, 0
    call current_job
    mv s1, a0
    call current_job
    bnez a0, 4f
    mv a0, s1               # the only one is both
4:  leave 4
find_by_text:
    mv a0, s0
    call strlen
    mv s1, a0
    ld s2, jobs
5:  beqz s2, 7f
    ld a0, JOB_TEXT(s2)
    beqz a0, 6f
    mv a1, s0
    mv a2, s1
    call strncmp
    beqz a0, 7f
6:  ld s2, JOB_NEXT(s2)
    j 5b
7:  mv a0, s2
    leave 4

# job_of_pid(pid) -> the job that a process belongs to, or 0
    .globl job_of_pid
job_of_pid:
    ld t0, jobs
1:  beqz t0, 4f
    lw t1, JOB_COUNT(t0)
    addi t2, t0, JOB_PROCS
2:  beqz t1, 3f
    lw t3, PROC_PID(t2)
    beq t3, a0, 4f
    addi t2, t2, PROC_SIZEOF
    addi t1, t1, -1
    j 2b
3:  ld t0, JOB_NEXT(t0)
    j 1b
4:  mv a0, t0
    ret

# continue_job(job): lets all its processes run again
    .globl continue_job
continue_job:
    enter 0
    lw t0, JOB_COUNT(a0)
    addi t1, a0, JOB_PROCS
1:  beqz t0, 2f
    ld t2, PROC_STATE(t1)
    li t3, STATE_STOPPED
    bne t2, t3, 11f
    sd zero, PROC_STATE(t1) # STATE_RUNNING
11: addi t1, t1, PROC_SIZEOF
    addi t0, t0, -1
    j 1b
2:  lw t0, JOB_FLAGS(a0)
    andi t0, t0, ~JOB_CHANGED
    sw t0, JOB_FLAGS(a0)
    li a1, SIGCONT
    call signal_job
    leave 0

# signal_job(job, signal) -> 0 or -errno: to its process group, or without job control to each of its processes
    .globl signal_job
signal_job:
    enter 4
    mv s0, a0
    mv s1, a1
    lw t0, JOB_GROUP(s0)
    beqz t0, 1f
    neg a0, t0
    call kill
    leave 4
1:  lw s2, JOB_COUNT(s0)
    addi s3, s0, JOB_PROCS
    li a0, 0
2:  beqz s2, 3f
    lw a0, PROC_PID(s3)
    mv a1, s1
    call kill
    addi s3, s3, PROC_SIZEOF
    addi s2, s2, -1
    j 2b
3:  leave 4

    .bss
    .balign 8
last_stamp: .zero 8
terminal_modes: .zero TERMIOS_SIZE
    .balign 8
# jobs: all of them, oldest first. job_control: 1 when jobs are process groups of their own. terminal: a descriptor of it. background_pid: $!.
    .globl jobs
    .globl job_control
    .globl terminal
    .globl shell_group
    .globl background_pid
jobs: .zero 8
job_control: .zero 8
terminal: .zero 8
shell_group: .zero 8
background_pid: .zero 8
