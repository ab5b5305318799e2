# test, and [ when it is called by that name: evaluates a condition. Status 0 when it holds, 1 when not, 2 when it makes no sense.
#   EXPRESSION  =  AND [-o AND]...     AND  =  TERM [-a TERM]...
#   TERM  =  ! TERM  |  ( EXPRESSION )  |  A OPERATOR B  |  -OPERATOR A  |  A, which holds when it is not empty
# The operators are the rows of the two tables below.
    .include "macros.inc"
    .include "errno.inc"
    .include "fcntl.inc"

    .equ STATUS_SYNTAX, 2

# s0 = arguments left   s1 = next argument   s2 = arguments in all

    .text
    .globl main
main:
    enter 3
    addi s0, a0, -1
    addi s1, a1, 8
    ld a0, 0(a1)
    li a1, '/'
    call strrchr
    ld t0, -8(s1)
    beqz a0, 1f
    addi t0, a0, 1
1:  lhu t0, 0(t0)
    addi t0, t0, -'['
    bnez t0, 2f
    beqz s0, no_bracket
    slli t0, s0, 3
    add t0, t0, s1
    ld t0, -8(t0)
    lhu t0, 0(t0)
    addi t0, t0, -']'
    bnez t0, no_bracket
    addi s0, s0, -1
2:  mv s2, s0
    li a0, 1                        # nothing at all does not hold
    beqz s0, 3f
    call expression
    bnez s0, extra
    xori a0, a0, 1
3:  leave 3

# expression() -> 1 or 0, and s0, s1 behind it. This and the next two: private, they use main's registers.
expression:
    enter 0, 8
    call and_list
    sd a0, 0(sp)
1:  lstr a0, "-o"
    call accept
    beqz a0, 2f
    call and_list
    ld t0, 0(sp)
    or a0, a0, t0
    sd a0, 0(sp)
    j 1b
2:  ld a0, 0(sp)
    leave 0, 8

and_list:
    enter 0, 8
    call term
    sd a0, 0(sp)
1:  lstr a0, "-a"
    call accept
    beqz a0, 2f
    call term
    ld t0, 0(sp)
    and a0, a0, t0
    sd a0, 0(sp)
    j 1b
2:  ld a0, 0(sp)
    leave 0, 8

term:
    enter 0, 8
    beqz s0, missing
    li t0, 3                        # A OPERATOR B goes before everything else: `test ! = x` compares
    bltu s0, t0, 1f
    ld a0, 8(s1)
    la a1, binary_operators
    call find_operator
    beqz a0, 1f
    mv t0, a0
    ld a0, 0(s1)
    ld a1, 16(s1)
    addi s0, s0, -3
    addi s1, s1, 24
    jalr t0
    leave 0, 8
1:  li t0, 1
    beq s0, t0, 4f                  # a lone word is just a text, whatever it looks like
    lstr a0, "!"
    call accept
    beqz a0, 2f
    call term
    xori a0, a0, 1
    leave 0, 8
2:  lstr a0, "("
    call accept
    beqz a0, 3f
    call expression
    sd a0, 0(sp)
    lstr a0, ")"
    call accept
    beqz a0, no_parenthesis
    ld a0, 0(sp)
    leave 0, 8
3:  ld a0, 0(s1)
    la a1, unary_operators
    call find_operator
    beqz a0, 4f
    mv t0, a0
    ld a0, 8(s1)
    addi s0, s0, -2
    addi s1, s1, 16
    jalr t0
    leave 0, 8
4:  ld a0, 0(s1)
    addi s0, s0, -1
    addi s1, s1, 8
    lbu a0, 0(a0)
    snez a0, a0
    leave 0, 8

# accept(word) -> 1 when that is the next argument, which is then passed
accept:
    beqz s0, 1f
    enter 0
    mv a1, a0
    ld a0, 0(s1)
    call strcmp
    seqz a0, a0
    sub s0, s0, a0
    slli t0, a0, 3
    add s1, s1, t0
    leave 0
1:  li a0, 0
    ret

# find_operator(word, table) -> its function, or 0
find_operator:
    enter 2
    mv s0, a0
    mv s1, a1
1:  lbu t0, 0(s1)
    beqz t0, 2f
    mv a0, s0
    mv a1, s1
    call strcmp
    beqz a0, 3f
    addi s1, s1, 16
    j 1b
2:  li a0, 0
    leave 2
3:  ld a0, 8(s1)
    leave 2

