# sort: prints the lines of files in order, byte by byte. -n by number, -f without regard to case, -b without leading blanks, -r backwards,
# -u one of equal lines, -s leaves equal ones as they came, -k FROM[,TO] by a part of the line, -t C fields end at C, -o FILE output.
#
# A key is F[.C][nrfb][,F[.C][nrfb]]: fields and characters count from 1, TO includes its last character, 0 or none is the end of the field.
# Without -t a field is blanks and what follows them. One key only; lines whose keys are equal are compared whole.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"

    .equ USAGE_STATUS, 2
    .include "options.inc"
    .include "inputs.inc"
    .include "slurp.inc"
    .include "lines.inc"

    .equ FILE_MODE, 0666
    .equ STATUS_TROUBLE, 2
    .equ NO_SEPARATOR, 0x100        # no byte equals it

    .text
    .globl main
main:
    enter 4
    la a2, options
    li a3, OPTIONS_ANYWHERE
    call parse_options
    la a2, load
    lstr a3, "cannot read: %s"
    call each_input
    bnez a0, trouble
    ld a0, lines
    beqz a0, 4f
    ld a1, line_count
    li a2, LINE_SIZE
    la a3, compare
    call qsort
    bltz a0, no_memory
4:  call open_output
    ld s0, lines
    ld s1, line_count
    li s2, 0                        # s2 = the line printed last
1:  beqz s1, 3f
    lb t0, unique
    beqz t0, 2f
    beqz s2, 2f
    mv a0, s2
    mv a1, s0
    call compare
    beqz a0, 25f
2:  ld a0, LINE_TEXT(s0)
    ld a1, LINE_LENGTH(s0)
    call stdout_write
    li a0, '\n'
    call putchar
    mv s2, s0
25: addi s0, s0, LINE_SIZE
    addi s1, s1, -1
    j 1b
3:  li a0, 0
    leave 4

trouble:
    li a0, STATUS_TROUBLE
    call _exit
no_memory:
    li a0, STATUS_TROUBLE
    li a1, 0
    lstr a2, "memory exhausted"
    call die

# load(fd, name) -> 0 or 1: adds the lines of a file
load:
    enter 1
    mv s0, a1
    call slurp
    beqz a0, 1f
    ld a2, lines
    ld a3, line_count
    call split_lines
    beqz a0, no_memory
    sd a0, lines, t0
    sd a1, line_count, t0
    li a0, 0
    leave 1
1:  mv a0, a1
    lstr a1, "read failed: %s"
    mv a2, s0
    call warn
    li a0, 1
    leave 1

# open_output(): -o. Not before all input is read: the file may be one of those.
open_output:
    ld a0, output
    bnez a0, 1f
    ret
1:  enter 0
    li a1, O_WRONLY | O_CREAT | O_TRUNC
    li a2, FILE_MODE
    call open
    bltz a0, 2f
    li a1, STDOUT
    call dup2
    leave 0
2:  mv a1, a0
    li a0, STATUS_TROUBLE
    lstr a2, "open failed: %s"
    ld a3, output
    call die

# compare(a, b) -> negative, 0 or positive: two lines
compare:
    enter 8
    mv s0, a0
    mv s1, a1
    call find_key
    mv s2, a0
    mv s3, a1
    mv a0, s1
    call find_key
    mv a3, a1
    mv a2, a0
    mv a0, s2
    mv a1, s3
    lb t0, numeric
    bnez t0, 1f
    lb t0, fold_case
    bnez t0, 2f
    call compare_bytes
    j 3f
1:  call compare_numbers
    j 3f
2:  call compare_folded
3:  lb t0, reverse
    bnez a0, 5f
    lb t1, unique
    lb t2, stable
    or t1, t1, t2
    bnez t1, 6f
    ld a0, LINE_TEXT(s0)            # the last resort: all of the line
    ld a1, LINE_LENGTH(s0)
    ld a2, LINE_TEXT(s1)
    ld a3, LINE_LENGTH(s1)
    call compare_bytes
    lb t0, reverse_all
5:  beqz t0, 6f
    neg a0, a0
6:  leave 8

