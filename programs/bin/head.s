# head: the first lines (-n N, 10 when not given) or bytes (-c N) of each file. A negative N means all but the last N.
# -q never prints the names of files, -v always does. -5 is short for -n 5.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "reader.inc"
    .include "headers.inc"
    .include "lines.inc"
    .include "options.inc"

    .equ BLOCK, 1024

    .text
    .globl main
main:
    enter 2
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    call choose_headers
    li a0, '-'
    call read_amount
    mv a0, s0
    mv a1, s1
    la a2, show
    lstr a3, "cannot open '%s' for reading"
    call each_input
    leave 2

# show(fd, name) -> status
show:
    enter 3
    mv s0, a0
    mv s1, a1
    mv a0, a1
    call print_header
    mv a0, s0
    lb t0, amount_signed
    ld t1, amount_bytes
    la t2, first_lines              # one of four ways
    beqz t1, 1f
    la t2, first_bytes
1:  beqz t0, 2f
    la t2, all_but_lines
    beqz t1, 2f
    la t2, all_but_bytes
2:  jalr t2
    bgez a0, 3f
    lstr a1, "error reading '%s'"
    mv a2, s1
    call warn
    li a0, 1
3:  leave 3

# first_bytes(fd) -> 0 or -errno
first_bytes:
    enter 2, BLOCK
    mv s0, a0
    ld s1, amount
1:  beqz s1, 2f
    mv a0, s0
    mv a1, sp
    li a2, BLOCK
    bgeu s1, a2, 11f
    mv a2, s1
11: call read_some
    blez a0, 3f
    sub s1, s1, a0
    mv a1, a0
    mv a0, sp
    call stdout_write
    j 1b
2:  li a0, 0
3:  leave 2, BLOCK

# first_lines(fd) -> 0 or -errno
first_lines:
    enter 2, READER_SIZEOF
    mv a1, a0
    mv a0, sp
    call reader_init
    ld s0, amount
1:  beqz s0, 3f
    addi s0, s0, -1
    mv a0, sp
    call read_line
    beqz a0, 3f
    call stdout_write
    ld t0, READER_NEWLINE(sp)
    beqz t0, 3f
    li a0, '\n'
    call putchar
    j 1b
3:  lw s1, READER_ERROR(sp)
    ld t0, READER_END(sp)           # give back what was read and not used, so that the next program finds it
    ld t1, READER_START(sp)
    sub a1, t1, t0
    beqz a1, 4f
    ld a0, READER_FD(sp)
    li a2, SEEK_CUR
    call lseek
4:  mv a0, sp
    call reader_close
    mv a0, s1
    leave 2, READER_SIZEOF

# all_but_bytes(fd) -> 0 or -errno
all_but_bytes:
    enter 1
    call slurp
    beqz a0, 1f
    mv s0, a0
    ld t0, amount
    sub a1, a1, t0
    blez a1, 2f
    call stdout_write
2:  mv a0, s0
    call free
    li a1, 0
1:  mv a0, a1
    leave 1

# all_but_lines(fd) -> 0 or -errno
all_but_lines:
    enter 3
    call slurp
    beqz a0, 5f
    mv s0, a0                       # s0 = text
    mv s1, a1                       # s1 = its length
    li a2, 0
    li a3, 0
    call split_lines
    mv s2, a0                       # s2 = the lines
    beqz a0, 4f
    ld t0, amount
    beqz t0, 2f
    sub t0, a1, t0                  # the index of the first line that is left out
    blez t0, 3f
    slli t0, t0, 4
    add t0, t0, s2
    ld t0, LINE_TEXT(t0)
    sub s1, t0, s0
2:  mv a0, s0
    mv a1, s1
    call stdout_write
3:  mv a0, s2
    call free
    mv a0, s0
    call free
    li a1, 0
    j 5f
4:  li a1, -ENOMEM
5:  mv a0, a1
    leave 3

    .section .rodata
usage: .asciz "Usage: head [-qv] [-c [-]N] [-n [-]N] [FILE]..."
    .balign 8
options:
    option 'n', OPTION_TEXT, amount_lines
    option 'c', OPTION_TEXT, amount_bytes
    option 'q', OPTION_SET, header_choice, HEADERS_NEVER
    option 'v', OPTION_SET, header_choice, HEADERS_ALWAYS
    option '0', OPTION_NUMBER, amount_digits
    end_options
