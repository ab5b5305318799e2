# The shell: reads commands and runs them. Usage: sh [-efinsuvx] [FILE [ARGUMENT...] | -c COMMANDS [NAME [ARGUMENT...]]]
# Without a FILE or -c it reads standard input, with prompts and job control when that is a terminal.
# It follows POSIX; not there are: aliases, times, command history, ~user, `set -o vi` and arithmetic's ++ and --.
    .include "sh.inc"
    .include "fcntl.inc"

    .text
# main(argc, argv): never returns
    .globl main
main:
    enter 6
    mv s0, a0
    mv s1, a1
    call arena_new
    sd a0, scratch, t0
    call getpid
    sd a0, shell_pid, t0
    call import_environment
    call set_initial_variables
    ld a0, 0(s1)
    bnez a0, 1f
    lstr a0, "sh"
1:  sd a0, shell_name, t0
    li s2, 0                # 1 after -c
    beqz s0, options_done
    addi s1, s1, 8          # s1 = next argument, s0 = how many are left
    addi s0, s0, -1
next_option:
    beqz s0, options_done
    ld s3, 0(s1)
    lbu s4, 0(s3)
    li t0, '-'
    beq s4, t0, 2f
    li t0, '+'
    bne s4, t0, options_done
2:  addi s1, s1, 8
    addi s0, s0, -1
    addi s3, s3, 1
    lbu t0, 0(s3)
    beqz t0, options_done   # "-" alone
    li t1, '-'
    bne t0, t1, option_letter
    lbu t0, 1(s3)
    beqz t0, options_done   # "--"
option_letter:
    lbu a0, 0(s3)
    beqz a0, next_option
    addi s3, s3, 1
    li t0, 'c'
    bne a0, t0, 3f
    li s2, 1
    j option_letter
3:  li t0, 'o'
    beq a0, t0, option_name
    li t0, '-'
    sub a1, s4, t0          # + switches it off
    seqz a1, a1
    mv s5, a0
    call set_option
    bgez a0, option_letter
    mv a1, s5
    lstr a0, "illegal option -%c"
    call sh_error
    li a0, STATUS_SYNTAX
    tail shell_exit
option_name:
    beqz s0, options_done
    ld a0, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    li t0, '-'
    sub a1, s4, t0
    seqz a1, a1
    call set_option_by_name
    bgez a0, option_letter
    ld a1, -8(s1)
    lstr a0, "illegal option -o %s"
    call sh_error
    li a0, STATUS_SYNTAX
    tail shell_exit

options_done:
    bnez s2, run_argument
    beqz s0, run_stdin
    lbu t0, options + OPTION_STDIN
    bnez t0, run_stdin
    # a script file: on a descriptor out of the way of its commands
    ld s3, 0(s1)
    mv a0, s3
    li a1, O_RDONLY | O_CLOEXEC
    call open
    mv s4, a0
    bltz a0, cannot_open
    li a1, F_DUPFD_CLOEXEC
    li a2, FIRST_PRIVATE_FD
    call fcntl
    mv s5, a0
    mv a0, s4
    call close
    sd s3, shell_name, t0
    sd s3, script_name, t0
    addi a0, s1, 8
    addi a1, s0, -1
    call set_params
    la a0, main_source
    mv a1, s5
    li a2, SOURCE_BLOCKS
    call source_file
    j run_main
cannot_open:
    mv a0, s4
    mv a2, s3
    lstr a1, "%s"
    call warn
    li a0, STATUS_NOT_FOUND
    tail shell_exit

run_argument:
    bnez s0, 1f
    lstr a0, "-c requires an argument"
    call sh_error
    li a0, STATUS_SYNTAX
    tail shell_exit
1:  ld s3, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    beqz s0, 2f
    ld t0, 0(s1)
    sd t0, shell_name, t1
    addi s1, s1, 8
    addi s0, s0, -1
