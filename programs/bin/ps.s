# ps: the processes, as /proc describes them. Without options: those of the same user on the same terminal.
#   -e, -A all  -a all on terminals, but session leaders  -f full lines  -j jobs  -o COLUMNS what to print  -p PIDS just these
#   without a dash: a of all users, x also without a terminal (ax: all), u lines about users, j jobs, o and p as above
# COLUMNS are names of the table at the end, with commas between; NAME=HEADER gives another header, NAME= none.
# On a terminal lines are cut to its width.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"

    .equ USAGE_STATUS, 1
    .include "options.inc"
    .include "inputs.inc"
    .include "slurp.inc"
    .include "directories.inc"
    .include "users.inc"
    .include "times.inc"
    .include "devices.inc"
    .include "proc.inc"

    .equ ALIGN_LEFT, 0
    .equ ALIGN_RIGHT, 1
    .equ WIDTH_OF_PID, 0            # as wide as pids can become

    .equ COLUMN_NAME, 0             # a row of the table of columns
    .equ COLUMN_HEADER, 8
    .equ COLUMN_WIDTH, 16
    .equ COLUMN_ALIGN, 18
    .equ COLUMN_ARGUMENT, 20
    .equ COLUMN_FUNCTION, 24
    .equ COLUMN_SIZE, 32

    .equ SHOWN_COLUMN, 0            # a column that is printed: its row, its header, its width
    .equ SHOWN_HEADER, 8
    .equ SHOWN_WIDTH, 16
    .equ SHOWN_SIZE, 24
    .equ SHOWN_MAX, 64
    .equ PIDS_MAX, 256

    .equ VALUE_SIZE, 65536          # one value; command lines that are longer are cut
    .equ LINE_MAX, VALUE_SIZE * 2
    .equ NS_PER_TICK, 1000000000 / TICKS_PER_SECOND
    .equ SECONDS_PER_HOUR, 3600
    .equ SECONDS_PER_MINUTE, 60

    .text
    .globl main
main:
    enter 6
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    call parse_bsd
    call ask_about_us
    ld t0, shown_count
    bnez t0, 1f
    ld a0, format                   # nobody chose columns
    call add_columns
1:  call set_widths
    call print_header
    call list_processes
    mv s0, a0
    mv s1, a1
    li s2, 1                        # s2 = status: 1 until something is printed
2:  beqz s1, 4f
    mv a0, s0
    call is_selected
    beqz a0, 3f
    li s2, 0
    mv a0, s0
    call print_process
3:  li t0, PROC_SIZE
    add s0, s0, t0
    addi s1, s1, -1
    j 2b
4:  mv a0, s2
    leave 6

# parse_bsd(): the s0 operands at s1: letters without a dash, or pids
parse_bsd:
    enter 4
1:  beqz s0, 9f
    ld s2, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    lbu t0, 0(s2)
    addi t1, t0, -'0'
    li t2, 10
    bltu t1, t2, 7f
2:  lbu t0, 0(s2)
    beqz t0, 1b
    addi s2, s2, 1
    li t1, 'o'
    beq t0, t1, 5f
    li t1, 'p'
    beq t0, t1, 5f
    la t1, bsd_letters
3:  lbu t2, 0(t1)
    beqz t2, bad_bsd
    addi t1, t1, 24
    bne t2, t0, 3b
    ld t2, -16(t1)
    li t3, 1
    sb t3, 0(t2)
    ld t2, -8(t1)
    la t3, format_bsd               # u and j say more about columns than a and x
    bne t2, t3, 4f
    ld t3, format
    la t4, format_plain_ps
    bne t3, t4, 2b
4:  sd t2, format, t3
    j 2b
5:  la s3, add_columns
    li t1, 'o'
    beq t0, t1, 6f
    la s3, add_pids
6:  mv a0, s2                       # its argument: the rest, or the next operand
    lbu t0, 0(s2)
    bnez t0, 8f
    beqz s0, bad_bsd
    ld a0, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    j 8f
7:  mv a0, s2
    la s3, add_pids
    ld t0, format
    la t1, format_plain_ps
    bne t0, t1, 8f
    la t0, format_bsd
    sd t0, format, t1
8:  jalr s3
    j 1b
9:  leave 4

