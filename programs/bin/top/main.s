# top: the processes that use the processor most, again and again. -b prints plain text, -n N stops after N times, -d SECONDS waits that
# long between (3), -p PIDS shows just these. On a terminal: q or Ctrl-C ends it, a blank asks for the next picture at once.
#
# The first picture shows what each process used in all its life, every further one what it used since the one before.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "signal.inc"
    .include "durations.inc"
    .include "options.inc"
    .include "proc.inc"
    .include "times.inc"
    .include "top.inc"

    .equ DEFAULT_DELAY, 3 * NS_PER_SECOND
    .equ DEFAULT_ROWS, 24
    .equ DEFAULT_COLUMNS, 80
    .equ HEADER_ROWS, 7             # rows above the first process
    .equ LINE_SIZE, 512
    .equ PIDS_MAX, 64
    .equ NS_PER_TICK, NS_PER_SECOND / TICKS_PER_SECOND

# A process is drawn from its record, whose last fields (which nobody here reads) hold what is computed for it:

    .text
    .globl main
main:
    enter 6, 16
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    bnez a0, extra
    call settle_options
    li s0, 0                        # s0 = pictures drawn
1:  call take_sample
    call draw
    call fflush_stdout
    addi s0, s0, 1
    ld t0, count
    beq s0, t0, 3f
    call wait_for_next
    beqz a0, 1b
3:  call leave_raw_mode
    li a0, 0
    leave 6, 16

extra:
    lstr a0, "unknown argument '%s'"
    ld a1, 0(a1)
    call usage_error

# settle_options(): -d and -n as numbers, the terminal's size, raw mode
settle_options:
    enter 1, 16
    li t0, DEFAULT_DELAY
    ld a0, delay_text
    beqz a0, 1f
    call parse_duration
    mv t0, a0
    bltz a0, bad_delay
1:  sd t0, delay, t1
    ld a0, count_text
    beqz a0, 2f
    call atoi
    blez a0, bad_count
    sd a0, count, t0
2:  li t0, -1
    sd t0, rows, t1
    li t0, LINE_SIZE - 1
    sd t0, columns, t1
    lb t0, batch
    bnez t0, 5f
    li a0, STDOUT
    call isatty
    beqz a0, not_terminal
    li t0, DEFAULT_ROWS
    li t1, DEFAULT_COLUMNS
    sd t0, rows, t2
    sd t1, columns, t2
    call enter_raw_mode
5:  call pid_width
    sd a0, pid_columns, t0
    leave 1, 16

bad_delay:
    li a0, 1
    li a1, 0
    lstr a2, "bad delay interval '%s'"
    ld a3, delay_text
    call die
bad_count:
    li a0, 1
    li a1, 0
    lstr a2, "bad iterations argument '%s'"
    ld a3, count_text
    call die
not_terminal:
    li a0, 1
    li a1, 0
    lstr a2, "standard output is no terminal (try -b)"
    call die

# add_pids(list): -p
add_pids:
    enter 1, 16
    mv s0, a0
1:  mv a0, s0
    mv a1, sp
    li a2, 10
    call strtol
    ld t0, 0(sp)
    beq t0, s0, 2f
    mv s0, t0
    ld t1, pid_count
    li t2, PIDS_MAX
    bgeu t1, t2, 2f
    la t2, pids
    slli t3, t1, 3
    add t2, t2, t3
    sd a0, 0(t2)
    addi t1, t1, 1
    sd t1, pid_count, t2
    lbu t0, 0(s0)
    beqz t0, 3f
    addi s0, s0, 1
    addi t0, t0, -','
    beqz t0, 1b
2:  lstr a0, "bad pid list"
    call usage_error
3:  leave 1, 16

# draw(): one picture
draw:
    enter 5
    li s4, 0
    lb t0, batch
    bnez t0, 1f
    call ask_size
    lstr a0, "\033[H"               # to the upper left corner; every line clears its rest, the last one the rest of the screen
    call print_raw
    j 2f
1:  lb t0, drawn                    # pictures of -b have an empty line between
    beqz t0, 2f
    li a0, '\n'
    call putchar
2:  li t0, 1
    sb t0, drawn, t1
    call draw_first_line
    call draw_tasks
    call draw_times
    call draw_memory
    lstr a0, ""
    call begin_line
    call end_line
    call draw_titles
    ld s0, order
    ld s1, record_count
    ld s2, rows
    addi s2, s2, -HEADER_ROWS - 1   # and the cursor ends below the last one
    lb t0, batch
    beqz t0, 3f
    li s2, -1
