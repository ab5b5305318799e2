# tr: translates characters of SET1 to those of SET2, deletes them (-d), or squeezes repeats of them into one (-s). -c takes all
# characters but those of SET1. A set may have ranges (a-z), escapes (\n \t \\ \012 ...) and classes ([:alpha:] ...).
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"
    .include "options.inc"

    .equ CHARACTERS, 256
    .equ BLOCK, 65536
    .equ SET_MAX, 4096              # characters in a set, repeats counted

    .text
    .globl main
main:
    enter 4
    la a2, options
    li a3, OPTIONS_FIRST
    call parse_options
    mv s0, a0
    mv s1, a1
    beqz s0, missing
    li t0, 2
    bgtu s0, t0, extra
    ld a0, 0(s1)
    la a1, set1
    call parse_set
    sd a0, set1_length, t0
    lb t0, complement
    beqz t0, 1f
    call complement_set1
1:  li t0, 1
    beq s0, t0, 2f
    ld a0, 8(s1)
    la a1, set2
    call parse_set
    sd a0, set2_length, t0
2:  call check_operands
    call fill_tables
    call filter
    leave 4

# check_operands(): -d goes with one set (two with -s), -s with one or two, translating needs two. Private: s0 = count, s1 = operands.
check_operands:
    lb t0, delete
    lb t1, squeeze
    li t2, 2
    beqz t0, 1f
    bnez t1, need_two_squeeze
    beq s0, t2, extra_delete
    ret
1:  bnez t1, 2f
    bne s0, t2, missing_second
    ld t3, set2_length
    beqz t3, empty_second
2:  ret
need_two_squeeze:
    bne s0, t2, missing_squeeze
    ret

# complement_set1(): set1 = all characters that are not in it, in order
complement_set1:
    la t0, set1
    ld t1, set1_length
    add t1, t1, t0
    la t2, scratch
    li t5, 1
1:  beq t0, t1, 2f
    lbu t3, 0(t0)
    addi t0, t0, 1
    add t3, t3, t2
    sb t5, 0(t3)
    j 1b
2:  li t3, 0
    la t0, set1
    li t5, CHARACTERS
3:  add t4, t2, t3
    lbu t4, 0(t4)
    bnez t4, 4f
    sb t3, 0(t0)
    addi t0, t0, 1
4:  addi t3, t3, 1
    bne t3, t5, 3b
    la t1, set1
    sub t0, t0, t1
    sd t0, set1_length, t1
    ret

# fill_tables(): from the sets and options to three tables: what each character becomes, whether it goes, whether repeats go
fill_tables:
    enter 0
    la t0, becomes
    li t1, 0
    li t2, CHARACTERS
1:  add t3, t0, t1
    sb t1, 0(t3)
    addi t1, t1, 1
    bne t1, t2, 1b
    lb t6, delete
    lb t4, squeeze
    ld t5, set2_length
    la a0, set1
    ld a1, set1_length
    bnez t6, 5f
    beqz t5, 6f                     # -s with one set: nothing is translated
    la t1, set1
    ld t2, set1_length
    add t2, t2, t1
    la a2, set2
    add a3, a2, t5
2:  beq t1, t2, 4f
    lbu t3, 0(t1)
    addi t1, t1, 1
    lbu a4, 0(a2)
    add t3, t3, t0
    sb a4, 0(t3)
    addi a2, a2, 1
    bltu a2, a3, 2b
    addi a2, a2, -1                 # SET2 is too short: its last character serves for the rest
    j 2b
4:  la a0, set2
    ld a1, set2_length
    j 6f
5:  la a2, goes
    call mark
    la a0, set2
    ld a1, set2_length
6:  lb t4, squeeze                  # squeezed are the characters of the last set
    beqz t4, 7f
    la a2, squeezed
    call mark
7:  leave 0

# mark(set, length, table): table[c] = 1 for each character of the set
mark:
    add a1, a0, a1
    li t1, 1
1:  beq a0, a1, 2f
    lbu t0, 0(a0)
    addi a0, a0, 1
    add t0, t0, a2
    sb t1, 0(t0)
    j 1b
2:  ret

# filter() -> status: standard input through the tables
filter:
    enter 6
    la s1, becomes
    la s2, goes
    la s3, squeezed
    li s4, -1                       # s4 = the character written last
1:  li a0, STDIN
    la a1, block
    li a2, BLOCK
    call read_some
    beqz a0, 5f
    bltz a0, 6f
    la t0, block
    mv t1, t0                       # the result never is longer: write it over what was read
    add t2, t0, a0
2:  lbu t3, 0(t0)
    addi t0, t0, 1
    add t4, s2, t3
    lbu t4, 0(t4)
    bnez t4, 3f
    add t4, s1, t3
    lbu t3, 0(t4)
    add t4, s3, t3
    lbu t4, 0(t4)
    beqz t4, 25f
    beq t3, s4, 3f
25: sb t3, 0(t1)
    addi t1, t1, 1
    mv s4, t3
3:  bne t0, t2, 2b
    la a0, block
    sub a1, t1, a0
    call stdout_write
    j 1b
5:  li a0, 0
    leave 6
6:  lstr a1, "read error"
    call warn
    li a0, 1
    leave 6

# parse_set(text, set) -> number of characters: the set spelled out, or the end of the program
parse_set:
    enter 5
    mv s0, a0
    mv s1, a1
    mv s2, a1
