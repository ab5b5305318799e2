# Standard output, buffered: a line at a time on a terminal, else 4 KiB at a time. exit() writes out the rest; before fork the program
# calls fflush_stdout, or both processes would print what is still in the buffer.
    .include "macros.inc"
    .include "fcntl.inc"

    .equ BUFFER_SIZE, 4096
    .equ MODE_UNKNOWN, 0    # not asked yet whether it is a terminal
    .equ MODE_FULL, 1
    .equ MODE_LINE, 2

    .text
# putchar(c)
    .globl putchar
putchar:
    enter 0, 16
    sb a0, 0(sp)
    mv a0, sp
    li a1, 1
    call stdout_write
    leave 0, 16

# puts(s): the string and a newline
    .globl puts
puts:
    enter 1
    mv s0, a0
    call strlen
    mv a1, a0
    mv a0, s0
    call stdout_write
    li a0, '\n'
    restore 1
    j putchar

# stdout_write(text, length): appends to the buffer
    .globl stdout_write
stdout_write:
    enter 4
    mv s0, a0
    add s1, a0, a1          # s1 = end of the text
    la s2, buffer_used
    la s3, buffer
1:  beq s0, s1, 3f
    ld t0, 0(s2)
    li t1, BUFFER_SIZE
    bltu t0, t1, 2f
    call fflush_stdout
    li t0, 0
2:  sub t2, s1, s0          # t2 = how much fits
    sub t1, t1, t0
    bleu t2, t1, 21f
    mv t2, t1
21: add t1, t0, t2
    sd t1, 0(s2)
    add a0, s3, t0
    mv a1, s0
    mv a2, t2
    add s0, s0, t2
    call memcpy
    j 1b
3:  la s3, buffer_mode
    lw t0, 0(s3)
    bnez t0, 4f
    li a0, STDOUT
    call isatty
    addi t0, a0, MODE_FULL  # a terminal gives MODE_LINE
    sw t0, 0(s3)
4:  li t1, MODE_LINE
    bne t0, t1, 5f
    ld a1, 0(s2)
    la a0, buffer
    mv a2, a1
    li a1, '\n'
    call memchr
    beqz a0, 5f
    call fflush_stdout
5:  leave 4

# fflush_stdout() -> 0, or the -errno of the first write that ever failed: writes out the buffer
    .globl fflush_stdout
fflush_stdout:
    enter 0
    la t0, buffer_used
    ld a2, 0(t0)
    sd zero, 0(t0)
    la a1, buffer
    li a0, STDOUT
    call write_all
    la t0, write_error
    lw t1, 0(t0)
    bnez t1, 1f
    sw a0, 0(t0)
    mv t1, a0
1:  mv a0, t1
    leave 0

# stdout_reset(): forgets a write that failed (and what is in the buffer), for a program that goes on with another standard output
    .globl stdout_reset
stdout_reset:
    la t0, buffer_used
    sd zero, 0(t0)
    la t0, write_error
    sw zero, 0(t0)
    ret

    .bss
    .balign 8
buffer_used: .zero 8
buffer_mode: .zero 4
write_error: .zero 4
buffer: .zero BUFFER_SIZE