bad_bsd:
    li a0, 0
    lstr a1, "unsupported option in '%s'"
    ld a2, -8(s1)
    call warn
    j try_help

# add_pids(list): -p
add_pids:
    enter 2, 16
    mv s0, a0
1:  lbu t0, 0(s0)
    beqz t0, 3f
    mv a0, s0
    mv a1, sp
    li a2, 10
    call strtol
    ld t0, 0(sp)
    beq t0, s0, bad_pids
    mv s0, t0
    ld t1, pid_count
    li t2, PIDS_MAX
    bgeu t1, t2, bad_pids
    la t2, pids
    slli t3, t1, 3
    add t2, t2, t3
    sd a0, 0(t2)
    addi t1, t1, 1
    sd t1, pid_count, t2
    lbu t0, 0(s0)
    beqz t0, 3f
    addi s0, s0, 1
    addi t1, t0, -','
    beqz t1, 1b
    addi t1, t0, -' '
    beqz t1, 1b
bad_pids:
    lstr a0, "process ID list syntax error"
    call usage_error
3:  leave 2, 16

# add_columns(list): -o
add_columns:
    enter 6
    mv s0, a0
1:  mv s1, s0                       # s1 = end of the name
2:  lbu t0, 0(s1)
    beqz t0, 3f
    addi t1, t0, -','
    beqz t1, 3f
    addi t1, t0, -' '
    beqz t1, 3f
    addi t1, t0, -'='
    beqz t1, 3f
    addi s1, s1, 1
    j 2b
3:  mv a0, s0
    sub a1, s1, s0
    call find_column
    mv s2, a0
    beqz a0, bad_column
    ld s3, shown_count
    li t0, SHOWN_MAX
    bgeu s3, t0, bad_column
    li t0, SHOWN_SIZE
    mul t0, s3, t0
    la s4, shown
    add s4, s4, t0
    addi s3, s3, 1
    sd s3, shown_count, t0
    sd s2, SHOWN_COLUMN(s4)
    ld t0, COLUMN_HEADER(s2)
    sd t0, SHOWN_HEADER(s4)
    lbu t0, 0(s1)
    li t1, '='
    beq t0, t1, 5f
4:  addi s0, s1, 1
    bnez t0, 1b
    leave 6
5:  addi s0, s1, 1                  # a header of the user's, up to the next comma
    mv s1, s0
6:  lbu t0, 0(s1)
    beqz t0, 7f
    addi t1, t0, -','
    beqz t1, 7f
    addi s1, s1, 1
    j 6b
7:  mv a0, s0
    sub a1, s1, s0
    call strndup
    sd a0, SHOWN_HEADER(s4)
    lbu t0, 0(s1)
    j 4b

# find_column(name, length) -> its row, or 0
find_column:
    enter 4
    mv s0, a0
    mv s1, a1
    la s2, columns
1:  ld s3, COLUMN_NAME(s2)
    li a0, 0
    beqz s3, 3f
    mv a0, s3
    call strlen
    bne a0, s1, 2f
    mv a0, s3
    mv a1, s0
    mv a2, s1
    call memcmp
    beqz a0, 25f
2:  addi s2, s2, COLUMN_SIZE
    j 1b
25: mv a0, s2
3:  leave 4

bad_column:
    mv a0, s0
    sub a1, s1, s0
    call strndup
    mv a1, a0
    lstr a0, "unknown user-defined format specifier \"%s\""
    call usage_error

# ask_about_us(): our user and terminal, and what time it is
ask_about_us:
    enter 0, PROC_SIZE
    call geteuid
    sd a0, our_uid, t0
    lstr a0, "/proc/self/stat"
    la a1, value
    li a2, PROC_TEXT_SIZE
    call read_text
    la a0, value
    mv a1, sp
    call parse_process
    ld t0, PROC_TTY(sp)
    sd t0, our_terminal, t1
    call uptime_ticks
    sd a0, uptime, t0
    li a0, CLOCK_REALTIME
    mv a1, sp
    call clock_gettime
    ld t0, TIMESPEC_SEC(sp)
    li t1, TICKS_PER_SECOND
    mul t0, t0, t1
    ld t1, TIMESPEC_NSEC(sp)
    li t2, NS_PER_TICK
    div t1, t1, t2
    add t0, t0, t1
    sd t0, now, t1
    li a0, STDOUT                   # lines are as long as they are, but on a terminal as wide as that
    li a1, TIOCGWINSZ
    mv a2, sp
    call ioctl
    li t0, LINE_MAX - 1
    bnez a0, 1f
    lhu t1, WINSIZE_COLS(sp)
    beqz t1, 1f
    mv t0, t1