3:  beqz s1, 5f
    beqz s2, 5f
    ld s3, 0(s0)
    addi s0, s0, 8
    addi s1, s1, -1
    mv a0, s3
    call is_wanted
    beqz a0, 3b
    mv a0, s3
    call draw_process
    addi s2, s2, -1
    j 3b
5:  lb t0, batch
    bnez t0, 6f
    lstr a0, "\033[J"
    call print_raw
6:  leave 5

# ask_size(): how large the terminal is now
ask_size:
    enter 0, 16
    li a0, STDOUT
    li a1, TIOCGWINSZ
    mv a2, sp
    call ioctl
    bnez a0, 1f
    lhu t0, WINSIZE_ROWS(sp)
    lhu t1, WINSIZE_COLS(sp)
    li t2, HEADER_ROWS + 2
    blt t0, t2, 1f
    beqz t1, 1f
    sd t0, rows, t2
    sd t1, columns, t2
1:  leave 0, 16

# is_wanted(record) -> 1 unless -p named others
is_wanted:
    ld t0, pid_count
    beqz t0, 2f
    la t1, pids
    ld t2, PROC_PID(a0)
1:  ld t3, 0(t1)
    beq t2, t3, 2f
    addi t1, t1, 8
    addi t0, t0, -1
    bnez t0, 1b
    li a0, 0
    ret
2:  li a0, 1
    ret

# Lines are gathered in `line`, to be cut to the width of the terminal: begin_line(text), add_text(text), end_line().
    .globl begin_line
begin_line:
    sd zero, line_used, t0
    .globl add_text
add_text:
    enter 2
    mv s0, a0
    call strlen
    ld t0, line_used
    li t1, LINE_SIZE - 1
    sub t1, t1, t0
    bleu a0, t1, 1f
    mv a0, t1
1:  la t1, line
    add t1, t1, t0
    add t0, t0, a0
    sd t0, line_used, t2
    mv a2, a0
    mv a0, t1
    mv a1, s0
    call memcpy
    leave 2
    .globl end_line
end_line:
    enter 0
    la a0, line
    ld a1, line_used
    ld t0, columns
    bleu a1, t0, 1f
    mv a1, t0
1:  call stdout_write
    lb t0, batch
    bnez t0, 2f
    lstr a0, "\033[K"
    call print_raw
2:  li a0, '\n'
    call putchar
    leave 0

# print_raw(text)
print_raw:
    enter 1
    mv s0, a0
    call strlen
    mv a1, a0
    mv a0, s0
    call stdout_write
    leave 1

# draw_titles()
draw_titles:
    enter 0, TEXT_SIZE
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, "%*s USER      PR  NI    VIRT    RES    SHR S  %%CPU  %%MEM     TIME+ COMMAND"
    ld a3, pid_columns
    lstr a4, "PID"
    call snprintf
    mv a0, sp
    call begin_line
    call end_line
    leave 0, TEXT_SIZE

# draw_process(record)
draw_process:
    enter 4, TEXT_SIZE
    mv s0, a0
    ld a0, PROC_UID(s0)
    call user_name
    mv a5, a0
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, "%*ld %-8.8s "
    ld a3, pid_columns
    ld a4, PROC_PID(s0)
    call snprintf
    mv a0, sp
    call begin_line
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, "%3ld %3ld"
    ld a3, PROC_PRIORITY(s0)
    ld a4, PROC_NICE(s0)
    li t0, -100                     # real-time priorities
    bgt a3, t0, 1f
    lstr a2, " rt %3ld"
    mv a3, a4
1:  call snprintf
    mv a0, sp
    call add_text
    ld a0, PROC_VSIZE(s0)
    srli a0, a0, 10
    li a1, 8
    call add_size
    ld a0, PROC_RSS(s0)
    li t0, PAGE_K
    mul a0, a0, t0
    li a1, 7
    call add_size
    mv a0, s0
    call shared_k
    li a1, 7
    call add_size
    lstr a0, "MemTotal:"
    call memory_k
    bnez a0, 2f
    li a0, 1
