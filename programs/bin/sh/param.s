# Parameters: positional ones, special ones and variables, plain ($x) and with operators (${x:-word} ${x#pattern} ${#x} ...).
    .include "sh.inc"

    .text
# param_length(text) -> how many characters at its start name a parameter: a name, one digit, or one of @*#?-$! ; 0 for none
    .globl param_length
param_length:
    enter 1
    mv s0, a0
    call name_length
    bnez a0, 2f
    lbu t0, 0(s0)
    la t1, special_parameters
1:  lbu t2, 0(t1)
    addi t1, t1, 1
    beqz t2, 2f             # a0 = 0
    bne t2, t0, 1b
    li a0, 1
2:  leave 1

# param_value(name, length) -> its value as a string, or 0 when it is not set
    .globl param_value
param_value:
    enter 1
    lbu t0, 0(a0)
    la s0, parameter_table
1:  lbu t1, 0(s0)           # rows: character, function; the last row is for names
    beqz t1, 2f
    beq t1, t0, 2f
    addi s0, s0, 16
    j 1b
2:  ld t1, 8(s0)
    jalr t1
    leave 1

value_of_number:            # the functions of the table: (name, length) -> value
    li t1, 0
1:  lbu t0, 0(a0)
    addi t0, t0, -'0'
    li t2, 10
    mul t1, t1, t2
    add t1, t1, t0
    addi a0, a0, 1
    addi a1, a1, -1
    bnez a1, 1b
    beqz t1, 2f
    ld t0, param_count
    bgtu t1, t0, 3f
    ld t0, params
    slli t1, t1, 3
    add t0, t0, t1
    ld a0, -8(t0)
    ret
2:  ld a0, shell_name
    ret
3:  li a0, 0
    ret
value_of_status:
    ld a0, last_status
    j number_text
value_of_pid:
    ld a0, shell_pid
    j number_text
value_of_background:
    ld a0, background_pid
    beqz a0, 1f
    j number_text
1:  ret
value_of_count:
    ld a0, param_count
    j number_text
value_of_options:
    j option_letters
value_of_all:
    enter 3, BUFFER_SIZEOF + 8
    ld s1, param_count
    li a0, 0
    beqz s1, 3f
    ld s0, params
    mv a0, sp
    call buffer_init
1:  mv a0, sp
    ld a1, 0(s0)
    call buffer_text
    addi s0, s0, 8
    addi s1, s1, -1
    beqz s1, 2f
    mv a0, sp
    li a1, ' '
    call buffer_byte
    j 1b
2:  mv a0, sp
    call buffer_string
3:  leave 3, BUFFER_SIZEOF + 8

# check_set(value, name, length) -> value: with `set -u`, a parameter that is not set gives up the command
check_set:
    bnez a0, 1f
    lbu t0, options + OPTION_NOUNSET
    beqz t0, 1f
    lbu t0, 0(a1)
    li t1, '@'
    beq t0, t1, 1f
    li t1, '*'
    beq t0, t1, 1f
    mv a0, a1
    mv a1, a2
    call scratch_copy
    mv a1, a0
    lstr a0, "%s: parameter not set"
    call sh_error
    li a0, STATUS_SYNTAX
    tail abort_command
1:  ret

# The functions from here on share the registers of expand_text: s0 buffer, s1 rest of the text, s2 flags, s5 "$@" was nothing.

# insert_param(name, length): appends the value of a plain parameter
    .globl insert_param
insert_param:
    lbu t0, 0(a0)
    li t1, '@'
    beq t0, t1, insert_all
    li t1, '*'
    beq t0, t1, insert_all
    enter 0, 16
    sd a0, 0(sp)
    sd a1, 8(sp)
    call param_value
    ld a1, 0(sp)
    ld a2, 8(sp)
    call check_set
    restore 0, 16
    beqz a0, 1f
    j insert_value
1:  ret

# insert_all: $@ or $* (t0). Quoted, $* is one field, joined by the first character of IFS; else each parameter is at least one field.
insert_all:
    enter 3, 16
    li t1, '*'
    li s1, UNIT_BREAK       # s1 = the unit that stands between two
    bne t0, t1, 1f
    andi t1, s2, EXPAND_QUOTED | EXPAND_HERE
    beqz t1, 1f
    lstr a0, "IFS"
    lstr a1, " "
    call get_var_or
    lbu s1, 0(a0)           # 0: nothing between them
    beqz s1, 1f
    ori s1, s1, UNIT_QUOTED
1:  sd s2, 0(sp)
    ld t0, param_count
    sd t0, 8(sp)
    ld s2, params
    bnez t0, 2f
    li t1, UNIT_BREAK
    bne s1, t1, 5f
    li s5, 1
    j 5f