# compare_bytes(text a, length a, text b, length b)
compare_bytes:
    enter 2
    mv s0, a1
    mv s1, a3
    mv a1, a2
    mv a2, s0
    bleu s0, s1, 1f
    mv a2, s1
1:  call memcmp
    bnez a0, 2f
    sub a0, s0, s1
2:  leave 2

# compare_folded(text a, length a, text b, length b): small letters as capitals
compare_folded:
    add t0, a0, a1
    add t1, a2, a3
1:  sltu t2, a0, t0
    sltu t3, a2, t1
    and t4, t2, t3
    beqz t4, 2f
    lbu t2, 0(a0)
    lbu t3, 0(a2)
    addi a0, a0, 1
    addi a2, a2, 1
    addi t4, t2, -'a'
    sltiu t4, t4, 26
    slli t4, t4, 5
    sub t2, t2, t4
    addi t4, t3, -'a'
    sltiu t4, t4, 26
    slli t4, t4, 5
    sub t3, t3, t4
    beq t2, t3, 1b
2:  sub a0, t2, t3
    ret

# compare_numbers(text a, length a, text b, length b): as decimal numbers of any length, with a minus and a fraction; a text without
# digits is 0
compare_numbers:
    enter 10
    mv s8, a2
    mv s9, a3
    call number_parts
    mv s0, a0                       # a: s0 = sign, s1, s2 = whole part and its end, s3, s4 = fraction and its end
    mv s1, a1
    mv s2, a2
    mv s3, a3
    mv s4, a4
    mv a0, s8
    mv a1, s9
    call number_parts
    mv s5, a0                       # b: s5, a1 to a4
    sub a0, s0, s5                  # different signs decide
    bnez a0, 6f
    sub t0, s2, s1                  # else the longer whole part
    sub t1, a2, a1
    sub a0, t0, t1
    bnez a0, 5f
1:  beq s1, s2, 2f                  # or the first digit that differs
    lbu t0, 0(s1)
    lbu t1, 0(a1)
    sub a0, t0, t1
    bnez a0, 5f
    addi s1, s1, 1
    addi a1, a1, 1
    j 1b
2:  sltu t2, s3, s4                 # a missing decimal place is a 0
    sltu t3, a3, a4
    or t0, t2, t3
    beqz t0, 6f
    li t0, '0'
    li t1, '0'
    beqz t2, 3f
    lbu t0, 0(s3)
3:  beqz t3, 4f
    lbu t1, 0(a3)
4:  sub a0, t0, t1
    addi s3, s3, 1
    addi a3, a3, 1
    beqz a0, 2b
5:  mul a0, a0, s0                  # the greater of two negative numbers is less
6:  leave 10

# number_parts(text, length) -> a0 = 1, 0 or -1, a1, a2 = whole part without leading zeros and its end, a3, a4 = fraction and its end
number_parts:
    add t0, a0, a1                  # t0 = end
    li t6, 1
    li t5, 10
1:  beq a0, t0, 2f
    lbu t1, 0(a0)
    addi t2, t1, -' '
    beqz t2, 11f
    addi t2, t1, -'\t'
    bnez t2, 2f
11: addi a0, a0, 1
    j 1b
2:  beq a0, t0, 3f
    addi t2, t1, -'-'
    bnez t2, 3f
    li t6, -1
    addi a0, a0, 1
3:  beq a0, t0, 4f                  # leading zeros
    lbu t1, 0(a0)
    addi t2, t1, -'0'
    bnez t2, 4f
    addi a0, a0, 1
    j 3b
4:  mv a1, a0
5:  beq a0, t0, 6f
    lbu t1, 0(a0)
    addi t2, t1, -'0'
    bgeu t2, t5, 6f
    addi a0, a0, 1
    j 5b
6:  mv a2, a0
    mv a3, a0
    mv a4, a0
    li t4, 0                        # t4 = 1 when the fraction has a digit that is not 0
    beq a0, t0, 8f
    addi t2, t1, -'.'
    bnez t2, 8f
    addi a0, a0, 1
    mv a3, a0
