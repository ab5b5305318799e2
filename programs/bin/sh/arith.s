# $((...)): C's integer expressions over 64-bit numbers, by precedence climbing. Assignments change variables.
    .include "sh.inc"

    .equ ROW_TEXT, 0        # the operator table: 4 bytes text
    .equ ROW_LENGTH, 4      # 1 byte
    .equ ROW_LEVEL, 5       # 1 byte: how strongly it binds
    .equ ROW_ASSIGNS, 6     # 1 byte: 1 when `op=` exists
    .equ ROW_FUNCTION, 8
    .equ ROW_SIZEOF, 16
    .equ LEVEL_LOWEST, 1

    .text
# arith_eval(text) -> its value; an error gives up the command
    .globl arith_eval
arith_eval:
    enter 1
    sd a0, cursor, t0
    sd a0, whole, t0
    sd zero, unevaluated, t0
    call skip_blanks
    li s0, 0
    beqz a0, 1f             # nothing at all is 0
    call comma
    mv s0, a0
    call skip_blanks
    bnez a0, arith_syntax
1:  mv a0, s0
    leave 1

arith_syntax:
    ld a1, whole
    lstr a0, "arithmetic expression: syntax error in \"%s\""
    call sh_error
    li a0, STATUS_SYNTAX
    tail abort_command

# skip_blanks() -> the next character that is not blank, not taken
skip_blanks:
    ld t0, cursor
1:  lbu a0, 0(t0)
    li t1, ' '
    beq a0, t1, 2f
    addi t1, a0, -'\t'
    sltiu t1, t1, 2         # tab and newline
    beqz t1, 3f
2:  addi t0, t0, 1
    j 1b
3:  sd t0, cursor, t1
    ret

# take(n): moves the cursor past n characters
take:
    ld t0, cursor
    add t0, t0, a0
    sd t0, cursor, t1
    ret

# comma() -> value of "a, b, ...": the last one's
comma:
    enter 0, 16
1:  call assignment
    sd a0, 0(sp)
    call skip_blanks
    li t0, ','
    bne a0, t0, 2f
    li a0, 1
    call take
    j 1b
2:  ld a0, 0(sp)
    leave 0, 16

# assignment() -> value of "name = value", "name op= value", or of a conditional
assignment:
    enter 6
    call skip_blanks
    ld s0, cursor           # s0, s1 = the name
    mv a0, s0
    call name_length
    mv s1, a0
    beqz a0, no_assignment
    call take
    call skip_blanks
    li s2, 0                # row of the operator before =
    li t0, '='
    beq a0, t0, 1f
    call find_operator
    beqz a0, no_assignment
    mv s2, a0
    lbu t0, ROW_ASSIGNS(s2)
    beqz t0, no_assignment
    lbu a0, ROW_LENGTH(s2)
    call take
1:  ld t0, cursor
    lbu t1, 0(t0)
    lbu t2, 1(t0)
    li t0, '='
    bne t1, t0, no_assignment
    beq t2, t0, no_assignment
    li a0, 1
    call take
    call assignment
    mv s3, a0
    beqz s2, 2f
    mv a0, s0
    mv a1, s1
    call variable_value
    mv a1, s3
    ld t0, ROW_FUNCTION(s2)
    jalr t0
    mv s3, a0
2:  ld t0, unevaluated
    bnez t0, 3f
    mv a0, s3
    call number_text
    mv a2, a0
    mv a0, s0
    mv a1, s1
    li a3, 0
    call set_var_n
    bltz a0, 4f
3:  mv a0, s3
    leave 6
4:  li a0, STATUS_SYNTAX
    tail abort_command
no_assignment:
    sd s0, cursor, t0
    restore 6
    # falls into conditional