# Texts: each function gets the operands and returns 1 or 0.
is_nonempty:
    lbu a0, 0(a0)
    snez a0, a0
    ret
is_empty:
    lbu a0, 0(a0)
    seqz a0, a0
    ret
texts_equal:
    enter 0
    call strcmp
    seqz a0, a0
    leave 0
texts_differ:
    enter 0
    call strcmp
    snez a0, a0
    leave 0
text_less:
    enter 0
    call strcmp
    slti a0, a0, 0
    leave 0
text_greater:
    enter 0
    call strcmp
    sgtz a0, a0
    leave 0

# compare_numbers name, instruction, operands: a function of two decimal texts.
.macro compare_numbers name, instruction, first, second
\name:
    enter 0
    call two_numbers
    \instruction a0, \first, \second
    leave 0
.endm
numbers_equal:
    enter 0
    call two_numbers
    sub a0, a0, a1
    seqz a0, a0
    leave 0
numbers_differ:
    enter 0
    call two_numbers
    sub a0, a0, a1
    snez a0, a0
    leave 0
    compare_numbers number_less, slt, a0, a1
    compare_numbers number_greater, slt, a1, a0
number_not_greater:
    enter 0
    call number_greater
    xori a0, a0, 1
    leave 0
number_not_less:
    enter 0
    call number_less
    xori a0, a0, 1
    leave 0

# two_numbers(a, b) -> their values, or the end of the program
two_numbers:
    enter 2, 16
    mv s0, a1
    call one_number
    mv s1, a0
    mv a0, s0
    call one_number
    mv a1, a0
    mv a0, s1
    leave 2, 16
    .globl one_number
one_number:
    enter 2, 16
    mv s0, a0
    mv a1, sp
    li a2, 10
    call strtol
    mv s1, a0
    ld a0, 0(sp)
    beq a0, s0, bad_number
1:  lbu t0, 0(a0)                   # blanks may follow
    addi a0, a0, 1
    beqz t0, 2f
    addi t1, t0, -' '
    beqz t1, 1b
    addi t1, t0, -'\t'
    bnez t1, bad_number
    j 1b
2:  mv a0, s1
    leave 2, 16

bad_number:
    lstr a2, "invalid integer '%s'"
    mv a3, s0
    j syntax
no_bracket:
    lstr a2, "missing ']'"
    j syntax
no_parenthesis:
    lstr a2, "')' expected"
    j syntax
missing:
    lstr a2, "missing argument after '%s'"
    ld a3, -8(s1)
    j syntax
extra:
    li t0, 2                        # of two words, the first was no operator
    addi s1, s1, 8
    beq s2, t0, missing
    addi s1, s1, -8
    lstr a2, "extra argument '%s'"
    ld a3, 0(s1)
syntax:
    li a0, STATUS_SYNTAX
    li a1, 0
    call die

# operator name, function: one row of a table.
.macro operator name, function
    .asciz "\name"
    .balign 8
    .dword \function
.endm

    .section .rodata
    .balign 8
binary_operators:
    operator "=", texts_equal
    operator "==", texts_equal
    operator "!=", texts_differ
    operator "<", text_less
    operator ">", text_greater
    operator "-eq", numbers_equal
    operator "-ne", numbers_differ
    operator "-lt", number_less
    operator "-le", number_not_greater
    operator "-gt", number_greater
    operator "-ge", number_not_less
    operator "-nt", is_newer
    operator "-ot", is_older
    operator "-ef", is_same_file
    .dword 0, 0
unary_operators:
    operator "-n", is_nonempty
    operator "-z", is_empty
    operator "-e", exists
    operator "-f", is_regular
    operator "-d", is_directory
    operator "-b", is_block_device
    operator "-c", is_character_device
    operator "-p", is_fifo
    operator "-S", is_socket
    operator "-L", is_symlink
    operator "-h", is_symlink
    operator "-r", may_read
    operator "-w", may_write
    operator "-x", may_execute
    operator "-s", is_not_empty
    operator "-u", is_set_user
    operator "-g", is_set_group
    operator "-k", is_sticky
    operator "-O", is_ours
    operator "-G", is_our_groups
    operator "-N", was_changed_since_read
    operator "-t", is_terminal
    .dword 0, 0

    .bss
    .balign 8
    .globl status
status: .zero STAT_SIZEOF
    .globl other_status
other_status: .zero STAT_SIZEOF