1:  lbu t0, 0(s0)
    beqz t0, 9f
    li t1, '['
    bne t0, t1, 2f
    lbu t2, 1(s0)
    addi t2, t2, -':'
    bnez t2, 2f
    call parse_class
    j 1b
2:  call set_character
    mv s3, a0                       # s3 = first character of a range
    mv s4, a0                       # s4 = last
    lbu t0, 0(s0)
    addi t0, t0, -'-'
    bnez t0, 3f
    lbu t0, 1(s0)
    beqz t0, 3f
    addi s0, s0, 1
    call set_character
    mv s4, a0
    bltu s4, s3, bad_range
3:  mv a0, s3
    call append
    addi s3, s3, 1
    bleu s3, s4, 3b
    j 1b
9:  sub a0, s2, s1
    leave 5

# append(character): to the set at s1, whose end is s2. Part of parse_set.
append:
    sub t0, s2, s1
    li t1, SET_MAX
    bgeu t0, t1, set_too_long
    sb a0, 0(s2)
    addi s2, s2, 1
    ret

# set_character() -> the character or escape at s0, which moves behind it. Part of parse_set.
set_character:
    lbu a0, 0(s0)
    addi s0, s0, 1
    li t0, '\\'
    bne a0, t0, 3f
    lbu t0, 0(s0)
    beqz t0, 3f
    addi t1, t0, -'0'
    sltiu t2, t1, 8
    bnez t2, 4f
    addi s0, s0, 1
    mv a0, t0
    la t1, set_escapes
1:  lbu t2, 0(t1)
    beqz t2, 3f
    beq t2, t0, 2f
    addi t1, t1, 2
    j 1b
2:  lbu a0, 1(t1)
3:  ret
4:  li a0, 0                        # up to three octal digits
    li t3, 3
5:  lbu t0, 0(s0)
    addi t1, t0, -'0'
    sltiu t2, t1, 8
    beqz t2, 6f
    slli a0, a0, 3
    add a0, a0, t1
    addi s0, s0, 1
    addi t3, t3, -1
    bnez t3, 5b
6:  andi a0, a0, 0xff
    ret

# parse_class(): appends the class whose "[:name:]" is at s0, which moves behind it. Part of parse_set.
parse_class:
    enter 8
    addi s0, s0, 2
    la s5, classes
1:  ld s6, 0(s5)
    beqz s6, bad_class
    mv a0, s6
    call strlen
    mv s7, a0
    mv a0, s0
    mv a1, s6
    mv a2, s7
    call strncmp
    addi s5, s5, 16
    bnez a0, 1b
    ld s6, -8(s5)                   # a text of pairs: first and last character of each range
    add t0, s0, s7
    sd t0, class_end, t1
2:  lbu s3, 0(s6)
    lbu s4, 1(s6)
    addi s6, s6, 2
    beqz s4, 4f
3:  mv a0, s3
    call append
    addi s3, s3, 1
    bleu s3, s4, 3b
    j 2b
4:  sd s2, set_end, t0
    restore 8
    ld s0, class_end
    ld s2, set_end
    ret

missing:
    lstr a0, "missing operand"
    call usage_error
extra:
    lstr a0, "extra operand '%s'"
    ld a1, 16(s1)
    call usage_error
extra_delete:
    lstr a1, "extra operand '%s'"
    ld a2, 8(s1)
    li a0, 0
    call warn
    lstr a1, "Only one string may be given when deleting without squeezing repeats.\n"
    j explain
missing_second:
    lstr a1, "missing operand after '%s'"
    ld a2, 0(s1)
    li a0, 0
    call warn
    lstr a1, "Two strings must be given when translating.\n"
    j explain
missing_squeeze:
    lstr a1, "missing operand after '%s'"
    ld a2, 0(s1)
    li a0, 0
    call warn
    lstr a1, "Two strings must be given when both deleting and squeezing repeats.\n"
explain:
    li a0, STDERR
    call dprintf
    j try_help
empty_second:
    li a0, 1
    li a1, 0
    lstr a2, "when not truncating set1, string2 must be non-empty"
    call die
bad_range:
    li a0, 1
    li a1, 0
    lstr a2, "range-endpoints of '%c-%c' are in reverse collating sequence order"
    mv a3, s3
    mv a4, s4
    call die
bad_class:
    li a0, 1
    li a1, 0
    lstr a2, "invalid character class '%s'"
    mv a3, s0
    call die
set_too_long:
    li a0, 1
    li a1, 0
    lstr a2, "a set has more than %d characters"
    li a3, SET_MAX
    call die

    .section .rodata
usage: .asciz "Usage: tr [-cds] SET1 [SET2]"
# letter, the character it stands for
set_escapes: .byte 'a', 7, 'b', 8, 'f', 12, 'n', 10, 'r', 13, 't', 9, 'v', 11, 0

    .balign 8
options:
    option 'c', OPTION_SET, complement
    option 'C', OPTION_SET, complement
    option 'd', OPTION_SET, delete
    option 's', OPTION_SET, squeeze
    end_options

    .bss
    .balign 8
set1_length: .zero 8
set2_length: .zero 8
class_end: .zero 8
set_end: .zero 8
complement: .zero 1
delete: .zero 1
squeeze: .zero 1
becomes: .zero CHARACTERS
goes: .zero CHARACTERS
squeezed: .zero CHARACTERS
scratch: .zero CHARACTERS
set1: .zero SET_MAX
set2: .zero SET_MAX
block: .zero BLOCK
