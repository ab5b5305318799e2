# The builtins that write and read text: echo printf read.
    .include "sh.inc"
    .include "fcntl.inc"
    .include "errno.inc"

    .text
# echo [-neE] [WORD...]: -e takes \n and the like as characters, -n leaves out the newline
    .globl do_echo
do_echo:
    enter 5
    addi s0, a1, 8
    li s1, 1                # newline
    li s2, 0                # escapes
1:  ld s3, 0(s0)            # options: words of the letters n, e, E only
    beqz s3, echo_words
    lbu t0, 0(s3)
    li t1, '-'
    bne t0, t1, echo_words
    lbu t0, 1(s3)
    beqz t0, echo_words
    addi t2, s3, 1
2:  lbu t0, 0(t2)
    beqz t0, 3f
    addi t2, t2, 1
    li t1, 'n'
    beq t0, t1, 2b
    li t1, 'e'
    beq t0, t1, 2b
    li t1, 'E'
    beq t0, t1, 2b
    j echo_words
3:  addi t2, s3, 1
4:  lbu t0, 0(t2)
    beqz t0, 6f
    addi t2, t2, 1
    li t1, 'n'
    bne t0, t1, 5f
    li s1, 0
    j 4b
5:  addi t0, t0, -'e'
    seqz s2, t0
    j 4b
6:  addi s0, s0, 8
    j 1b
echo_words:
    ld a0, 0(s0)
    beqz a0, echo_done
    addi s0, s0, 8
    beqz s2, 7f
    call print_escaped
    beqz a0, 8f             # \c ends all output
    j 71f
7:  mv s3, a0
    call strlen
    mv a1, a0
    mv a0, s3
    call stdout_write
71: ld t0, 0(s0)
    beqz t0, echo_done
    li a0, ' '
    call putchar
    j echo_words
echo_done:
    beqz s1, 8f
    li a0, '\n'
    call putchar
8:  li a0, 0
    leave 5

# print_escaped(text) -> 1, or 0 when \c asks to stop: prints a text with its escapes made into characters
print_escaped:
    enter 1
    mv s0, a0
1:  lbu a0, 0(s0)
    beqz a0, 3f
    addi s0, s0, 1
    li t0, '\\'
    bne a0, t0, 2f
    mv a0, s0
    call read_escape
    mv s0, a1
    bltz a0, 4f
2:  call putchar
    j 1b
3:  li a0, 1
    leave 1
4:  li a0, 0
    leave 1

# read_escape(text after a backslash) -> a0 = the character it stands for (-1: \c), a1 = the text after it. An unknown escape is the backslash.
read_escape:
    lbu t0, 0(a0)
    li t1, 'c'
    beq t0, t1, 4f
    li t1, 'x'
    beq t0, t1, 6f
    addi t1, t0, -'0'
    sltiu t1, t1, 8
    bnez t1, 2f
    la t2, escapes
1:  lbu t1, 0(t2)           # rows: letter, character
    beqz t1, 5f
    lbu t3, 1(t2)
    addi t2, t2, 2
    bne t1, t0, 1b
    addi a1, a0, 1
    mv a0, t3
    ret
2:  li t4, 3                # octal: three digits, a leading 0 not counted
    li t5, 0
    li t1, '0'
    bne t0, t1, 3f
    li t4, 4
3:  lbu t0, 0(a0)
    addi t1, t0, -'0'
    sltiu t2, t1, 8
    beqz t2, 31f
    slli t5, t5, 3
    add t5, t5, t1
    addi a0, a0, 1
    addi t4, t4, -1
    bnez t4, 3b
31: mv a1, a0
    andi a0, t5, 0xff
    ret
4:  addi a1, a0, 1
    li a0, -1
    ret
5:  mv a1, a0
    li a0, '\\'
    ret
6:  li t5, 0                # \xHH
    li t4, 2
    addi t6, a0, 1
7:  lbu t0, 0(t6)
    addi t1, t0, -'0'
    sltiu t2, t1, 10
    bnez t2, 8f
    ori t0, t0, 0x20
    addi t1, t0, -'a'
    sltiu t2, t1, 6
    beqz t2, 9f
    addi t1, t1, 10
8:  slli t5, t5, 4
    add t5, t5, t1
    addi t6, t6, 1
    addi t4, t4, -1
    bnez t4, 7b
9:  addi t0, a0, 1
    beq t6, t0, 5b
    mv a1, t6
    mv a0, t5
    ret

    .equ SPEC_ROOM, 64

# printf FORMAT [ARGUMENT...]: %s %b %c %d %i %u %o %x %X with flags, width and precision; the format is used again while arguments are left
    .globl do_printf
