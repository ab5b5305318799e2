# tail: the last lines (-n N, 10 when not given) or bytes (-c N) of each file. +N means from the N-th on. -q never prints the names of
# files, -v always does. -5 is short for -n 5. With -f it goes on to print what is added to the last file, looking once a second.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"

    .equ USAGE_STATUS, 1
    .include "options.inc"
    .include "inputs.inc"
    .include "slurp.inc"
    .include "numbers.inc"
    .include "headers.inc"

    .equ DEFAULT_LINES, 10

    .text
    .globl main
main:
    enter 3
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    call choose_headers
    li t0, DEFAULT_LINES
    sd t0, limit, t1
    ld a0, lines_text
    lstr s2, "invalid number of lines: '%s'"
    ld t0, bytes_text
    beqz t0, 1f
    mv a0, t0
    lstr s2, "invalid number of bytes: '%s'"
1:  ld t0, digits_text
    beqz t0, 2f
    mv a0, t0
2:  beqz a0, 5f
    mv a3, a0
    lbu t0, 0(a0)
    addi t1, t0, -'-'               # -N is the same as N
    beqz t1, 3f
    addi t1, t0, -'+'
    bnez t1, 4f
    li t2, 1
    sb t2, from_start, t1
3:  addi a0, a0, 1
4:  sd a3, complaint_text, t0
    call parse_size
    bnez a1, bad_number
    sd a0, limit, t0
5:  mv a0, s0
    mv a1, s1
    la a2, show
    lstr a3, "cannot open '%s' for reading"
    call each_input
    leave 3

bad_number:
    li a0, 1
    li a1, 0
    mv a2, s2
    ld a3, complaint_text
    call die

# show(fd, name) -> status
show:
    enter 4
    mv s3, a0
    mv s1, a1
    mv a0, a1
    call print_header
    mv a0, s3
    call slurp
    beqz a0, 8f
    mv s0, a0
    mv s2, a1
    ld t0, bytes_text
    la t1, skip_lines
    beqz t0, 1f
    la t1, skip_bytes
1:  jalr t1                         # how much of the text not to print
    sub a1, s2, a0
    add a0, s0, a0
    call stdout_write
    mv a0, s0
    call free
    lb t0, follow
    bnez t0, follow_file
    li a0, 0
    leave 4
8:  mv a0, a1
    lstr a1, "error reading '%s'"
    mv a2, s1
    call warn
    li a0, 1
    leave 4

# follow_file: prints what comes after the end of descriptor s3, for ever. Part of show.
follow_file:
    call fflush_stdout
    mv a0, s3
    call slurp
    beqz a0, 8b
    mv s0, a0
    call stdout_write
    mv a0, s0
    call free
    la a0, one_second
    li a1, 0
    call nanosleep
    j follow_file

# skip_bytes(text, length) -> bytes before the part to print
skip_bytes:
    ld t0, limit
    lb t1, from_start
    beqz t1, 2f
    addi a0, t0, -1
    bgtu t0, zero, 1f
    li a0, 0
1:  bleu a0, a1, 3f
    mv a0, a1
    ret
2:  li a0, 0
    bleu a1, t0, 3f
    sub a0, a1, t0
3:  ret

# skip_lines(text, length) -> bytes before the part to print
skip_lines:
    ld t0, limit
    lb t1, from_start
    add t2, a0, a1                  # t2 = end
    beqz t1, 3f
    mv t3, a0                       # from line N on: step over N - 1 newlines
1:  addi t0, t0, -1
    blez t0, 2f
11: beq t3, t2, 2f
    lbu t4, 0(t3)
    addi t3, t3, 1
    addi t4, t4, -'\n'
    bnez t4, 11b
    j 1b
2:  sub a0, t3, a0
    ret
3:  mv t3, t2                       # the last N: back over N newlines, not counting one at the very end
    beq t3, a0, 6f
    beqz t0, 6f
    lbu t4, -1(t3)
    addi t4, t4, -'\n'
    bnez t4, 4f
    addi t3, t3, -1
4:  beq t3, a0, 6f
    lbu t4, -1(t3)
    addi t4, t4, -'\n'
    bnez t4, 5f
    addi t0, t0, -1
    beqz t0, 6f
5:  addi t3, t3, -1
    j 4b
6:  sub a0, t3, a0
    ret

    .section .rodata
usage: .asciz "Usage: tail [-fqv] [-c [+]N] [-n [+]N] [FILE]..."
    .balign 8
one_second: .dword 1, 0
options:
    option 'n', OPTION_TEXT, lines_text
    option 'c', OPTION_TEXT, bytes_text
    option 'f', OPTION_SET, follow
    option 'q', OPTION_SET, header_choice, HEADERS_NEVER
    option 'v', OPTION_SET, header_choice, HEADERS_ALWAYS
    option '0', OPTION_NUMBER, digits_text
    end_options

    .bss
    .balign 8
limit: .zero 8
lines_text: .zero 8
bytes_text: .zero 8
digits_text: .zero 8
complaint_text: .zero 8
from_start: .zero 1
follow: .zero 1
