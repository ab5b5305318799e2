# Backslash escapes: \a \b \e \f \n \r \t \v \\, \0NNN (octal), \xHH, and \c, which ends the output.
    .include "macros.inc"

    .text
# print_escaped(text) -> 1 when it had a \c, else 0: prints the text with its escapes replaced
    .globl print_escaped
print_escaped:
    enter 1
    mv s0, a0
1:  lbu a0, 0(s0)
    beqz a0, 8f
    addi s0, s0, 1
    li t0, '\\'
    bne a0, t0, 2f
    mv a0, s0
    call escape
    bltz a0, 7f
    mv s0, a1
2:  call putchar
    j 1b
7:  li a0, 1
    leave 1
8:  li a0, 0
    leave 1

# escape(text) -> a0 = the character that the escape stands for, a1 = the text after it; a0 = -1 for \c. `text` is what follows the
# backslash. An unknown escape is the backslash itself. Octal digits after a 0 are at most 3, hexadecimal digits at most 2.
escape:
    lbu t0, 0(a0)
    la t1, escape_letters
1:  lbu t2, 0(t1)
    beqz t2, 2f
    beq t0, t2, 7f
    addi t1, t1, 2
    j 1b
2:  li t2, 'c'
    beq t0, t2, 8f
    li t2, '0'
    beq t0, t2, 3f
    li t2, 'x'
    beq t0, t2, 4f
9:  mv a1, a0
    li a0, '\\'
    ret
3:  li t1, 3                        # t1 = digits at most, t2 = base as a shift
    li t2, 3
    j 5f
4:  lbu t0, 1(a0)                   # \x alone is no escape
    j 45f
5:  addi a1, a0, 1
    li a0, 0
6:  beqz t1, 65f
    lbu t0, 0(a1)
    j digit
65: andi a0, a0, 0xff
    ret
45: li t1, 2
    li t2, 4
    addi t3, t0, -'0'
    sltiu t4, t3, 10
    bnez t4, 5b
    ori t0, t0, 0x20
    addi t3, t0, -'a'
    sltiu t4, t3, 6
    beqz t4, 9b
    j 5b
digit:
    addi t3, t0, -'0'
    sltiu t4, t3, 8
    bnez t4, 1f
    li t4, 3
    beq t2, t4, 65b                 # octal
    sltiu t4, t3, 10
    bnez t4, 1f
    ori t0, t0, 0x20
    addi t3, t0, -'a'
    sltiu t4, t3, 6
    beqz t4, 65b
    addi t3, t3, 10
1:  sll a0, a0, t2
    add a0, a0, t3
    addi a1, a1, 1
    addi t1, t1, -1
    j 6b
7:  addi a1, a0, 1
    lbu a0, 1(t1)
    ret
8:  li a0, -1
    ret

    .section .rodata
# letter, the character it stands for
escape_letters:
    .byte 'a', 7, 'b', 8, 'e', 27, 'f', 12, 'n', 10, 'r', 13, 't', 9, 'v', 11, '\\', '\\', 0