do_printf:
    enter 8, SPEC_ROOM + 16
    ld s0, 8(a1)            # s0 = the format
    addi s1, a1, 16         # s1 = next argument
    li s5, 0                # status
    bnez s0, printf_again
    lstr a0, "usage: printf FORMAT [ARGUMENT...]"
    call sh_error
    li a0, STATUS_SYNTAX
    leave 8, SPEC_ROOM + 16
printf_again:
    mv s2, s0               # s2 = next character of the format
    mv s3, s1               # s3 = where this turn's arguments began
printf_next:
    lbu a0, 0(s2)
    beqz a0, printf_turn_done
    addi s2, s2, 1
    li t0, '%'
    beq a0, t0, printf_spec
    li t0, '\\'
    bne a0, t0, 1f
    mv a0, s2
    call read_escape
    mv s2, a1
    bltz a0, printf_done
1:  call putchar
    j printf_next
printf_turn_done:
    ld t0, 0(s1)
    beqz t0, printf_done
    bne s1, s3, printf_again    # a format that takes no arguments is not repeated
printf_done:
    mv a0, s5
    leave 8, SPEC_ROOM + 16

printf_spec:                # the specification is copied to sp, for the library's printf
    lbu a0, 0(s2)
    li t0, '%'
    bne a0, t0, 2f
    addi s2, s2, 1
    j 1b
2:  li t0, '%'
    sb t0, 0(sp)
    addi s4, sp, 1          # s4 = end of the copy
3:  lbu s6, 0(s2)
    beqz s6, printf_done
    addi s2, s2, 1
    li t0, '*'
    beq s6, t0, printf_star
    la t0, spec_characters
4:  lbu t1, 0(t0)
    addi t0, t0, 1
    beqz t1, printf_convert
    bne t1, s6, 4b
    addi t0, sp, SPEC_ROOM - 24
    bgeu s4, t0, 3b         # longer ones are cut
    sb s6, 0(s4)
    addi s4, s4, 1
    j 3b
printf_star:
    call next_number
    mv a3, a0
    mv a0, s4
    li a1, 22
    lstr a2, "%ld"
    addi t0, sp, SPEC_ROOM - 24
    bgeu s4, t0, 3b
    call snprintf
    add s4, s4, a0
    j 3b
printf_convert:             # s6 = the conversion
    la t0, number_conversions
5:  lbu t1, 0(t0)
    addi t0, t0, 1
    beqz t1, printf_text
    bne t1, s6, 5b
    li t0, 'l'
    sb t0, 0(s4)
    sb s6, 1(s4)
    sb zero, 2(s4)
    call next_number
    mv a1, a0
    mv a0, sp
    call printf
    j printf_next
printf_text:
    li t0, 's'
    sb t0, 0(s4)
    sb zero, 1(s4)
    ld s7, 0(s1)
    bnez s7, 6f
    lstr s7, ""             # a missing argument is empty
    j 7f
6:  addi s1, s1, 8
7:  li t0, 's'
    beq s6, t0, 9f
    li t0, 'b'
    beq s6, t0, 10f
    li t0, 'c'
    bne s6, t0, printf_bad
    lbu a0, 0(s7)           # %c: the first character
    sd zero, SPEC_ROOM(sp)
    sb a0, SPEC_ROOM(sp)
    addi s7, sp, SPEC_ROOM
9:  mv a0, sp
    mv a1, s7
    call printf
    j printf_next
10: mv a0, s7
    call print_escaped
    beqz a0, printf_done
    j printf_next
printf_bad:
    mv a1, s6
    lstr a0, "printf: %%%c: invalid directive"
    call sh_error
    li a0, 1
    leave 8, SPEC_ROOM + 16

# next_number() -> the next argument as a number (0 when there is none; 'c is a character's number). Private to do_printf.
next_number:
    enter 1, 16
    ld s0, 0(s1)
    li a0, 0
    beqz s0, 2f
    addi s1, s1, 8
    lbu t0, 0(s0)
    beqz t0, 2f
    lbu a0, 1(s0)
    li t1, '\''
    beq t0, t1, 2f
    li t1, '"'
    beq t0, t1, 2f
    mv a0, s0
    mv a1, sp
    li a2, 0
    call strtol
    ld t0, 0(sp)
    lbu t0, 0(t0)
    beqz t0, 2f
    sd a0, 8(sp)
    mv a1, s0
    lstr a0, "printf: %s: not a number"
    call sh_error
    li s5, 1
    ld a0, 8(sp)
2:  leave 1, 16

# read [-r] [-p PROMPT] [NAME...]: a line of standard input, split at IFS; the last name gets the rest. A backslash quotes the next character
# and joins lines, unless -r. 1 at the end of the input.
    .globl do_read
