# Simple commands: what the words of a command name is a function, a builtin or a program.
    .include "sh.inc"
    .include "errno.inc"
    .include "fcntl.inc"

    .text
# exec_simple(node, flags) -> status
    .globl exec_simple
exec_simple:
    enter 8, BUFFER_SIZEOF + 8
    mv s0, a0
    mv s1, a1
    ld t0, NODE_LINE(s0)
    sd t0, current_line, t1
    sd s0, current_node, t0
    ld a0, scratch
    call arena_mark
    mv s2, a0
    mv s3, a1
    li t0, -1
    sd t0, substitution_status, t1
    mv a0, sp
    call buffer_init
    ld a0, NODE_A(s0)
    mv a1, sp
    call expand_words
    ld s4, BUFFER_LENGTH(sp)
    srli s4, s4, 3          # s4 = argc
    mv a0, sp
    li a1, 0
    call buffer_word
    ld s5, BUFFER_DATA(sp)  # s5 = argv
    beqz s4, no_command
    lbu t0, options + OPTION_XTRACE
    beqz t0, 1f
    mv a0, s5
    call trace_words
1:  ld a0, 0(s5)
    call function_body
    bnez a0, simple_function
    ld a0, 0(s5)
    call find_builtin
    bnez a0, simple_builtin
    mv a0, s0
    mv a1, s1
    mv a2, s5
    call run_program
simple_done:
    mv s4, a0
    ld a0, scratch
    mv a1, s2
    mv a2, s3
    call arena_release
    mv a0, s4
    leave 8, BUFFER_SIZEOF + 8

no_command:                 # only assignments and redirections
    mv a0, s0
    li a1, 0
    li a2, 0
    call assign_all
    ld s6, saved_descriptors
    ld a0, NODE_REDIRS(s0)
    li a1, 1
    call redirect
    mv s7, a0
    mv a0, s6
    call undo_redirections
    mv a0, s7
    bnez a0, simple_done
    ld t0, substitution_status
    bltz t0, simple_done    # a0 = 0
    mv a0, t0
    j simple_done

simple_function:
    mv s6, a0
    ld s7, saved_descriptors
    ld a0, NODE_REDIRS(s0)
    li a1, 1
    call redirect
    bnez a0, 2f
    ld s1, saved_vars       # the flags are not needed any more
    mv a0, s0
    li a1, 1
    li a2, 0
    call assign_all
    mv a0, s6
    mv a1, s4
    mv a2, s5
    call call_function
    mv s6, a0
    mv a0, s1
    call restore_vars
    mv a0, s6
2:  mv s6, a0
    mv a0, s7
    call undo_redirections
    mv a0, s6
    j simple_done

simple_builtin:
    mv a2, a0
    mv a0, s0
    mv a1, s5
    mv a3, s4
    call run_builtin
    j simple_done

# assign_all(node, temporary, flags): performs the assignments before a command. temporary: each is exported, and remembered for restore_vars.
# A read-only variable gives up the command.
assign_all:
    enter 5
    ld s0, NODE_B(a0)
    mv s1, a1
    mv s2, a2
    beqz s1, 1f
    ori s2, s2, VAR_EXPORT
1:  beqz s0, 3f
    ld s3, CELL_VALUE(s0)
    mv a0, s3
    call assignment_length
    mv s4, a0
    add a0, s3, s4
    addi a0, a0, 1
    li a1, EXPAND_TILDE | EXPAND_ASSIGN
    call expand_string
    mv a2, a0
    lbu t0, options + OPTION_XTRACE
    beqz t0, 11f
    mv a0, s3
    mv a1, s4
    call trace_assignment
    mv a2, a0
11: beqz s1, 2f
    addi sp, sp, -16
    sd a2, 0(sp)
    mv a0, s3
    mv a1, s4
    call save_var
    ld a2, 0(sp)
    addi sp, sp, 16
2:  mv a0, s3
    mv a1, s4
    mv a3, s2
    call set_var_n
    bltz a0, 4f
    ld s0, CELL_NEXT(s0)
    j 1b
3:  leave 5
4:  li a0, STATUS_SYNTAX
    tail abort_command

