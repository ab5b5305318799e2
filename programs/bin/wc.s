# wc: counts lines, words and bytes of files, or of standard input. -l, -w and -c ask for one of these each.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .equ BLOCK, 65536
    .equ WIDTH_OF_UNKNOWN, 7        # columns, when a size is not known beforehand

    .equ COUNT_LINES, 0             # a set of counts
    .equ COUNT_WORDS, 8
    .equ COUNT_BYTES, 16

    .text
    .globl main
main:
    enter 3
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    lb t0, show_lines
    lb t1, show_words
    lb t2, show_bytes
    add t0, t0, t1
    add t0, t0, t2
    bnez t0, 1f
    li t0, 1                        # no choice: all three
    sb t0, show_lines, t1
    sb t0, show_words, t1
    sb t0, show_bytes, t1
    li t0, 3
1:  mv a2, t0
    mv a0, s0
    mv a1, s1
    call choose_width
    mv a0, s0
    mv a1, s1
    la a2, count
    lstr a3, "%s"
    call each_input
    mv s2, a0
    li t0, 2
    blt s0, t0, 2f
    la a0, totals
    lstr a1, "total"
    call show
2:  mv a0, s2
    leave 3

# choose_width(count, operands, columns): sets `width` so that all numbers of all files fit: the digits of the sum of the files' sizes.
choose_width:
    enter 5, STAT_SIZEOF
    mv s0, a0
    mv s1, a1
    li s2, 0                        # s2 = sum of sizes
    li s3, 1                        # s3 = least width
    li s4, 1
    li t0, 1
    bgtu s0, t0, 1f
    beq a2, t0, 5f                  # one number in all needs no column
    bnez s0, 1f
    li a0, STDIN
    mv a1, sp
    call fstat
    li s0, 0
    j 3f
1:  beqz s0, 4f
    ld a0, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    lhu t0, 0(a0)                   # "-"
    addi t0, t0, -'-'
    bnez t0, 2f
    li a0, STDIN
    mv a1, sp
    call fstat
    j 3f
2:  mv a1, sp
    call stat
    bnez a0, 1b
3:  lw t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    li t1, S_IFREG
    beq t0, t1, 35f
    li s3, WIDTH_OF_UNKNOWN
    j 1b
35: ld t0, STAT_SIZE(sp)
    add s2, s2, t0
    j 1b
4:  li s4, 1
    li t1, 10
41: bltu s2, t1, 42f
    divu s2, s2, t1
    addi s4, s4, 1
    j 41b
42: bge s4, s3, 5f
    mv s4, s3
5:  sd s4, width, t0
    leave 5, STAT_SIZEOF

# count(fd, name) -> status: counts one file, prints its line, adds it to the totals
count:
    enter 8, 32
    mv s0, a0
    mv s1, a1
    li s2, 0                        # lines
    li s3, 0                        # words
    li s4, 0                        # bytes
    li s5, 0                        # 1 inside a word
    li s6, 0                        # status
1:  mv a0, s0
    la a1, block
    li a2, BLOCK
    call read_some
    beqz a0, 6f
    bltz a0, 5f
    add s4, s4, a0
    la t0, block
    add t1, t0, a0
2:  lbu t2, 0(t0)
    addi t0, t0, 1
    addi t3, t2, -' '
    beqz t3, 4f
    addi t3, t2, -'\t'              # tab, newline, vertical tab, form feed, carriage return
    sltiu t3, t3, '\r' - '\t' + 1
    bnez t3, 3f
    xori t3, s5, 1
    add s3, s3, t3
    li s5, 1
    bne t0, t1, 2b
    j 1b
3:  addi t3, t2, -'\n'
    seqz t3, t3
    add s2, s2, t3
4:  li s5, 0
    bne t0, t1, 2b
    j 1b
5:  lstr a1, "%s"
    mv a2, s1
    call warn
    li s6, 1
6:  sd s2, COUNT_LINES(sp)
    sd s3, COUNT_WORDS(sp)
    sd s4, COUNT_BYTES(sp)
    la t0, totals
    ld t1, COUNT_LINES(t0)
    add t1, t1, s2
    sd t1, COUNT_LINES(t0)
    ld t1, COUNT_WORDS(t0)
    add t1, t1, s3
    sd t1, COUNT_WORDS(t0)
    ld t1, COUNT_BYTES(t0)
    add t1, t1, s4
    sd t1, COUNT_BYTES(t0)
    mv a0, sp
    mv a1, s1
    la t0, dash                     # standard input that nobody named has no name
    bne a1, t0, 7f
    li a1, 0
7:  call show
    mv a0, s6
    leave 8, 32

# show(counts, name): one line; name may be 0
show:
    enter 4
    mv s0, a0
    mv s1, a1
    lstr s2, "%*ld"                 # the first number has no blank before it
    lb t0, show_lines
    beqz t0, 1f
    ld a0, COUNT_LINES(s0)
    call column
1:  lb t0, show_words
    beqz t0, 2f
    ld a0, COUNT_WORDS(s0)
    call column
2:  lb t0, show_bytes
    beqz t0, 3f
    ld a0, COUNT_BYTES(s0)
    call column
3:  beqz s1, 4f
    lstr a0, " %s"
    mv a1, s1
    call printf
4:  li a0, '\n'
    call putchar
    leave 4

# column(number): prints it in format s2, and sets s2 to that of the columns after the first. Part of show.
column:
    enter 0
    mv a2, a0
    mv a0, s2
    ld a1, width
    call printf
    lstr s2, " %*ld"
    leave 0

    .section .rodata
usage: .asciz "Usage: wc [-clw] [FILE]..."
    .balign 8
options:
    option 'l', OPTION_SET, show_lines
    option 'w', OPTION_SET, show_words
    option 'c', OPTION_SET, show_bytes
    end_options

    .bss
    .balign 8
totals: .zero 24
width: .zero 8
show_lines: .zero 1
show_words: .zero 1
show_bytes: .zero 1
block: .zero BLOCK