1:  sd t0, line_width, t1
    leave 0, PROC_SIZE

# is_selected(record) -> 1 when it is to be printed
is_selected:
    ld t0, pid_count
    beqz t0, 2f
    la t1, pids
    slli t0, t0, 3
    add t0, t0, t1
    ld t2, PROC_PID(a0)
1:  ld t3, 0(t1)
    beq t3, t2, 8f
    addi t1, t1, 8
    bltu t1, t0, 1b
    lb t2, select_all               # or those that other options ask for
    lb t3, select_terminals
    or t2, t2, t3
    lb t3, bsd_all
    or t2, t2, t3
    lb t3, bsd_without_terminal
    or t2, t2, t3
    beqz t2, 9f
2:  lb t0, select_all
    bnez t0, 8f
    ld t0, PROC_UID(a0)
    ld t1, our_uid
    sub t0, t0, t1
    seqz t0, t0                     # t0 = ours
    ld t1, PROC_TTY(a0)
    lb t2, select_terminals         # -a
    beqz t2, 3f
    ld t2, PROC_PID(a0)
    ld t3, PROC_SESSION(a0)
    beq t2, t3, 9f
    bnez t1, 8f
    j 9f
3:  lb t2, bsd_all
    lb t3, bsd_without_terminal
    and t4, t2, t3
    bnez t4, 8f                     # ax
    bnez t3, 4f
    bnez t2, 5f
    lb t4, bsd_users
    bnez t4, 45f
    beqz t0, 9f
    ld t4, our_terminal
    beq t1, t4, 8f
    j 9f
4:  mv a0, t0                       # x: ours, wherever
    ret
45: beqz t0, 9f                     # u: ours, on terminals
5:  bnez t1, 8f                     # a: everybody's, on terminals
9:  li a0, 0
    ret
8:  li a0, 1
    ret

# set_widths(): a header that is wider than its column widens it
set_widths:
    enter 4
    call pid_width
    sd a0, pid_columns, t0
    la s0, shown
    ld s1, shown_count
1:  ld s2, SHOWN_COLUMN(s0)
    lhu s3, COLUMN_WIDTH(s2)
    bnez s3, 2f
    ld s3, pid_columns
2:  ld a0, SHOWN_HEADER(s0)
    ld t0, COLUMN_HEADER(s2)
    beq a0, t0, 3f
    call strlen
    bleu a0, s3, 3f
    mv s3, a0
3:  sd s3, SHOWN_WIDTH(s0)
    addi s0, s0, SHOWN_SIZE
    addi s1, s1, -1
    bnez s1, 1b
    leave 4

# print_header(): unless all headers are empty
print_header:
    enter 4
    la s0, shown
    ld s1, shown_count
    li s2, 0
1:  ld t0, SHOWN_HEADER(s0)
    lbu t0, 0(t0)
    or s2, s2, t0
    addi s0, s0, SHOWN_SIZE
    addi s1, s1, -1
    bnez s1, 1b
    beqz s2, 4f
    la s0, shown
    ld s1, shown_count
2:  mv a0, s0
    ld a1, SHOWN_HEADER(s0)
    mv a2, s1
    call add_cell
    addi s0, s0, SHOWN_SIZE
    addi s1, s1, -1
    bnez s1, 2b
    call end_line
4:  leave 4

# print_process(record)
print_process:
    enter 4
    mv s0, a0
    la s1, shown
    ld s2, shown_count
1:  ld t0, SHOWN_COLUMN(s1)
    ld t1, COLUMN_FUNCTION(t0)
    mv a0, s0
    lwu a1, COLUMN_ARGUMENT(t0)
    jalr t1
    mv a0, s1
    la a1, value
    mv a2, s2
    call add_cell
    addi s1, s1, SHOWN_SIZE
    addi s2, s2, -1
    bnez s2, 1b
    call end_line
    leave 4

