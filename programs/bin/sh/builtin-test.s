# test and [: questions about files, strings and numbers. An expression is
#   or = and { -o and },  and = not { -a not },  not = ! not | ( or ) | unary operand | operand [binary operand]
    .include "sh.inc"
    .include "fcntl.inc"

    .text
# test EXPRESSION, [ EXPRESSION ] -> 0: true, 1: false, 2: an error. next_argument, last_argument: what is left of the expression.
    .globl do_test
do_test:
    enter 3
    mv s0, a1
    slli t0, a0, 3
    add s1, a1, t0          # s1 = after the last argument
    ld t0, 0(s0)
    lbu t1, 0(t0)
    li t2, '['
    bne t1, t2, 1f
    ld a0, -8(s1)
    lstr a1, "]"
    call strcmp
    bnez a0, missing_bracket
    addi s1, s1, -8
1:  addi s0, s0, 8
    sd s0, next_argument, t0
    sd s1, last_argument, t0
    sd zero, test_error, t0
    li a0, 1
    bgeu s0, s1, 2f         # nothing is false
    call test_or
    seqz a0, a0
    ld t0, test_error
    bnez t0, 3f
    ld t0, next_argument
    beq t0, s1, 2f
    ld a1, 0(t0)
    lstr a0, "test: %s: unexpected operator"
    call sh_error
3:  li a0, 2
2:  leave 3
missing_bracket:
    lstr a0, "[: missing ]"
    call sh_error
    li a0, 2
    leave 3

# failed(fmt, argument) -> 0: reports an error, once.
failed:
    ld t0, test_error
    bnez t0, 1f
    li t0, 1
    sd t0, test_error, t1
    enter 0
    call sh_error
    restore 0
1:  li a0, 0
    ret

# take_if(text) -> 1 and takes the next argument when it is that text, else 0
take_if:
    enter 0
    ld t0, next_argument
    ld t1, last_argument
    mv a1, a0
    li a0, 0
    bgeu t0, t1, 1f
    ld a0, 0(t0)
    call strcmp
    seqz a0, a0
    beqz a0, 1f
    ld t0, next_argument
    addi t0, t0, 8
    sd t0, next_argument, t1
1:  leave 0

test_or:
    enter 1
    call test_and
    mv s0, a0
1:  lstr a0, "-o"
    call take_if
    beqz a0, 2f
    call test_and
    or s0, s0, a0
    j 1b
2:  mv a0, s0
    leave 1

test_and:
    enter 1
    call test_not
    mv s0, a0
1:  lstr a0, "-a"
    call take_if
    beqz a0, 2f
    call test_not
    and s0, s0, a0
    j 1b
2:  mv a0, s0
    leave 1

test_not:
    enter 5
    ld s0, next_argument
    ld s1, last_argument
    sub s2, s1, s0
    srli s2, s2, 3          # s2 = arguments left
    lstr a0, "test: argument expected"
    beqz s2, test_failed
    li t0, 3                # with a binary operator in the middle the rest is no operator
    bltu s2, t0, 1f
    ld a0, 8(s0)
    la a1, binary_operators
    call find_row
    bnez a0, test_binary
1:  li t0, 2
    bltu s2, t0, test_word
    lstr a0, "!"
    call take_if
    bnez a0, test_inverted
    lstr a0, "("
    call take_if
    bnez a0, test_parenthesis
    ld a0, 0(s0)
    la a1, unary_operators
    call find_row
    bnez a0, test_unary
test_word:                  # a string alone: is there anything in it?
    ld t0, 0(s0)
    addi s0, s0, 8
    sd s0, next_argument, t1
    lbu a0, 0(t0)
    snez a0, a0
    leave 5
test_failed:
    call failed
    leave 5
test_inverted:
    call test_not
    seqz a0, a0
    leave 5
test_parenthesis:
    call test_or
    mv s3, a0
    lstr a0, ")"
    call take_if
    mv t0, a0
    mv a0, s3
    bnez t0, 2f
    lstr a0, "test: closing parenthesis expected"
    call failed
2:  leave 5
test_unary:
    addi t0, s0, 16
    sd t0, next_argument, t1
    ld t0, 8(a0)
    ld a1, 16(a0)
    ld a0, 8(s0)
    jalr t0
    leave 5
test_binary:
    addi t0, s0, 24
    sd t0, next_argument, t1
    mv s3, a0
    ld t0, 16(s3)           # numbers?
    beqz t0, 3f
    ld a0, 0(s0)
    call test_number
    mv s4, a0
    ld a0, 16(s0)
    call test_number
    mv a1, a0
    mv a0, s4
    ld t0, 8(s3)
    jalr t0
    leave 5
3:  ld a0, 0(s0)
    ld a1, 16(s0)
    ld t0, 8(s3)
    jalr t0
    leave 5

# find_row(text, table) -> the row that begins with the text, or 0
find_row:
    enter 2
    mv s0, a0
    mv s1, a1
1:  lbu t0, 0(s1)
    beqz t0, 2f
    mv a0, s1
    mv a1, s0
    call strcmp
    beqz a0, 3f
    addi s1, s1, 24
    j 1b
2:  li s1, 0
3:  mv a0, s1
    leave 2

# test_number(text) -> its value; anything else is an error
test_number:
    enter 1
    mv s0, a0
    call parse_number
    mv t0, a0
    mv a0, a1
    bnez t0, 1f
    mv a1, s0
    lstr a0, "test: %s: not a number"
    call failed
1:  leave 1

# The unary functions: (operand, second word of the row) -> 1 or 0.
is_empty:
    lbu a0, 0(a0)
    seqz a0, a0
    ret
is_not_empty:
    lbu a0, 0(a0)
    snez a0, a0
    ret
