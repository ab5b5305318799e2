# Signals to the shell: traps, Ctrl-C at a prompt, and what children get.
    .include "sh.inc"
    .include "signal.inc"
    .include "fcntl.inc"

    .equ SIGNALS, 65            # 0 stands for EXIT
    .equ ENTRY_IGNORED, 1       # entry_states: how a signal was when the shell started; 0: not asked yet, 2: not ignored

    .text
# init_signals(): sets up what an interactive shell ignores or catches
    .globl init_signals
init_signals:
    enter 1
    lbu t0, options + OPTION_INTERACTIVE
    beqz t0, 4f
    sd t0, signals_taken, t1
    la s0, interactive_signals
1:  lbu a0, 0(s0)           # rows: signal, 1 when it is caught (else ignored)
    beqz a0, 4f
    call was_ignored        # so that the answer is known before we change it
    lbu a0, 0(s0)
    lbu t0, 1(s0)
    li a1, SIG_IGN
    beqz t0, 2f
    la a1, on_signal
2:  li a2, 0
    call signal
    addi s0, s0, 2
    j 1b
4:  leave 1

# was_ignored(signal) -> 1 when the shell was started with the signal ignored; it then stays so. Asked before the shell first changes it.
was_ignored:
    enter 1, SIGACTION_SIZE + 8 # user-mode QEMU 7.2 fills in 8 bytes more than riscv has
    la s0, entry_states
    add s0, s0, a0
    lbu t0, 0(s0)
    bnez t0, 1f
    li a1, 0
    mv a2, sp
    call sigaction
    ld t0, SIGACTION_HANDLER(sp)
    addi t0, t0, -SIG_IGN
    snez t0, t0
    addi t0, t0, ENTRY_IGNORED
    sb t0, 0(s0)
1:  addi a0, t0, -ENTRY_IGNORED
    seqz a0, a0
    leave 1, SIGACTION_SIZE + 8

# restore_signals(): in a child: what only the interactive shell ignores or catches is as it was
    .globl restore_signals
restore_signals:
    ld t0, signals_taken
    bnez t0, 1f
    ret
1:  enter 1
    sd zero, signals_taken, t0
    la s0, interactive_signals
1:  lbu a0, 0(s0)
    beqz a0, 3f
    call was_ignored
    bnez a0, 2f
    lbu a0, 0(s0)
    la t0, trap_texts       # a trap decides itself
    slli t1, a0, 3
    add t0, t0, t1
    ld t0, 0(t0)
    bnez t0, 2f
    li a1, SIG_DFL
    li a2, 0
    call signal
2:  addi s0, s0, 2
    j 1b
3:  leave 1

# forget_traps(): in a child: caught signals are as they were; ignored ones stay ignored
    .globl forget_traps
forget_traps:
    enter 2
    li s0, 0
    la s1, trap_texts
1:  ld t0, 0(s1)
    beqz t0, 2f
    lbu t0, 0(t0)
    beqz t0, 2f
    sd zero, 0(s1)
    beqz s0, 2f
    mv a0, s0
    li a1, SIG_DFL
    li a2, 0
    call signal
2:  addi s0, s0, 1
    addi s1, s1, 8
    li t0, SIGNALS
    bltu s0, t0, 1b
    sd zero, any_pending, t0
    leave 2

# on_signal(signal): the handler of every caught signal: only notes it
on_signal:
    la t0, pending
    add t0, t0, a0
    li t1, 1
    sb t1, 0(t0)
    sd t1, any_pending, t0
    ret

# set_trap(signal, text): text 0 is the default action, "" ignores the signal; the text must stay. A signal that was ignored from the start
# stays ignored.
    .globl set_trap
set_trap:
    enter 2
    mv s0, a0
    mv s1, a1
    beqz a0, 1f             # EXIT is no signal
    call was_ignored
    bnez a0, 4f
1:  la t0, trap_texts
    slli t1, s0, 3
    add t0, t0, t1
    sd s1, 0(t0)
    beqz s0, 4f
    li a1, SIG_DFL
    beqz s1, 2f
    lbu t0, 0(s1)
    li a1, SIG_IGN
    beqz t0, 3f
11: la a1, on_signal
    j 3f
2:  lbu t0, options + OPTION_INTERACTIVE
    beqz t0, 3f
    la t1, interactive_signals  # the default of an interactive shell
21: lbu t2, 0(t1)
    beqz t2, 3f
    lbu t3, 1(t1)
    addi t1, t1, 2
    bne t2, s0, 21b
    bnez t3, 11b
    li a1, SIG_IGN
3:  mv a0, s0
    li a2, 0
    call signal
4:  leave 2

# run_traps(): between commands: runs the traps of the signals that came in. An untrapped Ctrl-C gives up what an interactive shell runs.
    .globl run_traps
run_traps:
    ld t0, any_pending
    bnez t0, 1f
    ret
1:  enter 4
    sd zero, any_pending, t0
    li s0, 1
2:  la t0, pending
    add t0, t0, s0
    lbu t1, 0(t0)
    beqz t1, 4f
    sb zero, 0(t0)
    la t0, trap_texts
    slli t1, s0, 3
    add t0, t0, t1
    ld a0, 0(t0)
    beqz a0, 3f
    ld s1, last_status      # a trap does not change $?
    ld s2, token_ready
    call run_string
    sd s1, last_status, t0
    sd s2, token_ready, t0
    j 4f