# add_cell(shown column, text, columns left): one cell of a line. Text to the left of its column is cut to it, but not in the last one.
add_cell:
    enter 2
    mv a4, a1
    ld t0, SHOWN_COLUMN(a0)
    ld a3, SHOWN_WIDTH(a0)
    mv s0, a2
    la s1, line
    ld t1, line_used
    add a0, s1, t1
    li a1, LINE_MAX
    sub a1, a1, t1
    lbu t0, COLUMN_ALIGN(t0)
    lstr a2, "%*s"
    bnez t0, 1f
    lstr a2, "%s"
    addi t0, s0, -1
    mv a5, a4
    mv a4, a3
    bnez t0, 11f
    mv a3, a5
    j 1f
11: lstr a2, "%-*.*s"
1:  call snprintf
    ld t0, line_used
    add t0, t0, a0
    li t1, LINE_MAX - 2
    bleu t0, t1, 2f
    mv t0, t1
2:  addi s0, s0, -1
    beqz s0, 3f
    add t1, t0, s1
    li t2, ' '
    sb t2, 0(t1)
    addi t0, t0, 1
3:  sd t0, line_used, t1
    leave 2

# end_line(): prints what add_cell gathered
end_line:
    enter 0
    la a0, line
    ld a1, line_used
    ld t0, line_width
    bleu a1, t0, 1f
    mv a1, t0
1:  call stdout_write
    li a0, '\n'
    call putchar
    sd zero, line_used, t0
    leave 0

# The columns: function(record, argument) puts its text into `value`.
# value_is format: the rest of such a function, for one argument in a3
.macro value_is format
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "\format"
    tail snprintf
.endm

show_field:                         # argument: offset in the record
    add a0, a0, a1
    ld a3, 0(a0)
    value_is "%ld"
show_name:
    enter 1
    mv s0, a0
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%s%s"
    addi a3, s0, PROC_COMM
    ld t0, PROC_STATE(s0)
    lstr a4, ""
    addi t0, t0, -'Z'
    bnez t0, 1f
    lstr a4, " <defunct>"
1:  call snprintf
    leave 1
show_command:                       # the command line; [name] when there is none, as with kernel threads and zombies
    enter 1
    mv s0, a0
    ld a0, PROC_PID(s0)
    lstr a1, "cmdline"
    la a2, value
    li a3, VALUE_SIZE
    call read_proc_text
    blez a0, 3f
    la t0, value
    add t1, t0, a0
1:  lbu t2, -1(t1)                  # the zeros between its words become blanks
    bnez t2, 2f
    addi t1, t1, -1
    bgtu t1, t0, 1b
2:  sb zero, 0(t1)
25: bgeu t0, t1, 4f
    lbu t2, 0(t0)
    li t3, ' '
    beqz t2, 26f
    bgeu t2, t3, 27f
    li t3, '?'
26: sb t3, 0(t0)
27: addi t0, t0, 1
    j 25b
3:  la a0, value
    li a1, VALUE_SIZE
    lstr a2, "[%s]%s"
    addi a3, s0, PROC_COMM
    lstr a4, ""
    ld t0, PROC_STATE(s0)
    addi t0, t0, -'Z'
    bnez t0, 35f
    lstr a4, " <defunct>"
35: call snprintf
4:  leave 1
show_state:
    ld a3, PROC_STATE(a0)
    value_is "%c"
show_states:                        # the letter, and what else there is to know
    la t0, value
    ld t1, PROC_STATE(a0)
    sb t1, 0(t0)
    addi t0, t0, 1
    ld t1, PROC_NICE(a0)
    beqz t1, 2f
    li t2, '<'
    bltz t1, 1f
    li t2, 'N'
1:  sb t2, 0(t0)
    addi t0, t0, 1
2:  ld t1, PROC_SESSION(a0)
    ld t2, PROC_PID(a0)
    bne t1, t2, 3f
    li t1, 's'
    sb t1, 0(t0)
    addi t0, t0, 1
3:  ld t1, PROC_THREADS(a0)
    li t2, 1
    ble t1, t2, 4f
    li t1, 'l'
    sb t1, 0(t0)
    addi t0, t0, 1
4:  ld t1, PROC_TPGID(a0)
    ld t2, PROC_PGRP(a0)
    bne t1, t2, 5f
    li t1, '+'
    sb t1, 0(t0)
    addi t0, t0, 1