2:  li t1, UNIT_BREAK
    bne s1, t1, 3f
    ld t0, 0(sp)
    andi t0, t0, EXPAND_QUOTED | EXPAND_HERE
    beqz t0, 3f
    mv a0, s0
    li a1, UNIT_EMPTY       # "$@": an empty parameter is a field too
    call buffer_unit
3:  ld a0, 0(s2)
    addi s2, s2, 8
    ld t0, 0(sp)
    andi t0, t0, EXPAND_QUOTED | EXPAND_HERE
    li a1, UNIT_QUOTED
    bnez t0, 4f
    li a1, UNIT_SPLIT
4:  call insert_text
    ld t0, 8(sp)
    addi t0, t0, -1
    sd t0, 8(sp)
    beqz t0, 5f
    beqz s1, 2b
    mv a0, s0
    mv a1, s1
    call buffer_unit
    j 2b
5:  leave 3, 16

    .equ INNER_NAME, 0      # locals of insert_brace
    .equ INNER_LENGTH, 8
    .equ INNER_COLON, 16
    .equ INNER_VALUE, 24
    .equ INNER_WORD, 32
    .equ INNER_SIZEOF, 48

# insert_brace(inside): appends the value of ${inside}
    .globl insert_brace
insert_brace:
    enter 3, INNER_SIZEOF
    mv s1, a0
    lbu t0, 0(s1)
    li t1, '#'
    bne t0, t1, brace_name
    lbu t0, 1(s1)
    beqz t0, brace_name
    addi a0, s1, 1          # ${#name}: its length
    call brace_param_length
    beqz a0, brace_name
    add t0, s1, a0
    lbu t0, 1(t0)
    bnez t0, brace_name
    mv a1, a0
    addi a0, s1, 1
    sd a0, INNER_NAME(sp)
    sd a1, INNER_LENGTH(sp)
    lbu t0, 0(a0)
    li t1, '@'
    beq t0, t1, 1f
    li t1, '*'
    bne t0, t1, 2f
1:  ld a0, param_count
    j 3f
2:  call param_value
    ld a1, INNER_NAME(sp)
    ld a2, INNER_LENGTH(sp)
    call check_set
    beqz a0, 3f
    call strlen
3:  call number_text
    call insert_value
    leave 3, INNER_SIZEOF

brace_name:
    mv a0, s1
    call brace_param_length
    beqz a0, bad_substitution
    sd s1, INNER_NAME(sp)
    sd a0, INNER_LENGTH(sp)
    mv a1, a0
    mv a0, s1
    add s1, s1, a1          # s1 = the operator
    lbu t0, 0(s1)
    beqz t0, brace_plain
    call param_value
    sd a0, INNER_VALUE(sp)
    sd zero, INNER_COLON(sp)
    lbu t0, 0(s1)
    la t1, trim_operators
1:  lbu t2, 0(t1)
    addi t1, t1, 1
    beqz t2, 2f
    bne t2, t0, 1b
    j brace_trim
2:  li t1, ':'
    bne t0, t1, 3f
    sd t0, INNER_COLON(sp)
    addi s1, s1, 1
    lbu t0, 0(s1)
3:  addi t1, s1, 1
    sd t1, INNER_WORD(sp)
    ld a0, INNER_VALUE(sp)  # t3 = 1 when the parameter counts as set
    snez t3, a0
    beqz t3, 4f
    ld t1, INNER_COLON(sp)
    beqz t1, 4f
    lbu t1, 0(a0)
    snez t3, t1
4:  li t1, '+'
    beq t0, t1, brace_alternative
    bnez t3, brace_value
    li t1, '-'
    beq t0, t1, brace_word
    li t1, '='
    beq t0, t1, brace_assign
    li t1, '?'
    beq t0, t1, brace_complain
bad_substitution:
    lstr a0, "bad substitution"
    call sh_error
    li a0, STATUS_SYNTAX
    tail abort_command

brace_alternative:          # ${x+word}: the word when x is set, else nothing
    bnez t3, brace_word
    leave 3, INNER_SIZEOF

brace_value:                # the parameter itself; an operator must have been there
    la t1, value_operators
1:  lbu t2, 0(t1)
    addi t1, t1, 1
    beqz t2, bad_substitution
    bne t2, t0, 1b
brace_plain:
    ld a0, INNER_NAME(sp)
    ld a1, INNER_LENGTH(sp)
    call insert_param
    leave 3, INNER_SIZEOF

brace_word:
    mv a0, s0
    ld a1, INNER_WORD(sp)
    andi a2, s2, EXPAND_QUOTED | EXPAND_HERE
    andi t0, a2, EXPAND_QUOTED
    ori a2, a2, EXPAND_TILDE | EXPAND_INNER
    beqz t0, 1f
    ori a2, a2, EXPAND_FIXED
1:  call expand_text
    leave 3, INNER_SIZEOF