2:  ld t0, PROC_RSS(s0)
    li t1, PAGE_K * 1000
    mul t0, t0, t1
    srli t1, a0, 1
    add t0, t0, t1
    divu t0, t0, a0
    li t1, 10
    divu a6, t0, t1
    remu a7, t0, t1
    ld t0, PROC_SHARE(s0)
    divu a4, t0, t1
    remu a5, t0, t1
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, " %c %3ld.%ld %3ld.%ld"
    ld a3, PROC_STATE(s0)
    call snprintf
    mv a0, sp
    call add_text
    ld t0, PROC_UTIME(s0)           # time: minutes, seconds, ticks
    ld t1, PROC_STIME(s0)
    add t0, t0, t1
    li t1, TICKS_PER_SECOND
    rem a5, t0, t1
    div t0, t0, t1
    li t1, 60
    rem a4, t0, t1
    div a3, t0, t1
    mv a0, sp
    li a1, TEXT_SIZE
    lstr a2, " %3ld:%02ld.%02ld "
    call snprintf
    mv a0, sp
    call add_text
    addi a0, s0, PROC_COMM
    call add_text
    call end_line
    leave 4, TEXT_SIZE

# shared_k(record) -> K of its memory that files back, from /proc/PID/statm
shared_k:
    enter 1, TEXT_SIZE
    ld a0, PROC_PID(a0)
    lstr a1, "statm"
    mv a2, sp
    li a3, TEXT_SIZE
    call read_proc_text
    blez a0, 2f
    mv a0, sp                       # the third number
    li s0, 2
1:  li a1, ' '
    call strchr
    beqz a0, 2f
    addi a0, a0, 1
    addi s0, s0, -1
    bnez s0, 1b
    call atoi
    li t0, PAGE_K
    mul a0, a0, t0
    leave 1, TEXT_SIZE
2:  li a0, 0
    leave 1, TEXT_SIZE

# add_size(K, width): in K while that fits, else in g or t with one decimal place
add_size:
    enter 0, TEXT_SIZE
    mv a3, a1
    mv a4, a0
    addi t0, a1, -1                 # the largest number that fits, with a blank before it
    li t1, 1
    li t2, 10
1:  mul t1, t1, t2
    addi t0, t0, -1
    bnez t0, 1b
    lstr a2, "%*ld"
    bltu a4, t1, 4f
    li t3, 20
    li a6, 'g'
    srli t0, a4, 20
    li t1, 1000
    bltu t0, t1, 2f
    li t3, 30
    li a6, 't'
2:  mul a4, a4, t2
    srl a4, a4, t3
    remu a5, a4, t2
    divu a4, a4, t2
    addi a3, a3, -3
    lstr a2, "%*ld.%ld%c"
4:  mv a0, sp
    li a1, TEXT_SIZE
    call snprintf
    mv a0, sp
    call add_text
    leave 0, TEXT_SIZE

    .section .rodata
usage: .asciz "Usage: top [-b] [-n COUNT] [-d SECONDS] [-p PIDS]"
# place in /proc/stat (from 1), name; in the order that they are shown in
    .globl time_rows
time_rows:
    .byte 1
    .asciz "us"
    .byte 3
    .asciz "sy"
    .byte 2
    .asciz "ni"
    .byte 4
    .asciz "id"
    .byte 5
    .asciz "wa"
    .byte 6
    .asciz "hi"
    .byte 7
    .asciz "si"
    .byte 8
    .asciz "st"
    .byte 0
    .balign 8
options:
    option 'b', OPTION_SET, batch
    option 'n', OPTION_TEXT, count_text
    option 'd', OPTION_TEXT, delay_text
    option 'p', OPTION_CALL_TEXT, add_pids
    end_options

    .bss
    .balign 8
count_text: .zero 8
delay_text: .zero 8
count: .zero 8                      # pictures to draw; 0: no end
    .globl delay
delay: .zero 8                      # nanoseconds
rows: .zero 8
columns: .zero 8
pid_columns: .zero 8
    .globl records
records: .zero 8                    # this sample, by pid
    .globl record_count
record_count: .zero 8
    .globl previous
previous: .zero 8                   # the one before
    .globl previous_count
previous_count: .zero 8
    .globl order
order: .zero 8                      # addresses of records, by share
    .globl uptime
uptime: .zero 8                     # ticks, of this sample
    .globl processor_times
processor_times: .zero TIMES * 8              # since the sample before
    .globl times_total
times_total: .zero TIMES * 8
line_used: .zero 8
pid_count: .zero 8
pids: .zero PIDS_MAX * 8
    .globl broken_down
broken_down: .zero TM_SIZE
    .globl saved_termios
saved_termios: .zero TERMIOS_SIZE
batch: .zero 1
    .globl raw
raw: .zero 1
drawn: .zero 1
line: .zero LINE_SIZE