do_read:
    enter 8, BUFFER_SIZEOF + 16
    addi s0, a1, 8
    li s1, 0                # raw
1:  ld t0, 0(s0)
    beqz t0, 3f
    lbu t1, 0(t0)
    li t2, '-'
    bne t1, t2, 3f
    lbu t1, 1(t0)
    addi s0, s0, 8
    li t2, 'r'
    bne t1, t2, 2f
    li s1, 1
    j 1b
2:  li t2, 'p'
    bne t1, t2, 1b
    ld a2, 0(s0)
    beqz a2, 1b
    addi s0, s0, 8
    lstr a1, "%s"
    li a0, STDERR
    call dprintf
    j 1b
3:  mv a0, sp
    call buffer_init
    li s2, 0                # status
    li s3, UNIT_SPLIT
read_next:
    li a0, STDIN
    addi a1, sp, BUFFER_SIZEOF
    li a2, 1
    call read
    li t0, -EINTR
    beq a0, t0, read_interrupted
    blez a0, read_end
    lbu a1, BUFFER_SIZEOF(sp)
    li t0, UNIT_QUOTED
    beq s3, t0, 4f          # after a backslash
    li t0, '\n'
    beq a1, t0, read_line_done
    li t0, '\\'
    bne a1, t0, 5f
    bnez s1, 5f
    li s3, UNIT_QUOTED
    j read_next
4:  li t0, '\n'
    bne a1, t0, 5f
    li s3, UNIT_SPLIT       # joined lines
    j read_next
5:  or a1, a1, s3
    li s3, UNIT_SPLIT
    mv a0, sp
    call buffer_unit
    j read_next
read_interrupted:
    call interrupted
    beqz a0, read_next
    leave 8, BUFFER_SIZEOF + 16
read_end:
    li s2, 1
read_line_done:
    lstr a0, "IFS"
    lstr a1, " \t\n"
    call get_var_or
    mv s3, a0
    ld s4, BUFFER_DATA(sp)  # s4 .. s5 = what is left
    ld s5, BUFFER_LENGTH(sp)
    add s5, s4, s5
    ld t0, 0(s0)
    bnez t0, read_fields
    mv s6, s5               # no name: all of it to REPLY
    lstr t0, "REPLY"
    j read_assign
read_fields:
    call skip_separating_blanks
    ld t0, 0(s0)
    beqz t0, read_done
    ld t1, 8(s0)
    beqz t1, read_rest
    mv s6, s4
6:  bgeu s6, s5, 7f
    mv a0, s6
    call separator_at
    bnez a0, 7f
    addi s6, s6, 2
    j 6b
7:  mv a0, s4
    mv a1, s6
    mv s7, s6
    call units_string
    mv a1, a0
    ld a0, 0(s0)
    addi s0, s0, 8
    li a2, 0
    call set_var
    bltz a0, read_failed
    mv s4, s7
    call skip_separating_blanks # blanks, one other separator, blanks
    bgeu s4, s5, read_fields
    mv a0, s4
    call separator_at
    beqz a0, read_fields
    addi s4, s4, 2
    j read_fields
read_rest:
    mv s6, s5
8:  bgeu s4, s6, 9f
    addi a0, s6, -2
    call separator_at
    li t0, 1
    bne a0, t0, 9f
    addi s6, s6, -2
    j 8b
9:  ld t0, 0(s0)
read_assign:
    mv s7, t0
    mv a0, s4
    mv a1, s6
    call units_string
    mv a1, a0
    mv a0, s7
    li a2, 0
    call set_var
    bltz a0, read_failed
read_done:
    mv a0, s2
    leave 8, BUFFER_SIZEOF + 16
read_failed:
    li a0, 1
    leave 8, BUFFER_SIZEOF + 16

# separator_at(unit's address) -> as is_separator, for an unquoted character. Private to do_read: s3 = IFS.
separator_at:
    lhu t0, 0(a0)
    andi a0, t0, 0xff
    andi t0, t0, UNIT_SPLIT
    beqz t0, 1f
    mv a1, s3
    j is_separator
1:  li a0, 0
    ret

# skip_separating_blanks(): moves s4 past blanks of IFS. Private to do_read.
skip_separating_blanks:
    enter 0
1:  bgeu s4, s5, 2f
    mv a0, s4
    call separator_at
    li t0, 1
    bne a0, t0, 2f
    addi s4, s4, 2
    j 1b
2:  leave 0

    .section .rodata
escapes: .byte 'n', '\n', 't', '\t', '\\', '\\', 'a', 7, 'b', 8, 'e', 27, 'f', 12, 'r', '\r', 'v', 11, '"', '"', 0
spec_characters: .asciz "0123456789-+ #."
number_conversions: .asciz "diouxX"