5:  sb zero, 0(t0)
    ret
show_user:                          # a name of more than 8 letters is cut, with a + to say so
    enter 0
    ld a0, PROC_UID(a0)
    call user_name
    mv a3, a0
    call strlen
    li t0, 8
    bgtu a0, t0, 1f
    la a0, value
    mv a1, a3
    call strcpy
    leave 0
1:  la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%.7s+"
    call snprintf
    leave 0
show_uid:
    ld a3, PROC_UID(a0)
    value_is "%ld"
show_terminal:
    ld a0, PROC_TTY(a0)
    la a1, value
    li a2, VALUE_SIZE
    tail terminal_name
show_memory:                        # resident, in K
    ld a3, PROC_RSS(a0)
    li t0, PAGE_K
    mul a3, a3, t0
    value_is "%ld"
show_size:                          # of the address space, in K
    ld a3, PROC_VSIZE(a0)
    srli a3, a3, 10
    value_is "%ld"
show_memory_share:
    enter 1
    ld s0, PROC_RSS(a0)
    li t0, PAGE_K * 1000
    mul s0, s0, t0
    lstr a0, "MemTotal:"
    call memory_k
    bnez a0, 1f
    li a0, 1
1:  divu a3, s0, a0
    restore 1
    j show_tenths
show_cpu_share:                     # time used of the time it has been there
    enter 0
    call cpu_per_mille
    mv a3, a0
    restore 0
show_tenths:                        # a3 per mille as a percentage; 100% and more without a decimal place
    li t0, 10
    li t1, 999
    divu a4, a3, t0
    bgtu a3, t1, 1f
    remu t2, a3, t0
    mv a3, a4
    mv a4, t2
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%ld.%ld"
    tail snprintf
1:  mv a3, a4
    value_is "%ld"
show_cpu_percent:
    enter 0
    call cpu_per_mille
    li t0, 10
    divu a3, a0, t0
    li t0, 99
    bleu a3, t0, 1f
    mv a3, t0
1:  restore 0
    value_is "%ld"
# cpu_per_mille(record) -> time used per time since the start
cpu_per_mille:
    ld t0, PROC_UTIME(a0)
    ld t1, PROC_STIME(a0)
    add t0, t0, t1
    li t1, 1000
    mul t0, t0, t1
    ld t1, uptime
    ld t2, PROC_START(a0)
    sub t1, t1, t2
    li a0, 0
    blez t1, 1f
    divu a0, t0, t1
1:  ret
# cpu_seconds(record) -> processor time used
cpu_seconds:
    ld t0, PROC_UTIME(a0)
    ld t1, PROC_STIME(a0)
    add t0, t0, t1
    li t1, TICKS_PER_SECOND
    divu a0, t0, t1
    ret
show_time:                          # [DD-]HH:MM:SS
    enter 0
    call cpu_seconds
    restore 0
show_seconds:
    li t0, SECONDS_PER_DAY
    divu a3, a0, t0
    remu a0, a0, t0
    li t0, SECONDS_PER_HOUR
    divu a4, a0, t0
    remu a0, a0, t0
    li t0, SECONDS_PER_MINUTE
    divu a5, a0, t0
    remu a6, a0, t0
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%ld-%02ld:%02ld:%02ld"
    bnez a3, 1f
    lstr a2, "%02ld:%02ld:%02ld"
    mv a3, a4
    mv a4, a5
    mv a5, a6
1:  tail snprintf
show_bsd_time:                      # MMM:SS
    enter 0
    call cpu_seconds
    restore 0
    li t0, SECONDS_PER_MINUTE
    divu a3, a0, t0
    remu a4, a0, t0
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%ld:%02ld"
    tail snprintf
# age(record) -> seconds since it started
age:
    ld t0, uptime
    ld t1, PROC_START(a0)
    sub a0, t0, t1
    bgez a0, 1f
    li a0, 0
1:  li t0, TICKS_PER_SECOND
    divu a0, a0, t0
    ret
show_age_seconds:
    enter 0
    call age
    mv a3, a0
    restore 0
    value_is "%ld"