brace_assign:
    ld a0, INNER_NAME(sp)
    call name_length
    beqz a0, bad_substitution   # only variables can be assigned
    ld a0, INNER_WORD(sp)
    li a1, EXPAND_TILDE
    call expand_string
    mv a2, a0
    ld a0, INNER_NAME(sp)
    ld a1, INNER_LENGTH(sp)
    li a3, 0
    call set_var_n
    bltz a0, 1f
    j brace_plain
1:  li a0, STATUS_SYNTAX
    tail abort_command

brace_complain:             # ${x?message}
    ld a0, INNER_WORD(sp)
    lbu t0, 0(a0)
    lstr a2, "parameter not set"
    beqz t0, 1f
    li a1, EXPAND_TILDE
    call expand_string
    mv a2, a0
    j 2f
1:  ld t0, INNER_COLON(sp)
    beqz t0, 2f
    lstr a2, "parameter not set or null"
2:  sd a2, INNER_WORD(sp)
    ld a0, INNER_NAME(sp)
    ld a1, INNER_LENGTH(sp)
    call scratch_copy
    mv a1, a0
    ld a2, INNER_WORD(sp)
    lstr a0, "%s: %s"
    call sh_error
    li a0, STATUS_SYNTAX
    tail abort_command

# ${x#pattern} ${x##pattern} ${x%pattern} ${x%%pattern}: the value without its shortest or longest match at the start or the end
brace_trim:
    ld a0, INNER_VALUE(sp)
    ld a1, INNER_NAME(sp)
    ld a2, INNER_LENGTH(sp)
    call check_set
    beqz a0, 1f
    mv a1, s1
    call trim
    call insert_value
1:  leave 3, INNER_SIZEOF

# trim(value, operator and pattern) -> what is left of the value
trim:
    enter 8, BUFFER_SIZEOF + 8
    mv s0, a0
    lbu s1, 0(a1)           # s1 = # or %
    lbu t0, 1(a1)
    addi a1, a1, 1
    sub s2, t0, s1          # s2 = 0 for the longest match
    bnez s2, 1f
    addi a1, a1, 1
1:  mv s3, a1
    mv a0, sp
    call buffer_init
    mv a0, sp
    mv a1, s3
    li a2, EXPAND_TILDE
    call expand_text
    mv a0, s0
    call strlen
    add s4, s0, a0          # s4 = end of the value
    mv s5, s0               # s5 = where to cut, tried from one end to the other: s5 .. s6 in steps of s7
    mv s6, s4
    li s7, 1
    li t0, '#'
    seqz t1, s2             # # longest and % shortest start from the end
    sub t2, s1, t0
    snez t2, t2
    beq t1, t2, 2f
    mv s5, s4
    mv s6, s0
    li s7, -1
2:  ld a0, BUFFER_DATA(sp)
    ld a1, BUFFER_LENGTH(sp)
    add a1, a0, a1
    mv a2, s0               # # tries value..cut, % tries cut..end
    mv a3, s5
    li t0, '#'
    beq s1, t0, 3f
    mv a2, s5
    mv a3, s4
3:  call match_units
    bnez a0, 4f
    beq s5, s6, 5f
    add s5, s5, s7
    j 2b
4:  li t0, '#'              # # keeps what is after the cut, % what is before it
    mv a0, s5
    beq s1, t0, 6f
    sub a1, s5, s0
    mv a0, s0
    call scratch_copy
    j 6f
5:  mv a0, s0
6:  leave 8, BUFFER_SIZEOF + 8

# brace_param_length(text) -> as param_length; in braces a number may have several digits
brace_param_length:
    li t2, 0
1:  add t0, a0, t2
    lbu t0, 0(t0)
    addi t0, t0, -'0'
    sltiu t1, t0, 10
    beqz t1, 2f
    addi t2, t2, 1
    j 1b
2:  beqz t2, 3f
    mv a0, t2
    ret
3:  j param_length

    .section .rodata
special_parameters: .asciz "0123456789@*#?-$!"
trim_operators: .asciz "#%"
value_operators: .asciz "-=?+"
# parameter character, function: one row of the table.
.macro parameter character, function
    .balign 8
    .byte \character
    .balign 8
    .dword \function
.endm
    .balign 8
parameter_table:
    parameter '?', value_of_status
    parameter '$', value_of_pid
    parameter '!', value_of_background
    parameter '#', value_of_count
    parameter '-', value_of_options
    parameter '@', value_of_all
    parameter '*', value_of_all
    parameter '0', value_of_number
    parameter '1', value_of_number
    parameter '2', value_of_number
    parameter '3', value_of_number
    parameter '4', value_of_number
    parameter '5', value_of_number
    parameter '6', value_of_number
    parameter '7', value_of_number
    parameter '8', value_of_number
    parameter '9', value_of_number
    parameter 0, get_var_n

    .bss
    .balign 8
# params: the positional parameters as an array of param_count strings. shell_name: $0.
    .globl params
    .globl param_count
    .globl shell_name
params: .zero 8
param_count: .zero 8
shell_name: .zero 8
