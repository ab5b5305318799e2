# Messages on standard error, and giving up on a command.
    .include "sh.inc"
    .include "fcntl.inc"

    .text
# message_prefix(): how messages of warn() begin here: "sh: ", or "SCRIPT: LINE: " when the shell runs a script file.
    .globl message_prefix
message_prefix:
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

# sh_error(fmt, ...): "sh: <formatted>\n", of up to six arguments
    .globl sh_error
sh_error:
    mv a7, a6
    mv a6, a5
    mv a5, a4
    mv a4, a3
    mv a3, a2
    mv a2, a1
    mv a1, a0
    li a0, 0
    tail warn

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
