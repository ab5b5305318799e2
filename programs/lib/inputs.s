# The files that a filter reads: its operands, or standard input when there are none. "-" is standard input too.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"

    .text
# each_input(count, operands, handler, complaint) -> 0, or 1 when a file could not be opened or a handler returned something else than 0.
# Calls handler(fd, name) for each; the name is "-" for standard input. `complaint` is the format of the message about a file that
# cannot be opened, with one %s for its name.
    .globl each_input
each_input:
    enter 7
    mv s0, a0
    mv s1, a1
    mv s2, a2
    mv s3, a3
    li s4, 0                        # s4 = result
    bnez s0, 1f
    la s1, only_stdin
    li s0, 1
1:  beqz s0, 5f
    ld s5, 0(s1)
    addi s1, s1, 8
    addi s0, s0, -1
    lbu t0, 0(s5)
    addi t0, t0, -'-'
    bnez t0, 2f
    lbu t0, 1(s5)
    bnez t0, 2f
    li a0, STDIN
    mv a1, s5
    jalr s2
    or s4, s4, a0
    j 1b
2:  mv a0, s5
    li a1, O_RDONLY
    li a2, 0
    call open
    bltz a0, 3f
    mv s6, a0
    mv a1, s5
    jalr s2
    or s4, s4, a0
    mv a0, s6
    call close
    j 1b
3:  mv a1, s3
    mv a2, s5
    call warn
    li s4, 1
    j 1b
5:  snez a0, s4
    leave 7

# read_some(fd, buffer, size) -> bytes, 0 at the end of the file, or -errno: a read that a signal interrupts starts again.
    .globl read_some
read_some:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, a2
1:  mv a0, s0
    mv a1, s1
    mv a2, s2
    call read
    li t0, -EINTR
    beq a0, t0, 1b
    leave 3

    .section .rodata
    .balign 8
    .globl only_stdin
only_stdin: .dword dash
    .globl dash
dash: .asciz "-"
