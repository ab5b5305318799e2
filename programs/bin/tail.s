# tail: the last lines (-n N, 10 when not given) or bytes (-c N) of each file. +N means from the N-th on. -q never prints the names of
# files, -v always does. -5 is short for -n 5. With -f it goes on to print what is added to the last file, looking once a second.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "headers.inc"
    .include "options.inc"

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
    li a0, '+'
    call read_amount
    mv a0, s0
    mv a1, s1
    la a2, show
    lstr a3, "cannot open '%s' for reading"
    call each_input
    leave 2

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
    ld t0, amount_bytes
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
    ld t0, amount
    lb t1, amount_signed
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
    ld t0, amount
    lb t1, amount_signed
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
    option 'n', OPTION_TEXT, amount_lines
    option 'c', OPTION_TEXT, amount_bytes
    option 'f', OPTION_SET, follow
    option 'q', OPTION_SET, header_choice, HEADERS_NEVER
    option 'v', OPTION_SET, header_choice, HEADERS_ALWAYS
    option '0', OPTION_NUMBER, amount_digits
    end_options

    .bss
follow: .zero 1