# run_builtin(node, argv, builtin, argc) -> status
run_builtin:
    enter 8
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv s3, a3
    ld s4, saved_descriptors
    ld s5, saved_vars
    lbu s6, BUILTIN_SPECIAL(s2)
    ld a0, NODE_REDIRS(s0)
    li a1, 1
    call redirect
    bnez a0, builtin_not_redirected
    mv a0, s0
    xori a1, s6, 1          # assignments before a special builtin stay
    li a2, 0
    call assign_all
    ld t0, BUILTIN_FUNCTION(s2)
    mv a0, s3
    mv a1, s1
    jalr t0
    mv s7, a0
    call fflush_stdout
    bgez a0, 1f
    mv s7, a0
    call stdout_reset
    mv a0, s7
    ld a2, 0(s1)
    lstr a1, "%s: write error"
    call warn
    li s7, 1
1:  mv a0, s5
    bnez s6, 2f
    call restore_vars
2:  ld t0, keep_redirections
    sd zero, keep_redirections, t1
    mv a0, s4
    bnez t0, 3f
    call undo_redirections
    mv a0, s7
    leave 8
3:  call forget_redirections
    mv a0, s7
    leave 8
builtin_not_redirected:
    mv a0, s4
    call undo_redirections
    li a0, 1
    beqz s6, 4f
    ld t0, main_stack       # for a special builtin this ends a shell that is not interactive
    bnez t0, 4f
    tail shell_exit
4:  leave 8

# run_program(node, flags, argv) -> status of the program
run_program:
    enter 4
    mv s0, a0
    mv s1, a1
    mv s2, a2
    andi t0, s1, EXEC_EXIT
    beqz t0, 1f
    call has_exit_trap
    beqz a0, become_program # nothing is left to do after it
1:  li a0, 1
    call new_job
    mv s3, a0
    li a1, 0
    call fork_child
    beqz a0, become_program
    mv a0, s3
    mv a1, s0
    call wait_foreground
    leave 4
become_program:
    call restore_signals
    ld a0, NODE_REDIRS(s0)
    li a1, 0
    call redirect
    bnez a0, 2f
    mv a0, s0
    li a1, 0
    li a2, VAR_EXPORT
    call assign_all
    mv a0, s2
    call exec_program
2:  tail _exit

# exec_program(argv) -> 126 or 127 after a message: becomes the program; a name without a slash is looked for in PATH
    .globl exec_program
exec_program:
    enter 7
    mv s0, a0
    call fflush_stdout
    call make_environment
    mv s1, a0
    ld s2, 0(s0)
    li s3, -ENOENT          # the error to report
    mv a0, s2
    li a1, '/'
    call strchr
    mv s4, s2
    bnez a0, 3f
    lbu t0, 0(s2)
    beqz t0, exec_failed
    call search_path
    mv s5, a0               # s5 = rest of PATH
1:  mv a0, s5
    mv a1, s2
    call next_in_path
    mv s4, a0
    mv s5, a1
    beqz s4, exec_failed
    call try_exec
    j 1b
3:  call try_exec
exec_failed:
    li s6, STATUS_NOT_EXECUTABLE
    li t0, -ENOENT
    bne s3, t0, 4f
    li s6, STATUS_NOT_FOUND
    mv a0, s2
    li a1, '/'
    call strchr
    bnez a0, 4f
    mv a1, s2
    lstr a0, "%s: not found"
    call sh_error
    mv a0, s6
    leave 7
4:  mv a0, s3
    mv a2, s2
    lstr a1, "%s"
    call warn
    mv a0, s6
    leave 7

# try_exec: tries the path s4 with argv s0 and environment s1; notes an error worth reporting in s3. Private to exec_program.
try_exec:
    enter 0
    mv a0, s4
    mv a1, s0
    mv a2, s1
    call execve
    li t0, -ENOEXEC
    beq a0, t0, 2f
    li t0, -ENOENT          # a directory without it is no news
    beq a0, t0, 1f
    li t0, -ENOTDIR
    beq a0, t0, 1f
    mv s3, a0
1:  leave 0
2:  mv s3, a0
    mv a0, s4
    mv a1, s0
    mv a2, s1
    call exec_script
    leave 0