3:  li t0, SIGINT
    bne s0, t0, 4f
    ld t0, main_stack
    beqz t0, 4f
    lstr a1, "\n"
    li a0, STDERR
    call dprintf
    li a0, STATUS_SIGNAL + SIGINT
    tail abort_command
4:  addi s0, s0, 1
    li t0, SIGNALS
    bltu s0, t0, 2b
    leave 4

# interrupted() -> 128 + a trapped signal that came in and waits for run_traps, or 0
    .globl interrupted
interrupted:
    ld t0, any_pending
    li a0, 0
    beqz t0, 3f
    la t0, pending
    li a0, 1
1:  add t1, t0, a0
    lbu t1, 0(t1)
    bnez t1, 2f
    addi a0, a0, 1
    li t1, SIGNALS
    bltu a0, t1, 1b
    li a0, 0
    ret
2:  addi a0, a0, STATUS_SIGNAL
3:  ret

# has_exit_trap() -> 1 when there is something to run at the end
    .globl has_exit_trap
has_exit_trap:
    ld a0, trap_texts
    beqz a0, 1f
    lbu a0, 0(a0)
    snez a0, a0
1:  ret

# run_exit_trap(): once
    .globl run_exit_trap
run_exit_trap:
    ld a0, trap_texts
    beqz a0, 1f
    sd zero, trap_texts, t0
    lbu t0, 0(a0)
    beqz t0, 1f
    sd zero, main_stack, t0 # an error in it ends the shell for good
    sd zero, skip, t0
    j run_string
1:  ret

# trap_text(signal) -> its trap, or 0
    .globl trap_text
trap_text:
    la t0, trap_texts
    slli a0, a0, 3
    add t0, t0, a0
    ld a0, 0(t0)
    ret

# condition_number(text) -> what trap takes: EXIT is 0, else the number of a signal given as number or name; -1: there is none
    .globl condition_number
condition_number:
    enter 1
    mv s0, a0
    la a1, exit_name
    call same_letters
    xori a0, a0, 1
    beqz a0, 1f
    mv a0, s0
    call signal_number
1:  leave 1

# condition_name(number) -> "EXIT" for 0, else the signal's name; 0 when it has none. The next call may overwrite it.
    .globl condition_name
condition_name:
    bnez a0, 1f
    la a0, exit_name
    ret
1:  tail signal_name

# signal_description(signal) -> "Hangup" and so on
    .globl signal_description
signal_description:
    enter 1, 32
    mv s0, a0
    la t0, signal_descriptions
    call nth_text
    bnez a0, 1f
    mv a0, sp
    li a1, 32
    lstr a2, "Signal %d"
    mv a3, s0
    call snprintf
    mv a1, a0
    mv a0, sp
    call scratch_copy
1:  leave 1, 32

# nth_text: the a0-th of the texts at t0, or 0; an empty text ends the list
nth_text:
1:  lbu t1, 0(t0)
    beqz t1, 4f
    beqz a0, 3f
2:  lbu t1, 0(t0)
    addi t0, t0, 1
    bnez t1, 2b
    addi a0, a0, -1
    j 1b
3:  mv a0, t0
    ret
4:  li a0, 0
    ret

    .section .rodata
# What an interactive shell does not leave at its default. Rows: signal, 1: caught, 0: ignored.
interactive_signals:
    .byte SIGINT, 1, SIGQUIT, 0, SIGTERM, 0, SIGTSTP, 0, SIGTTIN, 0, SIGTTOU, 0
    .byte 0
exit_name: .asciz "EXIT"
# In the order of their numbers; the first one stands for no signal.
signal_descriptions:
    .asciz "Exit"                     # EXIT
    .asciz "Hangup"                   # HUP
    .asciz "Interrupt"                # INT
    .asciz "Quit"                     # QUIT
    .asciz "Illegal instruction"      # ILL
    .asciz "Trace/breakpoint trap"    # TRAP
    .asciz "Aborted"                  # ABRT
    .asciz "Bus error"                # BUS
    .asciz "Floating point exception" # FPE
    .asciz "Killed"                   # KILL
    .asciz "User defined signal 1"    # USR1
    .asciz "Segmentation fault"       # SEGV
    .asciz "User defined signal 2"    # USR2
    .asciz "Broken pipe"              # PIPE
    .asciz "Alarm clock"              # ALRM
    .asciz "Terminated"               # TERM
    .asciz "Stack fault"              # STKFLT
    .asciz "Child exited"             # CHLD
    .asciz "Continued"                # CONT
    .asciz "Stopped (signal)"         # STOP
    .asciz "Stopped"                  # TSTP
    .asciz "Stopped (tty input)"      # TTIN
    .asciz "Stopped (tty output)"     # TTOU
    .asciz "Urgent I/O condition"     # URG
    .asciz "CPU time limit exceeded"  # XCPU
    .asciz "File size limit exceeded" # XFSZ
    .asciz "Virtual timer expired"    # VTALRM
    .asciz "Profiling timer expired"  # PROF
    .asciz "Window changed"           # WINCH
    .asciz "I/O possible"             # IO
    .asciz "Power failure"            # PWR
    .asciz "Bad system call"          # SYS
    .byte 0

    .bss
    .balign 8
trap_texts: .zero 8 * SIGNALS
any_pending: .zero 8
signals_taken: .zero 8       # 1 in a shell that ignores or catches interactive_signals
pending: .zero SIGNALS
entry_states: .zero SIGNALS
