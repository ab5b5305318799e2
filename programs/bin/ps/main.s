# ps: the processes, as /proc describes them. Without options: those of the same user on the same terminal.
#   -e, -A all  -a all on terminals, but session leaders  -f full lines  -j jobs  -o COLUMNS what to print  -p PIDS just these
#   without a dash: a of all users, x also without a terminal (ax: all), u lines about users, j jobs, o and p as above
# COLUMNS are names of the table at the end, with commas between; NAME=HEADER gives another header, NAME= none.
# On a terminal lines are cut to its width.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"
    .include "proc.inc"
    .include "times.inc"
    .include "ps.inc"

    .equ LINE_MAX, VALUE_SIZE * 2
    .equ NS_PER_TICK, 1000000000 / TICKS_PER_SECOND

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

# choose_full(), choose_jobs(): -f, -j
choose_full:
    la t0, format_full
    sd t0, format, t1
    ret
choose_jobs:
    la t0, format_jobs
    sd t0, format, t1
    ret

    .section .rodata
    .balign 8
# letter without a dash, flag, columns it chooses
    .globl bsd_letters
bsd_letters:
    .dword 'a', bsd_all, format_bsd
    .dword 'x', bsd_without_terminal, format_bsd
    .dword 'u', bsd_users, format_users
    .dword 'j', bsd_jobs, format_bsd_jobs
    .dword 0
    .globl format_plain_ps
format_plain_ps: .asciz "pid,tname,time,ucmd"
format_full: .asciz "uid_name,pid,ppid,c,stime,tname,time,cmd"
format_jobs: .asciz "pid,pgid,sid,tname,time,ucmd"
    .globl format_bsd
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
    .globl format
format: .dword format_plain_ps

    .bss
    .balign 8
our_uid: .zero 8
our_terminal: .zero 8
    .globl uptime
uptime: .zero 8                     # ticks
    .globl now
now: .zero 8                        # ticks since 1970
pid_columns: .zero 8
line_width: .zero 8
line_used: .zero 8
    .globl shown_count
shown_count: .zero 8
    .globl shown
shown: .zero SHOWN_SIZE * SHOWN_MAX
    .globl pid_count
pid_count: .zero 8
    .globl pids
pids: .zero PIDS_MAX * 8
    .globl broken_down
broken_down: .zero TM_SIZE
select_all: .zero 1
select_terminals: .zero 1
bsd_all: .zero 1
bsd_without_terminal: .zero 1
bsd_users: .zero 1
bsd_jobs: .zero 1
    .globl value
value: .zero VALUE_SIZE
line: .zero LINE_MAX