# conditional() -> value of "a ? b : c"; the side not chosen is read but not evaluated
conditional:
    enter 3
    li a0, LEVEL_LOWEST
    call binary
    mv s0, a0
    call skip_blanks
    li t0, '?'
    mv s1, s0
    bne a0, t0, 1f
    li a0, 1
    call take
    seqz a0, s0
    call skip_evaluation
    call assignment
    mv s1, a0
    seqz a0, s0
    call resume_evaluation
    call skip_blanks
    li t0, ':'
    bne a0, t0, arith_syntax
    li a0, 1
    call take
    snez a0, s0
    call skip_evaluation
    call conditional
    mv s2, a0
    snez a0, s0
    call resume_evaluation
    bnez s0, 1f
    mv s1, s2
1:  mv a0, s1
    leave 3

# skip_evaluation(1 or 0): from here on nothing is assigned and nothing fails, if 1; resume_evaluation ends it
skip_evaluation:
    ld t0, unevaluated
    add t0, t0, a0
    sd t0, unevaluated, t1
    ret
resume_evaluation:
    ld t0, unevaluated
    sub t0, t0, a0
    sd t0, unevaluated, t1
    ret

# find_operator() -> row of the binary operator at the cursor, or 0
find_operator:
    ld t0, cursor
    lbu t6, 0(t0)
    la a0, operators
    beqz t6, 4f
1:  lbu t5, 0(a0)
    beq t5, t6, 11f         # most rows differ in the first character
    addi a0, a0, ROW_SIZEOF
    bnez t5, 1b
    j 4f
11: lbu t1, ROW_LENGTH(a0)
    mv t2, t0
    mv t3, a0
    add t4, a0, t1
2:  beq t3, t4, 3f
    lbu t5, 0(t2)
    lbu t6, 0(t3)
    addi t2, t2, 1
    addi t3, t3, 1
    beq t5, t6, 2b
    lbu t6, 0(t0)
    addi a0, a0, ROW_SIZEOF
    j 1b
4:  li a0, 0
3:  ret

# binary(level) -> value of operands joined by operators that bind at least that strongly
binary:
    enter 5
    mv s0, a0
    call unary
    mv s1, a0
1:  call skip_blanks
    call find_operator
    mv s2, a0
    beqz a0, 3f
    lbu s3, ROW_LEVEL(s2)
    bltu s3, s0, 3f
    lbu a0, ROW_LENGTH(s2)
    call take
    ld t0, ROW_FUNCTION(s2) # && and || may make the right side unnecessary
    li s4, 0
    la t1, op_logical_and
    bne t0, t1, 11f
    seqz s4, s1
11: la t1, op_logical_or
    bne t0, t1, 2f
    snez s4, s1
2:  mv a0, s4
    call skip_evaluation
    addi a0, s3, 1
    call binary
    mv a1, a0
    mv a0, s1
    ld t0, ROW_FUNCTION(s2)
    jalr t0
    mv s1, a0
    mv a0, s4
    call resume_evaluation
    j 1b
3:  mv a0, s1
    leave 5

# unary() -> value of a number, a variable, an expression in parentheses, or one of these after - + ! ~
unary:
    enter 2, 16
    call skip_blanks
    mv s0, a0
    ld s1, cursor
    mv a0, s1
    call name_length
    bnez a0, unary_variable
    addi t0, s0, -'0'
    sltiu t0, t0, 10
    bnez t0, unary_number
    li a0, 1
    call take
    li t0, '('
    beq s0, t0, unary_parenthesis
    la t0, unary_operators  # rows: character, function
1:  ld t1, 0(t0)
    ld s1, 8(t0)
    addi t0, t0, 16
    beqz t1, arith_syntax
    bne t1, s0, 1b
    call unary
    jalr s1
    leave 2, 16
unary_parenthesis:
    call comma
    mv s1, a0
    call skip_blanks
    li t0, ')'
    bne a0, t0, arith_syntax
    li a0, 1
    call take
    mv a0, s1
    leave 2, 16
unary_variable:
    mv s0, a0
    call take
    mv a0, s1
    mv a1, s0
    call variable_value
    leave 2, 16
