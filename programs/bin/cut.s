# cut: prints parts of each line: bytes or characters (-b, -c LIST), or fields (-f LIST) between delimiters (-d C, a tab when not given).
# A LIST is made of N, N-M, N- and -M, with commas between. -s leaves out lines without a delimiter.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "reader.inc"
    .include "options.inc"

    .equ POSITIONS_MAX, 1 << 16     # highest position that can be named; "N-" reaches on to the end of any line

    .text
    .globl main
main:
    enter 3
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    mv s0, a0
    mv s1, a1
    ld a0, byte_list
    ld t0, field_list
    beqz a0, 1f
    bnez t0, two_lists
    lb t1, delimiter_given
    bnez t1, needless_delimiter
    lb t1, only_delimited
    bnez t1, needless_delimited
    la s2, cut_bytes
    j 2f
1:  beqz t0, no_list
    mv a0, t0
    la s2, cut_fields
2:  sd s2, cut_line, t0
    call parse_list
    mv a0, s0
    mv a1, s1
    la a2, cut_file
    lstr a3, "%s"
    call each_input
    leave 3

# cut_file(fd, name) -> status
cut_file:
    enter 2, READER_SIZEOF
    mv s0, a1
    mv a1, a0
    mv a0, sp
    call reader_init
1:  mv a0, sp
    call read_line
    beqz a0, 2f
    ld t0, cut_line
    jalr t0
    j 1b
2:  lw s1, READER_ERROR(sp)
    mv a0, sp
    call reader_close
    mv a0, s1
    beqz a0, 3f
    lstr a1, "%s"
    mv a2, s0
    call warn
    li a0, 1
3:  leave 2, READER_SIZEOF

# is_selected(position from 1) -> 1 when the list has it
is_selected:
    ld t0, open_from
    beqz t0, 1f
    bgeu a0, t0, 2f
1:  li t0, POSITIONS_MAX
    bgtu a0, t0, 3f
    la t0, selected
    add t0, t0, a0
    lbu a0, 0(t0)
    ret
2:  li a0, 1
    ret
3:  li a0, 0
    ret

# cut_bytes(text, length)
cut_bytes:
    enter 3
    mv s0, a0
    add s1, a0, a1
    li s2, 0
1:  beq s0, s1, 3f
    addi s2, s2, 1
    mv a0, s2
    call is_selected
    beqz a0, 2f
    lbu a0, 0(s0)
    call putchar
2:  addi s0, s0, 1
    j 1b
3:  li a0, '\n'
    call putchar
    leave 3

# cut_fields(text, length)
cut_fields:
    enter 6
    mv s0, a0
    add s1, a0, a1                  # s1 = end of the line
    li s2, 0                        # s2 = number of the field
    li s3, 0                        # s3 = 1 once a field was printed
    mv a2, a1
    lbu a1, delimiter
    call memchr
    bnez a0, 1f
    lb t0, only_delimited           # a line without a delimiter is printed whole
    bnez t0, 6f
    mv a0, s0
    sub a1, s1, s0
    call stdout_write
    j 5f
1:  addi s2, s2, 1
    mv a0, s0
    lbu a1, delimiter
    sub a2, s1, s0
    call memchr
    mv s4, a0                       # s4 = the delimiter after this field, 0 after the last one
    mv s5, a0                       # s5 = end of the field
    bnez a0, 2f
    mv s5, s1
2:  mv a0, s2
    call is_selected
    beqz a0, 4f
    beqz s3, 3f
    lbu a0, delimiter
    call putchar
3:  li s3, 1
    mv a0, s0
    sub a1, s5, s0
    call stdout_write
4:  addi s0, s4, 1
    bnez s4, 1b
5:  li a0, '\n'
    call putchar
6:  leave 6

# parse_list(text): fills in `selected` and `open_from`, or ends the program
parse_list:
    enter 4, 16
    mv s0, a0