show_age:                           # [[DD-]HH:]MM:SS
    enter 0
    call age
    restore 0
    li t0, SECONDS_PER_HOUR
    bgeu a0, t0, show_seconds
    li t0, SECONDS_PER_MINUTE
    divu a3, a0, t0
    remu a4, a0, t0
    la a0, value
    li a1, VALUE_SIZE
    lstr a2, "%02ld:%02ld"
    tail snprintf
show_start:                         # the time of day, or the day when that was not within the last one
    enter 2
    ld s1, PROC_START(a0)
    call age
    lstr s0, "%H:%M"
    li t0, SECONDS_PER_DAY
    bltu a0, t0, 1f
    lstr s0, "%b%d"
    j 1f
show_long_start:
    enter 2
    ld s1, PROC_START(a0)
    lstr s0, "%a %b %e %H:%M:%S %Y"
1:  ld t0, now                      # the machine started at now - uptime
    ld t1, uptime
    sub t0, t0, t1
    add a0, t0, s1
    li t0, TICKS_PER_SECOND
    div a0, a0, t0
    li a1, 0
    la a2, broken_down
    call break_down
    la a0, value
    li a1, VALUE_SIZE
    mv a2, s0
    la a3, broken_down
    call format_time
    leave 2
show_priority:                      # ps counts them downwards
    ld t0, PROC_PRIORITY(a0)
    li a3, 39
    sub a3, a3, t0
    value_is "%ld"
show_wait:                          # where in the kernel it waits
    enter 0
    ld a0, PROC_PID(a0)
    lstr a1, "wchan"
    la a2, value
    li a3, VALUE_SIZE
    call read_proc_text
    blez a0, 1f
    lbu t0, value
    addi t0, t0, -'0'
    bnez t0, 2f
1:  la a0, value
    lstr a1, "-"
    call strcpy
2:  leave 0

# choose_full(), choose_jobs(): -f, -j
choose_full:
    la t0, format_full
    sd t0, format, t1
    ret
choose_jobs:
    la t0, format_jobs
    sd t0, format, t1
    ret

# column name, header, width, alignment, function, argument: one row of the table
.macro column name, header, width, align, function, argument=0
    .section .rodata.str
77771:
    .asciz "\name"
77772:
    .asciz "\header"
    .section .rodata
    .dword 77771b, 77772b
    .half \width
    .byte \align, 0
    .word \argument
    .dword \function
.endm

    .section .rodata
    .balign 8
