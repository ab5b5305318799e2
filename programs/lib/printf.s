# Formatted output to standard output, to a descriptor, and into memory. Format letters: see format.s.
    .include "macros.inc"

    .text
# printf(fmt, ...) -> bytes: to the buffered standard output
    .globl printf
printf:
    open_varargs
    enter 0
    mv a2, a0
    varargs a3, 0, 0, 1
    la a0, stdout_sink
    li a1, 0
    call vformat
    restore 0
    close_varargs

# stdout_sink(context, text, length): vformat's sink for standard output.
stdout_sink:
    mv a0, a1
    mv a1, a2
    tail stdout_write

# snprintf(buffer, size, fmt, ...) -> bytes that the whole text has; as many as fit are stored, always with a closing zero (size > 0)
    .globl snprintf
snprintf:
    open_varargs
    enter 0
    varargs a3, 0, 0, 3
    call vsnprintf
    restore 0
    close_varargs

    .equ MEMORY_CURSOR, 0
    .equ MEMORY_END, 8
    .equ MEMORY_SINK_SIZE, 16

# vsnprintf(buffer, size, fmt, args): as snprintf, with the arguments as an array of words
    .globl vsnprintf
vsnprintf:
    enter 0, MEMORY_SINK_SIZE
    sd a0, MEMORY_CURSOR(sp)
    add a1, a0, a1
    addi a1, a1, -1         # the last byte is for the zero
    sd a1, MEMORY_END(sp)
    la a0, memory_sink
    mv a1, sp
    call vformat
    ld t0, MEMORY_CURSOR(sp)
    sb zero, 0(t0)
    leave 0, MEMORY_SINK_SIZE

# memory_sink(context, text, length): stores what fits.
memory_sink:
    ld t0, MEMORY_CURSOR(a0)
    ld t1, MEMORY_END(a0)
    sub t1, t1, t0
    bleu a2, t1, 1f
    mv a2, t1
1:  add t1, t0, a2
    sd t1, MEMORY_CURSOR(a0)
    mv a0, t0
    tail memcpy

# dprintf(fd, fmt, ...) -> bytes, or -errno: to a descriptor; a text of up to 1 KiB is one write
    .globl dprintf
dprintf:
    open_varargs
    enter 0
    varargs a2, 0, 0, 2
    call vdprintf
    restore 0
    close_varargs

    .equ DESCRIPTOR_FD, 0
    .equ DESCRIPTOR_USED, 8
    .equ DESCRIPTOR_ERROR, 16
    .equ DESCRIPTOR_TEXT, 24
    .equ DESCRIPTOR_ROOM, 1024
    .equ DESCRIPTOR_SINK_SIZE, DESCRIPTOR_TEXT + DESCRIPTOR_ROOM

# vdprintf(fd, fmt, args): as dprintf, with the arguments as an array of words
    .globl vdprintf
vdprintf:
    enter 1, DESCRIPTOR_SINK_SIZE
    sd a0, DESCRIPTOR_FD(sp)
    sd zero, DESCRIPTOR_USED(sp)
    sd zero, DESCRIPTOR_ERROR(sp)
    mv a3, a2
    mv a2, a1
    la a0, descriptor_sink
    mv a1, sp
    call vformat
    mv s0, a0
    mv a0, sp
    call descriptor_flush
    ld a0, DESCRIPTOR_ERROR(sp)
    bnez a0, 1f
    mv a0, s0
1:  leave 1, DESCRIPTOR_SINK_SIZE

# descriptor_sink(context, text, length): gathers text, and writes whenever the room is used up.
descriptor_sink:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, a2
1:  beqz s2, 3f
    ld t0, DESCRIPTOR_USED(s0)
    li t1, DESCRIPTOR_ROOM
    bltu t0, t1, 2f
    mv a0, s0
    call descriptor_flush
    li t0, 0
2:  lbu t1, 0(s1)
    add t2, s0, t0
    sb t1, DESCRIPTOR_TEXT(t2)
    addi t0, t0, 1
    sd t0, DESCRIPTOR_USED(s0)
    addi s1, s1, 1
    addi s2, s2, -1
    j 1b
3:  leave 3

# descriptor_flush(context): writes what was gathered.
descriptor_flush:
    enter 1
    mv s0, a0
    ld a0, DESCRIPTOR_FD(s0)
    addi a1, s0, DESCRIPTOR_TEXT
    ld a2, DESCRIPTOR_USED(s0)
    sd zero, DESCRIPTOR_USED(s0)
    call write_all
    bgez a0, 1f
    sd a0, DESCRIPTOR_ERROR(s0)
1:  leave 1
