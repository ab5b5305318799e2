# Reading line by line: a buffer that grows to the longest line.
    .include "macros.inc"
    .include "errno.inc"
    .include "reader.inc"

    .equ FIRST_SIZE, 4096

    .text
# reader_init(reader, fd): the struct has READER_SIZEOF bytes
    .globl reader_init
reader_init:
    sd a1, READER_FD(a0)
    sd zero, READER_BUFFER(a0)
    sd zero, READER_SIZE(a0)
    sd zero, READER_START(a0)
    sd zero, READER_END(a0)
    sd zero, READER_EOF(a0)
    sd zero, READER_NEWLINE(a0)
    ret

# reader_close(reader): frees the buffer; the descriptor is the caller's
    .globl reader_close
reader_close:
    ld t0, READER_BUFFER(a0)
    sd zero, READER_BUFFER(a0)
    mv a0, t0
    tail free

# read_line(reader) -> a0 = the line, a1 = its length; a0 = 0 at the end, READER_ERROR then tells a failure from the end of the file.
# The newline is replaced by a zero and not counted. The line stays until the next call.
    .globl read_line
read_line:
    enter 3
    mv s0, a0
    li s1, 0                # s1 = bytes of this line that were searched already
1:  ld t0, READER_START(s0)
    ld t1, READER_END(s0)
    ld t2, READER_BUFFER(s0)
    add a0, t2, t0
    add a0, a0, s1
    sub a2, t1, t0
    sub a2, a2, s1
    li a1, '\n'
    call memchr
    bnez a0, 3f
    ld t0, READER_START(s0)
    ld t1, READER_END(s0)
    sub s1, t1, t0
    lw t2, READER_EOF(s0)
    bnez t2, 2f
    mv a0, s0
    call fill
    j 1b
2:  li a0, 0                # the end: what is left is a line too
    beqz s1, 4f
    ld t2, READER_BUFFER(s0)
    add a0, t2, t1
    sd zero, READER_NEWLINE(s0)
    j 35f
3:  li t0, 1
    sd t0, READER_NEWLINE(s0)
35: sb zero, 0(a0)          # a0 = where the line ends
    ld t2, READER_BUFFER(s0)
    ld t0, READER_START(s0)
    add t3, t2, t0
    sub a1, a0, t3
    add t0, t0, a1
    ld t1, READER_NEWLINE(s0)
    add t0, t0, t1
    sd t0, READER_START(s0)
    mv a0, t3
4:  leave 3

# fill(reader): reads more behind what is there, after making room. Sets READER_EOF at the end.
fill:
    enter 1
    mv s0, a0
    ld t0, READER_START(s0)
    beqz t0, 1f
    ld a0, READER_BUFFER(s0)    # move the unread part to the front
    add a1, a0, t0
    ld a2, READER_END(s0)
    sub a2, a2, t0
    sd zero, READER_START(s0)
    sd a2, READER_END(s0)
    call memmove
1:  ld t0, READER_SIZE(s0)
    ld t1, READER_END(s0)
    addi t1, t1, 1
    bltu t1, t0, 3f
    slli a1, t0, 1
    bnez a1, 2f
    li a1, FIRST_SIZE
2:  sd a1, READER_SIZE(s0)
    ld a0, READER_BUFFER(s0)
    call realloc
    beqz a0, 5f
    sd a0, READER_BUFFER(s0)
3:  ld a0, READER_FD(s0)
    ld a1, READER_BUFFER(s0)
    ld t0, READER_END(s0)
    add a1, a1, t0
    ld a2, READER_SIZE(s0)
    sub a2, a2, t0
    addi a2, a2, -1
    call read
    li t0, -EINTR
    beq a0, t0, 3b
    bltz a0, 6f
    bnez a0, 4f
    li t0, 1
    sw t0, READER_EOF(s0)
4:  ld t0, READER_END(s0)
    add t0, t0, a0
    sd t0, READER_END(s0)
    leave 1
5:  li a0, -ENOMEM
6:  sw a0, READER_ERROR(s0)
    li t0, 1
    sw t0, READER_EOF(s0)
    leave 1
