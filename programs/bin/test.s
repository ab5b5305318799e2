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

# Files. file_type name, type: a function of a path that asks for a type of file.
.macro file_type name, type
\name:
    li a1, \type
    j has_type
.endm
    file_type is_block_device, S_IFBLK
    file_type is_character_device, S_IFCHR
    file_type is_directory, S_IFDIR
    file_type is_regular, S_IFREG
    file_type is_fifo, S_IFIFO
    file_type is_socket, S_IFSOCK
has_type:
    enter 1
    mv s0, a1
    call status_of
    bltz a0, 1f
    li t0, S_IFMT
    and a0, a1, t0
    sub a0, a0, s0
    seqz a0, a0
    leave 1
1:  li a0, 0
    leave 1

# mode_bit name, bit: a function of a path that asks for one bit of the mode.
.macro mode_bit name, bit
\name:
    li a1, \bit
    j has_bit
.endm
    mode_bit is_set_user, S_ISUID
    mode_bit is_set_group, S_ISGID
    mode_bit is_sticky, S_ISVTX
has_bit:
    enter 1
    mv s0, a1
    call status_of
    bltz a0, 1f
    and a0, a1, s0
    snez a0, a0
    leave 1
1:  li a0, 0
    leave 1

# may name, right: a function of a path that asks whether we may do that to the file.
.macro may name, right
\name:
    li a1, \right
    j may_access
.endm
    may may_read, R_OK
    may may_write, W_OK
    may may_execute, X_OK
may_access:
    enter 0
    call access
    seqz a0, a0
    leave 0

exists:
    enter 0
    call status_of
    seqz a0, a0
    leave 0
is_not_empty:
    enter 0
    call status_of
    bnez a0, 1f
    ld a0, status + STAT_SIZE
    snez a0, a0
    leave 0
1:  li a0, 0
    leave 0
is_symlink:
    enter 0
    la a1, status
    call lstat
    bnez a0, 1f
    lwu a0, status + STAT_MODE
    li t0, S_IFMT
    and a0, a0, t0
    li t0, S_IFLNK
    sub a0, a0, t0
    seqz a0, a0
    leave 0
1:  li a0, 0
    leave 0
is_ours:
    enter 1
    call status_of
    mv s0, a0
    call geteuid
    lwu t0, status + STAT_UID
    j 1f
is_our_groups:
    enter 1
    call status_of
    mv s0, a0
    call getegid
    lwu t0, status + STAT_GID
1:  sub a0, a0, t0
    or a0, a0, s0
    seqz a0, a0
    leave 1
is_terminal:
    enter 0
    call one_number
    call isatty
    leave 0
was_changed_since_read:
    enter 0
    call status_of
    bnez a0, 1f
    la t0, status
    ld a0, STAT_MTIME(t0)
    ld a1, STAT_ATIME(t0)
    ld a2, STAT_MTIME + 8(t0)
    ld a3, STAT_ATIME + 8(t0)
    call later
    leave 0
1:  li a0, 0
    leave 0

# is_newer(a, b): a changed later than b, or b does not exist
is_newer:
    enter 3
    call two_files
    bltz s0, 1f
    bltz s1, 2f
    call change_times
    call later
    leave 3
1:  li a0, 0
    leave 3
2:  li a0, 1
    leave 3
is_older:
    mv t0, a0
    mv a0, a1
    mv a1, t0
    j is_newer
is_same_file:
    enter 3
    call two_files
    or a0, s0, s1
    bnez a0, 1f
    la t0, status
    la t1, other_status
    ld t2, STAT_INO(t0)
    ld t3, STAT_INO(t1)
    bne t2, t3, 1f
    ld t2, STAT_DEV(t0)
    ld t3, STAT_DEV(t1)
    sub a0, t2, t3
    seqz a0, a0
    leave 3
1:  li a0, 0
    leave 3

# two_files(a, b): status and other_status, and s0, s1 = what stat said about each
two_files:
    enter 0, 8
    sd a1, 0(sp)
    la a1, status
    call stat
    mv s0, a0
    ld a0, 0(sp)
    la a1, other_status
    call stat
    mv s1, a0
    leave 0, 8

# change_times() -> a0, a2 = seconds and nanoseconds of status, a1, a3 of other_status
change_times:
    la t0, status
    la t1, other_status
    ld a0, STAT_MTIME(t0)
    ld a1, STAT_MTIME(t1)
    ld a2, STAT_MTIME + 8(t0)
    ld a3, STAT_MTIME + 8(t1)
    ret

# later(seconds a, seconds b, ns a, ns b) -> 1 when a is later
later:
    bne a0, a1, 1f
    sgt a0, a2, a3
    ret
1:  sgt a0, a0, a1
    ret

# status_of(path) -> a0 = 0 or -errno, a1 = mode; fills in `status`
status_of:
    enter 0
    la a1, status
    call stat
    lwu a1, status + STAT_MODE
    leave 0

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
status: .zero STAT_SIZEOF
other_status: .zero STAT_SIZEOF