7:  mv a4, a0
    beq a0, t0, 8f
    lbu t1, 0(a0)
    addi t2, t1, -'0'
    bgeu t2, t5, 8f
    snez t2, t2
    or t4, t4, t2
    addi a0, a0, 1
    j 7b
8:  mv a0, t6
    bne a1, a2, 9f
    bnez t4, 9f
    li a0, 0                        # zero has no sign
9:  ret

# find_key(line) -> a0 = text, a1 = length of its key
find_key:
    enter 5
    ld s0, LINE_TEXT(a0)
    ld s1, LINE_LENGTH(a0)
    mv s2, s0
    add s3, s0, s1                  # s2, s3 = key and its end; s1 = end of the line from here on
    mv s1, s3
    ld t0, key_from_field
    beqz t0, 3f
    mv a0, s0
    addi a1, t0, -1
    mv a2, s1
    li a3, 1
    call skip_fields
    mv s2, a0
    lb t0, key_from_blanks
    beqz t0, 1f
    mv a1, s1
    call skip_blanks
    mv s2, a0
1:  ld t0, key_from_character
    add s2, s2, t0
    bleu s2, s1, 2f
    mv s2, s1
2:  ld a1, key_to_field
    beqz a1, 4f
    mv a0, s0
    mv a2, s1
    ld t0, key_to_character
    li a3, 0
    beqz t0, 25f
    addi a1, a1, -1
    li a3, 1
25: call skip_fields
    mv s3, a0
    ld t0, key_to_character
    beqz t0, 4f
    lb t0, key_to_blanks
    beqz t0, 27f
    mv a1, s1
    call skip_blanks
    mv s3, a0
27: ld t0, key_to_character
    add s3, s3, t0
    bleu s3, s1, 4f
    mv s3, s1
    j 4f
3:  lb t0, key_from_blanks
    beqz t0, 4f
    mv a0, s2
    mv a1, s1
    call skip_blanks
    mv s2, a0
4:  mv a0, s2
    sub a1, s3, s2
    bgez a1, 5f
    li a1, 0
5:  leave 5

# skip_fields(text, n, end, past) -> behind n fields; with `past`, behind the separator after the last of them too
skip_fields:
    ld t0, separator
    li t1, NO_SEPARATOR
    beq t0, t1, 4f
1:  beqz a1, 3f
    addi a1, a1, -1
2:  bgeu a0, a2, 3f
    lbu t1, 0(a0)
    addi a0, a0, 1
    bne t1, t0, 2b
    bnez a1, 1b
    bnez a3, 3f
    addi a0, a0, -1
3:  ret
4:  beqz a1, 3b
    addi a1, a1, -1
5:  bgeu a0, a2, 3b                 # blanks, then what is not blank
    lbu t1, 0(a0)
    addi t2, t1, -' '
    beqz t2, 6f
    addi t2, t1, -'\t'
    bnez t2, 7f
6:  addi a0, a0, 1
    j 5b
7:  bgeu a0, a2, 3b
    lbu t1, 0(a0)
    addi t2, t1, -' '
    beqz t2, 4b
    addi t2, t1, -'\t'
    beqz t2, 4b
    addi a0, a0, 1
    j 7b

# skip_blanks(text, end) -> behind the blanks
skip_blanks:
    bgeu a0, a1, 2f
    lbu t1, 0(a0)
    addi t2, t1, -' '
    beqz t2, 1f
    addi t2, t1, -'\t'
    bnez t2, 2f
1:  addi a0, a0, 1
    j skip_blanks
2:  ret

# set_key(text): -k
set_key:
    enter 2, 16
    mv s0, a0
    mv s1, a0
    ld t0, key_from_field
    bnez t0, second_key
    call key_number
    beqz a0, zero_field
    sd a0, key_from_field, t0
    call key_character
    addi a0, a0, -1
    bgez a0, 1f
    li a0, 0
1:  sd a0, key_from_character, t0
    la a0, key_from_blanks
    call key_letters
    lbu t0, 0(s0)
    beqz t0, 2f
    addi t0, t0, -','
    bnez t0, bad_key
    addi s0, s0, 1
    call key_number
    beqz a0, zero_field
    sd a0, key_to_field, t0
    call key_character
    sd a0, key_to_character, t0
    la a0, key_to_blanks
    call key_letters
    lbu t0, 0(s0)
    bnez t0, bad_key
