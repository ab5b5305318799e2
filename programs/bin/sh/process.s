# Commands that need processes of their own: pipelines, subshells, background commands, command substitution.
    .include "sh.inc"
    .include "fcntl.inc"
    .include "errno.inc"
    .include "signal.inc"

    .text
# fork_child(job, background) -> pid in the parent, 0 in the child: adds a process to a job. With job control the job is a process group of
# its own, which gets the terminal unless it is in the background; the child is then no shell with a prompt any more.
    .globl fork_child
fork_child:
    enter 3
    mv s0, a0
    mv s1, a1
    call fflush_stdout
    call fork
    bltz a0, fork_failed
    beqz a0, in_child
    mv s2, a0
    ld t0, job_control
    beqz t0, 2f
    lw a1, JOB_GROUP(s0)    # parent and child both do this: neither can know who runs first
    bnez a1, 1f
    mv a1, s2
    sw a1, JOB_GROUP(s0)
1:  mv a0, s2
    call setpgid
2:  lw t0, JOB_COUNT(s0)
    addi t1, t0, 1
    sw t1, JOB_COUNT(s0)
    li t1, PROC_SIZEOF
    mul t0, t0, t1
    add t0, s0, t0
    sw s2, JOB_PROCS + PROC_PID(t0)
    mv a0, s2
    leave 3
in_child:
    ld t0, job_control
    beqz t0, 5f
    lw s2, JOB_GROUP(s0)
    bnez s2, 3f
    call getpid
    mv s2, a0
3:  li a0, 0
    mv a1, s2
    call setpgid
    bnez s1, 4f
    ld a0, terminal
    mv a1, s2
    call tcsetpgrp          # allowed from the background, because SIGTTOU is still ignored
4:  call become_subshell
    li a0, 0
    leave 3
5:  call become_subshell
    beqz s1, 6f
    li a0, SIGINT           # without job control a Ctrl-C is not for it, and neither is the input
    li a1, SIG_IGN
    li a2, 0
    call signal
    li a0, SIGQUIT
    li a1, SIG_IGN
    li a2, 0
    call signal
    lstr a0, "/dev/null"
    li a1, O_RDONLY
    call open
    blez a0, 6f
    mv s2, a0
    li a1, STDIN
    call dup2
    mv a0, s2
    call close
6:  li a0, 0
    leave 3
fork_failed:
    lstr a1, "cannot fork"
    call warn
    li a0, 2
    tail abort_command

# become_subshell(): in a new child: it has no prompt, no jobs and no traps of its own, and reads no commands
become_subshell:
    enter 0
    sd zero, main_stack, t0
    sd zero, job_control, t0
    sd zero, jobs, t0
    la t0, options
    sb zero, OPTION_INTERACTIVE(t0)
    sb zero, OPTION_MONITOR(t0)
    call restore_signals
    call forget_traps
    leave 0

# exec_pipe(node, flags) -> status of the last command
    .globl exec_pipe
exec_pipe:
    enter 2
    mv s0, a0
    li a1, 0
    call start_pipeline
    mv a1, s0
    restore 2
    j wait_foreground

# start_pipeline(node, background) -> the job: starts all commands of a KIND_PIPE
start_pipeline:
    enter 8, 16
    mv s0, a0
    mv s1, a1
    ld s2, NODE_A(s0)
    li a0, 0                # count the commands
    mv t0, s2
1:  addi a0, a0, 1
    ld t0, CELL_NEXT(t0)
    bnez t0, 1b
    call new_job
    mv s3, a0
    li s4, -1               # s4 = where the next command reads from
2:  beqz s2, 6f
    li t0, -1
    sw t0, 0(sp)
    sw t0, 4(sp)
    ld t0, CELL_NEXT(s2)
    beqz t0, 3f
    mv a0, sp
    call pipe
    bltz a0, pipe_failed
3:  lw s5, 0(sp)            # s5 = the reading end for the command after this one, s6 = the writing end for this one
    lw s6, 4(sp)
    mv a0, s3
    mv a1, s1
    call fork_child
    bnez a0, 4f
    mv a0, s4
    li a1, STDIN
    call move_descriptor
    mv a0, s6
    li a1, STDOUT
    call move_descriptor
    bltz s5, 31f
    mv a0, s5
    call close
31: ld a0, CELL_VALUE(s2)
    j run_and_exit
4:  bltz s4, 41f
    mv a0, s4
    call close
41: bltz s6, 5f
    mv a0, s6
    call close
5:  mv s4, s5
    ld s2, CELL_NEXT(s2)
    j 2b
6:  mv a0, s3
    leave 8, 16