unary_number:
    mv a0, s1
    mv a1, sp
    li a2, 0
    call strtol
    ld t0, 0(sp)
    sd t0, cursor, t1
    mv s0, a0
    mv a0, t0
    lbu a0, 0(a0)
    call isalnum            # 12ab is not a number
    bnez a0, arith_syntax
    mv a0, s0
    leave 2, 16

# variable_value(name, length) -> its value as a number; not set or empty is 0
variable_value:
    enter 1, 16
    call get_var_n
    beqz a0, 1f
    mv s0, a0
    mv a1, sp
    li a2, 0
    call strtol
    ld t0, 0(sp)
    lbu t1, 0(t0)
    beqz t1, 1f
    lbu t1, 0(s0)
    beqz t1, 1f
    mv a1, s0
    lstr a0, "illegal number: %s"
    call sh_error
    li a0, STATUS_SYNTAX
    tail abort_command
1:  leave 1, 16

op_negate: neg a0, a0
    ret
op_plus: ret
op_not: seqz a0, a0
    ret
op_complement: not a0, a0
    ret
op_logical_or: or a0, a0, a1
    snez a0, a0
    ret
op_logical_and: snez a0, a0
    snez a1, a1
    and a0, a0, a1
    ret
op_or: or a0, a0, a1
    ret
op_xor: xor a0, a0, a1
    ret
op_and: and a0, a0, a1
    ret
op_equal: sub a0, a0, a1
    seqz a0, a0
    ret
op_not_equal: sub a0, a0, a1
    snez a0, a0
    ret
op_less: slt a0, a0, a1
    ret
op_greater: sgt a0, a0, a1
    ret
op_less_equal: sgt a0, a0, a1
    seqz a0, a0
    ret
op_greater_equal: slt a0, a0, a1
    seqz a0, a0
    ret
op_shift_left: sll a0, a0, a1
    ret
op_shift_right: sra a0, a0, a1
    ret
op_add: add a0, a0, a1
    ret
op_subtract: sub a0, a0, a1
    ret
op_multiply: mul a0, a0, a1
    ret
op_divide:
    beqz a1, division_by_zero
    div a0, a0, a1
    ret
op_remainder:
    beqz a1, division_by_zero
    rem a0, a0, a1
    ret
division_by_zero:
    ld t0, unevaluated
    beqz t0, 1f
    ret
1:  lstr a0, "division by zero"
    call sh_error
    li a0, STATUS_SYNTAX
    tail abort_command

    .section .rodata
# operator text, length, level, has op=, function: one row. Longer texts stand before their beginnings.
.macro operator text, length, level, assigns, function
    .ascii "\text"
    .zero 4 - \length
    .byte \length, \level, \assigns, 0
    .dword \function
.endm
    .balign 8
operators:
    operator "||", 2, 1, 0, op_logical_or
    operator "&&", 2, 2, 0, op_logical_and
    operator "==", 2, 6, 0, op_equal
    operator "!=", 2, 6, 0, op_not_equal
    operator "<=", 2, 7, 0, op_less_equal
    operator ">=", 2, 7, 0, op_greater_equal
    operator "<<", 2, 8, 1, op_shift_left
    operator ">>", 2, 8, 1, op_shift_right
    operator "|", 1, 3, 1, op_or
    operator "^", 1, 4, 1, op_xor
    operator "&", 1, 5, 1, op_and
    operator "<", 1, 7, 0, op_less
    operator ">", 1, 7, 0, op_greater
    operator "+", 1, 9, 1, op_add
    operator "-", 1, 9, 1, op_subtract
    operator "*", 1, 10, 1, op_multiply
    operator "/", 1, 10, 1, op_divide
    operator "%", 1, 10, 1, op_remainder
    .zero ROW_SIZEOF
unary_operators:
    .dword '-', op_negate
    .dword '+', op_plus
    .dword '!', op_not
    .dword '~', op_complement
    .dword 0, 0

    .bss
    .balign 8
cursor: .zero 8             # next character
whole: .zero 8              # the whole expression, for messages
unevaluated: .zero 8        # > 0 inside a side that is not chosen