# exec_script(path, argv, environment): a text file without #! is a script of ours. Returns when it is no text, or there is no shell.
exec_script:
    enter 4, 64
    mv s0, a0
    mv s1, a1
    mv s2, a2
    li a1, O_RDONLY | O_CLOEXEC
    call open
    bltz a0, 4f
    mv s3, a0
    mv a1, sp
    li a2, 64
    call read
    bltz a0, 4f
    mv a2, a0               # a zero byte in its first bytes: a program for another machine
    mv a0, sp
    li a1, 0
    call memchr
    bnez a0, 4f
    mv a0, s3
    call close
    li s3, 0                # count the arguments
1:  slli t0, s3, 3
    add t0, s1, t0
    ld t0, 0(t0)
    addi s3, s3, 1
    bnez t0, 1b
    slli a0, s3, 3
    addi a0, a0, 8
    call scratch_alloc
    lstr t0, "sh"
    sd t0, 0(a0)
    sd s0, 8(a0)
    addi t1, a0, 16
2:  ld t0, 8(s1)
    addi s1, s1, 8
    sd t0, 0(t1)
    addi t1, t1, 8
    bnez t0, 2b
    mv s1, a0
    lstr a0, "/proc/self/exe"
    mv a1, s1
    mv a2, s2
    call execve
    lstr a0, "/bin/sh"
    mv a1, s1
    mv a2, s2
    call execve
4:  leave 4, 64

# search_path() -> PATH, or the default
    .globl search_path
search_path:
    lstr a0, "PATH"
    lstr a1, "/bin"
    j get_var_or

# next_in_path(rest of PATH, name) -> a0 = the first directory with the name appended (0: PATH is used up), a1 = the rest of PATH after it
    .globl next_in_path
next_in_path:
    enter 4
    mv s0, a0
    mv s1, a1
    li t0, 0
    beqz s0, 5f
1:  add t1, s0, t0          # up to : or the end
    lbu t1, 0(t1)
    beqz t1, 2f
    li t2, ':'
    beq t1, t2, 2f
    addi t0, t0, 1
    j 1b
2:  mv s2, t0
    mv a0, s1
    call strlen
    add a0, a0, s2
    addi a0, a0, 2
    call scratch_alloc
    mv s3, a0
    mv a1, s0
    mv a2, s2
    call memcpy
    add a0, s3, s2
    beqz s2, 3f             # an empty entry is the current directory
    li t0, '/'
    sb t0, 0(a0)
    addi a0, a0, 1
3:  mv a1, s1
    call strcpy
    add t0, s0, s2
    lbu t1, 0(t0)
    addi a1, t0, 1
    bnez t1, 4f
    li a1, 0                # that was the last one
4:  mv a0, s3
    leave 4
5:  li a0, 0
    li a1, 0
    leave 4

# trace_words(argv): for set -x
trace_words:
    enter 1
    mv s0, a0
    call trace_prompt
1:  ld a2, 0(s0)
    addi s0, s0, 8
    beqz a2, 2f
    lstr a1, "%s"
    li a0, STDERR
    call dprintf
    ld t0, 0(s0)
    beqz t0, 1b
    lstr a1, " "
    li a0, STDERR
    call dprintf
    j 1b
2:  lstr a1, "\n"
    li a0, STDERR
    call dprintf
    leave 1

# trace_assignment(name, length, value) -> value: for set -x
trace_assignment:
    enter 2
    mv s0, a2
    call scratch_copy
    mv s1, a0
    call trace_prompt
    lstr a1, "%s=%s\n"
    li a0, STDERR
    mv a2, s1
    mv a3, s0
    call dprintf
    mv a0, s0
    leave 2

trace_prompt:
    enter 0
    lstr a0, "PS4"
    lstr a1, "+ "
    call get_var_or
    mv a2, a0
    lstr a1, "%s"
    li a0, STDERR
    call dprintf
    leave 0

    .bss
    .balign 8
# current_node: the simple command being run.
    .globl current_node
current_node: .zero 8
# substitution_status: status of the last command substitution in the command being expanded, or -1. keep_redirections: set by `exec`.
    .globl substitution_status
    .globl keep_redirections
substitution_status: .zero 8
keep_redirections: .zero 8