columns:
    column "pid", "PID", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_PID
    column "ppid", "PPID", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_PPID
    column "pgid", "PGID", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_PGRP
    column "pgrp", "PGRP", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_PGRP
    column "sid", "SID", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_SESSION
    column "sess", "SESS", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_SESSION
    column "tpgid", "TPGID", WIDTH_OF_PID, ALIGN_RIGHT, show_field, PROC_TPGID
    column "tty", "TT", 8, ALIGN_LEFT, show_terminal
    column "tt", "TT", 8, ALIGN_LEFT, show_terminal
    column "tname", "TTY", 8, ALIGN_LEFT, show_terminal
    column "comm", "COMMAND", 15, ALIGN_LEFT, show_name
    column "ucomm", "COMMAND", 15, ALIGN_LEFT, show_name
    column "ucmd", "CMD", 15, ALIGN_LEFT, show_name
    column "args", "COMMAND", 27, ALIGN_LEFT, show_command
    column "command", "COMMAND", 27, ALIGN_LEFT, show_command
    column "cmd", "CMD", 27, ALIGN_LEFT, show_command
    column "s", "S", 1, ALIGN_LEFT, show_state
    column "state", "S", 1, ALIGN_LEFT, show_state
    column "stat", "STAT", 4, ALIGN_LEFT, show_states
    column "user", "USER", 8, ALIGN_LEFT, show_user
    column "euser", "EUSER", 8, ALIGN_LEFT, show_user
    column "uname", "USER", 8, ALIGN_LEFT, show_user
    column "uid_name", "UID", 8, ALIGN_LEFT, show_user
    column "uid", "UID", 5, ALIGN_RIGHT, show_uid
    column "euid", "EUID", 5, ALIGN_RIGHT, show_uid
    column "rss", "RSS", 5, ALIGN_RIGHT, show_memory
    column "rssize", "RSS", 5, ALIGN_RIGHT, show_memory
    column "vsz", "VSZ", 6, ALIGN_RIGHT, show_size
    column "vsize", "VSZ", 6, ALIGN_RIGHT, show_size
    column "pmem", "%MEM", 4, ALIGN_RIGHT, show_memory_share
    column "%mem", "%MEM", 4, ALIGN_RIGHT, show_memory_share
    column "pcpu", "%CPU", 4, ALIGN_RIGHT, show_cpu_share
    column "%cpu", "%CPU", 4, ALIGN_RIGHT, show_cpu_share
    column "c", "C", 2, ALIGN_RIGHT, show_cpu_percent
    column "time", "TIME", 8, ALIGN_RIGHT, show_time
    column "cputime", "TIME", 8, ALIGN_RIGHT, show_time
    column "bsdtime", "TIME", 6, ALIGN_RIGHT, show_bsd_time
    column "etime", "ELAPSED", 11, ALIGN_RIGHT, show_age
    column "etimes", "ELAPSED", 7, ALIGN_RIGHT, show_age_seconds
    column "stime", "STIME", 5, ALIGN_RIGHT, show_start
    column "bsdstart", "START", 5, ALIGN_RIGHT, show_start
    column "lstart", "STARTED", 24, ALIGN_RIGHT, show_long_start
    column "ni", "NI", 3, ALIGN_RIGHT, show_field, PROC_NICE
    column "nice", "NI", 3, ALIGN_RIGHT, show_field, PROC_NICE
    column "pri", "PRI", 3, ALIGN_RIGHT, show_priority
    column "nlwp", "NLWP", 4, ALIGN_RIGHT, show_field, PROC_THREADS
    column "thcount", "THCNT", 5, ALIGN_RIGHT, show_field, PROC_THREADS
    column "psr", "PSR", 3, ALIGN_RIGHT, show_field, PROC_CPU
    column "min_flt", "MINFL", 6, ALIGN_RIGHT, show_field, PROC_MINFLT
    column "maj_flt", "MAJFL", 6, ALIGN_RIGHT, show_field, PROC_MAJFLT
    column "wchan", "WCHAN", 6, ALIGN_LEFT, show_wait
    .dword 0
# letter without a dash, flag, columns it chooses
bsd_letters:
    .dword 'a', bsd_all, format_bsd
    .dword 'x', bsd_without_terminal, format_bsd
    .dword 'u', bsd_users, format_users
    .dword 'j', bsd_jobs, format_bsd_jobs
    .dword 0
format_plain_ps: .asciz "pid,tname,time,ucmd"
format_full: .asciz "uid_name,pid,ppid,c,stime,tname,time,cmd"
format_jobs: .asciz "pid,pgid,sid,tname,time,ucmd"
format_bsd: .asciz "pid,tname,stat,bsdtime,args"
format_users: .asciz "user,pid,pcpu,pmem,vsz,rss,tname,stat,bsdstart,bsdtime,args"
format_bsd_jobs: .asciz "ppid,pid,pgid,sid,tname,tpgid,stat,uid,bsdtime,args"
usage: .asciz "Usage: ps [-aAefj] [-o COLUMNS] [-p PIDS] [aujx]"
    .balign 8
options:
    option 'e', OPTION_SET, select_all
    option 'A', OPTION_SET, select_all
    option 'a', OPTION_SET, select_terminals
    option 'f', OPTION_CALL, choose_full
    option 'j', OPTION_CALL, choose_jobs
    option 'o', OPTION_CALL_TEXT, add_columns
    option 'p', OPTION_CALL_TEXT, add_pids
    end_options

    .data
    .balign 8
format: .dword format_plain_ps

    .bss
    .balign 8
our_uid: .zero 8
our_terminal: .zero 8
uptime: .zero 8                     # ticks
now: .zero 8                        # ticks since 1970
pid_columns: .zero 8
line_width: .zero 8
line_used: .zero 8
shown_count: .zero 8
shown: .zero SHOWN_SIZE * SHOWN_MAX
pid_count: .zero 8
pids: .zero PIDS_MAX * 8
broken_down: .zero TM_SIZE
select_all: .zero 1
select_terminals: .zero 1
bsd_all: .zero 1
bsd_without_terminal: .zero 1
bsd_users: .zero 1
bsd_jobs: .zero 1
value: .zero VALUE_SIZE
line: .zero LINE_MAX