is_terminal:
    enter 0
    call atoi
    call isatty
    leave 0
is_accessible:              # a1 = R_OK ...
    enter 0
    call access
    seqz a0, a0
    leave 0
is_kind:                    # a1 = S_IF...; 0: any
    enter 1, STAT_SIZEOF
    mv s0, a1
    mv a1, sp
    call stat
    j 1f
is_link:
    enter 1, STAT_SIZEOF
    mv s0, a1
    mv a1, sp
    call lstat
1:  slti a0, a0, 0
    xori a0, a0, 1
    beqz a0, 2f
    beqz s0, 2f
    lw t0, STAT_MODE(sp)
    li t1, S_IFMT
    and t0, t0, t1
    sub a0, t0, s0
    seqz a0, a0
2:  leave 1, STAT_SIZEOF
has_mode_bit:               # a1 = S_ISUID ...
    enter 1, STAT_SIZEOF
    mv s0, a1
    mv a1, sp
    call stat
    lw t0, STAT_MODE(sp)
    and t0, t0, s0
    snez t0, t0
    slti a0, a0, 0
    xori a0, a0, 1
    and a0, a0, t0
    leave 1, STAT_SIZEOF
has_size:
    enter 0, STAT_SIZEOF
    mv a1, sp
    call stat
    ld t0, STAT_SIZE(sp)
    snez t0, t0
    slti a0, a0, 0
    xori a0, a0, 1
    and a0, a0, t0
    leave 0, STAT_SIZEOF

# The binary functions: (left, right) -> 1 or 0.
strings_equal:
    enter 0
    call strcmp
    seqz a0, a0
    leave 0
strings_differ:
    enter 0
    call strcmp
    snez a0, a0
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
number_less_equal:
    sgt a0, a0, a1
    seqz a0, a0
    ret
number_greater:
    sgt a0, a0, a1
    ret
number_greater_equal:
    slt a0, a0, a1
    seqz a0, a0
    ret
same_file:
    enter 1, 2 * STAT_SIZEOF
    mv s0, a1
    mv a1, sp
    call stat
    mv t0, a0
    li a0, 0
    bltz t0, 1f
    mv a0, s0
    addi a1, sp, STAT_SIZEOF
    call stat
    mv t0, a0
    li a0, 0
    bltz t0, 1f
    ld t0, STAT_INO(sp)
    ld t1, STAT_SIZEOF + STAT_INO(sp)
    bne t0, t1, 1f
    ld t0, STAT_DEV(sp)
    ld t1, STAT_SIZEOF + STAT_DEV(sp)
    sub a0, t0, t1
    seqz a0, a0
1:  leave 1, 2 * STAT_SIZEOF
file_newer:                 # a missing file is older than any
    enter 2, STAT_SIZEOF
    mv s0, a1
    call modified
    mv s1, a0
    mv a0, s0
    call modified
    slt a0, a0, s1
    leave 2, STAT_SIZEOF
file_older:
    mv t0, a0
    mv a0, a1
    mv a1, t0
    j file_newer

# modified(path) -> when it was, in nanoseconds; -1 when there is no such file
modified:
    enter 0, STAT_SIZEOF
    mv a1, sp
    call stat
    mv t0, a0
    li a0, -1
    bltz t0, 1f
    ld a0, STAT_MTIME(sp)
    li t0, 1000000000
    mul a0, a0, t0
    ld t0, STAT_MTIME + 8(sp)
    add a0, a0, t0
1:  leave 0, STAT_SIZEOF

    .section .rodata
# test_row operator, length, function, word: one row. For unary operators the word is the function's second argument, for binary ones 1 when
# they compare numbers.
.macro test_row operator, length, function, word
    .ascii "\operator"
    .zero 8 - \length
    .dword \function, \word
.endm
    .balign 8
unary_operators:
    test_row "-e", 2, is_kind, 0
    test_row "-f", 2, is_kind, S_IFREG
    test_row "-d", 2, is_kind, S_IFDIR
    test_row "-b", 2, is_kind, S_IFBLK
    test_row "-c", 2, is_kind, S_IFCHR
    test_row "-p", 2, is_kind, S_IFIFO
    test_row "-S", 2, is_kind, S_IFSOCK
    test_row "-L", 2, is_link, S_IFLNK
    test_row "-h", 2, is_link, S_IFLNK
    test_row "-r", 2, is_accessible, R_OK
    test_row "-w", 2, is_accessible, W_OK
    test_row "-x", 2, is_accessible, X_OK
    test_row "-u", 2, has_mode_bit, S_ISUID
    test_row "-g", 2, has_mode_bit, S_ISGID
    test_row "-k", 2, has_mode_bit, S_ISVTX
    test_row "-s", 2, has_size, 0
    test_row "-t", 2, is_terminal, 0
    test_row "-z", 2, is_empty, 0
    test_row "-n", 2, is_not_empty, 0
    .dword 0
binary_operators:
    test_row "=", 1, strings_equal, 0
    test_row "==", 2, strings_equal, 0
    test_row "!=", 2, strings_differ, 0
    test_row "-eq", 3, numbers_equal, 1
    test_row "-ne", 3, numbers_differ, 1
    test_row "-lt", 3, number_less, 1
    test_row "-le", 3, number_less_equal, 1
    test_row "-gt", 3, number_greater, 1
    test_row "-ge", 3, number_greater_equal, 1
    test_row "-ef", 3, same_file, 0
    test_row "-nt", 3, file_newer, 0
    test_row "-ot", 3, file_older, 0
    .dword 0

    .bss
    .balign 8
next_argument: .zero 8
last_argument: .zero 8
test_error: .zero 8
