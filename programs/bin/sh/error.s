# Messages on standard error, and giving up on a command.
    .include "sh.inc"
    .include "fcntl.inc"

    .text
# prefix(): "sh: ", or "SCRIPT: LINE: " when the shell runs a script file.
prefix:
    enter 0
    call fflush_stdout      # keep the order of what the user sees
    ld a2, script_name
    beqz a2, 1f
    ld a3, current_line
    lstr a1, "%s: %ld: "
    j 2f
1:  lstr a1, "sh: "
2:  li a0, STDERR
    call dprintf
    leave 0

# sh_error(fmt, ...): "sh: <formatted>\n"
    .globl sh_error
sh_error:
    open_varargs
    enter 1
    mv s0, a0
    call prefix
    mv a1, s0
    varargs a2, 1, 0, 1
    li a0, STDERR
    call vdprintf
    lstr a1, "\n"
    li a0, STDERR
    call dprintf
    restore 1
    close_varargs

# sh_error_errno(errno, fmt, ...): "sh: <formatted>: <message of errno>\n"
    .globl sh_error_errno
sh_error_errno:
    open_varargs
    enter 2
    mv s0, a0
    mv s1, a1
    call prefix
    mv a1, s1
    varargs a2, 2, 0, 2
    li a0, STDERR
    call vdprintf
    mv a0, s0
    call strerror
    mv a2, a0
    lstr a1, ": %s\n"
    li a0, STDERR
    call dprintf
    restore 2
    close_varargs

# syntax_error(fmt, argument): reports it at the line being read, and gives up. Does not return.
    .globl syntax_error
syntax_error:
    ld t0, source
    ld t0, SOURCE_LINE(t0)
    sd t0, current_line, t1
    call sh_error           # never returns to our caller, so ra need not be kept
    call source_drop_line
    li a0, STATUS_SYNTAX
    # falls into abort_command

# abort_command(status): gives up whatever is being run. An interactive shell goes back to its prompt, any other one ends. Does not return.
    .globl abort_command
abort_command:
    sd a0, last_status, t0
    ld t0, main_stack
    beqz t0, shell_exit     # no prompt to go back to
    mv sp, t0
    tail main_again

    .bss
    .balign 8
# script_name: the file being run, or 0. current_line: the line of the command being run.
    .globl script_name
    .globl current_line
script_name: .zero 8
current_line: .zero 8