1:  lbu t0, 0(s0)                   # FIRST, 1 when missing
    li s1, 1
    li s3, 0                        # s3 = 1 when a number was seen
    addi t0, t0, -'-'
    beqz t0, 2f
    call list_number
    mv s1, a0
2:  mv s2, s1
    lbu t0, 0(s0)
    addi t1, t0, -'-'
    bnez t1, 4f
    addi s0, s0, 1
    lbu t0, 0(s0)
    addi t1, t0, -'0'
    sltiu t1, t1, 10
    beqz t1, 3f
    call list_number
    mv s2, a0
    bltu s2, s1, bad_range
    j 4f
3:  beqz s3, bad_list               # "-" alone
    ld t0, open_from                # "N-"
    beqz t0, 35f
    bgeu s1, t0, 5f
35: sd s1, open_from, t0
    j 5f
4:  la t0, selected
    add t1, t0, s1
    add t2, t0, s2
    li t3, 1
45: sb t3, 0(t1)
    addi t1, t1, 1
    bleu t1, t2, 45b
5:  lbu t0, 0(s0)
    beqz t0, 6f
    addi s0, s0, 1
    addi t1, t0, -','
    beqz t1, 1b
    addi t1, t0, -' '
    beqz t1, 1b
    j bad_list
6:  leave 4, 16

# list_number() -> the number at s0, which moves behind it. Part of parse_list.
list_number:
    enter 0, 16
    lbu t0, 0(s0)
    addi t0, t0, -'0'
    sltiu t0, t0, 10
    beqz t0, bad_list
    mv a0, s0
    mv a1, sp
    li a2, 10
    call strtol
    ld s0, 0(sp)
    beqz a0, zero_position
    li t0, POSITIONS_MAX
    bgtu a0, t0, bad_list
    li s3, 1
    leave 0, 16

# set_delimiter(text): -d
set_delimiter:
    lbu t0, 0(a0)
    beqz t0, 1f
    lbu t1, 1(a0)
    bnez t1, long_delimiter
1:  sb t0, delimiter, t1
    li t0, 1
    sb t0, delimiter_given, t1
    ret

# complaint name, text: a label that ends the program with that text.
.macro complaint name, text
\name:
    lstr a0, "\text"
    call usage_error
.endm
    complaint long_delimiter, "the delimiter must be a single character"
    complaint no_list, "you must specify a list of bytes, characters, or fields"
    complaint two_lists, "only one list may be specified"
    complaint needless_delimiter, "an input delimiter may be specified only when operating on fields"
    complaint needless_delimited, "suppressing non-delimited lines makes sense\n\tonly when operating on fields"
    complaint bad_range, "invalid decreasing range"

bad_list:
    ld t0, field_list
    lstr a0, "invalid field value '%s'"
    bnez t0, 1f
    lstr a0, "invalid byte/character position '%s'"
1:  mv a1, s0
    call usage_error
zero_position:
    ld t0, field_list
    lstr a0, "fields are numbered from 1"
    bnez t0, 1f
    lstr a0, "byte/character positions are numbered from 1"
1:  call usage_error

    .section .rodata
usage: .asciz "Usage: cut -b LIST [FILE]...\n   or: cut -c LIST [FILE]...\n   or: cut -f LIST [-d C] [-s] [FILE]..."
    .balign 8
options:
    option 'b', OPTION_TEXT, byte_list
    option 'c', OPTION_TEXT, byte_list
    option 'f', OPTION_TEXT, field_list
    option 'd', OPTION_CALL_TEXT, set_delimiter
    option 's', OPTION_SET, only_delimited
    end_options

    .data
delimiter: .byte '\t'

    .bss
    .balign 8
byte_list: .zero 8
field_list: .zero 8
cut_line: .zero 8                   # what to do with each line: a function of (text, length)
open_from: .zero 8                  # every position from this one on is selected; 0: none
delimiter_given: .zero 1
only_delimited: .zero 1
selected: .zero POSITIONS_MAX + 1   # 1 for each selected position