2:  mv a0, s1
    mv a1, s0
    call set_params
    la a0, main_source
    mv a1, s3
    li a2, 1
    call source_string
    j run_main

run_stdin:
    mv a0, s1
    mv a1, s0
    call set_params
    li a0, STDIN
    call isatty
    li s3, SOURCE_TERMINAL
    beqz a0, 1f
    li a0, 1
    la t0, options
    sb a0, OPTION_INTERACTIVE(t0)
    j 2f
1:  li a0, STDIN
    li a1, 0
    li a2, SEEK_CUR
    call lseek
    li s3, SOURCE_SEEK
    bgez a0, 2f
    li s3, SOURCE_BYTES
2:  la a0, main_source
    li a1, STDIN
    mv a2, s3
    call source_file

run_main:
    call init_signals
    lbu t0, options + OPTION_INTERACTIVE
    beqz t0, main_again
    call init_job_control
    sd sp, main_stack, t0   # abort_command comes back to here
    .globl main_again
main_again:
    call recover
1:  li a0, EXEC_EXIT
    call run_source
    ld t0, main_stack
    beqz t0, 2f
    call leave_shell        # the end of input at a prompt
    beqz a0, 1b
2:  ld a0, last_status
    # falls into shell_exit

# shell_exit(status): runs the EXIT trap, then ends the process. Does not return.
    .globl shell_exit
shell_exit:
    mv s0, a0
    sd a0, last_status, t0
    call run_exit_trap
    mv a0, s0
    tail exit

# warn_stopped(lines) -> 1 when an interactive shell may not end yet, because its user had to be told of stopped jobs. The warning holds
# for so many lines of commands: 1 after an end of input; 2 in an `exit`, as the one that follows is such a line itself.
    .globl warn_stopped
warn_stopped:
    enter 1
    mv s0, a0
    la t0, main_source
    ld t1, SOURCE_KIND(t0)
    li t2, SOURCE_TERMINAL
    bne t1, t2, 1f
    ld t0, main_stack
    beqz t0, 1f
    ld t0, warned_stopped
    bnez t0, 1f
    call poll_jobs          # one that was killed meanwhile is not stopped any more
    call count_stopped
    beqz a0, 1f
    sd s0, warned_stopped, t1
    lstr a1, "\nThere are stopped jobs.\n"
    addi t0, s0, -1
    snez t0, t0
    add a1, a1, t0          # behind an `exit` the cursor is at the start of a line already
    li a0, STDERR
    call dprintf
    li a0, 1
    leave 1
1:  li a0, 0
    leave 1

# leave_shell() -> 1 when an interactive shell may end at this end of input
leave_shell:
    enter 0
    la t0, main_source
    sd zero, SOURCE_EOF(t0)
    li a0, 1
    call warn_stopped
    beqz a0, 1f
    li a0, 0
    leave 0
1:  la t0, main_source
    ld t1, SOURCE_KIND(t0)
    li t2, SOURCE_TERMINAL
    bne t1, t2, 2f
    lstr a1, "exit\n"
    li a0, STDERR
    call dprintf
2:  li a0, 1
    leave 0

# recover(): puts everything back to how it is between two commands, after abort_command.
recover:
    enter 0
    la t0, main_source
    sd t0, source, t1
    sd zero, tape_depth, t0
    sd zero, skip, t0
    sd zero, loop_depth, t0
    sd zero, function_depth, t0
    sd zero, errexit_off, t0
    li a0, 0
    call undo_redirections
    li a0, 0
    call restore_vars
    call restore_params
    sd zero, owned_params, t0   # whose they were is not known any more
    ld a0, scratch
    li a1, 0
    li a2, 0
    call arena_release
    leave 0

# run_source(flags) -> the status of the last command: runs all lines of the current source. EXEC_EXIT: the process ends after it.
    .globl run_source
run_source:
    enter 6
    mv s0, a0
