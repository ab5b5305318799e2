# cat: copies files, or standard input, to standard output. -n numbers the lines, -b only those that are not empty, -E shows the ends
# of lines as $, -s squeezes several empty lines into one, -u changes nothing (output is never delayed anyway).
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "reader.inc"
    .include "options.inc"

    .equ NUMBER_ALL, 1
    .equ NUMBER_FULL, 2
    .equ COPY_SIZE, 65536

    .text
    .globl main
main:
    enter 0
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    la a2, copy
    lstr a3, "%s"
    lb t0, number_lines            # any of these, and we must look at lines
    lb t1, show_ends
    or t0, t0, t1
    lb t1, squeeze
    or t0, t0, t1
    beqz t0, 1f
    la a2, copy_lines
1:  call each_input
    leave 0

# copy(fd, name) -> status: as it comes, without a buffer of the library between
copy:
    enter 2, STAT_SIZEOF
    mv s0, a0
    mv s1, a1
    call is_output
    bnez a0, 5f
1:  mv a0, s0
    la a1, buffer
    li a2, COPY_SIZE
    call read_some
    bltz a0, 3f
    beqz a0, 2f
    mv a2, a0
    li a0, STDOUT
    la a1, buffer
    call write_all
    bgez a0, 1b
    mv a1, a0
    li a0, 1
    lstr a2, "write error"
    call die
2:  li a0, 0
    leave 2, STAT_SIZEOF
3:  lstr a1, "%s"
    mv a2, s1
    call warn
    li a0, 1
    leave 2, STAT_SIZEOF
5:  li a0, 0
    lstr a1, "%s: input file is output file"
    mv a2, s1
    call warn
    li a0, 1
    leave 2, STAT_SIZEOF

# is_output(fd) -> 1 when fd is the regular file, not empty, that standard output appends to: copying would never end
    .equ INPUT, 0
    .equ OUTPUT, STAT_SIZEOF
is_output:
    enter 0, STAT_SIZEOF * 2
    addi a1, sp, INPUT
    call fstat
    bltz a0, 8f
    li a0, STDOUT
    addi a1, sp, OUTPUT
    call fstat
    bltz a0, 8f
    ld t0, INPUT + STAT_INO(sp)
    ld t1, OUTPUT + STAT_INO(sp)
    bne t0, t1, 8f
    ld t0, INPUT + STAT_DEV(sp)
    ld t1, OUTPUT + STAT_DEV(sp)
    bne t0, t1, 8f
    lw t0, INPUT + STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFREG
    bne t0, t1, 8f
    ld t0, INPUT + STAT_SIZE(sp)
    beqz t0, 8f
    li a0, 1
    leave 0, STAT_SIZEOF * 2
8:  li a0, 0
    leave 0, STAT_SIZEOF * 2

# copy_lines(fd, name) -> status: line by line, with what the options add
copy_lines:
    enter 5, READER_SIZEOF
    mv s1, a1
    mv a1, a0
    mv a0, sp
    call reader_init
1:  mv a0, sp
    call read_line
    beqz a0, 6f
    mv s2, a0
    mv s3, a1
    snez t0, s3
    lb t1, squeeze                 # -s: an empty line after an empty line
    beqz t1, 2f
    lb t1, after_empty
    seqz t2, s3
    and t1, t1, t2
    bnez t1, 1b
2:  seqz t2, s3
    sb t2, after_empty, t1
    lb t0, unfinished               # the last file ended in the middle of this line
    bnez t0, 4f
    lb t1, number_lines
    beqz t1, 4f
    li t2, NUMBER_ALL
    beq t1, t2, 3f
    beqz s3, 4f
3:  la t0, line_number
    ld a1, 0(t0)
    addi a1, a1, 1
    sd a1, 0(t0)
    lstr a0, "%6ld\t"
    call printf
4:  mv a0, s2
    mv a1, s3
    call stdout_write
    ld t0, READER_NEWLINE(sp)
    seqz t1, t0
    sb t1, unfinished, t2
    beqz t0, 1b
    lb t0, show_ends
    beqz t0, 5f
    li a0, '$'
    call putchar
5:  li a0, '\n'
    call putchar
    j 1b
6:  lw s4, READER_ERROR(sp)
    mv a0, sp
    call reader_close
    mv a0, s4
    beqz a0, 7f
    lstr a1, "%s"
    mv a2, s1
    call warn
    li a0, 1
7:  leave 5, READER_SIZEOF

    .section .rodata
usage: .asciz "Usage: cat [-bEnsu] [FILE]..."
    .balign 8
options:
    option 'n', OPTION_SET, number_lines, NUMBER_ALL
    option 'b', OPTION_SET, number_lines, NUMBER_FULL
    option 'E', OPTION_SET, show_ends
    option 's', OPTION_SET, squeeze
    option 'u', OPTION_SET, unbuffered
    end_options

    .bss
    .balign 8
line_number: .zero 8
number_lines: .zero 1
show_ends: .zero 1
squeeze: .zero 1
unbuffered: .zero 1
after_empty: .zero 1
unfinished: .zero 1
buffer: .zero COPY_SIZE