pipe_failed:
    lstr a1, "cannot make a pipe"
    call warn
    li a0, 2
    tail abort_command

# move_descriptor(from, to): nothing when from is negative
move_descriptor:
    bltz a0, 1f
    beq a0, a1, 1f
    enter 1
    mv s0, a0
    call dup2
    mv a0, s0
    call close
    leave 1
1:  ret

# run_and_exit(node): what a child does. Does not return.
run_and_exit:
    li a1, EXEC_EXIT
    call exec_node
    j shell_exit

# exec_async(node, flags) -> 0: starts the command and goes on
    .globl exec_async
exec_async:
    enter 3
    mv s0, a0
    ld s1, NODE_A(s0)
    ld t0, NODE_KIND(s1)
    li t1, KIND_PIPE
    beq t0, t1, 1f
    li a0, 1
    call new_job
    mv s2, a0
    li a1, 1
    call fork_child
    bnez a0, 2f
    mv a0, s1
    j run_and_exit
1:  mv a0, s1
    li a1, 1
    call start_pipeline
    mv s2, a0
2:  mv a0, s2
    mv a1, s1
    call put_in_background
    li a0, 0
    leave 3

# exec_subshell(node, flags) -> status
    .globl exec_subshell
exec_subshell:
    enter 3
    mv s0, a0
    andi t0, a1, EXEC_EXIT
    beqz t0, 1f
    call has_exit_trap
    beqz a0, 2f             # this process ends with it anyway
1:  li a0, 1
    call new_job
    mv s1, a0
    li a1, 0
    call fork_child
    beqz a0, 3f
    mv a0, s1
    mv a1, s0
    call wait_foreground
    leave 3
2:  call become_subshell
3:  ld a0, NODE_REDIRS(s0)
    li a1, 0
    call redirect
    bnez a0, shell_exit
    ld a0, NODE_A(s0)
    j run_and_exit

# capture_output(node) -> what the commands print, without zero bytes and without the newlines at its end; node may be 0. Their status is
# kept in last_status and substitution_status.
    .globl capture_output
capture_output:
    enter 4, BUFFER_SIZEOF + 8
    mv s0, a0
    sd zero, last_status, t0
    sd zero, substitution_status, t0
    beqz s0, 8f
    addi a0, sp, BUFFER_SIZEOF
    call pipe
    bltz a0, pipe_failed
    call fflush_stdout
    call fork
    bltz a0, fork_failed
    mv s1, a0
    bnez a0, 1f
    lw a0, BUFFER_SIZEOF(sp)
    call close
    lw a0, BUFFER_SIZEOF + 4(sp)
    li a1, STDOUT
    call move_descriptor
    call become_subshell
    mv a0, s0
    j run_and_exit
1:  lw a0, BUFFER_SIZEOF + 4(sp)
    call close
    lw s2, BUFFER_SIZEOF(sp)
    mv a0, sp
    call buffer_init
2:  mv a0, sp
    li a1, PIPE_BUF
    call buffer_reserve
    mv s3, a0
3:  mv a0, s2
    mv a1, s3
    li a2, PIPE_BUF
    call read
    li t0, -EINTR
    beq a0, t0, 3b
    blez a0, 6f
    mv t0, s3               # keep all but zero bytes
    mv t1, s3
    add t2, s3, a0
4:  lbu t3, 0(t0)
    addi t0, t0, 1
    sb t3, 0(t1)
    beqz t3, 5f
    addi t1, t1, 1
5:  bltu t0, t2, 4b
    ld t3, BUFFER_DATA(sp)
    sub t1, t1, t3
    sd t1, BUFFER_LENGTH(sp)
    j 2b
6:  mv a0, s2
    call close
    mv a0, s1
    call wait_for_pid
    sd a0, last_status, t0
    sd a0, substitution_status, t0
    ld t0, BUFFER_DATA(sp)
    ld t1, BUFFER_LENGTH(sp)
    li t3, '\n'
7:  beqz t1, 71f
    add t2, t0, t1
    lbu t2, -1(t2)
    bne t2, t3, 71f
    addi t1, t1, -1
    j 7b
71: sd t1, BUFFER_LENGTH(sp)
    mv a0, sp
    call buffer_string
    leave 4, BUFFER_SIZEOF + 8
8:  lstr a0, ""
    leave 4, BUFFER_SIZEOF + 8

# wait_for_pid(pid) -> status of a child that belongs to no job
wait_for_pid:
    enter 1, 16
    mv s0, a0
1:  mv a0, s0
    mv a1, sp
    li a2, 0
    call waitpid
    li t0, -EINTR
    beq a0, t0, 1b
    lw a0, 0(sp)
    call exit_status
    leave 1, 16