next_line:
    call run_traps
    ld t0, main_stack
    beqz t0, 1f
    ld t0, source
    la t1, main_source
    bne t0, t1, 1f
    call notify_jobs
    li t0, 1
    sd t0, prompt_due, t1
1:  ld s1, parse_arena
    call arena_new
    sd a0, parse_arena, t0
    ld a0, scratch
    call arena_mark
    mv s2, a0
    mv s3, a1
    call parse_line
    mv s4, a1
    mv s5, a0
    beqz a1, line_done
    ld t0, warned_stopped
    beqz t0, 5f
    addi t0, t0, -1
    sd t0, warned_stopped, t1
5:
    lbu t0, options + OPTION_NOEXEC
    bnez t0, line_done
    call source_sync
    mv a1, s0
    ld t0, source           # only the last line of a string is known to be the last
    ld t1, SOURCE_KIND(t0)
    bnez t1, 2f
    ld t1, SOURCE_POS(t0)
    ld t2, SOURCE_END(t0)
    beq t1, t2, 3f
2:  li a1, 0
3:  mv a0, s4
    call exec_node
line_done:
    ld a0, scratch
    mv a1, s2
    mv a2, s3
    call arena_release
    ld a0, parse_arena
    sd s1, parse_arena, t0
    call arena_free
    beqz s5, 4f
    ld t0, skip
    beqz t0, next_line
4:  ld a0, last_status
    leave 6

# run_string(text) -> the status of the last command: runs a text in this process (eval, traps)
    .globl run_string
run_string:
    enter 1, SOURCE_SIZEOF
    mv a1, a0
    mv a0, sp
    ld a2, current_line
    call source_string
    li a0, 0
    call run_source
    mv s0, a0
    call source_pop
    mv a0, s0
    leave 1, SOURCE_SIZEOF

# show_prompt(): on an interactive source that needs a new line: PS1 before a command, PS2 inside one
    .globl show_prompt
show_prompt:
    enter 1
    ld t0, main_stack
    beqz t0, 3f
    ld t0, source
    la t1, main_source
    bne t0, t1, 3f
    ld t2, prompt_due
    sd zero, prompt_due, t1
    bnez t2, 1f
    ld t1, SOURCE_END(t0)   # inside a command: only at the start of a line
    beqz t1, 3f
    ld t2, SOURCE_DATA(t0)
    add t1, t2, t1
    lbu t1, -1(t1)
    li t2, '\n'
    bne t1, t2, 3f
    lstr a0, "PS2"
    lstr a1, "> "
    j 2f
1:  call geteuid
    lstr a1, "# "
    beqz a0, 11f
    lstr a1, "$ "
11: lstr a0, "PS1"
2:  call get_var_or
    li a1, EXPAND_HERE      # variables in it are expanded, quotes are not special
    call expand_string
    mv s0, a0
    call fflush_stdout
    mv a0, s0
    call strlen
    mv a2, a0
    li a0, STDERR
    mv a1, s0
    call write_all
3:  leave 1

# set_initial_variables(): what a shell sets whatever the environment says
set_initial_variables:
    enter 0, 16
    call getppid
    call number_text
    mv a1, a0
    lstr a0, "PPID"
    li a2, 0
    call set_var
    lstr a0, "PWD"
    call get_var
    bnez a0, 1f
    call update_pwd
1:  lstr a0, "IFS"          # the last one, so the first one that is found
    lstr a1, " \t\n"
    li a2, 0
    call set_var
    leave 0, 16

    .bss
    .balign 8
main_source: .zero SOURCE_SIZEOF
# main_stack: where abort_command continues, 0 when it ends the shell. prompt_due: 1 when a command is about to begin.
    .globl main_stack
    .globl prompt_due
main_stack: .zero 8
prompt_due: .zero 8
warned_stopped: .zero 8        # lines of commands for which the user knows of the stopped jobs
# last_status: $?. shell_pid: $$.
    .globl last_status
    .globl shell_pid
last_status: .zero 8
shell_pid: .zero 8
