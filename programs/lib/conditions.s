# Conditions, as test, [ and the shell evaluate them. What is asked about files is in file-conditions.s.
#   EXPRESSION  =  AND [-o AND]...     AND  =  TERM [-a TERM]...
#   TERM  =  ! TERM  |  ( EXPRESSION )  |  A OPERATOR B  |  -OPERATOR A  |  A, which holds when it is not empty
# The operators are the rows of the two tables below.
    .include "macros.inc"
    .include "conditions.inc"
    .include "fcntl.inc"

# A row of a table: its operator, what is said to its function besides the operands (for two operands: 1 when it compares numbers), its function.
    .equ OPERATOR_WORD, 4
    .equ OPERATOR_FUNCTION, 8
    .equ OPERATOR_SIZEOF, 16

# s0 = arguments left   s1 = next argument   s2 = sp of `condition`, where a fault leaves from. Functions of operators keep s2.

    .text
# condition(count, arguments) -> a0 = 0 when it holds, 1 when not, 2 when it makes no sense; then a1 = a word to show, a2 = CONDITION_...
    .globl condition
condition:
    enter 3
    mv s0, a0
    mv s1, a1
    mv s2, sp
    li a0, 1                        # nothing at all does not hold
    beqz s0, 1f
    call expression
    bnez s0, extra
    xori a0, a0, 1
1:  leave 3

extra:
    ld a1, 0(s1)
    li a2, CONDITION_EXTRA
    j fault
missing:
    ld a1, -8(s1)
    li a2, CONDITION_MISSING
    j fault
no_parenthesis:
    li a2, CONDITION_NO_PARENTHESIS
fault:
    mv sp, s2
    li a0, 2
    leave 3

# expression() -> 1 or 0, and s0, s1 behind it. This and the next three: private, they use condition's registers.
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
    bltu s0, t0, 2f
    ld a0, 8(s1)
    la a1, binary_operators
    call find_operator
    beqz a0, 2f
    sd a0, 0(sp)
    ld t0, 0(s1)
    ld a1, 16(s1)
    addi s0, s0, -3
    addi s1, s1, 24
    lw t1, OPERATOR_WORD(a0)
    mv a0, t0
    beqz t1, 1f
    call two_numbers
1:  ld t0, 0(sp)
    j apply
2:  li t0, 1
    beq s0, t0, 5f                  # a lone word is just a text, whatever it looks like
    lstr a0, "!"
    call accept
    beqz a0, 3f
    call term
    xori a0, a0, 1
    leave 0, 8
3:  lstr a0, "("
    call accept
    beqz a0, 4f
    call expression
    sd a0, 0(sp)
    lstr a0, ")"
    call accept
    beqz a0, no_parenthesis
    ld a0, 0(sp)
    leave 0, 8
4:  ld a0, 0(s1)
    la a1, unary_operators
    call find_operator
    beqz a0, 5f
    mv t0, a0
    ld a0, 8(s1)
    addi s0, s0, -2
    addi s1, s1, 16
    lw a1, OPERATOR_WORD(t0)
apply:
    ld t0, OPERATOR_FUNCTION(t0)
    jalr t0
    leave 0, 8
5:  ld a0, 0(s1)
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

# find_operator(word, table) -> its row, or 0
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
    addi s1, s1, OPERATOR_SIZEOF
    j 1b
2:  li s1, 0
3:  mv a0, s1
    leave 2

# two_numbers(a, b) -> their values
two_numbers:
    enter 2
    mv s0, a1
    call one_number
    mv s1, a0
    mv a0, s0
    call one_number
    mv a1, a0
    mv a0, s1
    leave 2
one_number:
    enter 2, 16
    mv s0, a0
    mv a1, sp
    li a2, 10
    call strtol
    mv s1, a0
    ld a0, 0(sp)
    beq a0, s0, 3f
1:  lbu t0, 0(a0)                   # blanks may follow
    addi a0, a0, 1
    beqz t0, 2f
    addi t1, t0, -' '
    beqz t1, 1b
    addi t1, t0, -'\t'
    beqz t1, 1b
3:  mv a1, s0
    li a2, CONDITION_NO_NUMBER
    j fault
2:  mv a0, s1
    leave 2, 16

# Functions of a text, of two texts, of two numbers: each returns 1 or 0.
is_nonempty:
    lbu a0, 0(a0)
    snez a0, a0
    ret
is_empty:
    lbu a0, 0(a0)
    seqz a0, a0
    ret
is_terminal:
    enter 0
    call one_number
    call isatty
    leave 0
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
numbers_equal:
    sub a0, a0, a1
    seqz a0, a0
    ret
numbers_differ:
    sub a0, a0, a1
    snez a0, a0
    ret
number_less:
    slt a0, a0, a1
    ret
number_greater:
    sgt a0, a0, a1
    ret
number_not_greater:
    sgt a0, a0, a1
    xori a0, a0, 1
    ret
number_not_less:
    slt a0, a0, a1
    xori a0, a0, 1
    ret

# operator name, length, function, word: one row of a table.
.macro operator name, length, function, word=0
    .ascii "\name"
    .zero OPERATOR_WORD - \length
    .word \word
    .dword \function
.endm

    .section .rodata
    .balign 8
binary_operators:
    operator "=", 1, texts_equal
    operator "==", 2, texts_equal
    operator "!=", 2, texts_differ
    operator "<", 1, text_less
    operator ">", 1, text_greater
    operator "-eq", 3, numbers_equal, 1
    operator "-ne", 3, numbers_differ, 1
    operator "-lt", 3, number_less, 1
    operator "-le", 3, number_not_greater, 1
    operator "-gt", 3, number_greater, 1
    operator "-ge", 3, number_not_less, 1
    operator "-nt", 3, is_newer
    operator "-ot", 3, is_older
    operator "-ef", 3, is_same_file
    .dword 0, 0
unary_operators:
    operator "-n", 2, is_nonempty
    operator "-z", 2, is_empty
    operator "-e", 2, is_of_type
    operator "-f", 2, is_of_type, S_IFREG
    operator "-d", 2, is_of_type, S_IFDIR
    operator "-b", 2, is_of_type, S_IFBLK
    operator "-c", 2, is_of_type, S_IFCHR
    operator "-p", 2, is_of_type, S_IFIFO
    operator "-S", 2, is_of_type, S_IFSOCK
    operator "-L", 2, is_symlink
    operator "-h", 2, is_symlink
    operator "-r", 2, is_accessible, R_OK
    operator "-w", 2, is_accessible, W_OK
    operator "-x", 2, is_accessible, X_OK
    operator "-s", 2, is_filled
    operator "-u", 2, has_mode_bit, S_ISUID
    operator "-g", 2, has_mode_bit, S_ISGID
    operator "-k", 2, has_mode_bit, S_ISVTX
    operator "-O", 2, is_ours
    operator "-G", 2, is_our_groups
    operator "-N", 2, was_changed_since_read
    operator "-t", 2, is_terminal
    .dword 0, 0