2:  leave 2, 16

# key_number() -> the number at s0, which moves behind it. This and the next two: parts of set_key.
key_number:
    enter 0, 8
    lbu t0, 0(s0)
    addi t0, t0, -'0'
    sltiu t0, t0, 10
    beqz t0, bad_key
    mv a0, s0
    mv a1, sp
    li a2, 10
    call strtol
    ld s0, 0(sp)
    leave 0, 8
# key_character() -> the number after a point, 0 when there is none
key_character:
    lbu t0, 0(s0)
    addi t0, t0, -'.'
    li a0, 0
    bnez t0, 1f
    addi s0, s0, 1
    j key_number
1:  ret
# key_letters(blanks flag): n, r and f count for the whole key, b for this end of it
key_letters:
1:  lbu t0, 0(s0)
    li t1, 1
    li t2, 'b'
    bne t0, t2, 2f
    sb t1, 0(a0)
    j 5f
2:  li t2, 'n'
    bne t0, t2, 3f
    sb t1, numeric, t3
    j 5f
3:  li t2, 'r'
    bne t0, t2, 4f
    sb t1, reverse, t3
    j 5f
4:  li t2, 'f'
    bne t0, t2, 6f
    sb t1, fold_case, t3
5:  addi s0, s0, 1
    j 1b
6:  ret

# set_separator(text): -t
set_separator:
    lbu t0, 0(a0)
    beqz t0, empty_separator
    lbu t1, 1(a0)
    bnez t1, 1f
    sd t0, separator, t1
    ret
1:  lhu t1, 0(a0)                   # \0 is the zero byte
    li t2, '\\' | '0' << 8
    bne t1, t2, long_separator
    lbu t1, 2(a0)
    bnez t1, long_separator
    sd zero, separator, t1
    ret
# set_reverse(): -r, for the key and for the last resort
set_reverse:
    li t0, 1
    sb t0, reverse, t1
    sb t0, reverse_all, t1
    ret
# set_blanks(): -b, for both ends of the key
set_blanks:
    li t0, 1
    sb t0, key_from_blanks, t1
    sb t0, key_to_blanks, t1
    ret

bad_key:
    lstr a2, "invalid number at field start: invalid count at start of '%s'"
    mv a3, s1
    j 1f
zero_field:
    lstr a2, "field number is zero: invalid field specification '%s'"
    mv a3, s1
    j 1f
second_key:
    lstr a2, "only one key is supported: '%s' is the second"
    mv a3, s1
    j 1f
empty_separator:
    lstr a2, "empty tab"
    j 1f
long_separator:
    lstr a2, "multi-character tab '%s'"
    mv a3, a0
1:  li a0, STATUS_TROUBLE
    li a1, 0
    call die

    .section .rodata
usage: .asciz "Usage: sort [-bfnrsu] [-k KEY] [-t C] [-o FILE] [FILE]..."
    .balign 8
options:
    option 'n', OPTION_SET, numeric
    option 'f', OPTION_SET, fold_case
    option 'r', OPTION_CALL, set_reverse
    option 'b', OPTION_CALL, set_blanks
    option 'u', OPTION_SET, unique
    option 's', OPTION_SET, stable
    option 'k', OPTION_CALL_TEXT, set_key
    option 't', OPTION_CALL_TEXT, set_separator
    option 'o', OPTION_TEXT, output
    end_options

    .data
    .balign 8
separator: .dword NO_SEPARATOR

    .bss
    .balign 8
lines: .zero 8
line_count: .zero 8
output: .zero 8
key_from_field: .zero 8             # 0: no key
key_from_character: .zero 8         # from 0
key_to_field: .zero 8               # 0: the end of the line
key_to_character: .zero 8           # 0: the end of the field
key_from_blanks: .zero 1
key_to_blanks: .zero 1
numeric: .zero 1
fold_case: .zero 1
reverse: .zero 1
reverse_all: .zero 1
unique: .zero 1
stable: .zero 1
