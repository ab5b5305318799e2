# sort: prints the lines of files in order, byte by byte. -n by number, -f without regard to case, -b without leading blanks, -r backwards,
# -u one of equal lines, -s leaves equal ones as they came, -k FROM[,TO] by a part of the line, -t C fields end at C, -o FILE output.
#
# A key is F[.C][nrfb][,F[.C][nrfb]]: fields and characters count from 1, TO includes its last character, 0 or none is the end of the field.
# Without -t a field is blanks and what follows them. One key only; lines whose keys are equal are compared whole.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "lines.inc"
    .include "options.inc"
    .include "sort.inc"

    .equ FILE_MODE, 0666
    .equ STATUS_TROUBLE, 2

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

    .globl bad_key
bad_key:
    lstr a2, "invalid number at field start: invalid count at start of '%s'"
    mv a3, s1
    j 1f
    .globl zero_field
zero_field:
    lstr a2, "field number is zero: invalid field specification '%s'"
    mv a3, s1
    j 1f
    .globl second_key
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
    end_options 2

    .data
    .balign 8
    .globl separator
separator: .dword NO_SEPARATOR

    .bss
    .balign 8
lines: .zero 8
line_count: .zero 8
output: .zero 8
    .globl key_from_field
key_from_field: .zero 8             # 0: no key
    .globl key_from_character
key_from_character: .zero 8         # from 0
    .globl key_to_field
key_to_field: .zero 8               # 0: the end of the line
    .globl key_to_character
key_to_character: .zero 8           # 0: the end of the field
    .globl key_from_blanks
key_from_blanks: .zero 1
    .globl key_to_blanks
key_to_blanks: .zero 1
    .globl numeric
numeric: .zero 1
    .globl fold_case
fold_case: .zero 1
    .globl reverse
reverse: .zero 1
    .globl reverse_all
reverse_all: .zero 1
    .globl unique
unique: .zero 1
    .globl stable
stable: .zero 1
